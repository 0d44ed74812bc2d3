/* A product that is too large for a reference: made, checked and compared on the
 * device by the sums of its tiles (kernels/tilecheck.cu). */
#include "child/product/product.h"

#include "base/text.h"
#include "child/checked.h"

enum { TILE = 128, PAD = 16 };          /* elements: every column begins at a multiple of 16 bytes */

struct tiled {
    struct multiplier *by;
    struct product p;
    struct operand a, b;
    unsigned       tiles_m, tiles_n, weights_m, weights_n;
    size_t         bytes_d;
    CUdeviceptr    wrong;                       /* elements of A and B that are not what they were */
    CUdeviceptr    of_a, of_b;                  /* sums over each tile's rows and columns */
    CUdeviceptr    expected, found, bad;        /* one number for each tile; bad: its elements that are no integers */
};

/* The same, on the host. */
struct sums { uint64_t *expected, *found, *bad; };

int product_side(struct child *c)
{
    int sms;

    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->device));
    return tiles_a_side(sms, device_room(c));
}

static CUdeviceptr room_for(struct child *c, const struct operand *o, enum number type)
{
    return device_buffer(c, (size_t)(o->k + PAD) * (size_t)o->rows * number_bytes(type));
}

static void fill(struct child *c, const struct operand *o, enum number type, CUdeviceptr at, int ld)
{
    unsigned format = type, rows = (unsigned)o->rows, columns = (unsigned)o->k;
    uint64_t row_stride = (uint64_t)ld, column_stride = 1, seed = o->seed;
    struct integers range = o->range;

    launch(c, "fill_integers", blocks_for((uint64_t)rows * columns), ((struct grid){ BLOCK, 1, 1 }),
           &at, &format, &rows, &columns, &row_stride, &column_stride, &seed, &range);
}

static size_t tiles_of(const struct tiled *t)
{
    return (size_t)t->tiles_m * t->tiles_n;
}

static struct tiled shaped(struct multiplier *by, const struct product *p)
{
    struct child *c = by->child;

    return (struct tiled){
        .by = by, .p = *p,
        .a = { .seed = c->seed + 2, .rows = p->m, .k = p->k }, .b = { .seed = c->seed + 3, .rows = p->n, .k = p->k },
        .tiles_m = ((unsigned)p->m + TILE - 1) / TILE, .tiles_n = ((unsigned)p->n + TILE - 1) / TILE,
        .weights_m = (unsigned)c->seed ^ 0x4D4D4D4Du, .weights_n = (unsigned)(c->seed >> 32) ^ 0x4E4E4E4Eu,
        .bytes_d = (size_t)p->ldd * (size_t)p->n * number_bytes(p->out),
    };
}

static void make_sums(struct tiled *t)
{
    struct child *c = t->by->child;
    const size_t bytes = tiles_of(t) * sizeof(uint64_t), k = (size_t)t->p.k;

    t->wrong = device_buffer(c, sizeof(uint64_t));
    t->of_a = device_buffer(c, t->tiles_m * k * sizeof(uint64_t));
    t->of_b = device_buffer(c, t->tiles_n * k * sizeof(uint64_t));
    t->expected = device_buffer(c, bytes);
    t->found = device_buffer(c, bytes);
    t->bad = device_buffer(c, bytes);
}

static void fill_both(const struct tiled *t)
{
    fill(t->by->child, &t->a, t->p.a_type, t->p.a, t->p.lda);
    fill(t->by->child, &t->b, t->p.b_type, t->p.b, t->p.ldb);
}

static struct tiled make(struct multiplier *by, enum number out, double limit)
{
    struct child *c = by->child;
    int m = by->side * TILE, n = m - TILE / 2, k = m / 2;
    struct tiled t = shaped(by, &(struct product){ .a_type = by->a_type, .b_type = by->b_type, .out = out, .ta = true, .m = m, .n = n, .k = k,
                                                   .lda = k + PAD, .ldb = k + PAD, .ldd = m + PAD, .alpha = 1 });

    if (!operands_below(&t.a, &t.b, by->a_type, limit, &c->err))
        stop_ours(c, "%s", c->err.text);
    t.p.a = room_for(c, &t.a, by->a_type);
    t.p.b = room_for(c, &t.b, by->b_type);
    t.p.d = device_buffer(c, t.bytes_d);
    fill_both(&t);
    make_sums(&t);
    return t;
}

/* D is NaN, or no int32 of ours, until the library has written it. */
static void multiply(const struct tiled *t)
{
    struct child *c = t->by->child;

    MUST(c, cuda, cuMemsetD8_v2(t->p.d, t->p.out == NUMBER_INT32 ? 0x7F : 0xFF, t->bytes_d));
    t->by->multiply(t->by, &t->p);
}

