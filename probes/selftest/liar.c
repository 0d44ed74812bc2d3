#include "liar.h"

#include <math.h>
#include <string.h>

/* op(M) of rows x columns as doubles; `by_row`: its rows lie contiguous. */
static double *values(struct child *c, enum number type, CUdeviceptr m, int rows, int columns, int ld, bool by_row, enum habit habit)
{
    size_t bytes = (size_t)ld * (size_t)(by_row ? rows : columns) * number_bytes(type);
    void *packed = host_buffer(c, bytes);
    double *out = host_buffer(c, (size_t)rows * (size_t)columns * sizeof *out);

    device_download(c, packed, m, bytes);
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < columns; k++) {
            double v = number_get(type, packed, by_row ? (size_t)i * (size_t)ld + (size_t)k : (size_t)k * (size_t)ld + (size_t)i);

            out[(size_t)i * (size_t)columns + (size_t)k] = habit == HABIT_TF32 ? number_value(NUMBER_TF32, number_bits(NUMBER_TF32, v)) : v;
        }
    return out;
}

/* The nearest to 0 of the two numbers around v. */
static double cut(enum number type, double v)
{
    uint64_t bits = number_bits(type, v);

    return fabs(number_value(type, bits)) > fabs(v) ? number_value(type, bits - 1) : number_value(type, bits);
}

static void *multiply_right(struct child *c, const struct product *p, enum habit habit)
{
    size_t bytes = (size_t)p->ldd * (size_t)p->n * number_bytes(p->out);
    const double *a = values(c, p->a_type, p->a, p->m, p->k, p->lda, p->ta, habit);
    const double *b = values(c, p->b_type, p->b, p->n, p->k, p->ldb, !p->tb, habit);
    void *d = host_buffer(c, bytes);

    device_download(c, d, p->d, bytes);
    for (int j = 0; j < p->n; j++)
        for (int i = 0; i < p->m; i++) {
            const double *x = a + (size_t)i * (size_t)p->k, *y = b + (size_t)j * (size_t)p->k;
            size_t at = (size_t)j * (size_t)p->ldd + (size_t)i;
            double sum = 0;

            for (int k = 0; k < p->k; k++)
                sum = fma(x[k], y[k], sum);
            sum = p->alpha * sum + (p->beta != 0 ? p->beta * number_get(p->out, d, at) : 0);
            number_set(p->out, d, at, habit == HABIT_CUT && number_bytes(p->out) == 2 ? cut(p->out, sum) : sum);
        }
    return d;
}

static bool is_as_before(const struct liar *l, const struct product *p)
{
    const struct product *q = &l->last;

    return l->result != NULL && p->beta == 0 && p->a == q->a && p->b == q->b && p->d == q->d && p->out == q->out;
}

static bool lies_now(const struct liar *l)
{
    return l->every != 0 ? l->calls % l->every == 0 : l->only == 0 || l->calls == l->only;
}

static void multiply(struct multiplier *by, const struct product *p)
{
    size_t bytes = (size_t)p->ldd * (size_t)p->n * number_bytes(p->out);
    struct liar *l = by->library;
    struct child *c = by->child;
    void *d;

    l->calls++;
    if (!is_as_before(l, p)) {
        l->result = multiply_right(c, p, l->habit);
        l->last = *p;
    }
    if (!lies_now(l)) {
        device_upload(c, p->d, l->result, bytes);
        return;
    }
    if (l->spoiling.fault == FAULT_STALE)
        return;
    d = host_buffer(c, bytes);
    memcpy(d, l->result, bytes);
    spoil(&(struct matrix){ p->out, d, p->m, p->n, p->ldd }, &l->spoiling);
    device_upload(c, p->d, d, bytes);
}

struct multiplier liar_multiplier(struct child *c, struct liar *liar, enum number in, enum number out, int side)
{
    return (struct multiplier){ .child = c, .multiply = multiply, .library = liar, .a_type = in, .b_type = in, .out = out, .side = side };
}
