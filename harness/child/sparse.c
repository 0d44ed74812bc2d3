#include "child/sparse.h"

#include <string.h>

#include "base/text.h"
#include "child/product/product.h"
#include "math/exact.h"
#include "math/random.h"

/* Every byte of the result before it is written: NaN as any float, and no int32 of ours. */
enum { POISON_FLOAT = 0xFF, POISON_INT = 0x7F };
enum { PAD = 3, ADDED_MOST = 100 };

static const struct { enum number in, out; cudaDataType in_type, out_type, compute; int cc; } types[] = {
    { NUMBER_FP32, NUMBER_FP32,  CUDA_R_32F,  CUDA_R_32F, CUDA_R_32F, 0 },
    { NUMBER_FP64, NUMBER_FP64,  CUDA_R_64F,  CUDA_R_64F, CUDA_R_64F, 0 },
    { NUMBER_FP16, NUMBER_FP32,  CUDA_R_16F,  CUDA_R_32F, CUDA_R_32F, 53 },
    { NUMBER_BF16, NUMBER_FP32,  CUDA_R_16BF, CUDA_R_32F, CUDA_R_32F, 80 },
    { NUMBER_INT8, NUMBER_INT32, CUDA_R_8I,   CUDA_R_32I, CUDA_R_32I, 0 },
};

/* Those without which there is no product at all. */
static bool must_be_there(const struct generic *g, const struct way *w)
{
    return (g->in == NUMBER_FP32 || g->in == NUMBER_FP64) && w->algorithm == CUSPARSE_SPMV_ALG_DEFAULT && w->format == CSR_32
        && !w->transposed && !w->rows;
}

static union factor factor(const struct generic *g, int v)
{
    return g->out == NUMBER_FP64 ? (union factor){ .fp64 = v } : g->out == NUMBER_INT32 ? (union factor){ .int32 = v } : (union factor){ .fp32 = (float)v };
}

/* ---- Memory ---- */

static CUdeviceptr upload_indices(struct child *c, const int *from, size_t n, bool wide)
{
    size_t bytes = n * (wide ? sizeof(int64_t) : sizeof *from);
    int64_t *wider = host_buffer(c, n * sizeof *wider);
    CUdeviceptr at = device_buffer(c, bytes);

    for (size_t i = 0; i < n; i++)
        wider[i] = from[i];
    device_upload(c, at, wide ? (const void *)wider : from, bytes);
    return at;
}

static void upload_pattern(struct generic *g)
{
    const struct sparse *s = &g->matrix;

    for (int wide = 0; wide < 2; wide++) {
        g->offsets[wide] = upload_indices(g->c, s->offsets, (size_t)s->rows + 1, wide);
        g->columns[wide] = upload_indices(g->c, s->column, (size_t)s->entries, wide);
    }
    g->rows = upload_indices(g->c, s->row, (size_t)s->entries, false);
}

static void upload_values(struct generic *g)
{
    size_t n = (size_t)g->matrix.entries, bytes = (n * number_bytes(g->in) + 3) / 4 * 4;
    void *packed = host_buffer(g->c, bytes);

    for (size_t i = 0; i < n; i++)
        number_set(g->in, packed, i, (double)g->matrix.value[i]);
    g->values = device_buffer(g->c, bytes);
    device_upload(g->c, g->values, packed, bytes);
}

/* Where element (i, j) of a dense operand lies. */
static size_t place(const struct dense *d, const struct way *w, int i, int j)
{
    return w->rows ? (size_t)i * (size_t)d->ld + (size_t)j : (size_t)j * (size_t)d->ld + (size_t)i;
}

static size_t bytes_of(const struct dense *d, const struct way *w, enum number n)
{
    return ((size_t)d->ld * (size_t)(w->rows ? d->length : d->width) * number_bytes(n) + 3) / 4 * 4;
}

/* Vectors have no gaps. */
static void shape(const struct generic *g, struct dense *d, const struct way *w, int length)
{
    d->length = length;
    d->width = g->calls->width;
    d->ld = (w->rows ? d->width : d->length) + (d->width > 1 ? PAD : 0);
}

static int before(int i, int j)
{
    return (i * 7 + j * 13) % (2 * ADDED_MOST + 1) - ADDED_MOST;
}

static void upload_x(struct generic *g, const struct way *w)
{
    const int *from = w->transposed ? g->other_transposed : g->other;
    size_t bytes = bytes_of(&g->x, w, g->in);
    void *packed = host_buffer(g->c, bytes);

    memset(packed, POISON_FLOAT, bytes);
    for (int j = 0; j < g->x.width; j++)
        for (int i = 0; i < g->x.length; i++)
            number_set(g->in, packed, place(&g->x, w, i, j), from[(size_t)j * (size_t)g->x.length + (size_t)i]);
    device_upload(g->c, g->x.at, packed, bytes);
}

