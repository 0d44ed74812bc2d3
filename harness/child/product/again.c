/* A product of factors that no kernel of ours makes, since two of their numbers share a byte (fp4): both are so many
 * integers again and again, made on the host. So many that no two rows of a factor are alike. */
#include "child/product/tile_sums.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

enum { PERIOD = 262148 };               /* 4 x 65537: a whole number of bytes, and rows of 2^n begin anew after 65537 of them */

struct factor { struct vectors of; enum number type; unsigned char *packed; CUdeviceptr at; uint64_t bytes; };

void product_repeat_bytes(struct child *c, CUdeviceptr at, uint64_t bytes, const void *again, uint64_t n)
{
    uint64_t there = n < bytes ? n : bytes;

    device_upload(c, at, again, there);
    while (there < bytes) {             /* copies of what is there already, each twice as long as the one before */
        const uint64_t more = there < bytes - there ? there : bytes - there;

        MUST(c, cuda, cuMemcpyDtoD_v2(at + there, at, more));
        there += more;
    }
}

static struct factor make(struct child *c, enum number type, CUdeviceptr at, const struct operand *o)
{
    const size_t n = (size_t)o->rows * (size_t)o->k;
    int *values = host_buffer(c, PERIOD * sizeof *values);
    struct factor f = { .of = { values, PERIOD, o->rows, o->k }, .type = type, .at = at, .bytes = number_room(type, n) };

    f.packed = host_buffer(c, number_room(type, PERIOD));
    for (int i = 0; i < PERIOD; i++) {
        values[i] = integer_at(o->range, o->seed, (unsigned long long)i);
        number_set(type, f.packed, (size_t)i, values[i]);
    }
    product_repeat_bytes(c, at, f.bytes, f.packed, number_room(type, PERIOD));
    return f;
}

/* How many of its bytes did not stay what they were. */
static double changed(struct child *c, const struct factor *f)
{
    const uint64_t period = number_room(f->type, PERIOD);
    unsigned char *now = host_buffer(c, f->bytes);
    double n = 0;

    device_download(c, now, f->at, f->bytes);
    for (uint64_t at = 0; at < f->bytes; at += period) {
        const uint64_t here = period < f->bytes - at ? period : f->bytes - at;

        for (uint64_t i = 0; i < here && memcmp(now + at, f->packed, here) != 0; i++)
            n += now[at + i] != f->packed[i];
    }
    return n;
}

static const char *wrong_element(struct child *c, const struct product *p, const struct factor *a, const struct factor *b, int row, int column)
{
    const size_t bytes = number_bytes(p->out), rows = (size_t)(p->m - row < TILE ? p->m - row : TILE);
    void *d = host_buffer(c, rows * bytes);

    for (int j = column; j < p->n && j < column + TILE; j++) {
        device_download(c, d, p->d + ((size_t)j * (size_t)p->ldd + (size_t)row) * bytes, rows * bytes);
        for (size_t i = 0; i < rows; i++) {
            const double got = number_get(p->out, d, i);
            double sum = 0;

            for (int k = 0; k < p->k; k++)
                sum += (double)vector_at(&a->of, row + (int)i, k) * vector_at(&b->of, j, k);
            if (!(got == sum))
                return text_make(&c->arena, "D[%d][%d] is %.17g, expected %.17g", row + (int)i, j, got, sum);
        }
    }
    return "every element of it is right when it is read again";
}

void product_again(struct multiplier *by, const char *key, const struct product *p)
{
    struct child *c = by->child;
    struct operand of_a = { .seed = c->seed + 8, .rows = p->m, .k = p->k }, of_b = { .seed = c->seed + 9, .rows = p->n, .k = p->k };
    struct factor a, b;
    struct tile_sums s;
    unsigned wrong = 0;
    int row, column;

    operands_surely_below(&of_a, &of_b, p->a_type, fmin(exact_below(p->a_type, c->cc), number_integers(p->out)));
    a = make(c, p->a_type, p->a, &of_a);
    b = make(c, p->b_type, p->b, &of_b);
    s = tile_sums_make(c, &a.of, &b.of);
    MUST(c, cuda, cuMemsetD8_v2(p->d, 0xFF, (size_t)p->ldd * (size_t)p->n * number_bytes(p->out)));
    by->multiply(by, p);
    tile_sums_find(c, &s, p);
    for (unsigned i = 0; i < tile_sums_n(&s); i++)
        if (!tile_sums_is_right(&s, i, &row, &column) && wrong++ == 0)
            saw_text(c, text_make(&c->arena, "%s.first", key), "%s: in the tile that begins at D[%d][%d], %s", by->said, row, column,
                     wrong_element(c, p, &a, &b, row, column));
    child_verified(c, 1);
    saw_num(c, text_make(&c->arena, "%s.compared", key), "", (double)p->m * p->n);
    saw_num(c, text_make(&c->arena, "%s.wrong", key), "tiles", wrong);
    saw_num(c, text_make(&c->arena, "%s.operands", key), "", changed(c, &a) + changed(c, &b));
}
