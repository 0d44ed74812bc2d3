/* cudart.h - the CUDA runtime (libcudart.so) as a table of function pointers. */
#ifndef LOAD_CUDART_H
#define LOAD_CUDART_H

#include "load/dl.h"

typedef int cudaError_t;                /* enums there */
typedef int cudaMemcpyKind;

enum {
    cudaErrorInsufficientDriver = 35, cudaErrorNoDevice = 100,
    cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3,
};

#define CUDART_SYMS(SYM) \
    SYM(NEED, cudaError_t,  cudaRuntimeGetVersion,  (int *)) \
    SYM(NEED, cudaError_t,  cudaDriverGetVersion,   (int *)) \
    SYM(NEED, cudaError_t,  cudaGetDeviceCount,     (int *)) \
    SYM(NEED, cudaError_t,  cudaGetLastError,       (void)) \
    SYM(NEED, cudaError_t,  cudaPeekAtLastError,    (void)) \
    SYM(NEED, cudaError_t,  cudaMalloc,             (void **, size_t)) \
    SYM(NEED, cudaError_t,  cudaFree,               (void *)) \
    SYM(NEED, cudaError_t,  cudaMemcpy,             (void *, const void *, size_t, cudaMemcpyKind)) \
    SYM(NEED, cudaError_t,  cudaDeviceSynchronize,  (void)) \
    SYM(NEED, const char *, cudaGetErrorName,       (cudaError_t)) \
    SYM(NEED, const char *, cudaGetErrorString,     (cudaError_t))

struct cudart { struct dl dl; CUDART_SYMS(DL_FIELD) };

bool cudart_bind(struct cudart *t, void *handle, struct err *e) MUST_USE;

#endif
