/* A product whose factors are block-scaled: both are made on the host (math/scaled.h).
 * A small one is checked against a full reference, a large one by the sums of its
 * tiles, as in product_tiles.c. */
#include "child/product/tile_sums.h"

#include <string.h>

#include "base/text.h"

enum { MARGIN = 32 };                   /* elements; of fp4, 16 bytes */

/* The sums of blocks are added in fp32. */
#define SUMS_BELOW 0x1p24

/* One factor: its values, and what lies on the device. */
struct factor {
    struct scaled  of;
    const int     *values;
    int            ld;
    size_t         bytes;
    void          *elements, *scales;
    CUdeviceptr    at, scales_at;
};

struct blocks {
    struct multiplier *by;
    struct product     p;
    struct factor      a, b;
    size_t             bytes_d;
};

static void make_factor(struct blocks *x, struct factor *f, int ld)
{
    struct child *c = x->by->child;
    int *values = host_buffer(c, (size_t)f->of.rows * (size_t)f->of.k * sizeof *values);

    scaled_values(&f->of, values);
    f->values = values;
    f->ld = ld;
    f->bytes = number_room(f->of.element, (size_t)ld * (size_t)f->of.rows);
    f->elements = host_buffer(c, f->bytes);
    f->scales = host_buffer(c, scale_bytes(&f->of));        /* those that are nobody's are 0, as the library wants them */
    memset(f->elements, 0xFF, f->bytes);                    /* between the vectors: the largest fp4, or NaN */
    scaled_pack(&f->of, ld, f->elements, f->scales);
    f->at = device_buffer(c, f->bytes);
    f->scales_at = device_buffer(c, scale_bytes(&f->of));
    device_upload(c, f->at, f->elements, f->bytes);
    device_upload(c, f->scales_at, f->scales, scale_bytes(&f->of));
}

/* Sums are doubled where D is added to, and there is no more of that than 100. */
static struct blocks make(struct multiplier *by, const struct scaled like[2], int m, int n, int k, int margin)
{
    struct child *c = by->child;
    struct blocks x = {
        .by = by, .a.of = like[0], .b.of = like[1],
        .p = { .a_type = like[0].element, .b_type = like[1].element, .a_like = &like[0], .b_like = &like[1],
               .out = by->out, .ta = true, .m = m, .n = n, .k = k, .alpha = 1 },
    };

    x.a.of.seed = c->seed + 6, x.a.of.rows = m, x.a.of.k = k;
    x.b.of.seed = c->seed + 7, x.b.of.rows = n, x.b.of.k = k;
    make_factor(&x, &x.a, k + margin);
    make_factor(&x, &x.b, k + margin);
    if (!scaled_are_exact(&x.a.of, x.a.values, &x.b.of, x.b.values, SUMS_BELOW / 2 - 100,
                          exact_below(like[0].element, c->cc), &c->err))
        stop_ours(c, "%s", c->err.text);
    x.p.a = x.a.at, x.p.lda = x.a.ld, x.p.a_scales = x.a.scales_at;
    x.p.b = x.b.at, x.p.ldb = x.b.ld, x.p.b_scales = x.b.scales_at;
    x.p.ldd = m + margin;
    x.bytes_d = (size_t)x.p.ldd * (size_t)n * number_bytes(by->out);
    x.p.d = device_buffer(c, x.bytes_d);
    return x;
}

static double before(const struct blocks *x, int i, int j)
{
    return integer_at((struct integers){ 100, 1, 0, 65536 }, x->a.of.seed ^ 1, (unsigned long long)j * (unsigned)x->p.m + (unsigned)i);
}

static double product_at(const struct blocks *x, int i, int j)
{
    const int *a = x->a.values + (size_t)i * (size_t)x->p.k, *b = x->b.values + (size_t)j * (size_t)x->p.k;
    int64_t sum = 0;

    for (int k = 0; k < x->p.k; k++)
        sum += (int64_t)a[k] * b[k];
    return (double)sum;
}

static double expected_at(const struct blocks *x, int i, int j)
{
    return x->p.alpha * product_at(x, i, j) + (x->p.beta != 0 ? x->p.beta * before(x, i, j) : 0);
}

static double without_scales(const struct blocks *x, int i, int j)
{
    double sum = 0;

    for (int k = 0; k < x->p.k; k++)
        sum += scaled_element(&x->a.of, i, k) * scaled_element(&x->b.of, j, k);
    return x->p.alpha * sum + (x->p.beta != 0 ? x->p.beta * before(x, i, j) : 0);
}

static const char *told_of(const struct blocks *x, int i, int j, double got)
{
    return text_make(&x->by->child->arena, "D[%d][%d] is %.17g, expected %.17g%s", i, j, got, expected_at(x, i, j),
                     got == without_scales(x, i, j) ? ": that is the result without the blocks' scale factors" : "");
}

/* How many bytes of a factor did not stay what they were. */
static double changed(struct child *c, CUdeviceptr at, const void *was, size_t bytes)
{
    unsigned char *now = host_buffer(c, bytes);
    double n = 0;

    device_download(c, now, at, bytes);
    for (size_t i = 0; i < bytes; i++)
        n += now[i] != ((const unsigned char *)was)[i];
    return n;
}

static double changed_factors(const struct blocks *x)
{
    struct child *c = x->by->child;
    double n = 0;

    for (int i = 0; i < 2; i++) {
        const struct factor *f = i == 0 ? &x->a : &x->b;

        n += changed(c, f->at, f->elements, f->bytes) + changed(c, f->scales_at, f->scales, scale_bytes(&f->of));
    }
    return n;
}

