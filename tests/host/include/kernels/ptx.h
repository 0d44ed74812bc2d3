// ptx.h - the CPU twin of kernels/ptx.h: what CUDA C gives a kernel, on the host.
// One fiber per thread, blocks one after another. Shared memory is static and
// lies in a section of its own, so that it can be filled with rubbish before
// each block.
#ifndef TESTS_HOST_PTX_H
#define TESTS_HOST_PTX_H

#include <cmath>
#include <cstring>
#include <ctime>

#include "tests/host/twin.h"

typedef unsigned int       u32;
typedef unsigned long long u64;
typedef long long          i64;

struct twin_index { unsigned x, y, z; };

extern thread_local twin_index threadIdx, blockIdx, blockDim, gridDim;

void twin_barrier();                                            // __syncthreads
void twin_exchange(const void *mine, size_t bytes, unsigned lane, void *theirs);   // one warp's shuffle
bool twin_any(bool mine);                                       // one warp's vote
unsigned twin_sm();
void *twin_dynamic();

#define KERNEL          extern "C" void
#define INSIDE          static inline
#define UNROLL
#define __launch_bounds__(...)
#define __align__(n)    __attribute__((aligned(n)))
#define DYNAMIC_SHARED(type, name) type *name = static_cast<type *>(twin_dynamic())
#define __shared__      static __attribute__((section("twin_shared")))

static inline void __syncthreads() { twin_barrier(); }

static inline unsigned twin_rank() { return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x; }

template <class T> static inline T __shfl_sync(unsigned, T value, unsigned lane)
{
    T other;

    twin_exchange(&value, sizeof value, lane & 31, &other);
    return other;
}

template <class T> static inline T __shfl_xor_sync(unsigned all, T value, int mask)
{
    return __shfl_sync(all, value, (twin_rank() & 31) ^ (unsigned)mask);
}

static inline bool __any_sync(unsigned, bool mine) { return twin_any(mine); }

// Blocks and fibers run one at a time: nothing is between the read and the write.
template <class T> static inline T atomicAdd(T *p, T v) { twin_atomics++; T old = *p; *p = old + v; return old; }
template <class T> static inline T atomicMin(T *p, T v) { twin_atomics++; T old = *p; *p = v < old ? v : old; return old; }
template <class T> static inline T atomicOr(T *p, T v) { twin_atomics++; T old = *p; *p = old | v; return old; }

static inline double double_of_bits(u64 bits)
{
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline double __fma_rn(double a, double b, double c) { return std::fma(a, b, c); }

// The one unit that can be ordered to compute wrongly.
static inline float __fmaf_rn(float a, float b, float c)
{
    float result = std::fma(a, b, c);
    unsigned bits;

    if (twin_trouble.bad_unit && twin_sm() == twin_trouble.sm && (twin_trouble.lane < 0 || twin_trouble.lane == int(twin_rank() & 31))) {
        memcpy(&bits, &result, sizeof bits);
        bits ^= 1u << twin_trouble.result_bit;
        memcpy(&result, &bits, sizeof bits);
    }
    return result;
}

static inline void ptx_load(const u64 *p, u64 *a, u64 *b)
{
    *a = twin_read_cell(p);
    *b = twin_read_cell(p + 1);
}

static inline void ptx_load_shared(const u64 *p, u64 *a, u64 *b)
{
    *a = *static_cast<const volatile u64 *>(p);
    *b = *static_cast<const volatile u64 *>(p + 1);
}

static inline void ptx_store(u64 *p, u64 a, u64 b)
{
    twin_write_cell(p, a);
    twin_write_cell(p + 1, b);
}

static inline u64 ptx_reread(const u64 *p) { return twin_read_cell(p); }
static inline u32 ptx_reread(const u32 *p) { return *static_cast<const volatile u32 *>(p); }
static inline u32 ptx_sm() { return twin_sm(); }
static inline u32 ptx_warp() { return twin_rank() / 32; }

static inline u64 ptx_ns()
{
    timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return u64(now.tv_sec) * 1000000000u + u64(now.tv_nsec);
}

// A twin's clock goes at 1 GHz.
static inline u64 ptx_cycles() { return ptx_ns(); }

#endif
