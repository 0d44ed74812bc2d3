// ptx.h - the CPU twin of kernels/ptx.h: what CUDA C gives a kernel, on the host.
// One fiber per thread, blocks one after another. Shared memory is static and
// lies in a section of its own, so that it can be filled with rubbish before
// each block.
#ifndef TESTS_HOST_PTX_H
#define TESTS_HOST_PTX_H

#include <cmath>
#include <cstring>

typedef unsigned int       u32;
typedef unsigned long long u64;
typedef long long          i64;

struct twin_index { unsigned x, y, z; };

extern thread_local twin_index threadIdx, blockIdx, blockDim, gridDim;

void twin_barrier();                                            // __syncthreads
void twin_exchange(const void *mine, size_t bytes, unsigned lane, void *theirs);   // one warp's shuffle

#define KERNEL          extern "C" void
#define INSIDE          static inline
#define __shared__      static __attribute__((section("twin_shared")))

static inline void __syncthreads() { twin_barrier(); }

template <class T> static inline T __shfl_xor_sync(unsigned, T value, int mask)
{
    unsigned rank = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    T other;

    twin_exchange(&value, sizeof value, (rank & 31) ^ (unsigned)mask, &other);
    return other;
}

// Blocks and fibers run one at a time: nothing is between the read and the write.
template <class T> static inline T atomicAdd(T *p, T v) { T old = *p; *p = old + v; return old; }
template <class T> static inline T atomicMin(T *p, T v) { T old = *p; *p = v < old ? v : old; return old; }

static inline double double_of_bits(u64 bits)
{
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline double __fma_rn(double a, double b, double c) { return std::fma(a, b, c); }

#endif
