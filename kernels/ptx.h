/* ptx.h - what the kernels need of the machine below CUDA C: the one file that
 * the CPU twin replaces (tests/host/ptx.h).
 */
#ifndef KERNELS_PTX_H
#define KERNELS_PTX_H

typedef unsigned int       u32;
typedef unsigned long long u64;

#define KERNEL extern "C" __global__ void

#endif
