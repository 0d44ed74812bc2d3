/* lt.h - products by cuBLASLt, prepared once and queued often: what blas.lt.* and soak.burn share. */
#ifndef PROBES_BLAS_LT_H
#define PROBES_BLAS_LT_H

#include "child/product.h"

struct lt {
    cublasLtHandle_t    handle;
    cublasComputeType_t compute;
    enum number         scale;
    bool                fast;                   /* fp8: sums may be kept more coarsely */
    CUdeviceptr         one;                    /* fp8's scales: 1. There are kernels that want them, and everybody sets them (openxla/xla 40747) */
    CUdeviceptr         workspace;
    size_t              room;
    size_t              version;
    int                 side;                   /* of large products */
    const char         *told;                   /* of the algorithm that was used last */
};

/* One product's descriptions, and the algorithm that was chosen for it. */
struct lt_call {
    cublasLtMatmulDesc_t       op;
    cublasLtMatrixLayout_t     a, b, d;
    cublasLtMatmulPreference_t preference;
    cublasLtMatmulAlgo_t       algo;
    size_t                     workspace;
    int                        choices;         /* how many algorithms the library offers; 0: none */
    long                       code;            /* its answer, where it offers none */
};

/* Binds the stack's cuBLASLt and makes a handle, with a workspace of so many bytes;
 * stop_unsupported where the library is too old for any of this. */
void lt_open(struct child *c, struct lt *lt, size_t room);

/* Whether this GPU and this library can have such products at all; *why says what is missing. */
bool lt_may_have(struct child *c, const struct lt *lt, enum number in, const char **why);

/* Describes a product and asks for algorithms: takes the `choice`th of those that can be used,
 * counted round. False where there is none: nothing is described then. */
bool lt_prepare(struct child *c, const struct lt *lt, const struct product *p, int choice, struct lt_call *call);

/* The call, not the wait; its code. */
long lt_queue(struct child *c, const struct lt *lt, const struct product *p, const struct lt_call *call, CUstream stream);

void lt_forget(struct child *c, const struct lt_call *call);

/* "algorithm 21, tile 15, split K 4, reduction scheme 2, HMMA of bf16 summed in fp32", in the child's arena. */
const char *lt_words(struct child *c, const struct lt_call *call);

#endif
