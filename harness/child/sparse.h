/* sparse.h - what the probes of cuSPARSE's generic interface share: a sparse matrix of
 * integers in every type, as CSR and as COO, by every algorithm, and its products exactly (child only). */
#ifndef CHILD_SPARSE_H
#define CHILD_SPARSE_H

#include "child/child.h"
#include "math/sparse.h"

enum format { CSR_32, CSR_64, COO };

/* One way to compute the product. */
struct way {
    enum format format;
    int         algorithm;
    bool        transposed;     /* of A */
    bool        rows;           /* of a dense matrix lie together, not its columns */
    const char *name;           /* "CUSPARSE_SPMV_CSR_ALG1" */
};

/* A dense operand: `width` columns of `length` elements, in device memory, and its description
 * for the product that is computed now. */
struct dense {
    int         length, width, ld;
    CUdeviceptr at;
    union { cusparseDnVecDescr_t vector; cusparseDnMatDescr_t matrix; } described;
};

struct generic {
    struct child     *c;
    cusparseHandle_t  handle;
    const struct generic_calls *calls;
    struct sparse     matrix;
    CUdeviceptr       offsets[2], columns[2], rows, values;     /* [1]: of 64 bits */
    enum number       in, out;
    cudaDataType      in_type, out_type, compute;
    struct dense      x, y;
    cusparseSpMatDescr_t described;
    CUdeviceptr       workspace;
    size_t            room;
    int64_t          *expected;     /* before alpha and beta */
    int64_t          *expected_transposed;
    int              *other, *other_transposed;
    bool              told;         /* the first wrong element */
    double            wrong, compared;      /* of this type */
};

/* alpha and beta in the type that is computed in. */
union factor { double fp64; float fp32; int32_t int32; };

/* What the product of a matrix and a vector and that of two matrices do not share. */
struct generic_calls {
    int               width;        /* columns of the dense operands */
    const struct way *ways;
    size_t            n_ways;
    const char       *ask_name, *multiply_name;
    void            (*describe)(struct generic *g, const struct way *w);
    long            (*ask)(struct generic *g, const struct way *w, const union factor *alpha, const union factor *beta, size_t *bytes);
    long            (*multiply)(struct generic *g, const struct way *w, const union factor *alpha, const union factor *beta);
    void            (*forget)(struct generic *g);
};

void generic_run(struct child *c, const struct generic_calls *calls);

static inline cusparseOperation_t generic_operation(const struct way *w)
{
    return w->transposed ? CUSPARSE_OPERATION_TRANSPOSE : CUSPARSE_OPERATION_NON_TRANSPOSE;
}

static inline void *generic_at(CUdeviceptr p)
{
    return (void *)(uintptr_t)p;
}

/* fp32 and fp64 are what every cuSPARSE computes in. */
#define GENERIC_EXPECTS \
    { .key = "compared.fp32", .bound = AT_LEAST, .number = 1, .sentence = "cuSPARSE does not multiply in fp32" }, \
    { .key = "compared.fp64", .bound = AT_LEAST, .number = 1, .sentence = "cuSPARSE does not multiply in fp64" }, \
    { .key = "wrong.*", .bound = EQUALS, .number = 0, .sentence = "%s elements differ from the exact result", .detail = "first" }

#endif
