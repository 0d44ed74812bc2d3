/* A product of full-mantissa data: how far it is from our own, and that the same
 * call gives the same bits again. */
#include "child/product/product.h"

#include <math.h>

#include "base/text.h"
#include "child/checked.h"
#include "math/precision.h"

enum { SQUARE = 16, PAD = 16 };         /* elements along a side */

/* As kernels/errors.cu takes it. */
struct of_product { unsigned format_a, format_b, format_d, m, n, k; uint64_t lda, ldb, ldd; };

struct reals {
    struct multiplier *by;
    struct product     p;
    uint64_t           seed_a, seed_b;
    size_t             bytes_d;
    int                squares;         /* how many are looked at: so many as the side has tiles, twice */
};

static CUdeviceptr fill(const struct reals *r, enum number type, int rows, uint64_t seed)
{
    struct child *c = r->by->child;
    unsigned format = type, n = (unsigned)rows, columns = (unsigned)r->p.k;
    uint64_t row_stride = (uint64_t)r->p.k + PAD, column_stride = 1;
    CUdeviceptr at = device_buffer(c, (size_t)row_stride * (size_t)rows * number_bytes(type));

    launch(c, "fill_reals", blocks_for((uint64_t)n * columns), ((struct grid){ BLOCK, 1, 1 }), &at, &format, &n, &columns, &row_stride, &column_stride, &seed);
    return at;
}

static struct reals make(struct multiplier *by)
{
    struct child *c = by->child;
    int side = by->side * 128, k = side / 2;
    struct reals r = {
        .by = by,
        .p = { .a_type = by->a_type, .b_type = by->b_type, .out = by->out, .ta = true, .m = side, .n = side - 64, .k = k,
               .lda = k + PAD, .ldb = k + PAD, .ldd = side + PAD, .alpha = 1 },
        .seed_a = c->seed + 4, .seed_b = c->seed + 5, .squares = side / 64,
    };

    r.bytes_d = (size_t)r.p.ldd * (size_t)r.p.n * number_bytes(by->out);
    r.p.a = fill(&r, by->a_type, r.p.m, r.seed_a);
    r.p.b = fill(&r, by->b_type, r.p.n, r.seed_b);
    r.p.d = device_buffer(c, r.bytes_d);
    return r;
}

static void multiply(const struct reals *r)
{
    struct child *c = r->by->child;

    MUST(c, cuda, cuMemsetD8_v2(r->p.d, 0xFF, r->bytes_d));         /* NaN */
    r->by->choice = 0;
    r->by->multiply(r->by, &r->p);
}

/* The squared error and the squared result of one square after the other, by our own kernel. */
static const double *errors(const struct reals *r)
{
    struct child *c = r->by->child;
    const struct product *p = &r->p;
    struct of_product of = { p->a_type, p->b_type, p->out, (unsigned)p->m, (unsigned)p->n, (unsigned)p->k,
                             (uint64_t)p->lda, (uint64_t)p->ldb, (uint64_t)p->ldd };
    size_t bytes = 2 * (size_t)r->squares * sizeof(double);
    CUdeviceptr sums = device_buffer(c, bytes), a = p->a, b = p->b, d = p->d;
    double *out = host_buffer(c, bytes);
    uint64_t seed = c->seed;

    launch(c, "product_errors", ((struct grid){ (unsigned)r->squares, 1, 1 }), ((struct grid){ SQUARE, SQUARE, 1 }), &a, &b, &d, &of, &seed, &sums);
    device_wait(c);
    device_download(c, out, sums, bytes);
    return out;
}

static double element(enum number type, uint64_t seed, int row, int k, int i)
{
    return number_value(type, number_bits(type, (double)real_at(seed, (unsigned long long)row * (unsigned long long)k + (unsigned long long)i)));
}

