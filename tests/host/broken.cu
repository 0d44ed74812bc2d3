// broken.cu - sum_words of kernels/reduce.cu without its barrier: only there to show that the CPU twin notices.
#include <kernels/ptx.h>

KERNEL broken_sum(const u32 *p, u64 words, u64 *sum)
{
    __shared__ u64 part[8];
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    u64 s = i < words ? p[i] : 0;

    for (int d = 16; d > 0; d /= 2)
        s += __shfl_xor_sync(0xffffffffu, s, d);
    if ((threadIdx.x & 31) == 0)
        part[threadIdx.x / 32] = s;
    if (threadIdx.x == 0) {
        u64 all = 0;

        for (int w = 0; w < 8; w++)
            all += part[w];
        atomicAdd(sum, all);
    }
}