/* An operand's elements are looked at once more meanwhile. */
static void combine(const struct tiled *t, const struct operand *o, enum number type, CUdeviceptr m, uint64_t ld, unsigned weights, CUdeviceptr sums)
{
    static const struct grid threads = { 128, 1, 1 };
    struct child *c = t->by->child;
    unsigned rows = (unsigned)o->rows, k = (unsigned)o->k, tiles = (rows + TILE - 1) / TILE;
    uint64_t seed = o->seed;
    struct integers range = o->range;
    CUdeviceptr wrong = t->wrong;

    launch(c, text_make(&c->arena, "combine_%s", number_name(type == NUMBER_TF32 ? NUMBER_FP32 : type)), ((struct grid){ (k + 511) / 512, tiles, 1 }),
           threads, &m, &ld, &rows, &k, &seed, &range, &weights, &sums, &wrong);
}

static struct sums sum_up(const struct tiled *t)
{
    struct child *c = t->by->child;
    size_t tiles = tiles_of(t), bytes = tiles * sizeof(uint64_t);
    CUdeviceptr expected = t->expected, found = t->found, bad = t->bad, d = t->p.d, of_a = t->of_a, of_b = t->of_b;
    unsigned tiles_m = t->tiles_m, tiles_n = t->tiles_n, k = (unsigned)t->p.k, rows = (unsigned)t->p.n, columns = (unsigned)t->p.m;
    unsigned wm = t->weights_m, wn = t->weights_n;
    uint64_t ld = (uint64_t)t->p.ldd;
    struct sums s = { host_buffer(c, bytes), host_buffer(c, bytes), host_buffer(c, bytes) };

    MUST(c, cuda, cuMemsetD8_v2(t->wrong, 0, sizeof(uint64_t)));
    MUST(c, cuda, cuMemsetD8_v2(t->bad, 0, bytes));
    /* Unlike what is expected: kernels that do nothing find no agreement. */
    MUST(c, cuda, cuMemsetD8_v2(t->found, 0xFF, bytes));
    MUST(c, cuda, cuMemsetD8_v2(of_a, 0xFF, tiles_m * (size_t)k * sizeof(uint64_t)));
    MUST(c, cuda, cuMemsetD8_v2(of_b, 0xFF, tiles_n * (size_t)k * sizeof(uint64_t)));
    combine(t, &t->a, t->p.a_type, t->p.a, (uint64_t)t->p.lda, wm, of_a);
    combine(t, &t->b, t->p.b_type, t->p.b, (uint64_t)t->p.ldb, wn, of_b);
    launch(c, "expect_tiles", blocks_for(tiles * 32), ((struct grid){ BLOCK, 1, 1 }), &of_a, &of_b, &tiles_m, &tiles_n, &k, &expected);
    launch(c, text_make(&c->arena, "found_%s", number_name(t->p.out)), ((struct grid){ tiles_m, tiles_n, 1 }), ((struct grid){ 256, 1, 1 }),
           &d, &ld, &rows, &columns, &wn, &wm, &found, &bad);
    device_wait(c);
    device_download(c, s.expected, expected, bytes);
    device_download(c, s.found, found, bytes);
    device_download(c, s.bad, bad, bytes);
    return s;
}

/* The first element of a tile that is not what it should be, by the definition of the product. */
static const char *wrong_element(const struct tiled *t, int first_row, int first_column)
{
    struct child *c = t->by->child;
    size_t bytes = number_bytes(t->p.out);
    int rows = t->p.m - first_row < TILE ? t->p.m - first_row : TILE;
    void *column = host_buffer(c, (size_t)rows * bytes);

    for (int j = first_column; j < t->p.n && j < first_column + TILE; j++) {
        device_download(c, column, t->p.d + ((size_t)j * (size_t)t->p.ldd + (size_t)first_row) * bytes, (size_t)rows * bytes);
        for (int i = 0; i < rows; i++) {
            double got = number_get(t->p.out, column, (size_t)i), expected = operand_product(&t->a, &t->b, first_row + i, j);

            if (!(got == expected))
                return text_make(&c->arena, "D[%d][%d] is %.17g, expected %.17g", first_row + i, j, got, expected);
        }
    }
    return "every element of it is right when it is read again";
}

