// caches.cu - how near memory is read: by all threads as fast as it goes, and by one, each address from the one before.
// No work can be left out unseen: the sums and the end of the chain are known in advance (caches.h).
#include <kernels/add_up.h>
#include <kernels/caches.h>
#include <kernels/ptx.h>
#include <kernels/stream.h>

// Every block reads all of the tiles `times` times, each block from another one on: all of the cache serves all of the
// multiprocessors. Launch: any number of blocks of CACHE_THREADS.
KERNEL cache_read(const u64 *from, u64 tiles, u64 times, u64 *sums)
{
    u64 sum = 0, tile = blockIdx.x % tiles, v[2 * CACHE_DEPTH];

    for (u64 n = tiles * times; n > 0; n--) {
        UNROLL
        for (u32 u = 0; u < CACHE_DEPTH; u++)
            ptx_load(from + ((tile * CACHE_DEPTH + u) * CACHE_THREADS + threadIdx.x) * 2, &v[2 * u], &v[2 * u + 1]);
        UNROLL
        for (u32 k = 0; k < 2 * CACHE_DEPTH; k++)
            sum += v[k];
        tile = tile + 1 == tiles ? 0 : tile + 1;
    }
    add_up(sum, &sums[blockIdx.x % STREAM_SLOTS]);
}

// Each block makes a row of its own in shared memory, base + step * i, and reads all of it `times` times.
// Launch: any number of blocks of SHARED_THREADS.
KERNEL shared_read(u64 base, u64 step, u64 times, u64 *sums)
{
    __shared__ __align__(16) u64 row[SHARED_WORDS];
    u64 sum = 0, a, b;

    UNROLL
    for (u32 u = 0; u < SHARED_WORDS / SHARED_THREADS; u++)
        row[u * SHARED_THREADS + threadIdx.x] = base + step * (u * SHARED_THREADS + threadIdx.x);
    __syncthreads();
    for (u64 n = times; n > 0; n--)
        UNROLL
        for (u32 u = 0; u < SHARED_WORDS / SHARED_THREADS / 2; u++) {
            ptx_load_shared(row + (u * SHARED_THREADS + threadIdx.x) * 2, &a, &b);
            sum += a + b;
        }
    add_up(sum, &sums[blockIdx.x % STREAM_SLOTS]);
}

// Launch: one thread a link, `links` being a power of two.
KERNEL chain_write(u64 *first, u64 links, u64 step)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < links)
        ptx_store(first + i * LINK_WORDS, (u64)(first + (CHAIN_TIMES * i + step) % links * LINK_WORDS), i);
}

// Launch: one thread.
KERNEL chain_follow(u64 from, u64 hops, u64 *end)
{
    u64 at = from, number;

    for (u64 n = hops; n > 0; n--)
        ptx_load((const u64 *)at, &at, &number);
    *end = at;
}
