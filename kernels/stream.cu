// stream.cu - over memory as fast as it goes: read, write, copy and triad, each with 2, 4 or 8 accesses of 16 bytes in flight.
// Launch: any number of blocks of 256 to 1024 threads; a tile is what one block does at a time, threads x depth x 16 bytes, and
// block b does the tiles b, b + blocks, ... Every access of a warp covers 512 bytes in a row.
// No work can be left out unseen: the sum of what was read, and each word that was written, are known in advance (stream.h).
#include <kernels/add_up.h>
#include <kernels/block.h>
#include <kernels/checked.h>
#include <kernels/ptx.h>
#include <kernels/stream.h>

// The word where the u-th access of this thread in a tile begins.
template <u32 DEPTH> INSIDE u64 word_of(u64 tile, u32 u) { return ((tile * DEPTH + u) * blockDim.x + threadIdx.x) * 2; }

template <u32 DEPTH> INSIDE void load_tile(const u64 *from, u64 tile, u64 *v)
{
    UNROLL
    for (u32 u = 0; u < DEPTH; u++)
        ptx_load(from + word_of<DEPTH>(tile, u), &v[2 * u], &v[2 * u + 1]);
}

template <u32 DEPTH> INSIDE void read_tiles(const u64 *from, u64 tiles, u64 *sums)
{
    u64 sum = 0, v[2 * DEPTH];

    for (u64 tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        load_tile<DEPTH>(from, tile, v);
        UNROLL
        for (u32 k = 0; k < 2 * DEPTH; k++)
            sum += v[k];
    }
    add_up(sum, &sums[blockIdx.x % STREAM_SLOTS]);
}

template <u32 DEPTH> INSIDE void write_tiles(u64 *to, u64 tiles, u64 base, u64 step)
{
    for (u64 tile = blockIdx.x; tile < tiles; tile += gridDim.x)
        UNROLL
        for (u32 u = 0; u < DEPTH; u++) {
            u64 i = word_of<DEPTH>(tile, u), word = base + step * i;

            ptx_store(to + i, word, word + step);
        }
}

template <u32 DEPTH> INSIDE void copy_tiles(u64 *to, const u64 *from, u64 tiles)
{
    u64 v[2 * DEPTH];

    for (u64 tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        load_tile<DEPTH>(from, tile, v);
        UNROLL
        for (u32 u = 0; u < DEPTH; u++)
            ptx_store(to + word_of<DEPTH>(tile, u), v[2 * u], v[2 * u + 1]);
    }
}

// In whole numbers, which are exact: the memory does not see what they stand for.
template <u32 DEPTH> INSIDE void triad_tiles(u64 *to, const u64 *a, const u64 *b, u64 times, u64 tiles)
{
    u64 v[2 * DEPTH], w[2 * DEPTH];

    for (u64 tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        load_tile<DEPTH>(a, tile, v);
        load_tile<DEPTH>(b, tile, w);
        UNROLL
        for (u32 u = 0; u < DEPTH; u++)
            ptx_store(to + word_of<DEPTH>(tile, u), v[2 * u] + times * w[2 * u], v[2 * u + 1] + times * w[2 * u + 1]);
    }
}

#define AT_DEPTH(n) \
    KERNEL stream_read_##n(const u64 *from, u64 tiles, u64 *sums) { read_tiles<n>(from, tiles, sums); } \
    KERNEL stream_write_##n(u64 *to, u64 tiles, u64 base, u64 step) { write_tiles<n>(to, tiles, base, step); } \
    KERNEL stream_copy_##n(u64 *to, const u64 *from, u64 tiles) { copy_tiles<n>(to, from, tiles); } \
    KERNEL stream_triad_##n(u64 *to, const u64 *a, const u64 *b, u64 times, u64 tiles) { triad_tiles<n>(to, a, b, times, tiles); }

AT_DEPTH(2) AT_DEPTH(4) AT_DEPTH(8)

// Which of the words are not what they should be. Launch: enough blocks for one thread a word.
KERNEL stream_wrong(const u64 *p, u64 words, u64 base, u64 step, struct checked *found)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < words && p[i] != base + step * i) {
        atomicAdd(&found->wrong, u64(1));
        atomicMin(&found->first, i);
    }
    if (threadIdx.x == 0)
        atomicAdd(&found->looked, elements_of_block(words));
}
