#include "child/product/product.h"

#include <string.h>

#include "base/text.h"

/* Every byte of D, before the library writes: NaN as any float, and no int32 of ours. */
enum { POISON_FLOAT = 0xFF, POISON_INT = 0x7F };

struct whole {
    struct multiplier *by;
    struct operand a, b;
    int            m, n, k;
    double        *expected;        /* m x n, leading dimension m */
};

static int factor_of(enum number out)
{
    return out == NUMBER_INT32 ? 1 : -2;        /* cuBLAS takes only 0 and 1 of integers */
}

/* What D holds before a product that adds to it. */
static int before(const struct whole *w, int i, int j)
{
    return integer_at((struct integers){ 100, 1, 0, 65536 }, w->a.seed ^ 1, (unsigned long long)j * (unsigned long long)w->m + (unsigned long long)i);
}

/* All of an operand: each of its elements is needed once for every row or column of D. */
static const int *rows_of(const struct operand *o, struct child *c)
{
    int *out = host_buffer(c, (size_t)o->rows * (size_t)o->k * sizeof *out);

    for (int row = 0; row < o->rows; row++)
        for (int i = 0; i < o->k; i++)
            out[(size_t)row * (size_t)o->k + (size_t)i] = operand_at(o, row, i);
    return out;
}

/* Sums are doubled where D is added to, and there is no more of that than 100. */
static void make(struct whole *w, struct child *c)
{
    const int *a, *b;

    w->a = (struct operand){ .seed = c->seed, .rows = w->m, .k = w->k };
    w->b = (struct operand){ .seed = c->seed + 1, .rows = w->n, .k = w->k };
    if (!operands_below(&w->a, &w->b, w->by->a_type, exact_below(w->by->a_type, c->cc) / 2 - 100, &c->err))
        stop_ours(c, "%s", c->err.text);
    w->expected = host_buffer(c, (size_t)w->m * (size_t)w->n * sizeof *w->expected);
    a = rows_of(&w->a, c);
    b = rows_of(&w->b, c);
    for (int j = 0; j < w->n; j++)
        for (int i = 0; i < w->m; i++) {
            int64_t sum = 0;

            for (int k = 0; k < w->k; k++)
                sum += (int64_t)a[(size_t)i * (size_t)w->k + (size_t)k] * b[(size_t)j * (size_t)w->k + (size_t)k];
            w->expected[(size_t)j * (size_t)w->m + (size_t)i] = (double)sum;
        }
}

/* On the device with NaN around it. `across`: rows of the operand lie contiguous, k after k. */
static CUdeviceptr upload(const struct whole *w, const struct operand *o, enum number type, bool across, int ld)
{
    struct child *c = w->by->child;
    size_t bytes = (size_t)ld * (size_t)(across ? o->rows : o->k) * number_bytes(type);
    void *packed = host_buffer(c, bytes);
    CUdeviceptr at = device_buffer(c, bytes);

    memset(packed, POISON_FLOAT, bytes);
    for (int row = 0; row < o->rows; row++)
        for (int i = 0; i < o->k; i++)
            number_set(type, packed, across ? (size_t)row * (size_t)ld + (size_t)i : (size_t)i * (size_t)ld + (size_t)row, operand_at(o, row, i));
    device_upload(c, at, packed, bytes);
    return at;
}

/* D, poisoned or with what is added to. */
static void *make_d(const struct whole *w, const struct product *p, size_t bytes)
{
    void *d = host_buffer(w->by->child, bytes);

    memset(d, p->out == NUMBER_INT32 ? POISON_INT : POISON_FLOAT, bytes);
    for (int j = 0; j < p->n && p->beta != 0; j++)
        for (int i = 0; i < p->m; i++)
            number_set(p->out, d, (size_t)j * (size_t)p->ldd + (size_t)i, before(w, i, j));
    return d;
}

static double expected_of(const struct whole *w, const struct product *p, int i, int j)
{
    return p->alpha * w->expected[(size_t)j * (size_t)w->m + (size_t)i] + p->beta * (p->beta != 0 ? before(w, i, j) : 0);
}

/* Between the columns, what was there must still be there. */
static bool is_right(const struct whole *w, const struct product *p, const void *d, int i, int j)
{
    size_t at = (size_t)j * (size_t)p->ldd + (size_t)i, bytes = number_bytes(p->out);
    unsigned char poison[8];

    if (i < p->m)
        return number_get(p->out, d, at) == expected_of(w, p, i, j);
    memset(poison, p->out == NUMBER_INT32 ? POISON_INT : POISON_FLOAT, sizeof poison);
    return memcmp((const char *)d + at * bytes, poison, bytes) == 0;
}

/* The same element with its factors rounded to a narrower type first, or cut. */
static double by_way_of(const struct whole *w, enum number narrower, bool cut, int i, int j)
{
    double sum = 0;

    for (int k = 0; k < w->k; k++) {
        double a = operand_at(&w->a, i, k);

        if (cut && narrower == NUMBER_TF32)
            a = (double)float_of_bits(bits_of_float((float)a) & ~0x1FFFu);
        else if (cut)
            a = (double)float_of_bits(bits_of_float((float)a) & ~0xFFFFu);
        else
            a = number_value(narrower, number_bits(narrower, a));
        sum += a * operand_at(&w->b, j, k);
    }
    return sum;
}

/* Of a wrong element in fp32: what it is exactly right for. "" if for nothing that is known. */
static const char *told_of_narrowing(const struct whole *w, const struct product *p, int i, int j, double got)
{
    double of_d = p->beta != 0 ? p->beta * before(w, i, j) : 0;

    for (int cut = 0; cut < 2 && p->a_type == NUMBER_FP32; cut++) {
        if (got == p->alpha * by_way_of(w, NUMBER_TF32, cut, i, j) + of_d)
            return ": that is the result in tf32, which was not asked for";
        if (got == p->alpha * by_way_of(w, NUMBER_BF16, cut, i, j) + of_d)
            return ": that is the result in bf16, which was not asked for";
    }
    return "";
}

