/* cufft.h - cuFFT (libcufft.so) as a table of function pointers. */
#ifndef LOAD_CUFFT_H
#define LOAD_CUFFT_H

#include "load/dl.h"

typedef int cufftResult;                /* enums there */
typedef int cufftType;
typedef int cufftHandle;

typedef float  cufftReal;
typedef double cufftDoubleReal;
typedef struct { float x, y; }  cufftComplex;
typedef struct { double x, y; } cufftDoubleComplex;

enum {
    CUFFT_R2C = 0x2A, CUFFT_C2R = 0x2C, CUFFT_C2C = 0x29, CUFFT_D2Z = 0x6A, CUFFT_Z2D = 0x6C, CUFFT_Z2Z = 0x69,
    CUFFT_FORWARD = -1, CUFFT_INVERSE = 1,
};

#define CUFFT_SYMS(SYM) \
    SYM(NEED, cufftResult, cufftGetVersion, (int *)) \
    SYM(NEED, cufftResult, cufftPlanMany,   (cufftHandle *, int, int *, int *, int, int, int *, int, int, cufftType, int)) \
    SYM(NEED, cufftResult, cufftExecC2C,    (cufftHandle, cufftComplex *, cufftComplex *, int)) \
    SYM(NEED, cufftResult, cufftExecR2C,    (cufftHandle, cufftReal *, cufftComplex *)) \
    SYM(NEED, cufftResult, cufftExecC2R,    (cufftHandle, cufftComplex *, cufftReal *)) \
    SYM(NEED, cufftResult, cufftExecZ2Z,    (cufftHandle, cufftDoubleComplex *, cufftDoubleComplex *, int)) \
    SYM(NEED, cufftResult, cufftExecD2Z,    (cufftHandle, cufftDoubleReal *, cufftDoubleComplex *)) \
    SYM(NEED, cufftResult, cufftExecZ2D,    (cufftHandle, cufftDoubleComplex *, cufftDoubleReal *)) \
    SYM(NEED, cufftResult, cufftDestroy,    (cufftHandle))

struct cufft { struct dl dl; CUFFT_SYMS(DL_FIELD) };

bool cufft_bind(struct cufft *t, void *handle, struct err *e) MUST_USE;

#endif
