/* cusolver.h - cuSOLVER's dense routines (libcusolver.so) as a table of function pointers:
 * the interface of 32-bit sizes, the same since CUDA 8.
 */
#ifndef LOAD_CUSOLVER_H
#define LOAD_CUSOLVER_H

#include "load/cublas.h"

typedef int cusolverStatus_t;           /* enums there */
typedef int cusolverEigMode_t;
typedef int cublasFillMode_t;

typedef struct cusolverDnContext *cusolverDnHandle_t;

enum { CUBLAS_FILL_MODE_LOWER = 0, CUBLAS_FILL_MODE_UPPER = 1, CUSOLVER_EIG_MODE_VECTOR = 1 };

/* The routines that there are in fp32 and in fp64: letter S and float, letter D and double. */
#define CUSOLVER_OF_TYPE(SYM, letter, type) \
    SYM(NEED, cusolverStatus_t, cusolverDn##letter##getrf_bufferSize, (cusolverDnHandle_t, int, int, type *, int, int *)) \
    SYM(NEED, cusolverStatus_t, cusolverDn##letter##getrf, (cusolverDnHandle_t, int, int, type *, int, type *, int *, int *)) \
    SYM(NEED, cusolverStatus_t, cusolverDn##letter##getrs, (cusolverDnHandle_t, cublasOperation_t, int, int, const type *, int, const int *, type *, int, int *)) \
    SYM(NEED, cusolverStatus_t, cusolverDn##letter##potrf_bufferSize, (cusolverDnHandle_t, cublasFillMode_t, int, type *, int, int *)) \
    SYM(NEED, cusolverStatus_t, cusolverDn##letter##potrf, (cusolverDnHandle_t, cublasFillMode_t, int, type *, int, type *, int, int *)) \
    SYM(NEED, cusolverStatus_t, cusolverDn##letter##potrs, (cusolverDnHandle_t, cublasFillMode_t, int, int, const type *, int, type *, int, int *)) \
    SYM(NEED, cusolverStatus_t, cusolverDn##letter##syevd_bufferSize, (cusolverDnHandle_t, cusolverEigMode_t, cublasFillMode_t, int, const type *, int, const type *, int *)) \
    SYM(NEED, cusolverStatus_t, cusolverDn##letter##syevd, (cusolverDnHandle_t, cusolverEigMode_t, cublasFillMode_t, int, type *, int, type *, type *, int, int *))

#define CUSOLVER_SYMS(SYM) \
    SYM(NEED, cusolverStatus_t, cusolverGetProperty, (libraryPropertyType, int *)) \
    SYM(NEED, cusolverStatus_t, cusolverDnCreate,    (cusolverDnHandle_t *)) \
    SYM(NEED, cusolverStatus_t, cusolverDnDestroy,   (cusolverDnHandle_t)) \
    CUSOLVER_OF_TYPE(SYM, S, float) \
    CUSOLVER_OF_TYPE(SYM, D, double)

struct cusolver { struct dl dl; CUSOLVER_SYMS(DL_FIELD) };

bool cusolver_bind(struct cusolver *t, void *handle, struct err *e) MUST_USE;

#endif
