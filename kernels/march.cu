// march.cu - one element of a march test over a piece of memory. Reading, comparing and writing are one pass over it, so that
// a march runs as fast as a copy does. "0" is a hash of the word's number, "1" its complement.
// Launch: blocks of MARCH_THREADS threads, one for each MARCH_TILE words. Blocks start in the order of their numbers: the march
// goes up or down as far as those apart that run at the same time (about 10 MB).
#include <kernels/march.h>
#include <kernels/pattern.h>
#include <kernels/ptx.h>

// Which word is the k-th of a thread, counted from its first.
INSIDE u64 of_thread(u32 k) { return k / 2 * 2 * MARCH_THREADS + k % 2; }

// Inside a branch that the whole warp takes. One lane counts for all: where half of the memory is wrong, as with a broken
// address line, an atomic operation for each word takes a minute, and the driver ends a kernel on a GPU with a display.
INSIDE void note(march_log *log, const u64 *at, u64 word, const u64 *want, const u64 *got, u32 element)
{
    u32 lane = threadIdx.x % 32, wrong = 0, before;
    u64 ones = 0, zeros = 0, n = 0;

    UNROLL
    for (u32 k = 0; k < 2 * MARCH_PAIRS; k++) {
        ones |= got[k] & ~want[k];
        zeros |= ~got[k] & want[k];
        wrong += got[k] != want[k];
    }
    before = wrong;
    for (u32 lanes = 1; lanes < 32; lanes *= 2) {
        u32 lower = __shfl_sync(0xffffffffu, before, (lane - lanes) & 31);

        before += lane >= lanes ? lower : 0;
        ones |= __shfl_xor_sync(0xffffffffu, ones, int(lanes));
        zeros |= __shfl_xor_sync(0xffffffffu, zeros, int(lanes));
    }
    if (lane == 31) {
        n = atomicAdd(&log->wrong, u64(before));
        atomicOr(&log->ones, ones);
        atomicOr(&log->zeros, zeros);
    }
    n = __shfl_sync(0xffffffffu, n, 31) + before - wrong;
    UNROLL
    for (u32 k = 0; k < 2 * MARCH_PAIRS; k++) {
        if (got[k] != want[k] && n < MARCH_LOGGED) {
            march_fault f = { word + of_thread(k), want[k], got[k], ptx_reread(at + of_thread(k)), element, ptx_sm() };

            log->fault[n] = f;
        }
        n += got[k] != want[k];
    }
}

// expect and next: 0 for the hash, all ones for its complement. first: the number of p[0].
template <bool READ, bool WRITE>
INSIDE void march_element(u64 *p, u64 first, u64 seed, u64 expect, u64 next, u32 down, u32 number, march_log *log)
{
    u64 tile = down ? gridDim.x - 1 - blockIdx.x : blockIdx.x;
    u64 i = tile * MARCH_TILE + threadIdx.x * 2;
    u64 v[2 * MARCH_PAIRS], h[2 * MARCH_PAIRS];
    u64 differ = 0, change = expect ^ next;

    if (READ)
        UNROLL
        for (u32 k = 0; k < MARCH_PAIRS; k++)
            ptx_load(p + i + k * 2 * MARCH_THREADS, &v[2 * k], &v[2 * k + 1]);
    UNROLL
    for (u32 k = 0; k < 2 * MARCH_PAIRS; k++) {
        h[k] = pattern_long(seed, first + i + of_thread(k)) ^ expect;
        if (READ)
            differ |= v[k] ^ h[k];
    }
    if (READ && __any_sync(0xffffffffu, differ != 0))
        note(log, p + i, first + i, h, v, number);
    if (WRITE)
        UNROLL
        for (u32 k = 0; k < MARCH_PAIRS; k++)
            ptx_store(p + i + k * 2 * MARCH_THREADS, h[2 * k] ^ change, h[2 * k + 1] ^ change);
    if (threadIdx.x == 0)
        atomicAdd(&log->tiles[tile % MARCH_SLOTS], u64(1));
}

// Four blocks a multiprocessor are 64 KiB that are being read: more than it takes to hide the memory's latency.
#define ELEMENT(NAME, READ, WRITE) \
    KERNEL __launch_bounds__(MARCH_THREADS, 4) NAME(u64 *p, u64 first, u64 seed, u64 expect, u64 next, u32 down, u32 number, march_log *log) \
    { march_element<READ, WRITE>(p, first, seed, expect, next, down, number, log); }
ELEMENT(march_write, false, true)
ELEMENT(march_step, true, true)
ELEMENT(march_read, true, false)