static void compare(const struct whole *w, const char *key, const struct product *p, const void *d)
{
    struct child *c = w->by->child;
    size_t wrong = 0;

    for (int j = 0; j < p->n; j++)
        for (int i = 0; i < p->ldd; i++)
            if (!is_right(w, p, d, i, j) && wrong++ == 0) {
                double got = number_get(p->out, d, (size_t)j * (size_t)p->ldd + (size_t)i);

                if (i < p->m)
                    saw_text(c, text_make(&c->arena, "%s.first", key), "D[%d][%d] is %.17g, expected %.17g%s", i, j, got, expected_of(w, p, i, j),
                             told_of_narrowing(w, p, i, j, got));
                else
                    saw_text(c, text_make(&c->arena, "%s.first", key), "D[%d][%d], behind its last row, was written", i, j);
            }
    w->by->wrong |= wrong > 0;
    child_verified(c, 1);
    saw_num(c, text_make(&c->arena, "%s.compared", key), "", (double)p->m * p->n);
    saw_num(c, text_make(&c->arena, "%s.wrong", key), "", (double)wrong);
}

static void multiply_and_compare(const struct whole *w, const char *key, bool ta, bool tb, bool adds)
{
    struct child *c = w->by->child;
    int odd = w->by->aligned ? 16 : 3;
    struct product p = {
        .a_type = w->by->a_type, .b_type = w->by->b_type, .out = w->by->out, .ta = ta, .tb = tb, .m = w->m, .n = w->n, .k = w->k,
        .lda = (ta ? w->k : w->m) + odd, .ldb = (tb ? w->n : w->k) + odd, .ldd = w->m + (w->by->aligned ? 16 : 2),
        .alpha = adds ? factor_of(w->by->out) : 1, .beta = adds ? 1 : 0,
    };
    size_t bytes = (size_t)p.ldd * (size_t)p.n * number_bytes(p.out);
    void *d = make_d(w, &p, bytes);

    p.a = upload(w, &w->a, p.a_type, ta, p.lda);
    p.b = upload(w, &w->b, p.b_type, !tb, p.ldb);
    p.d = device_buffer(c, bytes);
    device_upload(c, p.d, d, bytes);
    w->by->choice = 0;
    w->by->multiply(w->by, &p);
    device_wait(c);
    device_download(c, d, p.d, bytes);
    compare(w, key, &p, d);
}

/* On a GPU of some size, one that its kernels for large tiles take, too. */
void product_whole(struct multiplier *by)
{
    bool large = by->side > 2;
    struct whole w = { .by = by, .m = large ? 257 : 67, .n = large ? 131 : 35, .k = large ? 515 : 131 };

    if (by->aligned)
        w.m = w.m / 16 * 16, w.n = w.n / 16 * 16, w.k = w.k / 16 * 16;
    make(&w, by->child);
    if (!by->aligned) {
        multiply_and_compare(&w, "nn", false, false, false);
        multiply_and_compare(&w, "nt", false, true, false);
    }
    multiply_and_compare(&w, "tn", true, false, false);
    multiply_and_compare(&w, "beta", true, false, true);
}

#define REALS \
    { .key = "own.wrong", .bound = EQUALS, .number = 0, .optional = true, .sentence = "the GPU itself is wrong: our own product on it is not the CPU's" }, \
    { .key = "reals.nmse_ratio", .bound = AT_MOST, .number = 1, .optional = true, \
      .sentence = "on full-mantissa data the mean squared error is %s times what a sound product may have", \
      .source = "harness/math/precision.c: Fasi, Higham, Mikaitis, Pranesh, PeerJ CS 7:e330; arXiv 2511.10909" }, \
    { .key = "repeat.different", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s repetitions of one product gave other bits than the first" }

const struct expect product_repeat_bounds[] = {
    REALS,
    { .key = "repeat.times", .bound = AT_LEAST, .number = 2, .sentence = "it ran %s times" },
    { .key = NULL },
};

#define RIGHT(of, may_lack, words) \
    { .key = of ".wrong", .bound = EQUALS, .number = 0, .optional = may_lack, .sentence = words, .detail = of ".first" }
#define UNCHANGED(of) \
    { .key = of ".operands", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s elements of the factors changed in memory" }

const struct expect product_bounds[] = {
    RIGHT("nn",      true,  "%s elements of the product differ from the exact result"),
    RIGHT("nt",      true,  "%s elements of A B^T differ from the exact result"),
    RIGHT("tn",      false, "%s elements of A^T B differ from the exact result"),
    RIGHT("beta",    false, "%s elements of a product that is added to D differ from the exact result"),
    UNCHANGED("tn"), UNCHANGED("beta"), UNCHANGED("tiles"), UNCHANGED("fast"), UNCHANGED("exact"), UNCHANGED("narrow"),
    RIGHT("tiles",   false, "%s tiles of a product that fills the GPU differ from the exact result"),
    RIGHT("fast",    true,  "%s tiles of a product with fast accumulation differ from the exact result"),
    RIGHT("exact",   true,  "%s tiles of a product that is to be rounded differ from the exact result"),
    RIGHT("rounded", true,  "%s elements in 16 bits are not the nearest to the exact result"),
    RIGHT("narrow",  true,  "%s tiles of a product in 16 bits, whose every sum is exact in them, differ from the exact result"),
    REALS,
    { .key = NULL },
};
