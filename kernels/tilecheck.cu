// tilecheck.cu - a full check of D = A B on integers, in O(N^2), without a tolerance:
//   expected(s, t) = (x_s^T A_s) (B_t y_t)     x, y: odd weights of rows and columns, from a seed
//   found(s, t)    = sum over the tile of x_i D_ij y_j                all modulo 2^64
// One wrong element e is always seen: x_i e y_j is 0 modulo 2^64 only if e is, for x_i y_j is odd. Several in one
// tile cancel with a chance of at most 2^-31 (Schwartz-Zippel over one free 31-bit weight). NaN, infinity and
// fractions are no integers and are counted by themselves.
#include <kernels/formats.h>
#include <kernels/integers.h>
#include <kernels/ptx.h>

// Four neighbours, read at once.
template <int BYTES> struct alignas(BYTES < 4 ? 4 * BYTES : 16) quad { u32 w[BYTES]; };

template <int FORMAT> struct element { enum { BYTES = 4 }; };
template <> struct element<NUMBER_FP64> { enum { BYTES = 8 }; };
template <> struct element<NUMBER_FP16> { enum { BYTES = 2 }; };
template <> struct element<NUMBER_BF16> { enum { BYTES = 2 }; };
template <> struct element<NUMBER_E4M3> { enum { BYTES = 1 }; };
template <> struct element<NUMBER_E5M2> { enum { BYTES = 1 }; };
template <> struct element<NUMBER_INT8> { enum { BYTES = 1 }; };

INSIDE int whole(float v, u32 *bad)
{
    int i = v >= -0x1p24f && v <= 0x1p24f ? (int)v : 0;

    *bad += (float)i == v ? 0 : 1;                          // so does NaN
    return i;
}

INSIDE i64 whole(double v, u32 *bad)
{
    i64 i = v >= -0x1p53 && v <= 0x1p53 ? (i64)v : 0;

    *bad += (double)i == v ? 0 : 1;
    return i;
}

// Element j of the four as an integer; *bad counts what is none. An int where it can be: times a weight, that is one instruction.
template <int FORMAT> INSIDE auto integer_of(const quad<element<FORMAT>::BYTES> &q, u32 j, u32 *bad)
{
    if constexpr (FORMAT == NUMBER_FP64)
        return whole(double_of_bits((u64)q.w[2 * j + 1] << 32 | q.w[2 * j]), bad);
    else if constexpr (FORMAT == NUMBER_FP32)
        return whole(float_of_bits(q.w[j]), bad);
    else if constexpr (FORMAT == NUMBER_INT32)
        return (int)q.w[j];
    else if constexpr (FORMAT == NUMBER_FP16)
        return whole(float_of_fp16(q.w[j / 2] >> j % 2 * 16 & 0xFFFFu), bad);
    else if constexpr (FORMAT == NUMBER_BF16)
        return whole(float_of_bf16(q.w[j / 2] >> j % 2 * 16 & 0xFFFFu), bad);
    else if constexpr (FORMAT == NUMBER_E4M3)
        return whole(float_of_e4m3(q.w[0] >> j * 8 & 0xFFu), bad);
    else if constexpr (FORMAT == NUMBER_E5M2)
        return whole(float_of_e5m2(q.w[0] >> j * 8 & 0xFFu), bad);
    else
        return (int)(signed char)(q.w[0] >> j * 8 & 0xFFu);
}

// sums[tile][k] = sum over the tile's 128 rows of weight(row) * M[row][k]. M's rows are contiguous, k is a multiple of
// 4 and rows are aligned to four elements. Each element is made again from (seed, row * k + column): the sum is of what
// it should be, and *wrong counts those in memory that are otherwise.
// Launch: blocks of 128 threads; ceil(k / 512) x ceil(rows / 128) of them.
template <int FORMAT> INSIDE void combine(const void *m, u64 ld, u32 rows, u32 k, u64 seed, struct integers range, u32 weights, u64 *sums, u64 *wrong)
{
    u32 column = (blockIdx.x * blockDim.x + threadIdx.x) * 4, first = blockIdx.y * 128;
    u32 n = rows - first < 128 ? rows - first : 128, bad = 0;
    bool in = column < k;                                   // lanes outside read column 0 and store nothing
    u64 at = in ? column : 0, s[4] = { 0, 0, 0, 0 };

    for (u32 r = 0; r < n; r++) {
        u64 row = first + r, ld_row = row * ld + at;
        quad<element<FORMAT>::BYTES> q = *(const quad<element<FORMAT>::BYTES> *)((const char *)m + ld_row * element<FORMAT>::BYTES);
        i64 w = odd_weight(weights, (u32)row);

        for (u32 j = 0; j < 4; j++) {
            int want = integer_at(range, seed, row * k + at + j);

            bad += integer_of<FORMAT>(q, j, &bad) == want ? 0 : 1;
            s[j] += (u64)w * (u64)(i64)want;
        }
    }
    for (u32 j = 0; in && j < 4; j++)
        sums[(u64)blockIdx.y * k + column + j] = s[j];
    if (in && bad != 0)
        atomicAdd(wrong, (u64)bad);
}

