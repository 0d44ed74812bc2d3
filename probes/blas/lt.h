/* lt.h - products by cuBLASLt as its probes share them: lt_multiply is the function
 * of a multiplier (child/product.h), whose `library` is a struct lt. */
#ifndef PROBES_BLAS_LT_H
#define PROBES_BLAS_LT_H

#include "child/product.h"

struct lt {
    cublasLtHandle_t    handle;
    cublasComputeType_t compute;
    enum number         scale;
    bool                fast;                   /* fp8: sums may be kept more coarsely */
    CUdeviceptr         one;                    /* fp8's scale factor as a whole: 1 */
    CUdeviceptr         workspace;
    size_t              room;
    int                 side;                   /* of large products */
    const char         *told;                   /* of the algorithm that was used last */
};

/* One product's descriptions. */
struct described {
    cublasLtMatmulDesc_t       op;
    cublasLtMatrixLayout_t     a, b, d;
    cublasLtMatmulPreference_t preference;
};

static inline bool lt_is_fp8(enum number n)
{
    return n == NUMBER_E4M3 || n == NUMBER_E5M2;
}

/* Binds the library and makes a handle with a workspace; stops the trial where this
 * version cannot multiply such. Before the trial's first buffer. */
struct lt lt_begin(struct child *c, enum number in, enum number out, cublasComputeType_t compute);

/* Gives the handle back, and tells the seed. */
void lt_end(struct child *c, const struct lt *lt);

void lt_multiply(struct multiplier *by, const struct product *p);

/* ---- What lt_multiply is made of ---- */
struct described lt_describe(struct child *c, const struct lt *lt, const struct product *p);
void             lt_forget(struct child *c, const struct described *x);

/* Tells of the algorithm that is used, if another was used last; its words. */
const char *lt_tell(struct child *c, struct lt *lt, enum number type, const cublasLtMatmulAlgo_t *algo);

#endif
