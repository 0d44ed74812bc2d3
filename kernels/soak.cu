// soak.cu - products one after another, each checked before the next takes its place: nothing is copied to the host but what
// is wrong. And a product of our own, for a GPU without cuBLASLt.
#include <kernels/ptx.h>
#include <kernels/soak.h>

// Compares the sums of one product's tiles (tilecheck.cu), sets `bad` back to 0 and keeps the first wrong tiles as they lie in D:
// tile after tile of 128 columns of 128 elements of `words` words. D is in column-major order, ld in elements.
// Launch: tiles_m * tiles_n blocks of 256 threads.
KERNEL soak_judge(const u64 *found, const u64 *expected, u64 *bad, const u32 *d, u64 ld, u32 m, u32 n, u32 words, u32 tiles_m,
                  u32 product, struct soak_log *log, u32 *kept)
{
    __shared__ u32 slot;
    u64 sum = found[blockIdx.x], want = expected[blockIdx.x], none = bad[blockIdx.x];
    u32 first_row = blockIdx.x % tiles_m * SOAK_TILE, first_column = blockIdx.x / tiles_m * SOAK_TILE, row_words = SOAK_TILE * words;

    __syncthreads();                                        // all have read `bad`
    if (threadIdx.x == 0) {
        bool wrong = sum != want || none != 0;

        bad[blockIdx.x] = 0;
        atomicAdd(&log->judged, 1u);
        atomicAdd(&log->wrong[product], wrong ? 1u : 0u);
        slot = wrong ? atomicAdd(&log->kept, 1u) : u32(SOAK_KEPT);
    }
    __syncthreads();
    if (slot < SOAK_KEPT) {
        struct soak_fault f = { sum, want, none, product, blockIdx.x };

        log->fault[slot] = f;                               // all threads write the same
        for (u32 step = 0; step < SOAK_TILE * row_words / 256; step++) {
            u32 i = step * 256 + threadIdx.x, column = first_column + i / row_words, word = i % row_words;
            bool in = column < n && first_row * words + word < m * words;
            u64 at = in ? (column * ld + first_row) * words + word : 0;

            kept[(u64)slot * SOAK_TILE_WORDS + i] = in ? d[at] : 0;
        }
    }
}

// D = A^T B, all fp32 and column-major, A's and B's columns being k long: A is k x m, B k x n. m and n are multiples of 64, k of 16.
// Launch: (m / 64, n / 64) blocks of 256 threads, each thread 4 x 4 elements.
KERNEL soak_multiply(const float *a, const float *b, float *d, u64 lda, u64 ldb, u64 ldd, u32 k)
{
    __shared__ float of_a[16][65], of_b[16][65];            // 65: no two threads of a warp want one bank
    u32 x = threadIdx.x % 16, y = threadIdx.x / 16;
    const float *from_a = a + (u64)blockIdx.x * 64 * lda, *from_b = b + (u64)blockIdx.y * 64 * ldb;
    float sum[4][4] = {};

    for (u32 base = 0; base < k; base += 16) {
        UNROLL
        for (u32 j = 0; j < 4; j++) {
            of_a[x][y + 16 * j] = from_a[(y + 16 * j) * lda + base + x];
            of_b[x][y + 16 * j] = from_b[(y + 16 * j) * ldb + base + x];
        }
        __syncthreads();
        UNROLL
        for (u32 i = 0; i < 16; i++)
            UNROLL
            for (u32 r = 0; r < 4; r++)
                UNROLL
                for (u32 c = 0; c < 4; c++)
                    sum[r][c] = __fmaf_rn(of_a[i][x + 16 * r], of_b[i][y + 16 * c], sum[r][c]);
        __syncthreads();
    }
    UNROLL
    for (u32 c = 0; c < 4; c++)
        UNROLL
        for (u32 r = 0; r < 4; r++)
            d[((u64)blockIdx.y * 64 + y + 16 * c) * ldd + (u64)blockIdx.x * 64 + x + 16 * r] = sum[r][c];
}