/* Poisoned, or with what is added to. */
static void *upload_y(struct generic *g, const struct way *w, bool adds)
{
    size_t bytes = bytes_of(&g->y, w, g->out);
    void *packed = host_buffer(g->c, bytes);

    memset(packed, g->out == NUMBER_INT32 ? POISON_INT : POISON_FLOAT, bytes);
    for (int j = 0; j < g->y.width && adds; j++)
        for (int i = 0; i < g->y.length; i++)
            number_set(g->out, packed, place(&g->y, w, i, j), before(i, j));
    device_upload(g->c, g->y.at, packed, bytes);
    return packed;
}

/* ---- One product ---- */

static const char *const formats[] = { [CSR_32] = "CSR", [CSR_64] = "CSR with indices of 64 bits", [COO] = "COO" };

static const char *words_of(const struct generic *g, const struct way *w)
{
    return text_make(&g->c->arena, "%s, %s, %s%s%s", number_name(g->in), formats[w->format], w->name, w->transposed ? ", A transposed" : "",
                     w->rows ? ", row-major" : "");
}

static void describe(struct generic *g, const struct way *w)
{
    struct child *c = g->c;
    const struct sparse *s = &g->matrix;
    bool wide = w->format == CSR_64;
    cusparseIndexType_t index = wide ? CUSPARSE_INDEX_64I : CUSPARSE_INDEX_32I;
    void *first = generic_at(w->format == COO ? g->rows : g->offsets[wide]), *columns = generic_at(g->columns[wide]), *values = generic_at(g->values);

    if (w->format == COO)
        MUST(c, cusparse, cusparseCreateCoo(&g->described, s->rows, s->columns, s->entries, first, columns, values, index,
                                            CUSPARSE_INDEX_BASE_ZERO, g->in_type));
    else
        MUST(c, cusparse, cusparseCreateCsr(&g->described, s->rows, s->columns, s->entries, first, columns, values, index, index,
                                            CUSPARSE_INDEX_BASE_ZERO, g->in_type));
    g->calls->describe(g, w);
}

static void forget(struct generic *g)
{
    struct child *c = g->c;

    g->calls->forget(g);
    MUST(c, cusparse, cusparseDestroySpMat(g->described));
}

/* What is not supported is listed, and so is what is refused as an invalid value: so does 11.4 with a row-major product of COO
 * (NVIDIA/CUDALibrarySamples 97), and any library with an algorithm that came after it. Of what must be there it is a failure,
 * as any other code is. */
static bool is_served(struct generic *g, const struct way *w, const char *call, long code)
{
    bool is_refused = code == CUSPARSE_STATUS_INVALID_VALUE;

    if (code == 0)
        return true;
    if (must_be_there(g, w) || !(is_refused || cusparse_is_not_supported(code)))
        child_call_failed(g->c, call, &g->c->cusparse.dl, code);
    saw_text(g->c, "not_supported", "%s: %s%s", words_of(g, w), call, is_refused ? " refuses it as an invalid value" : "");
    return false;
}

static bool multiply(struct generic *g, const struct way *w, bool adds)
{
    const union factor alpha = factor(g, adds ? 2 : 1), beta = factor(g, adds ? 1 : 0);
    size_t bytes = 0;

    if (!is_served(g, w, g->calls->ask_name, g->calls->ask(g, w, &alpha, &beta, &bytes)))
        return false;
    if (bytes > g->room) {
        g->room = bytes;
        g->workspace = device_buffer(g->c, (bytes + 3) / 4 * 4);
    }
    if (!is_served(g, w, g->calls->multiply_name, g->calls->multiply(g, w, &alpha, &beta)))
        return false;
    device_wait(g->c);
    return true;
}

static void saw_first(struct generic *g, const struct way *w, int i, int j, double got, double expected)
{
    const char *at = g->y.width > 1 ? text_make(&g->c->arena, "C[%d][%d]", i, j) : text_make(&g->c->arena, "y[%d]", i);

    if (g->told)
        return;
    g->told = true;
    saw_text(g->c, "first", "%s: %s is %.17g, expected %.17g", words_of(g, w), at, got, expected);
}

/* Every element; and what lies between the columns or rows must be what it was. */
static void compare(struct generic *g, const struct way *w, bool adds, const void *was)
{
    const int64_t *of = w->transposed ? g->expected_transposed : g->expected;
    size_t bytes = bytes_of(&g->y, w, g->out), one = number_bytes(g->out), gaps = 0;
    unsigned char *got = host_buffer(g->c, bytes);

    device_download(g->c, got, g->y.at, bytes);
    for (int j = 0; j < g->y.width; j++)
        for (int i = 0; i < g->y.length; i++) {
            size_t at = place(&g->y, w, i, j);
            double expected = (double)(of[(size_t)j * (size_t)g->y.length + (size_t)i] * (adds ? 2 : 1) + (adds ? before(i, j) : 0));
            double v = number_get(g->out, got, at);

            if (!(v == expected)) {         /* true for NaN */
                saw_first(g, w, i, j, v, expected);
                g->wrong++;
            }
            memcpy(got + at * one, (const char *)was + at * one, one);
        }
    for (size_t i = 0; i < bytes; i++)
        gaps += got[i] != ((const unsigned char *)was)[i];
    if (gaps > 0 && !g->told)
        saw_text(g->c, "first", "%s: what lies between the columns or rows of C was written", words_of(g, w));
    g->told |= gaps > 0;
    g->wrong += gaps > 0;
    g->compared += (double)g->y.length * g->y.width;
}

