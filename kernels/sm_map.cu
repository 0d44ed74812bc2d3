// sm_map.cu - every multiprocessor computes the same items of work, step by step against values that the host computed.
// Launch: cooperatively, blocks of SM_THREADS threads, as many as the whole GPU holds at a time, with as much shared memory as
// a block may have. They meet before they work, so all are resident together, and therefore on every multiprocessor.
// The work is rotated over the multiprocessors and not over the blocks: a bad one is a row of log->wrong, a bad expectation a
// column.
#include <kernels/pattern.h>
#include <kernels/ptx.h>
#include <kernels/sm_map.h>

// Another build of this file (sm_map_spoilt.cu) puts a fault of its own where a unit's result comes from.
#ifndef SM_RESULT
#define SM_RESULT(unit, value) (value)
#define SM_KERNEL sm_map
#endif

INSIDE void judge(sm_log *log, u32 sm, u32 unit, u32 item, u32 step, u64 want, u64 got)
{
    if (want != got) {
        u32 n = atomicAdd(&log->faults, 1u);
        sm_fault f = { sm, ptx_warp(), threadIdx.x, unit, item, step, want, got };

        atomicAdd(&log->wrong[sm < SM_TABLE ? sm : SM_TABLE - 1][item], 1u);
        log->fault[n < SM_LOGGED ? n : u32(SM_LOGGED)] = f;
    }
}

// How many blocks had arrived when all had, or when the deadline was over. The first warp looks, as one.
INSIDE u32 meet(sm_log *log, u64 deadline)
{
    __shared__ u32 seen;

    if (threadIdx.x < 32) {
        u32 n, late;

        if (threadIdx.x == 0)
            atomicAdd(&log->arrived, 1u);
        do {
            n = __shfl_sync(0xffffffffu, ptx_reread(&log->arrived), 0);
            late = __shfl_sync(0xffffffffu, (u32)(ptx_ns() > deadline), 0);
        } while (n < gridDim.x && !late);
        seen = n;
    }
    __syncthreads();
    return seen;
}

// The first wrong step of a chain; what follows from it is wrong by necessity.
INSIDE void chain(sm_log *log, const u64 *want, u32 sm, u32 unit, u32 item)
{
    u64 x = sm_first(item, threadIdx.x, unit), wanted = 0, got = 0;
    u32 step = SM_STEPS;

    for (u32 k = 0; k < SM_STEPS; k++) {
        u64 w = want[sm_place(item, unit, k, threadIdx.x)];

        x = unit == SM_INT ? sm_next_int((u32)x, k) : unit == SM_FP32 ? sm_next_fp32((u32)x) : unit == SM_FP64 ? sm_next_fp64(x)
          : sm_next_int(__shfl_sync(0xffffffffu, (u32)x, sm_from_lane(threadIdx.x & 31)), k);
        x = SM_RESULT(unit, x);
        bool first = x != w && step == SM_STEPS;
        step = first ? k : step;
        wanted = first ? w : wanted;
        got = first ? x : got;
    }
    judge(log, sm, unit, item, step, wanted, got);
}

// Each word is written by one warp and read by the next: a hash, then its complement.
INSIDE void shared_memory(sm_log *log, u32 *words, u32 each, u64 seed, u32 sm, u32 item)
{
    for (u32 pass = 0; pass < 2; pass++) {
        u32 flip = pass == 0 ? 0u : 0xffffffffu, other = (threadIdx.x + 32 * (pass + 1)) % SM_THREADS;

        for (u32 k = 0; k < each; k++)
            words[k * SM_THREADS + threadIdx.x] = pattern_word(seed + item, k * SM_THREADS + threadIdx.x) ^ flip;
        __syncthreads();
        for (u32 k = 0; k < each; k++) {
            u32 at = k * SM_THREADS + other;

            judge(log, sm, SM_SHARED, item, at, pattern_word(seed + item, at) ^ flip, words[at]);
        }
        __syncthreads();
    }
}

// want: as sm_place says, for the chains. each: words of dynamic shared memory for each thread.
KERNEL SM_KERNEL(const u64 *want, sm_row *rows, sm_log *log, u64 seed, u64 wait_ns, u32 each)
{
    DYNAMIC_SHARED(u32, words);
    u32 sm = ptx_sm(), arrived = meet(log, ptx_ns() + wait_ns), all = arrived >= gridDim.x;

    // A block that did not meet the others has no work: the bound is the same for all its threads.
    for (u32 turn = 0; turn < (all ? SM_ITEMS : 0); turn++) {
        u32 item = (sm + turn) % SM_ITEMS;

        chain(log, want, sm, SM_INT, item);
        chain(log, want, sm, SM_FP32, item);
        chain(log, want, sm, SM_FP64, item);
        chain(log, want, sm, SM_SHUFFLE, item);
        shared_memory(log, words, each, seed, sm, item);
    }
    if (threadIdx.x == 0) {
        sm_row r = { sm, ptx_sm(), arrived, all };
        rows[blockIdx.x] = r;
    }
}