/* The last square's results once more, on the CPU: our kernel is not its own judge. */
static double last_square(const struct reals *r)
{
    unsigned long long last = (unsigned long long)r->squares - 1;
    int row0 = (int)(pattern_word(r->by->child->seed, 2 * last) % (unsigned)((r->p.m + SQUARE - 1) / SQUARE)) * SQUARE;
    int column0 = (int)(pattern_word(r->by->child->seed, 2 * last + 1) % (unsigned)((r->p.n + SQUARE - 1) / SQUARE)) * SQUARE;
    double squares = 0, *a = host_buffer(r->by->child, 2 * SQUARE * (size_t)r->p.k * sizeof *a), *b = a + SQUARE * r->p.k;

    for (int x = 0; x < SQUARE; x++)
        for (int i = 0; i < r->p.k; i++) {
            a[x * r->p.k + i] = row0 + x < r->p.m ? element(r->p.a_type, r->seed_a, row0 + x, r->p.k, i) : 0;
            b[x * r->p.k + i] = column0 + x < r->p.n ? element(r->p.b_type, r->seed_b, column0 + x, r->p.k, i) : 0;
        }
    for (int x = 0; x < SQUARE; x++)
        for (int y = 0; y < SQUARE; y++) {
            double sum = 0;

            for (int i = 0; i < r->p.k; i++)
                sum = fma(a[x * r->p.k + i], b[y * r->p.k + i], sum);
            squares += sum * sum;
        }
    return squares;
}

/* A ratio of infinity for what is NaN: a bound takes it for too much. */
static void compare(const struct reals *r, double limit)
{
    struct child *c = r->by->child;
    const double *sums = errors(r), own = last_square(r);
    double error = 0, square = 0, nmse;

    for (int i = 0; i < r->squares; i++) {
        error += sums[2 * i];
        square += sums[2 * i + 1];
    }
    nmse = error / square;
    saw_num(c, "reals.compared", "", r->squares * SQUARE * SQUARE);
    saw_num(c, "reals.nmse", "", isfinite(nmse) ? nmse : (double)INFINITY);
    saw_num(c, "reals.nmse_limit", "", limit);
    saw_num(c, "reals.nmse_ratio", "", isfinite(nmse) ? nmse / limit : (double)INFINITY);
    /* 256 squared sums of the same terms in the same order: nothing but the order of adding these may differ. */
    saw_num(c, "own.wrong", "", fabs(sums[2 * r->squares - 1] / own - 1) < 1e-12 ? 0 : 1);
}

/* A hash, and of how many words it is. */
struct hash { uint64_t sum, words; };

/* Of all that lies between the first and the last row of each column. */
static struct hash hash(const struct reals *r, CUdeviceptr at)
{
    struct child *c = r->by->child;
    unsigned words = (unsigned)((size_t)r->p.m * number_bytes(r->p.out) / 4), columns = (unsigned)r->p.n;
    uint64_t ld_words = (uint64_t)r->p.ldd * number_bytes(r->p.out) / 4;
    CUdeviceptr d = r->p.d;
    struct hash out;

    MUST(c, cuda, cuMemsetD8_v2(at, 0, sizeof out));
    launch(c, "hash_columns", ((struct grid){ (words + BLOCK - 1) / BLOCK, columns / 64, 1 }), ((struct grid){ BLOCK, 1, 1 }),
           &d, &ld_words, &words, &columns, &at);
    device_wait(c);
    device_download(c, &out, at, sizeof out);
    return out;
}

static void repeat(const struct reals *r, int times)
{
    struct child *c = r->by->child;
    CUdeviceptr at = device_buffer(c, sizeof(struct hash));
    const struct hash first = hash(r, at);
    uint64_t looked = first.words, of_one = (uint64_t)r->p.m * number_bytes(r->p.out) / 4 * (uint64_t)r->p.n;
    int others = 0;

    for (int i = 1; i < times; i++) {
        struct hash again;

        multiply(r);
        again = hash(r, at);
        looked += again.words;
        others += again.sum != first.sum;
    }
    checked_all(c, "hash_columns", "words", looked, of_one * (uint64_t)times);
    child_verified(c, (unsigned)times);
    saw_num(c, "repeat.times", "", times);
    saw_num(c, "repeat.different", "", others);
    saw_text(c, "repeat.hash", "%016llx", (unsigned long long)first.sum);
    saw_text(c, "repeat.of", "seed %llu%s%s", (unsigned long long)c->seed, r->by->said != NULL ? ", " : "", r->by->said != NULL ? r->by->said : "");
}

void product_reals(struct multiplier *by, bool fast, int times)
{
    struct reals r = make(by);

    multiply(&r);
    compare(&r, product_nmse_limit(by->a_type, by->out, by->child->cc, r.p.k, fast));
    repeat(&r, times);
}
