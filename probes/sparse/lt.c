/* sparselt.matmul - cuSPARSELt's products with a matrix of which two in four numbers are 0, on
 * integers whose every sum is exact in the result's type: compressed, multiplied, compared whole. */
#include "child/product/product.h"

#include <string.h>

#include "base/text.h"
#include "math/number.h"
#include "math/random.h"

enum { TRIES_MAX = 3, POISON_FLOAT = 0xFF, POISON_INT = 0x7F, ADDED_MOST = 8, ALIGNED = 16 };

/* The largest integers of A and B: k / 2 products of two such for k up to 256, and what is added, are whole numbers of the result. */
struct kind { enum number in, out; cudaDataType in_type, out_type; int a_most, b_most; bool adds_integers; };

static const struct kind kinds[] = {
    { NUMBER_FP16, NUMBER_FP16,  CUDA_R_16F,  CUDA_R_16F,  3, 5, false },
    { NUMBER_BF16, NUMBER_BF16,  CUDA_R_16BF, CUDA_R_16BF, 1, 1, false },
    { NUMBER_INT8, NUMBER_INT32, CUDA_R_8I,   CUDA_R_32I,  127, 127, true },
    { NUMBER_INT8, NUMBER_FP16,  CUDA_R_8I,   CUDA_R_16F,  3, 5, true },
};

/* Row-major: A is m x k, B is k x n or its transpose, C and D are m x n. */
struct sparse_product {
    struct child *c;
    const struct kind *kind;
    size_t        m, n, k;          /* multiples of 32 */
    bool          transposed;       /* B lies as n x k */
    int           version;          /* 801 is 0.8.1 */
    const char   *words;
    int8_t       *a, *b;            /* b: k x n */
    int64_t      *expected;
    CUdeviceptr   dense, compressed, scratch, in, add, out, workspace;
    bool          told;
    double        served, wrong, compared;
    cusparseLtHandle_t             *handle;
    cusparseLtMatDescriptor_t      *da, *db, *dd;
    cusparseLtMatmulDescriptor_t   *matmul;
    cusparseLtMatmulAlgSelection_t *choice;
    cusparseLtMatmulPlan_t         *plan;
};

static void *at(CUdeviceptr p)
{
    return (void *)(uintptr_t)p;
}

/* ---- Data ---- */

/* Of every four neighbours in a row of A any two are 0. */
static void make_sparse(struct sparse_product *p, struct random *r)
{
    for (size_t i = 0; i < p->m * p->k; i += 4) {
        int first = random_integer(r, 0, 3), second = (first + random_integer(r, 1, 3)) % 4;

        for (int k = 0; k < 4; k++)
            p->a[i + (size_t)k] = (int8_t)(k == first || k == second ? random_integer(r, -p->kind->a_most, p->kind->a_most) : 0);
    }
}

static void make(struct sparse_product *p)
{
    struct random r = { p->c->seed ^ (uint64_t)p->kind->out };

    p->a = host_buffer(p->c, p->m * p->k);
    p->b = host_buffer(p->c, p->k * p->n);
    p->expected = host_buffer(p->c, p->m * p->n * sizeof *p->expected);
    make_sparse(p, &r);
    for (size_t i = 0; i < p->k * p->n; i++)
        p->b[i] = (int8_t)random_integer(&r, -p->kind->b_most, p->kind->b_most);
    for (size_t i = 0; i < p->m; i++)
        for (size_t k = 0; k < p->k; k++)
            for (size_t j = 0; j < p->n; j++)
                p->expected[i * p->n + j] += p->a[i * p->k + k] * p->b[k * p->n + j];
}

static int added(size_t i, size_t j)
{
    return (int)((i * 7 + j * 13) % (2 * ADDED_MOST + 1)) - ADDED_MOST;
}

