// reduce.cu - the sum of words, by shuffles within a warp, shared memory within
// a block and one atomic addition per block.
// Launch: blocks of 256 threads, enough of them to cover `words`; *sum starts at 0.
#include <kernels/ptx.h>

KERNEL sum_words(const u32 *p, u64 words, u64 *sum)
{
    __shared__ u64 part[8];
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    u64 s = i < words ? p[i] : 0;

    for (int d = 16; d > 0; d /= 2)
        s += __shfl_xor_sync(0xffffffffu, s, d);
    if ((threadIdx.x & 31) == 0)
        part[threadIdx.x / 32] = s;
    __syncthreads();
    if (threadIdx.x == 0) {
        u64 all = 0;

        for (int w = 0; w < 8; w++)
            all += part[w];
        atomicAdd(sum, all);
    }
}