static void try(struct generic *g, const struct way *w)
{
    bool adds_too = w->algorithm == CUSPARSE_SPMV_ALG_DEFAULT;

    shape(g, &g->x, w, w->transposed ? g->matrix.rows : g->matrix.columns);
    shape(g, &g->y, w, w->transposed ? g->matrix.columns : g->matrix.rows);
    upload_x(g, w);
    describe(g, w);
    for (int adds = 0; adds <= adds_too; adds++) {
        const void *was = upload_y(g, w, adds);

        if (!multiply(g, w, adds))
            break;
        compare(g, w, adds, was);
    }
    forget(g);
}

/* ---- One type ---- */

static int *integers(struct generic *g, struct random *r, int length, int most)
{
    size_t n = (size_t)length * (size_t)g->calls->width;
    int *v = host_buffer(g->c, n * sizeof *v);

    for (size_t i = 0; i < n; i++)
        v[i] = random_integer(r, -most, most);
    return v;
}

static void make(struct generic *g)
{
    struct child *c = g->c;
    struct sparse *s = &g->matrix;
    struct random r = { c->seed ^ (uint64_t)g->in };
    struct sparse_range range = sparse_range_of(g->in);
    size_t width = (size_t)g->calls->width;

    sparse_fill(s, c->seed + (uint64_t)g->in, range);
    if (2 * sparse_worst(s, range) + ADDED_MOST >= exact_below(g->in, c->cc))
        stop_ours(c, "the integers of a sparse product for %s are too large", number_name(g->in));
    g->other = integers(g, &r, s->columns, range.other);
    g->other_transposed = integers(g, &r, s->rows, range.other);
    g->expected = host_buffer(c, (size_t)s->rows * width * sizeof *g->expected);
    g->expected_transposed = host_buffer(c, (size_t)s->columns * width * sizeof *g->expected);
    sparse_times(s, false, g->other, g->calls->width, g->expected);
    sparse_times(s, true, g->other_transposed, g->calls->width, g->expected_transposed);
    upload_values(g);
}

/* Room for a dense operand of any way: the longer side, and gaps between rows or columns. */
static CUdeviceptr room_for(struct generic *g, enum number n)
{
    const struct sparse *s = &g->matrix;
    size_t length = (size_t)(s->rows > s->columns ? s->rows : s->columns) + PAD, width = (size_t)g->calls->width + PAD;

    return device_buffer(g->c, length * width * number_bytes(n) / 4 * 4 + 4);
}

static void each_way(struct generic *g)
{
    make(g);
    g->x.at = room_for(g, g->in);
    g->y.at = room_for(g, g->out);
    g->wrong = g->compared = 0;
    for (size_t i = 0; i < g->calls->n_ways; i++)
        try(g, &g->calls->ways[i]);
    saw_num(g->c, text_make(&g->c->arena, "compared.%s", number_name(g->in)), "", g->compared);
    saw_num(g->c, text_make(&g->c->arena, "wrong.%s", number_name(g->in)), "", g->wrong);
}

static void saw_version(struct child *c)
{
    int major, minor, patch;

    MUST(c, cusparse, cusparseGetProperty(MAJOR_VERSION, &major));
    MUST(c, cusparse, cusparseGetProperty(MINOR_VERSION, &minor));
    MUST(c, cusparse, cusparseGetProperty(PATCH_LEVEL, &patch));
    saw_text(c, "version", "%d.%d.%d", major, minor, patch);
}

void generic_run(struct child *c, const struct generic_calls *calls)
{
    struct generic g = { .c = c, .calls = calls };
    int rows = product_side(c) > 2 ? 1501 : 301;

    child_bind_cusparse(c);
    saw_version(c);
    if (c->cusparse.cusparseSpMM == NULL || c->cusparse.cusparseSpMV == NULL)
        stop_unsupported(c, "this cuSPARSE, from before CUDA 10.1, does not have the generic interface");
    sparse_make(&g.matrix, &c->arena, c->seed, rows, rows > 1000 ? 777 : 203);
    MUST(c, cusparse, cusparseCreate(&g.handle));
    upload_pattern(&g);
    g.room = 256;
    g.workspace = device_buffer(c, g.room);
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        g.in = types[i].in;
        g.out = types[i].out;
        g.in_type = types[i].in_type;
        g.out_type = types[i].out_type;
        g.compute = types[i].compute;
        if (c->cc < types[i].cc)
            saw_text(c, "not_supported", "%s: needs compute capability %d.%d", number_name(g.in), types[i].cc / 10, types[i].cc % 10);
        else
            each_way(&g);
    }
    MUST(c, cusparse, cusparseDestroy(g.handle));
    saw_num(c, "entries", "", g.matrix.entries);
    saw_num(c, "seed", "", (double)c->seed);
}
