// memory.cu - fill, verify and copy device memory, one word per thread.
// Launch: blocks of 256 threads, enough of them to cover `words`.
#include <kernels/block.h>
#include <kernels/checked.h>
#include <kernels/pattern.h>
#include <kernels/ptx.h>

KERNEL fill_words(u32 *p, u64 words, u64 seed)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < words)
        p[i] = pattern_word(seed, i);
}

KERNEL verify_words(const u32 *p, u64 words, u64 seed, struct checked *found)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < words && p[i] != pattern_word(seed, i)) {
        atomicAdd(&found->wrong, 1ull);
        atomicMin(&found->first, i);
    }
    if (threadIdx.x == 0)
        atomicAdd(&found->looked, elements_of_block(words));
}

KERNEL copy_words(u32 *to, const u32 *from, u64 words)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < words)
        to[i] = from[i];
}