/* ---- A small one ---- */

static float *make_d(const struct blocks *x)
{
    float *d = host_buffer(x->by->child, x->bytes_d);

    memset(d, 0xFF, x->bytes_d);            /* NaN */
    for (int j = 0; j < x->p.n && x->p.beta != 0; j++)
        for (int i = 0; i < x->p.m; i++)
            number_set(x->p.out, d, (size_t)j * (size_t)x->p.ldd + (size_t)i, before(x, i, j));
    return d;
}

static void compare(const struct blocks *x, const char *key, const float *d)
{
    struct child *c = x->by->child;
    double wrong = 0;

    for (int j = 0; j < x->p.n; j++)
        for (int i = 0; i < x->p.ldd; i++) {
            double got = number_get(x->p.out, d, (size_t)j * (size_t)x->p.ldd + (size_t)i);
            bool is_right = i < x->p.m ? got == expected_at(x, i, j) : got != got;

            if (!is_right && wrong++ == 0)
                saw_text(c, text_make(&c->arena, "%s.first", key), "%s",
                         i < x->p.m ? told_of(x, i, j, got) : text_make(&c->arena, "D[%d][%d], behind its last row, was written", i, j));
        }
    x->by->wrong |= wrong > 0;
    saw_num(c, text_make(&c->arena, "%s.compared", key), "", (double)x->p.m * x->p.n);
    saw_num(c, text_make(&c->arena, "%s.wrong", key), "", wrong);
    saw_num(c, text_make(&c->arena, "%s.operands", key), "", changed_factors(x));
}

/* No multiple of a tile of scale factors in any dimension. */
static void check_whole(struct multiplier *by, const struct scaled like[2], const char *key, bool adds)
{
    bool large = by->side > 2;
    struct blocks x = make(by, like, large ? 224 : 160, large ? 160 : 96, like->block == 128 ? 640 : large ? 480 : 160, MARGIN);
    float *d;

    x.p.alpha = adds ? -2 : 1;
    x.p.beta = adds ? 1 : 0;
    d = make_d(&x);
    device_upload(by->child, x.p.d, d, x.bytes_d);
    by->choice = 0;
    by->multiply(by, &x.p);
    device_wait(by->child);
    device_download(by->child, d, x.p.d, x.bytes_d);
    compare(&x, key, d);
}

/* ---- One that fills the GPU ---- */

static const char *wrong_element(const struct blocks *x, int row, int column)
{
    struct child *c = x->by->child;
    size_t bytes = number_bytes(x->p.out);
    void *d = host_buffer(c, TILE * bytes);

    for (int j = column; j < x->p.n && j < column + TILE; j++) {
        device_download(c, d, x->p.d + ((size_t)j * (size_t)x->p.ldd + (size_t)row) * bytes, TILE * bytes);
        for (int i = 0; i < TILE; i++) {
            double got = number_get(x->p.out, d, (size_t)i);

            if (!(got == expected_at(x, row + i, j)))
                return told_of(x, row + i, j, got);
        }
    }
    return "every element of it is right when it is read again";
}

static unsigned count_wrong(const struct blocks *x, const struct tile_sums *s, const char **first)
{
    struct child *c = x->by->child;
    unsigned wrong = 0;
    int row, column;

    for (unsigned i = 0; i < tile_sums_n(s); i++)
        if (!tile_sums_is_right(s, i, &row, &column) && wrong++ == 0 && *first == NULL)
            *first = text_make(&c->arena, "%s%sin the tile that begins at D[%d][%d], %s", x->by->said != NULL ? x->by->said : "",
                               x->by->said != NULL ? ": " : "", row, column, wrong_element(x, row, column));
    return wrong;
}

static struct vectors vectors_of(const struct factor *f)
{
    return (struct vectors){ f->values, (size_t)f->of.rows * (size_t)f->of.k, f->of.rows, f->of.k };
}

static void check_tiles(struct multiplier *by, const struct scaled like[2], int most)
{
    struct child *c = by->child;
    int side = by->side * TILE, k = (side / 2 + TILE - 1) / TILE * TILE;
    struct blocks x = make(by, like, side, side - TILE / 2, k, 0);
    const struct vectors of_a = vectors_of(&x.a), of_b = vectors_of(&x.b);
    struct tile_sums s = tile_sums_make(c, &of_a, &of_b);
    unsigned wrong = 0, products = 0;
    const char *first = NULL;

    by->choice = 0;
    do {
        MUST(c, cuda, cuMemsetD8_v2(x.p.d, 0xFF, x.bytes_d));
        by->multiply(by, &x.p);
        tile_sums_find(c, &s, &x.p);
        wrong += count_wrong(&x, &s, &first);
        by->wrong |= wrong > 0;
        products++;
    } while (++by->choice < by->choices && by->choice < most);
    if (first != NULL)
        saw_text(c, "tiles.first", "%s", first);
    saw_num(c, "tiles.compared", "", (double)x.p.m * x.p.n * products);
    saw_num(c, "tiles.wrong", "tiles", wrong);
    saw_num(c, "tiles.operands", "", changed_factors(&x));
}

void product_blocks(struct multiplier *by, const struct scaled *a, const struct scaled *b, int most)
{
    const struct scaled like[2] = { *a, *b };

    check_whole(by, like, "tn", false);
    check_whole(by, like, "beta", true);
    check_tiles(by, like, most);
}