static void upload(struct sparse_product *p)
{
    struct child *c = p->c;
    size_t in = number_bytes(p->kind->in), out = number_bytes(p->kind->out);
    void *a = host_buffer(c, p->m * p->k * in), *b = host_buffer(c, p->k * p->n * in), *add = host_buffer(c, p->m * p->n * out);

    for (size_t i = 0; i < p->m * p->k; i++)
        number_set(p->kind->in, a, i, p->a[i]);
    for (size_t k = 0; k < p->k; k++)
        for (size_t j = 0; j < p->n; j++)
            number_set(p->kind->in, b, p->transposed ? j * p->k + k : k * p->n + j, p->b[k * p->n + j]);
    for (size_t i = 0; i < p->m * p->n; i++)
        number_set(p->kind->out, add, i, added(i / p->n, i % p->n));
    p->dense = device_buffer(c, p->m * p->k * in);
    p->in = device_buffer(c, p->k * p->n * in);
    p->add = device_buffer(c, p->m * p->n * out);
    p->out = device_buffer(c, p->m * p->n * out);
    device_upload(c, p->dense, a, p->m * p->k * in);
    device_upload(c, p->in, b, p->k * p->n * in);
    device_upload(c, p->add, add, p->m * p->n * out);
}

static void poison(struct sparse_product *p)
{
    size_t bytes = p->m * p->n * number_bytes(p->kind->out);
    void *d = host_buffer(p->c, bytes);

    memset(d, p->kind->out == NUMBER_INT32 ? POISON_INT : POISON_FLOAT, bytes);
    device_upload(p->c, p->out, d, bytes);
}

/* ---- Descriptions ---- */

static void saw_not_supported(struct sparse_product *p, const char *call)
{
    saw_text(p->c, "not_supported", "%s: %s", p->words, call);
}

/* Not supported is listed; any other code ends the trial. */
static bool is_served(struct sparse_product *p, const char *call, long code)
{
    if (code == 0)
        return true;
    if (!cusparse_is_not_supported(code))
        child_call_failed(p->c, call, &p->c->cusparselt.dl, code);
    saw_not_supported(p, call);
    return false;
}

/* How the sum's type is numbered: 0.4 began with that of 16-bit factors, which it adds in fp32, and 0.6 with int32;
 * of 0.5 that is not known. A number that stands for another type is refused. Ends with -1. */
static const int *numbers_of_sums(const struct sparse_product *p)
{
    static const int floats[][TRIES_MAX + 1] = { { CUSPARSELT_0_4_SUMS_IN_FP32, -1 }, { CUSPARSE_COMPUTE_32F, 1, 0, -1 }, { CUSPARSE_COMPUTE_32F, -1 } };
    static const int integers[][TRIES_MAX + 1] = { { CUSPARSELT_0_4_SUMS_IN_INT32, -1 }, { CUSPARSE_COMPUTE_32I, 1, -1 }, { CUSPARSE_COMPUTE_32I, -1 } };
    int which = p->version < 500 ? 0 : p->version < 600 ? 1 : 2;

    return p->kind->adds_integers ? integers[which] : floats[which];
}

static bool describe_product(struct sparse_product *p)
{
    struct child *c = p->c;
    cusparseOperation_t of_b = p->transposed ? CUSPARSE_OPERATION_TRANSPOSE : CUSPARSE_OPERATION_NON_TRANSPOSE;
    long code = 0;

    for (const int *sums = numbers_of_sums(p); *sums >= 0; sums++) {
        code = CALL(c, cusparselt, cusparseLtMatmulDescriptorInit(p->handle, p->matmul, CUSPARSE_OPERATION_NON_TRANSPOSE, of_b, p->da, p->db, p->dd, p->dd, *sums));
        if (code == 0 || !(cusparse_is_not_supported(code) || (sums[1] >= 0 && code == CUSPARSE_STATUS_INVALID_VALUE)))
            break;
    }
    return is_served(p, "cusparseLtMatmulDescriptorInit", code);
}

static void forget_matrices(struct sparse_product *p)
{
    struct child *c = p->c;

    MUST(c, cusparselt, cusparseLtMatDescriptorDestroy(p->da));
    MUST(c, cusparselt, cusparseLtMatDescriptorDestroy(p->db));
    MUST(c, cusparselt, cusparseLtMatDescriptorDestroy(p->dd));
}

