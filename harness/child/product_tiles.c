/* A product that is too large for a reference: made, checked and compared on the
 * device by the sums of its tiles (kernels/tilecheck.cu). */
#include "child/product.h"

#include <math.h>

#include "base/text.h"

enum { TILE = 128, PAD = 16 };          /* elements: every column begins at a multiple of 16 bytes */

struct tiled {
    const struct multiplier *by;
    struct product p;
    struct operand a, b;
    unsigned       tiles_m, tiles_n, weights_m, weights_n;
    CUdeviceptr    wrong;               /* elements of A and B that are not what they were */
};

int product_tiles_a_side(struct child *c)
{
    int sms;

    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->device));
    return (int)ceil(sqrt(2.0 * (sms > 0 ? sms : 1)));      /* two for each SM */
}

static void zero(struct child *c, CUdeviceptr at, size_t bytes)
{
    MUST(c, cuda, cuMemsetD8_v2(at, 0, bytes));
}

static CUdeviceptr fill(const struct tiled *t, const struct operand *o)
{
    struct child *c = t->by->child;
    CUdeviceptr at = device_buffer(c, (size_t)(o->k + PAD) * (size_t)o->rows * number_bytes(t->by->in));
    unsigned format = t->by->in, rows = (unsigned)o->rows, columns = (unsigned)o->k;
    uint64_t row_stride = (uint64_t)o->k + PAD, column_stride = 1, seed = o->seed;
    struct integers range = o->range;

    launch(c, "fill_integers", blocks_for((uint64_t)rows * columns), ((struct grid){ BLOCK, 1, 1 }),
           &at, &format, &rows, &columns, &row_stride, &column_stride, &seed, &range);
    return at;
}

/* Sums over each tile's rows of an operand; its elements are looked at once more meanwhile. */
static CUdeviceptr combine(const struct tiled *t, const struct operand *o, CUdeviceptr m, unsigned weights)
{
    static const struct grid threads = { 128, 1, 1 };
    struct child *c = t->by->child;
    unsigned rows = (unsigned)o->rows, k = (unsigned)o->k, tiles = (rows + TILE - 1) / TILE;
    CUdeviceptr sums = device_buffer(c, (size_t)tiles * k * sizeof(uint64_t)), wrong = t->wrong;
    enum number in = t->by->in == NUMBER_TF32 ? NUMBER_FP32 : t->by->in;
    uint64_t ld = (uint64_t)k + PAD, seed = o->seed;
    struct integers range = o->range;

    launch(c, text_make(&c->arena, "combine_%s", number_name(in)), ((struct grid){ (k + 511) / 512, tiles, 1 }), threads,
           &m, &ld, &rows, &k, &seed, &range, &weights, &sums, &wrong);
    return sums;
}

/* expected, found and how many are no integers: one of each for every tile. */
struct sums { uint64_t *expected, *found, *bad; };

static struct sums sum_up(const struct tiled *t)
{
    struct child *c = t->by->child;
    size_t tiles = (size_t)t->tiles_m * t->tiles_n, bytes = tiles * sizeof(uint64_t);
    CUdeviceptr expected = device_buffer(c, bytes), found = device_buffer(c, bytes), bad = device_buffer(c, bytes), d = t->p.d;
    CUdeviceptr of_a = combine(t, &t->a, t->p.a, t->weights_m), of_b = combine(t, &t->b, t->p.b, t->weights_n);
    unsigned tiles_m = t->tiles_m, tiles_n = t->tiles_n, k = (unsigned)t->p.k, rows = (unsigned)t->p.n, columns = (unsigned)t->p.m;
    unsigned wm = t->weights_m, wn = t->weights_n;
    uint64_t ld = (uint64_t)t->p.ldd;
    struct sums s = { host_buffer(c, bytes), host_buffer(c, bytes), host_buffer(c, bytes) };

    zero(c, bad, bytes);
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

static void compare(const struct tiled *t, const char *key, const struct sums *s)
{
    struct child *c = t->by->child;
    unsigned tiles = t->tiles_m * t->tiles_n, wrong = 0;
    uint64_t operands;

    for (unsigned i = 0; i < tiles; i++)
        if ((s->found[i] != s->expected[i] || s->bad[i] != 0) && wrong++ == 0) {
            int row = (int)(i % t->tiles_m * TILE), column = (int)(i / t->tiles_m * TILE);

            saw_text(c, text_make(&c->arena, "%s.first", key), "in the tile that begins at D[%d][%d]: %s", row, column, wrong_element(t, row, column));
        }
    device_download(c, &operands, t->wrong, sizeof operands);
    saw_num(c, text_make(&c->arena, "%s.compared", key), "", (double)t->p.m * t->p.n);
    saw_num(c, text_make(&c->arena, "%s.wrong", key), "tiles", wrong);
    saw_num(c, text_make(&c->arena, "%s.operands", key), "", (double)operands);
}

void product_tiles(const struct multiplier *by, const char *key, double limit, bool any_reduction)
{
    struct child *c = by->child;
    int side = product_tiles_a_side(c), m = side * TILE, n = side * TILE - TILE / 2, k = side * TILE / 2;
    struct tiled t = {
        .by = by,
        .p = { .in = by->in, .out = by->out, .ta = true, .m = m, .n = n, .k = k, .lda = k + PAD, .ldb = k + PAD, .ldd = m + PAD, .alpha = 1,
               .any_reduction = any_reduction },
        .tiles_m = (unsigned)side, .tiles_n = (unsigned)side,
        .weights_m = (unsigned)c->seed ^ 0x4D4D4D4Du, .weights_n = (unsigned)(c->seed >> 32) ^ 0x4E4E4E4Eu,
    };
    size_t bytes = (size_t)t.p.ldd * (size_t)n * number_bytes(by->out);
    struct sums sums;

    t.a = (struct operand){ .seed = c->seed + 2, .rows = m, .k = k };
    t.b = (struct operand){ .seed = c->seed + 3, .rows = n, .k = k };
    if (!operands_below(&t.a, &t.b, by->in, limit, &c->err))
        stop_ours(c, "%s", c->err.text);
    t.wrong = device_buffer(c, sizeof(uint64_t));
    zero(c, t.wrong, sizeof(uint64_t));
    t.p.a = fill(&t, &t.a);
    t.p.b = fill(&t, &t.b);
    t.p.d = device_buffer(c, bytes);
    MUST(c, cuda, cuMemsetD8_v2(t.p.d, by->out == NUMBER_INT32 ? 0x7F : 0xFF, bytes));
    by->multiply(c, by->library, &t.p);
    sums = sum_up(&t);
    compare(&t, key, &sums);
}
