/* ptx.h - what the kernels need of the machine below CUDA C: the one file that
 * the CPU twin replaces (tests/host/ptx.h).
 */
#ifndef KERNELS_PTX_H
#define KERNELS_PTX_H

typedef unsigned int       u32;
typedef unsigned long long u64;
typedef long long          i64;

#define KERNEL extern "C" __global__ void
#define INSIDE static __device__ __forceinline__        // part of a kernel

INSIDE double double_of_bits(u64 bits) { return __longlong_as_double((i64)bits); }

#endif
