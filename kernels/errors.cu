// errors.cu - how far D = A^T B is from our own product, which is summed in fp64, in
// sampled squares of 16 x 16 elements; and a hash of all of D, by its bits.
// A and B hold rows of k contiguous elements, D is column-major.
#include <kernels/block.h>
#include <kernels/matrix.h>
#include <kernels/pattern.h>
#include <kernels/ptx.h>

struct of_product { u32 format_a, format_b, format_d, m, n, k; u64 lda, ldb, ldd; };

// Square b lies at a place that seed and b give. sums[2b] is the sum of its squared errors, sums[2b + 1] that of the
// squared results; NaN in D makes the first NaN.
// Launch: blocks of 16 x 16 threads, one for each square.
KERNEL product_errors(const void *a, const void *b, const void *d, struct of_product p, u64 seed, double *sums)
{
    __shared__ double as[16][17], bs[16][17];
    __shared__ double errors[8], squares[8];
    u32 x = threadIdx.x, y = threadIdx.y, lane = (y * 16 + x) % 32, warp = (y * 16 + x) / 32;
    u32 row0 = pattern_word(seed, 2 * blockIdx.x) % ((p.m + 15) / 16) * 16, column0 = pattern_word(seed, 2 * blockIdx.x + 1) % ((p.n + 15) / 16) * 16;
    u32 row = row0 + x, column = column0 + y;
    bool in = row < p.m && column < p.n;
    double sum = 0, error, square;

    for (u32 at = 0; at < p.k; at += 16) {
        // Lanes outside the matrices read their first element and count it as 0.
        bool in_a = row0 + y < p.m && at + x < p.k, in_b = column0 + y < p.n && at + x < p.k;
        double va = load(a, p.format_a, in_a ? (row0 + y) * p.lda + at + x : 0), vb = load(b, p.format_b, in_b ? (column0 + y) * p.ldb + at + x : 0);

        as[y][x] = in_a ? va : 0.0;
        bs[y][x] = in_b ? vb : 0.0;
        __syncthreads();
        for (u32 i = 0; i < 16; i++)
            sum = __fma_rn(as[x][i], bs[y][i], sum);
        __syncthreads();
    }
    error = in ? load(d, p.format_d, in ? column * p.ldd + row : 0) - sum : 0.0;
    error *= error;
    square = in ? sum * sum : 0.0;
    for (int lanes = 16; lanes > 0; lanes /= 2) {
        error += __shfl_xor_sync(0xffffffffu, error, lanes);
        square += __shfl_xor_sync(0xffffffffu, square, lanes);
    }
    if (lane == 0) {
        errors[warp] = error;
        squares[warp] = square;
    }
    __syncthreads();
    if (warp == 0 && lane < 2) {
        const double *of = lane == 0 ? errors : squares;
        double all = 0;

        for (int w = 0; w < 8; w++)
            all += of[w];
        sums[2 * blockIdx.x + lane] = all;
    }
}

// hash[0] grows by a hash of every word of D's columns and its place: the same bits at the same places give the same
// number in any order; hash[1] by how many words that are. A column is `words` long.
// Launch: blocks of 256 threads; ceil(words / 256) x any number of them, which share the columns. hash starts at 0.
KERNEL hash_columns(const u32 *d, u64 ld_words, u32 words, u32 columns, u64 *hash)
{
    __shared__ u64 part[8];
    u32 at = blockIdx.x * blockDim.x + threadIdx.x;
    bool in = at < words;
    u64 h = 0, done = 0;                                    // columns

    for (u32 column = blockIdx.y; column < columns; column += gridDim.y) {
        u64 i = (u64)column * words + at;
        u32 word = d[column * ld_words + (in ? at : 0)];

        done++;
        h += in ? (u64)pattern_word(word, i) << 32 | pattern_word(~(u64)word, i) : 0;
    }
    for (int lanes = 16; lanes > 0; lanes /= 2)
        h += __shfl_xor_sync(0xffffffffu, h, lanes);
    if (threadIdx.x % 32 == 0)
        part[threadIdx.x / 32] = h;
    __syncthreads();
    if (threadIdx.x == 0) {
        u64 all = 0;

        for (int w = 0; w < 8; w++)
            all += part[w];
        atomicAdd(&hash[0], all);
        atomicAdd(&hash[1], elements_of_block(words) * done);
    }
}