/* How many tiles are wrong; *first tells of the first of all. */
static unsigned count_wrong(const struct tiled *t, const struct sums *s, const char **first)
{
    struct child *c = t->by->child;
    unsigned wrong = 0;

    for (unsigned i = 0; i < tiles_of(t); i++)
        if (s->found[i] != s->expected[i] || s->bad[i] != 0) {
            int row = (int)(i % t->tiles_m * TILE), column = (int)(i / t->tiles_m * TILE);

            wrong++;
            if (*first == NULL)
                *first = text_make(&c->arena, "%s%sin the tile that begins at D[%d][%d], %s", t->by->said != NULL ? t->by->said : "",
                                   t->by->said != NULL ? ": " : "", row, column, wrong_element(t, row, column));
        }
    return wrong;
}

static void check(const struct tiled *t, const char *key, int most)
{
    struct child *c = t->by->child;
    unsigned wrong = 0, products = 0;
    const char *first = NULL;
    uint64_t operands = 0, now;

    t->by->choice = 0;
    do {
        struct sums s;

        multiply(t);
        s = sum_up(t);
        wrong += count_wrong(t, &s, &first);
        device_download(c, &now, t->wrong, sizeof now);
        operands += now;
        t->by->wrong |= wrong > 0 || operands > 0;
        products++;
    } while (++t->by->choice < t->by->choices && t->by->choice < most);
    if (first != NULL)
        saw_text(c, text_make(&c->arena, "%s.first", key), "%s", first);
    child_verified(c, products);
    saw_num(c, text_make(&c->arena, "%s.compared", key), "", (double)t->p.m * t->p.n * products);
    saw_num(c, text_make(&c->arena, "%s.wrong", key), "tiles", wrong);
    saw_num(c, text_make(&c->arena, "%s.operands", key), "", (double)operands);
}

void product_tiles(struct multiplier *by, const char *key, enum number out, double limit, bool any_reduction, int most)
{
    struct tiled t = make(by, out, limit);

    t.p.any_reduction = any_reduction;
    check(&t, key, most);
}

/* Exact in D's type, too: a library may add parts in it. */
void product_shape(struct multiplier *by, const char *key, const struct product *p)
{
    const double exact = exact_below(p->a_type, by->child->cc), narrow = number_integers(p->out);
    struct tiled t = shaped(by, p);

    operands_surely_below(&t.a, &t.b, p->a_type, narrow < exact ? narrow : exact);
    fill_both(&t);
    make_sums(&t);
    check(&t, key, 1);
}

/* fp16's largest number: beyond it a rounding would be infinity. */
static double rounding_limit(struct child *c, enum number in, enum number out)
{
    double exact = exact_below(in, c->cc), largest = number_largest(out);

    return largest < exact ? largest : exact;
}

static void compare_rounded(const struct tiled *t, CUdeviceptr narrow, enum number out)
{
    uint64_t ld = (uint64_t)t->p.ldd, elements = (uint64_t)t->p.m * (uint64_t)t->p.n;
    struct child *c = t->by->child;
    CUdeviceptr at = checked_begin(c), wide = t->p.d;
    struct checked found;
    unsigned format = out, rows = (unsigned)t->p.m;

    launch(c, "compare_rounded", ((struct grid){ (rows + BLOCK - 1) / BLOCK, (unsigned)t->p.n, 1 }), ((struct grid){ BLOCK, 1, 1 }),
           &narrow, &format, &wide, &ld, &rows, &at);
    found = checked_end(c, at);
    checked_all(c, "compare_rounded", "elements", found.looked, elements);
    child_verified(c, 1);
    saw_num(c, "rounded.compared", "", (double)elements);
    saw_num(c, "rounded.wrong", "", (double)found.wrong);
    if (found.wrong > 0) {
        uint64_t i = found.first % rows, j = found.first / rows;
        unsigned char got[8];

        device_download(c, got, narrow + (j * ld + i) * number_bytes(out), number_bytes(out));
        saw_text(c, "rounded.first", "D[%d][%d] is %.17g, the nearest to %.17g is %.17g", (int)i, (int)j, number_get(out, got, 0),
                 operand_product(&t->a, &t->b, (int)i, (int)j),
                 number_value(out, number_bits(out, operand_product(&t->a, &t->b, (int)i, (int)j))));
    }
}

void product_rounding(struct multiplier *by, enum number out)
{
    struct child *c = by->child;
    struct tiled t = make(by, NUMBER_FP32, rounding_limit(c, by->a_type, out));
    struct tiled narrow = t;

    check(&t, "exact", 1);
    narrow.p.out = out;
    narrow.bytes_d = t.bytes_d / number_bytes(NUMBER_FP32) * number_bytes(out);
    narrow.p.d = device_buffer(c, narrow.bytes_d);
    by->choice = 0;
    multiply(&narrow);
    compare_rounded(&t, narrow.p.d, out);
}
