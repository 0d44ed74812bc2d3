/* sparse.spmm - cuSPARSE's product of a sparse and a dense matrix, on integers that are exact in each type. */
#include "child/sparse.h"

enum { WIDTH = 17 };        /* no multiple of what a warp or a tile has */

#define BOTH_ORDERS(what, which) \
    { .format = what, .algorithm = which, .name = #which }, \
    { .format = what, .algorithm = which, .name = #which, .rows = true }

static const struct way ways[] = {
    BOTH_ORDERS(CSR_32, CUSPARSE_SPMM_ALG_DEFAULT),
    BOTH_ORDERS(CSR_32, CUSPARSE_SPMM_CSR_ALG1),
    BOTH_ORDERS(CSR_32, CUSPARSE_SPMM_CSR_ALG2),
    BOTH_ORDERS(CSR_32, CUSPARSE_SPMM_CSR_ALG3),
    { .format = CSR_32, .algorithm = CUSPARSE_SPMM_ALG_DEFAULT, .name = "CUSPARSE_SPMM_ALG_DEFAULT", .transposed = true },
    { .format = CSR_64, .algorithm = CUSPARSE_SPMM_ALG_DEFAULT, .name = "CUSPARSE_SPMM_ALG_DEFAULT" },
    BOTH_ORDERS(COO, CUSPARSE_SPMM_ALG_DEFAULT),
    BOTH_ORDERS(COO, CUSPARSE_SPMM_COO_ALG1),
    BOTH_ORDERS(COO, CUSPARSE_SPMM_COO_ALG2),
    BOTH_ORDERS(COO, CUSPARSE_SPMM_COO_ALG3),
    BOTH_ORDERS(COO, CUSPARSE_SPMM_COO_ALG4),
};

static void describe(struct generic *g, const struct way *w)
{
    struct child *c = g->c;
    cusparseOrder_t order = w->rows ? CUSPARSE_ORDER_ROW : CUSPARSE_ORDER_COL;
    void *from = generic_at(g->x.at), *to = generic_at(g->y.at);

    MUST(c, cusparse, cusparseCreateDnMat(&g->x.described.matrix, g->x.length, WIDTH, g->x.ld, from, g->in_type, order));
    MUST(c, cusparse, cusparseCreateDnMat(&g->y.described.matrix, g->y.length, WIDTH, g->y.ld, to, g->out_type, order));
}

static void forget(struct generic *g)
{
    struct child *c = g->c;

    MUST(c, cusparse, cusparseDestroyDnMat(g->x.described.matrix));
    MUST(c, cusparse, cusparseDestroyDnMat(g->y.described.matrix));
}

static long ask(struct generic *g, const struct way *w, const union factor *alpha, const union factor *beta, size_t *bytes)
{
    cusparseDnMatDescr_t b = g->x.described.matrix, product = g->y.described.matrix;
    cusparseOperation_t of_a = generic_operation(w);
    struct child *c = g->c;

    return CALL(c, cusparse, cusparseSpMM_bufferSize(g->handle, of_a, CUSPARSE_OPERATION_NON_TRANSPOSE, alpha, g->described, b, beta, product,
                                                        g->compute, w->algorithm, bytes));
}

static long multiply(struct generic *g, const struct way *w, const union factor *alpha, const union factor *beta)
{
    cusparseDnMatDescr_t b = g->x.described.matrix, product = g->y.described.matrix;
    cusparseOperation_t of_a = generic_operation(w);
    struct child *c = g->c;
    void *workspace = generic_at(g->workspace);

    return CALL(c, cusparse, cusparseSpMM(g->handle, of_a, CUSPARSE_OPERATION_NON_TRANSPOSE, alpha, g->described, b, beta, product,
                                             g->compute, w->algorithm, workspace));
}

static void run(struct child *c)
{
    static const struct generic_calls calls = {
        .width = WIDTH, .ways = ways, .n_ways = COUNT_OF(ways), .ask_name = "cusparseSpMM_bufferSize", .multiply_name = "cusparseSpMM",
        .describe = describe, .ask = ask, .multiply = multiply, .forget = forget,
    };

    generic_run(c, &calls);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_sparse_spmm = {
    .name     = "sparse.spmm",
    .claim    = "cuSPARSE multiplies a sparse and a dense matrix exactly, by every algorithm that it offers.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT,
    .stacks   = ON_ANY_STACK,
    .library  = "cusparse",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .may_skip = true,
    .expects  = (const struct expect[]){ GENERIC_EXPECTS, { .key = NULL } },
    .run      = run,
};
