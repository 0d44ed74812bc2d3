// memory.cu - fill, verify and copy device memory, one word per thread.
// Launch: blocks of 256 threads, enough of them to cover `words`.
#include <kernels/pattern.h>
#include <kernels/ptx.h>

KERNEL fill_words(u32 *p, u64 words, u64 seed)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < words)
        p[i] = pattern_word(seed, i);
}

// *wrong counts the words that differ, *first is the smallest of their indexes;
// the caller sets them to 0 and ~0.
KERNEL verify_words(const u32 *p, u64 words, u64 seed, u64 *wrong, u64 *first)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < words && p[i] != pattern_word(seed, i)) {
        atomicAdd(wrong, 1ull);
        atomicMin(first, i);
    }
}

KERNEL copy_words(u32 *to, const u32 *from, u64 words)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < words)
        to[i] = from[i];
}
