#include "child/solver.h"

#include <string.h>

#include "base/text.h"
#include "child/product/product.h"

enum { GAP = 5, POISON = 0xFF };

static void *at(CUdeviceptr p)
{
    return (void *)(uintptr_t)p;
}

static int leading(const struct solver *s)
{
    return s->n + GAP;
}

static const char *key(const struct solver *s, const char *observed, const char *what)
{
    return text_make(&s->c->arena, "%s.%s.%s", observed, number_name(s->type), what);
}

static void saw_version(struct child *c)
{
    int major, minor, patch;

    MUST(c, cusolver, cusolverGetProperty(MAJOR_VERSION, &major));
    MUST(c, cusolver, cusolverGetProperty(MINOR_VERSION, &minor));
    MUST(c, cusolver, cusolverGetProperty(PATCH_LEVEL, &patch));
    saw_text(c, "version", "%d.%d.%d", major, minor, patch);
}

void solver_each(struct child *c, int n, int n_of_small, void (*each)(struct solver *s))
{
    static const enum number types[] = { NUMBER_FP32, NUMBER_FP64 };
    struct solver s = { .c = c };

    s.n = product_side(c) > 2 ? n : n_of_small;
    child_bind_cusolver(c);
    saw_version(c);
    product_look_at_environment(c);         /* its products are cuBLAS' */
    s.info = device_buffer(c, sizeof(int));
    MUST(c, cusolver, cusolverDnCreate(&s.handle));
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        s.type = types[i];
        each(&s);
    }
    MUST(c, cusolver, cusolverDnDestroy(s.handle));
    saw_num(c, "seed", "", (double)c->seed);
}

/* ---- Memory ---- */

CUdeviceptr solver_upload(struct solver *s, const double *matrix, int columns)
{
    size_t ld = (size_t)leading(s), bytes = ld * (size_t)columns * number_bytes(s->type);
    void *packed = host_buffer(s->c, bytes);
    CUdeviceptr to = device_buffer(s->c, bytes);

    memset(packed, POISON, bytes);
    for (size_t j = 0; j < (size_t)columns; j++)
        for (size_t i = 0; i < (size_t)s->n; i++)
            number_set(s->type, packed, j * ld + i, matrix[j * (size_t)s->n + i]);
    device_upload(s->c, to, packed, bytes);
    return to;
}

static void saw_first(struct solver *s, const char *text)
{
    if (!s->told)
        saw_text(s->c, "first", "%s: %s", number_name(s->type), text);
    s->told = true;
}

double *solver_download(struct solver *s, CUdeviceptr from, int columns)
{
    size_t ld = (size_t)leading(s), one = number_bytes(s->type), bytes = ld * (size_t)columns * one, written = 0;
    unsigned char *packed = host_buffer(s->c, bytes);
    double *out = host_buffer(s->c, (size_t)s->n * (size_t)columns * sizeof *out);

    device_download(s->c, packed, from, bytes);
    for (size_t j = 0; j < (size_t)columns; j++) {
        for (size_t i = 0; i < (size_t)s->n; i++)
            out[j * (size_t)s->n + i] = number_get(s->type, packed, j * ld + i);
        for (size_t i = (j * ld + (size_t)s->n) * one; i < (j + 1) * ld * one; i++)
            written += packed[i] != POISON;
    }
    if (written > 0) {
        saw_first(s, "what lies behind the last row of a matrix was written");
        saw_num(s->c, key(s, "wrong", "gap"), "", (double)written);
    }
    return out;
}

CUdeviceptr solver_vector(struct solver *s)
{
    return device_buffer(s->c, (size_t)s->n * number_bytes(s->type));
}

double *solver_download_vector(struct solver *s, CUdeviceptr from)
{
    size_t n = (size_t)s->n, bytes = n * number_bytes(s->type);
    void *packed = host_buffer(s->c, bytes);
    double *out = host_buffer(s->c, n * sizeof *out);

    device_download(s->c, packed, from, bytes);
    for (size_t i = 0; i < n; i++)
        out[i] = number_get(s->type, packed, i);
    return out;
}

/* ---- Observations ---- */

bool solver_told(struct solver *s, const char *routine, int expected)
{
    int info;

    device_wait(s->c);
    device_download(s->c, &info, s->info, sizeof info);
    if (info != expected)
        saw_first(s, text_make(&s->c->arena, "%s tells %d, expected %d", routine, info, expected));
    saw_num(s->c, key(s, "wrong", "info"), "", info != expected);
    return info == expected;
}

void solver_exact(struct solver *s, const char *what, const char *matrix, const double *got, const double *expected, int columns)
{
    int n = s->n, wrong = 0;

    for (int j = 0; j < columns; j++)
        for (int i = 0; i < n; i++) {
            size_t k = (size_t)j * (size_t)n + (size_t)i;

            if (!(got[k] == expected[k]) && wrong++ == 0)          /* true for NaN */
                saw_first(s, text_make(&s->c->arena, "%s[%d][%d] is %.17g, expected %.17g", matrix, i, j, got[k], expected[k]));
        }
    saw_num(s->c, key(s, "compared", what), "", (double)n * columns);
    saw_num(s->c, key(s, "wrong", what), "", wrong);
}

