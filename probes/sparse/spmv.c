/* sparse.spmv - cuSPARSE's product of a sparse matrix and a vector, on integers that are exact in each type. */
#include "child/sparse.h"

static const struct way ways[] = {
    { .format = CSR_32, .algorithm = CUSPARSE_SPMV_ALG_DEFAULT, .name = "CUSPARSE_SPMV_ALG_DEFAULT" },
    { .format = CSR_32, .algorithm = CUSPARSE_SPMV_CSR_ALG1,    .name = "CUSPARSE_SPMV_CSR_ALG1" },
    { .format = CSR_32, .algorithm = CUSPARSE_SPMV_CSR_ALG2,    .name = "CUSPARSE_SPMV_CSR_ALG2" },
    { .format = CSR_32, .algorithm = CUSPARSE_SPMV_ALG_DEFAULT, .name = "CUSPARSE_SPMV_ALG_DEFAULT", .transposed = true },
    { .format = CSR_64, .algorithm = CUSPARSE_SPMV_ALG_DEFAULT, .name = "CUSPARSE_SPMV_ALG_DEFAULT" },
    { .format = COO,    .algorithm = CUSPARSE_SPMV_ALG_DEFAULT, .name = "CUSPARSE_SPMV_ALG_DEFAULT" },
    { .format = COO,    .algorithm = CUSPARSE_SPMV_COO_ALG1,    .name = "CUSPARSE_SPMV_COO_ALG1" },
    { .format = COO,    .algorithm = CUSPARSE_SPMV_COO_ALG2,    .name = "CUSPARSE_SPMV_COO_ALG2" },
    { .format = COO,    .algorithm = CUSPARSE_SPMV_ALG_DEFAULT, .name = "CUSPARSE_SPMV_ALG_DEFAULT", .transposed = true },
};

static void describe(struct generic *g, const struct way *w)
{
    struct child *c = g->c;
    void *from = generic_at(g->x.at), *to = generic_at(g->y.at);

    (void)w;
    MUST(c, cusparse, cusparseCreateDnVec(&g->x.described.vector, g->x.length, from, g->in_type));
    MUST(c, cusparse, cusparseCreateDnVec(&g->y.described.vector, g->y.length, to, g->out_type));
}

static void forget(struct generic *g)
{
    struct child *c = g->c;

    MUST(c, cusparse, cusparseDestroyDnVec(g->x.described.vector));
    MUST(c, cusparse, cusparseDestroyDnVec(g->y.described.vector));
}

static long ask(struct generic *g, const struct way *w, const union factor *alpha, const union factor *beta, size_t *bytes)
{
    cusparseDnVecDescr_t x = g->x.described.vector, y = g->y.described.vector;
    cusparseOperation_t of_a = generic_operation(w);
    struct child *c = g->c;

    return CALL(c, cusparse, cusparseSpMV_bufferSize(g->handle, of_a, alpha, g->described, x, beta, y, g->compute, w->algorithm, bytes));
}

static long multiply(struct generic *g, const struct way *w, const union factor *alpha, const union factor *beta)
{
    cusparseDnVecDescr_t x = g->x.described.vector, y = g->y.described.vector;
    cusparseOperation_t of_a = generic_operation(w);
    struct child *c = g->c;
    void *workspace = generic_at(g->workspace);

    return CALL(c, cusparse, cusparseSpMV(g->handle, of_a, alpha, g->described, x, beta, y, g->compute, w->algorithm, workspace));
}

static void run(struct child *c)
{
    static const struct generic_calls calls = {
        .width = 1, .ways = ways, .n_ways = COUNT_OF(ways), .ask_name = "cusparseSpMV_bufferSize", .multiply_name = "cusparseSpMV",
        .describe = describe, .ask = ask, .multiply = multiply, .forget = forget,
    };

    generic_run(c, &calls);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_sparse_spmv = {
    .name     = "sparse.spmv",
    .claim    = "cuSPARSE multiplies a sparse matrix and a vector exactly, by every algorithm that it offers.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT,
    .stacks   = ON_ANY_STACK,
    .library  = "cusparse",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .may_skip = true,
    .expects  = (const struct expect[]){ GENERIC_EXPECTS, { .key = NULL } },
    .run      = run,
};
