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
#define UNROLL _Pragma("unroll")

/* Shared memory of the size that the launch says. */
#define DYNAMIC_SHARED(type, name) extern __shared__ type name[]

/* 16 bytes at a time, past the first-level cache; p is a multiple of 16. */
INSIDE void ptx_load(const u64 *p, u64 *a, u64 *b)
{
    asm volatile("ld.global.cg.v2.u64 {%0, %1}, [%2];" : "=l"(*a), "=l"(*b) : "l"(p) : "memory");
}

INSIDE void ptx_store(u64 *p, u64 a, u64 b)
{
    asm volatile("st.global.cg.v2.u64 [%0], {%1, %2};" :: "l"(p), "l"(a), "l"(b) : "memory");
}

/* The same from shared memory. */
INSIDE void ptx_load_shared(const u64 *p, u64 *a, u64 *b)
{
    asm volatile("ld.shared.v2.u64 {%0, %1}, [%2];" : "=l"(*a), "=l"(*b) : "r"((u32)__cvta_generic_to_shared(p)) : "memory");
}

/* One word, read again however often it was read before: past the first-level cache, but the second may answer. */
INSIDE u64 ptx_reread(const u64 *p) { return *(const volatile u64 *)p; }
INSIDE u32 ptx_reread(const u32 *p) { return *(const volatile u32 *)p; }

/* Numbers of the multiprocessor and of the warp's place in it. */
INSIDE u32 ptx_sm(void)   { u32 n; asm volatile("mov.u32 %0, %%smid;" : "=r"(n)); return n; }
INSIDE u32 ptx_warp(void) { u32 n; asm volatile("mov.u32 %0, %%warpid;" : "=r"(n)); return n; }

/* Nanoseconds of a clock that all multiprocessors share. */
INSIDE u64 ptx_ns(void)   { u64 n; asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(n)); return n; }

/* Cycles of the multiprocessor's own clock. */
INSIDE u64 ptx_cycles(void) { u64 n; asm volatile("mov.u64 %0, %%clock64;" : "=l"(n)); return n; }

#endif
