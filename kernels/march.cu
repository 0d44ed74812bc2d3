// march.cu - one element of a march test over a piece of memory. Reading, comparing and writing are one pass over it, so that
// a march runs as fast as a copy does. "0" is a hash of the word's number, "1" its complement.
// Launch: blocks of MARCH_THREADS threads, one for each MARCH_TILE words. Blocks start in the order of their numbers: the march
// goes up or down as far as those apart that run at the same time (about 10 MB).
#include <kernels/march.h>
#include <kernels/pattern.h>
#include <kernels/ptx.h>

// One level of divergence, inside a branch that the whole warp takes.
INSIDE void note(march_log *log, const u64 *at, u64 word, u64 want, u64 got, u32 element)
{
    if (want != got) {
        u64 n = atomicAdd(&log->wrong, 1ull);
        march_fault f = { word, want, got, ptx_reread(at), element, ptx_sm() };

        atomicOr(&log->ones, got & ~want);
        atomicOr(&log->zeros, want & ~got);
        log->fault[n < MARCH_LOGGED ? n : u64(MARCH_LOGGED)] = f;
    }
}

// expect and next: 0 for the hash, all ones for its complement. first: the number of p[0].
template <bool READ, bool WRITE>
INSIDE void march_element(u64 *p, u64 first, u64 seed, u64 expect, u64 next, u32 down, u32 number, march_log *log)
{
    u64 tile = down ? gridDim.x - 1 - blockIdx.x : blockIdx.x;
    u64 i = tile * MARCH_TILE + threadIdx.x * 2;
    u64 v[2 * MARCH_PAIRS], h[2 * MARCH_PAIRS];
    u64 differ = 0;

    if (READ)
        UNROLL
        for (u32 k = 0; k < MARCH_PAIRS; k++)
            ptx_load(p + i + k * 2 * MARCH_THREADS, &v[2 * k], &v[2 * k + 1]);
    UNROLL
    for (u32 k = 0; k < 2 * MARCH_PAIRS; k++) {
        h[k] = pattern_long(seed, first + i + k / 2 * 2 * MARCH_THREADS + k % 2);
        if (READ)
            differ |= v[k] ^ h[k] ^ expect;
    }
    if (READ && __any_sync(0xffffffffu, differ != 0)) {
        UNROLL
        for (u32 k = 0; k < 2 * MARCH_PAIRS; k++) {
            u64 at = i + k / 2 * 2 * MARCH_THREADS + k % 2;

            note(log, p + at, first + at, h[k] ^ expect, v[k], number);
        }
    }
    if (WRITE)
        UNROLL
        for (u32 k = 0; k < MARCH_PAIRS; k++)
            ptx_store(p + i + k * 2 * MARCH_THREADS, h[2 * k] ^ next, h[2 * k + 1] ^ next);
}

// Four blocks a multiprocessor are 64 KiB that are being read: more than it takes to hide the memory's latency.
#define ELEMENT(NAME, READ, WRITE) \
    KERNEL __launch_bounds__(MARCH_THREADS, 4) NAME(u64 *p, u64 first, u64 seed, u64 expect, u64 next, u32 down, u32 number, march_log *log) \
    { march_element<READ, WRITE>(p, first, seed, expect, next, down, number, log); }
ELEMENT(march_write, false, true)
ELEMENT(march_step, true, true)
ELEMENT(march_read, true, false)
