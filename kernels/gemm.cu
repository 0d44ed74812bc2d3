// gemm.cu - D = A B in column-major order, summed in double precision: an
// independent reference for a library's product, not a fast one.
// Launch: blocks of 16 x 16 threads, ceil(m/16) x ceil(n/16) of them.
#include <kernels/ptx.h>

KERNEL gemm_f32(const float *a, const float *b, float *d, u32 m, u32 n, u32 k, u32 lda, u32 ldb, u32 ldd)
{
    __shared__ float as[16][17], bs[16][17];
    u32 x = threadIdx.x, y = threadIdx.y;
    u32 row = blockIdx.x * 16 + x, column = blockIdx.y * 16 + y;
    double sum = 0;

    for (u32 at = 0; at < k; at += 16) {
        // Lanes outside the matrices read its first element and count it as 0.
        bool in_a = row < m && at + y < k, in_b = column < n && at + x < k;
        float va = a[in_a ? (u64)(at + y) * lda + row : 0];
        float vb = b[in_b ? (u64)column * ldb + at + x : 0];

        as[y][x] = in_a ? va : 0.0f;
        bs[y][x] = in_b ? vb : 0.0f;
        __syncthreads();
        for (u32 i = 0; i < 16; i++)
            sum = __fma_rn((double)as[i][x], (double)bs[y][i], sum);
        __syncthreads();
    }
    if (row < m && column < n)
        d[(u64)column * ldd + row] = (float)sum;
}
