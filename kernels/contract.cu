// contract.cu - a full check of convolutions on integers at the cost of a few filters, without a tolerance: with an
// odd weight for each channel,
//   sum over k of weight(k) * y[n][k][p][q]  =  x convolved with the one filter  sum over k of weight(k) * w[k]
// and so for both gradients, all modulo 2^64. One wrong element is always seen (odd times what is not 0 is not 0);
// NaN, infinity and fractions are no integers and are counted by themselves.
#include <kernels/formats.h>
#include <kernels/integers.h>
#include <kernels/ptx.h>

INSIDE float tensor_value(const void *t, u32 format, u64 at)
{
    float v = 0;

    switch (format) {
    case NUMBER_FP16: v = float_of_fp16(((const unsigned short *)t)[at]); break;
    case NUMBER_BF16: v = float_of_bf16(((const unsigned short *)t)[at]); break;
    default:          v = ((const float *)t)[at]; break;
    }
    return v;
}

// out[o][i] = sum over c of weight(c) * t[o * outer_stride + c * channel_stride + i * inner_stride]; *bad counts what is no integer.
// Launch: blocks of 256 threads, enough of them to cover outer * inner.
KERNEL contract_channel(const void *t, u32 format, u64 *out, u32 outer, u32 channels, u32 inner,
                        u64 outer_stride, u64 channel_stride, u64 inner_stride, u32 seed, u64 *bad)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x, all = (u64)outer * inner, at = i < all ? i : 0, sum = 0;
    u32 wrong = 0;

    for (u32 c = 0; c < channels; c++) {
        float v = tensor_value(t, format, at / inner * outer_stride + c * channel_stride + at % inner * inner_stride);
        int whole = v >= -0x1p24f && v <= 0x1p24f ? (int)v : 0;

        wrong += (float)whole == v ? 0 : 1;                 // so does NaN
        sum += (u64)((i64)whole * odd_weight(seed, c));
    }
    if (i < all) {
        out[i] = sum;
        atomicAdd(bad, (u64)wrong);
    }
}

// out[n][p][q] = sum over c, r, s of x[n][c][p + r - pad][q + s - pad] * filter[c][r][s], x lying in strides of its own.
// Launch: blocks of 256 threads, enough of them to cover n * p * q.
KERNEL correlate_one(const void *x, u32 format, const u64 *filter, u64 *out, u32 n, u32 c, u32 h, u32 w, u32 r, u32 s, u32 pad,
                     u64 n_stride, u64 c_stride, u64 h_stride, u64 w_stride)
{
    u32 p = h + 2 * pad - r + 1, q = w + 2 * pad - s + 1;
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x, all = (u64)n * p * q, at = i < all ? i : 0, sum = 0;
    u32 oq = (u32)(at % q), op = (u32)(at / q % p), on = (u32)(at / q / p);

    for (u32 ic = 0; ic < c; ic++)
        for (u32 k = 0; k < r * s; k++) {
            // Unsigned arithmetic: what lies left of or above the image wraps to a large number.
            u32 row = op + k / s - pad, column = oq + k % s - pad;
            bool inside = row < h && column < w;
            float v = tensor_value(x, format, inside ? on * n_stride + ic * c_stride + row * h_stride + column * w_stride : 0);

            sum += (u64)(i64)(inside ? (int)v : 0) * filter[ic * r * s + k];
        }
    if (i < all)
        out[i] = sum;
}

// out[c][r][s] += sum over n, p, q of x[n][c][p + r - pad][q + s - pad] * one[n][p][q]; out starts at 0.
// Launch: c * r * s blocks of 256 threads; n * p * q is below 2^32.
KERNEL correlate_filter(const void *x, u32 format, const u64 *one, u64 *out, u32 n, u32 h, u32 w, u32 r, u32 s, u32 pad,
                        u64 n_stride, u64 c_stride, u64 h_stride, u64 w_stride)
{
    u32 p = h + 2 * pad - r + 1, q = w + 2 * pad - s + 1, ic = blockIdx.x / (r * s), k = blockIdx.x % (r * s);
    u32 all = n * p * q;
    u64 sum = 0;

    // The same bound for all threads; 32 bits, for a division of 64 branches.
    for (u32 base = 0; base < all; base += 256) {
        u32 i = base + threadIdx.x, at = i < all ? i : 0;
        u32 row = at / q % p + k / s - pad, column = at % q + k % s - pad;
        bool inside = i < all && row < h && column < w;
        float v = tensor_value(x, format, inside ? at / q / p * n_stride + ic * c_stride + row * h_stride + column * w_stride : 0);

        sum += (u64)(i64)(inside ? (int)v : 0) * one[at];
    }
    atomicAdd(&out[blockIdx.x], sum);
}
