// conv.cu - cross-correlation of NCHW images with KCRS filters, summed in double
// precision: an independent reference for a library's convolution.
// Launch: blocks of 256 threads, enough of them to cover n*k*p*q outputs, where
// p = (h + 2*pad - r) / stride + 1 and q likewise.
#include <kernels/ptx.h>

KERNEL conv_f32(const float *x, const float *w, const float *bias, float *y, u32 n, u32 c, u32 h, u32 wd,
                u32 k, u32 r, u32 s, u32 pad, u32 stride)
{
    u32 p = (h + 2 * pad - r) / stride + 1, q = (wd + 2 * pad - s) / stride + 1;
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x, all = (u64)n * k * p * q;
    bool in = i < all;
    u64 at = in ? i : 0;
    u32 oq = (u32)(at % q), op = (u32)(at / q % p), ok = (u32)(at / q / p % k), on = (u32)(at / q / p / k);
    double sum = bias != nullptr ? (double)bias[ok] : 0.0;

    for (u32 ic = 0; ic < c; ic++)
        for (u32 ir = 0; ir < r; ir++)
            for (u32 is = 0; is < s; is++) {
                // Unsigned arithmetic: what lies left of or above the image wraps to a large number.
                u32 row = op * stride + ir - pad, column = oq * stride + is - pad;
                bool inside = row < h && column < wd;
                float v = x[inside ? (((u64)on * c + ic) * h + row) * wd + column : 0];

                sum = __fma_rn((double)(inside ? v : 0.0f), (double)w[(((u64)ok * c + ic) * r + ir) * s + is], sum);
            }
    if (in)
        y[i] = (float)sum;
}
