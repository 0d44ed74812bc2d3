/* lt.h - products by cuBLASLt as its probes share them: lt_multiply is the function
 * of a multiplier (child/product/product.h), whose `library` is a struct lt. */
#ifndef PROBES_BLAS_LT_H
#define PROBES_BLAS_LT_H

#include "child/product/product.h"

struct lt {
    cublasLtHandle_t    handle;
    cublasComputeType_t compute;
    enum number         scale;
    bool                fast;                   /* fp8: sums may be kept more coarsely */
    CUdeviceptr         one;                    /* fp8's scale factor as a whole: 1 */
    CUdeviceptr         workspace;
    size_t              room;
    size_t              version;
    int                 side;                   /* of large products */
    const char         *told;                   /* of the algorithm that was used last */
};

/* One product's descriptions. */
struct described {
    cublasLtMatmulDesc_t       op;
    cublasLtMatrixLayout_t     a, b, d;
    cublasLtMatmulPreference_t preference;
};

/* A product that is prepared once and queued often, with the algorithm that was chosen for it. */
struct lt_call {
    struct described     x;
    cublasLtMatmulAlgo_t algo;
    size_t               workspace;
    int                  choices;               /* how many algorithms the library offers; 0: none */
    long                 code;                  /* its answer, where it offers none */
};

static inline bool lt_is_fp8(enum number n)
{
    return n == NUMBER_E4M3 || n == NUMBER_E5M2;
}

/* What products of such factors are computed in: fp32 is asked for as fp32, without narrower products. */
cublasComputeType_t lt_compute(enum number in);

/* Binds the library and makes a handle with a workspace; stops the trial where this
 * version cannot multiply such. Before the trial's first buffer. */
struct lt lt_begin(struct child *c, enum number in, enum number out, cublasComputeType_t compute);

/* Gives the handle back, and tells the seed. */
void lt_end(struct child *c, const struct lt *lt);

/* What lt_begin does for all types at once: a workspace of so many bytes, and stop_unsupported where the library is too old for any. */
void lt_open(struct child *c, struct lt *lt, size_t room);

/* Whether this GPU and this library can have such products at all; *why says what is missing. */
bool lt_may_have(struct child *c, const struct lt *lt, enum number in, const char **why);

void lt_multiply(struct multiplier *by, const struct product *p);

/* ---- What lt_multiply is made of ---- */
struct described lt_describe(struct child *c, const struct lt *lt, const struct product *p);
void             lt_forget(struct child *c, const struct described *x);

/* Describes a product and asks for algorithms: takes the `choice`th of those that can be used, counted
 * round. False where there is none: nothing is described then. */
bool lt_prepare(struct child *c, const struct lt *lt, const struct product *p, int choice, struct lt_call *call);

/* The call, not the wait; its code. */
long lt_queue(struct child *c, const struct lt *lt, const struct product *p, const struct lt_call *call, CUstream stream);

/* "algorithm 21, tile 15, split K 4, reduction scheme 2, HMMA of bf16 summed in fp32", in the child's arena. */
const char *lt_words(struct child *c, const cublasLtMatmulAlgo_t *algo);

/* Tells of the algorithm that is used, if another was used last; its words. */
const char *lt_tell(struct child *c, struct lt *lt, enum number type, const cublasLtMatmulAlgo_t *algo);

#endif