static bool describe_matrices(struct sparse_product *p)
{
    struct child *c = p->c;
    const int64_t m = (int64_t)p->m, n = (int64_t)p->n, k = (int64_t)p->k, rows_b = p->transposed ? n : k, columns_b = p->transposed ? k : n;
    cudaDataType in = p->kind->in_type, out = p->kind->out_type;

    if (!is_served(p, "cusparseLtStructuredDescriptorInit",
                   CALL(c, cusparselt, cusparseLtStructuredDescriptorInit(p->handle, p->da, m, k, k, ALIGNED, in, CUSPARSE_ORDER_ROW, CUSPARSELT_SPARSITY_50_PERCENT))))
        return false;
    MUST(c, cusparselt, cusparseLtDenseDescriptorInit(p->handle, p->db, rows_b, columns_b, columns_b, ALIGNED, in, CUSPARSE_ORDER_ROW));
    MUST(c, cusparselt, cusparseLtDenseDescriptorInit(p->handle, p->dd, m, n, n, ALIGNED, out, CUSPARSE_ORDER_ROW));
    return true;
}

static bool make_plan(struct sparse_product *p)
{
    struct child *c = p->c;
    size_t bytes = 0;

    if (!is_served(p, "cusparseLtMatmulAlgSelectionInit",
                   CALL(c, cusparselt, cusparseLtMatmulAlgSelectionInit(p->handle, p->choice, p->matmul, CUSPARSELT_MATMUL_ALG_DEFAULT))))
        return false;
    if (!is_served(p, "cusparseLtMatmulPlanInit", CALL(c, cusparselt, cusparseLtMatmulPlanInit(p->handle, p->plan, p->matmul, p->choice))))
        return false;
    MUST(c, cusparselt, cusparseLtMatmulGetWorkspace(p->handle, p->plan, &bytes));
    p->workspace = device_buffer(c, bytes + 16 - bytes % 16);
    return true;
}

static void forget_plan(struct sparse_product *p)
{
    struct child *c = p->c;

    MUST(c, cusparselt, cusparseLtMatmulPlanDestroy(p->plan));
    if (c->cusparselt.cusparseLtMatmulAlgSelectionDestroy != NULL)
        MUST(c, cusparselt, cusparseLtMatmulAlgSelectionDestroy(p->choice));
}

/* ---- The product ---- */

/* Two in four are 0 already: that must be seen, and nothing lost. */
static void compress(struct sparse_product *p)
{
    struct child *c = p->c;
    const void *dense = at(p->dense);
    CUdeviceptr answer = device_buffer(c, sizeof(int));
    size_t bytes = 0, scratch = 0;
    int *invalid = at(answer), told = -1;
    void *compressed, *room;

    device_upload(c, answer, &told, sizeof told);
    MUST(c, cusparselt, cusparseLtSpMMAPruneCheck(p->handle, p->matmul, dense, invalid, NULL));
    device_wait(c);
    device_download(c, &told, answer, sizeof told);
    if (told != 0 && !p->told) {
        saw_text(c, "first", "%s: cusparseLtSpMMAPruneCheck says that not two in four numbers are 0, but they are (%d)", p->words, told);
        p->told = true;
    }
    p->wrong += told != 0;
    MUST(c, cusparselt, cusparseLtSpMMACompressedSize(p->handle, p->plan, &bytes, &scratch));
    p->compressed = device_buffer(c, bytes + 16 - bytes % 16);
    p->scratch = device_buffer(c, scratch + 16 - scratch % 16);
    compressed = at(p->compressed);
    room = at(p->scratch);
    MUST(c, cusparselt, cusparseLtSpMMACompress(p->handle, p->plan, dense, compressed, room, NULL));
    device_wait(c);
}

static void compare(struct sparse_product *p, bool adds)
{
    size_t bytes = p->m * p->n * number_bytes(p->kind->out);
    void *d = host_buffer(p->c, bytes);

    device_download(p->c, d, p->out, bytes);
    for (size_t i = 0; i < p->m * p->n; i++) {
        double got = number_get(p->kind->out, d, i), expected = (double)p->expected[i] + (adds ? added(i / p->n, i % p->n) : 0);

        if (got == expected)            /* never true for NaN */
            continue;
        if (!p->told)
            saw_text(p->c, "first", "%s%s: D[%zu][%zu] is %.17g, expected %.17g", p->words, adds ? ", C added" : "", i / p->n, i % p->n, got, expected);
        p->told = true;
        p->wrong++;
    }
    p->compared += (double)(p->m * p->n);
}