// The same of D, for each tile of 128 x 128: D's rows here are the ones that are contiguous in memory, columns of a
// matrix in column-major order. *bad of a tile counts its elements that are no integers.
// Launch: blocks of 256 threads; ceil(columns / 128) x ceil(rows / 128) of them.
template <int FORMAT> INSIDE void found(const void *d, u64 ld, u32 rows, u32 columns, u32 row_weights, u32 column_weights, u64 *sums, u64 *bad)
{
    __shared__ u64 part[8];
    u32 column = blockIdx.x * 128 + threadIdx.x % 32 * 4, first = blockIdx.y * 128 + threadIdx.x / 32, none = 0;
    u64 tile = (u64)blockIdx.y * gridDim.x + blockIdx.x, s[4] = { 0, 0, 0, 0 }, all = 0;

    for (u32 step = 0; step < 16; step++) {
        u32 row = first + step * 8, b = 0;
        bool in = column < columns && row < rows;
        u64 at = in ? row * ld + column : 0;
        quad<element<FORMAT>::BYTES> q = *(const quad<element<FORMAT>::BYTES> *)((const char *)d + at * element<FORMAT>::BYTES);
        int w = in ? odd_weight(row_weights, row) : 0;

        for (u32 j = 0; j < 4; j++)
            s[j] += (u64)(i64)w * (u64)(i64)integer_of<FORMAT>(q, j, &b);
        none += in ? b : 0;
    }
    for (u32 j = 0; j < 4; j++)
        all += s[j] * (u64)(i64)odd_weight(column_weights, column + j);
    for (int lanes = 16; lanes > 0; lanes /= 2)
        all += __shfl_xor_sync(0xffffffffu, all, lanes);
    if (threadIdx.x % 32 == 0)
        part[threadIdx.x / 32] = all;
    __syncthreads();
    if (threadIdx.x == 0) {
        u64 sum = 0;

        for (int w = 0; w < 8; w++)
            sum += part[w];
        sums[tile] = sum;
    }
    if (none != 0)
        atomicAdd(&bad[tile], (u64)none);
}

// out[t][s] = the dot product of row t of `of_b` and row s of `of_a`, one warp each.
// Launch: blocks of 256 threads, enough of them for 32 threads a tile.
KERNEL expect_tiles(const u64 *of_a, const u64 *of_b, u32 tiles_a, u32 tiles_b, u32 k, u64 *out)
{
    u32 warp = (blockIdx.x * blockDim.x + threadIdx.x) / 32, all = tiles_a * tiles_b;
    u32 tile = warp < all ? warp : all - 1;                 // surplus warps repeat the last one
    const u64 *a = of_a + (u64)(tile % tiles_a) * k, *b = of_b + (u64)(tile / tiles_a) * k;
    u64 s = 0;

    for (u32 base = 0; base < k; base += 32) {
        u32 i = base + threadIdx.x % 32;

        s += i < k ? a[i < k ? i : 0] * b[i < k ? i : 0] : 0;
    }
    for (int lanes = 16; lanes > 0; lanes /= 2)
        s += __shfl_xor_sync(0xffffffffu, s, lanes);
    if (threadIdx.x % 32 == 0)
        out[tile] = s;
}

#define COMBINE(name, format) \
    KERNEL combine_##name(const void *m, u64 ld, u32 rows, u32 k, u64 seed, struct integers range, u32 weights, u64 *sums, u64 *wrong) \
    { combine<format>(m, ld, rows, k, seed, range, weights, sums, wrong); }

#define FOUND(name, format) \
    KERNEL found_##name(const void *d, u64 ld, u32 rows, u32 columns, u32 row_weights, u32 column_weights, u64 *sums, u64 *bad) \
    { found<format>(d, ld, rows, columns, row_weights, column_weights, sums, bad); }

COMBINE(fp64, NUMBER_FP64)
COMBINE(fp32, NUMBER_FP32)
COMBINE(fp16, NUMBER_FP16)
COMBINE(bf16, NUMBER_BF16)
COMBINE(e4m3, NUMBER_E4M3)
COMBINE(e5m2, NUMBER_E5M2)
COMBINE(int8, NUMBER_INT8)
FOUND(fp64, NUMBER_FP64)
FOUND(fp32, NUMBER_FP32)
FOUND(fp16, NUMBER_FP16)
FOUND(bf16, NUMBER_BF16)
FOUND(int32, NUMBER_INT32)