void solver_near(struct solver *s, const char *what, struct worst w)
{
    if (w.ratio > 1)
        saw_text(s->c, "worst", "%s, %s, worst at [%d][%d]", number_name(s->type), what, w.row, w.column);
    saw_num(s->c, key(s, "ratio", what), "", w.ratio);
}

/* ---- Routines ---- */

static void set_info(struct solver *s, int value)
{
    device_upload(s->c, s->info, &value, sizeof value);
}

/* Of what finds out something about the matrix: no routine may be taken to have told what the one before told. */
static void forget_info(struct solver *s)
{
    set_info(s, -1000);
}

/* Of what only finds fault with its parameters: it need not tell that there is none. */
static void begin_without_fault(struct solver *s)
{
    set_info(s, 0);
}

static CUdeviceptr workspace(struct solver *s, int elements)
{
    forget_info(s);
    return device_buffer(s->c, (size_t)(elements > 0 ? elements : 1) * number_bytes(s->type));
}

void solver_getrf(struct solver *s, CUdeviceptr a, CUdeviceptr pivots)
{
    struct child *c = s->c;
    void *pa = at(a), *pp = at(pivots), *pi = at(s->info), *pw;
    int n = s->n, ld = leading(s), room = 0;

    if (s->type == NUMBER_FP64)
        MUST(c, cusolver, cusolverDnDgetrf_bufferSize(s->handle, n, n, pa, ld, &room));
    else
        MUST(c, cusolver, cusolverDnSgetrf_bufferSize(s->handle, n, n, pa, ld, &room));
    pw = at(workspace(s, room));
    if (s->type == NUMBER_FP64)
        MUST(c, cusolver, cusolverDnDgetrf(s->handle, n, n, pa, ld, pw, pp, pi));
    else
        MUST(c, cusolver, cusolverDnSgetrf(s->handle, n, n, pa, ld, pw, pp, pi));
}

void solver_getrs(struct solver *s, CUdeviceptr a, CUdeviceptr pivots, CUdeviceptr b, int columns)
{
    struct child *c = s->c;
    void *pa = at(a), *pp = at(pivots), *pb = at(b), *pi = at(s->info);
    int n = s->n, ld = leading(s);

    begin_without_fault(s);
    if (s->type == NUMBER_FP64)
        MUST(c, cusolver, cusolverDnDgetrs(s->handle, CUBLAS_OP_N, n, columns, pa, ld, pp, pb, ld, pi));
    else
        MUST(c, cusolver, cusolverDnSgetrs(s->handle, CUBLAS_OP_N, n, columns, pa, ld, pp, pb, ld, pi));
}

static cublasFillMode_t triangle(bool upper)
{
    return upper ? CUBLAS_FILL_MODE_UPPER : CUBLAS_FILL_MODE_LOWER;
}

void solver_potrf(struct solver *s, bool upper, CUdeviceptr a)
{
    struct child *c = s->c;
    cublasFillMode_t side = triangle(upper);
    void *pa = at(a), *pi = at(s->info), *pw;
    int n = s->n, ld = leading(s), room = 0;

    if (s->type == NUMBER_FP64)
        MUST(c, cusolver, cusolverDnDpotrf_bufferSize(s->handle, side, n, pa, ld, &room));
    else
        MUST(c, cusolver, cusolverDnSpotrf_bufferSize(s->handle, side, n, pa, ld, &room));
    pw = at(workspace(s, room));
    if (s->type == NUMBER_FP64)
        MUST(c, cusolver, cusolverDnDpotrf(s->handle, side, n, pa, ld, pw, room, pi));
    else
        MUST(c, cusolver, cusolverDnSpotrf(s->handle, side, n, pa, ld, pw, room, pi));
}

void solver_potrs(struct solver *s, bool upper, CUdeviceptr a, CUdeviceptr b, int columns)
{
    struct child *c = s->c;
    cublasFillMode_t side = triangle(upper);
    void *pa = at(a), *pb = at(b), *pi = at(s->info);
    int n = s->n, ld = leading(s);

    begin_without_fault(s);
    if (s->type == NUMBER_FP64)
        MUST(c, cusolver, cusolverDnDpotrs(s->handle, side, n, columns, pa, ld, pb, ld, pi));
    else
        MUST(c, cusolver, cusolverDnSpotrs(s->handle, side, n, columns, pa, ld, pb, ld, pi));
}

void solver_syevd(struct solver *s, CUdeviceptr a, CUdeviceptr w)
{
    struct child *c = s->c;
    void *pa = at(a), *pv = at(w), *pi = at(s->info), *pw;
    int n = s->n, ld = leading(s), room = 0;

    if (s->type == NUMBER_FP64)
        MUST(c, cusolver, cusolverDnDsyevd_bufferSize(s->handle, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, n, pa, ld, pv, &room));
    else
        MUST(c, cusolver, cusolverDnSsyevd_bufferSize(s->handle, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, n, pa, ld, pv, &room));
    pw = at(workspace(s, room));
    if (s->type == NUMBER_FP64)
        MUST(c, cusolver, cusolverDnDsyevd(s->handle, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, n, pa, ld, pv, pw, room, pi));
    else
        MUST(c, cusolver, cusolverDnSsyevd(s->handle, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, n, pa, ld, pv, pw, room, pi));
}