static void multiply(struct sparse_product *p, bool adds)
{
    struct child *c = p->c;
    const float alpha = 1, beta = adds ? 1 : 0;
    const void *a = at(p->compressed), *b = at(p->in), *add = at(adds ? p->add : p->out);
    void *d = at(p->out), *workspace = at(p->workspace);

    poison(p);
    MUST(c, cusparselt, cusparseLtMatmul(p->handle, p->plan, &alpha, a, b, &beta, add, d, workspace, NULL, 0));
    device_wait(c);
    compare(p, adds);
}

static void try(struct sparse_product *p)
{
    p->words = text_make(&p->c->arena, "%s to %s, B %s", number_name(p->kind->in), number_name(p->kind->out), p->transposed ? "transposed" : "as it is");
    if (!describe_matrices(p))
        return;
    if (describe_product(p) && make_plan(p)) {
        upload(p);
        compress(p);
        multiply(p, false);
        multiply(p, true);
        forget_plan(p);
        p->served++;
    }
    forget_matrices(p);
}

static void each_kind(struct sparse_product *p)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        p->kind = &kinds[i];
        p->wrong = p->compared = 0;
        make(p);
        for (int transposed = 1; transposed >= (kinds[i].adds_integers ? 1 : 0); transposed--) {      /* int8 has no other */
            p->transposed = transposed;
            try(p);
        }
        saw_num(p->c, text_make(&p->c->arena, "compared.%s.%s", number_name(p->kind->in), number_name(p->kind->out)), "", p->compared);
        saw_num(p->c, text_make(&p->c->arena, "wrong.%s.%s", number_name(p->kind->in), number_name(p->kind->out)), "", p->wrong);
    }
}

static int version_of(struct child *c)
{
    int major, minor, patch;

    MUST(c, cusparselt, cusparseLtGetProperty(MAJOR_VERSION, &major));
    MUST(c, cusparselt, cusparseLtGetProperty(MINOR_VERSION, &minor));
    MUST(c, cusparselt, cusparseLtGetProperty(PATCH_LEVEL, &patch));
    saw_text(c, "version", "%d.%d.%d", major, minor, patch);
    return major * 100000 + minor * 100 + patch;
}

static void run(struct child *c)
{
    struct sparse_product p = { .c = c };
    bool large = product_side(c) > 2;
    long code;

    if (c->cc < 80)
        stop_unsupported(c, "products with two in four numbers 0 need compute capability 8.0; this GPU has %d.%d", c->cc / 10, c->cc % 10);
    child_bind_cusparselt(c);
    p.version = version_of(c);
    p.m = large ? 640 : 64;
    p.n = large ? 320 : 32;
    p.k = large ? 256 : 64;
    p.handle = host_buffer(c, sizeof *p.handle);
    p.da = host_buffer(c, sizeof *p.da);
    p.db = host_buffer(c, sizeof *p.db);
    p.dd = host_buffer(c, sizeof *p.dd);
    p.matmul = host_buffer(c, sizeof *p.matmul);
    p.choice = host_buffer(c, sizeof *p.choice);
    p.plan = host_buffer(c, sizeof *p.plan);
    code = CALL(c, cusparselt, cusparseLtInit(p.handle));
    if (cusparse_is_not_supported(code))
        stop_unsupported(c, "this cuSPARSELt does not know compute capability %d.%d", c->cc / 10, c->cc % 10);
    if (code != 0)
        child_call_failed(c, "cusparseLtInit", &c->cusparselt.dl, code);
    each_kind(&p);
    MUST(c, cusparselt, cusparseLtDestroy(p.handle));
    if (p.served == 0)
        stop_unsupported(c, "this cuSPARSELt multiplies none of fp16, bf16 and int8 on compute capability %d.%d", c->cc / 10, c->cc % 10);
    saw_num(c, "seed", "", (double)c->seed);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_sparselt_matmul = {
    .name     = "sparselt.matmul",
    .claim    = "cuSPARSELt multiplies matrices of which two in four numbers are 0 exactly, in every type that it offers.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT,
    .stacks   = ON_ANY_STACK,
    .library  = "cusparseLt",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "wrong.*", .bound = EQUALS, .number = 0, .sentence = "%s elements differ from the exact result", .detail = "first" },
        { .key = NULL },
    },
    .run      = run,
};
