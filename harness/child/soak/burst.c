#include "child/soak/burst.h"

#include <string.h>

#include "base/text.h"

enum { LARGEST_SIDE = 64, LARGEST_K = 3840, PAD = 16, WIDEST = 8 };     /* tiles; fp32's exact integers reach no further; elements; bytes */

static enum number out_of(enum number in)
{
    return in == NUMBER_FP64 ? NUMBER_FP64 : in == NUMBER_INT8 ? NUMBER_INT32 : NUMBER_FP32;
}

static int terms(int side)
{
    int k = side * SOAK_TILE / 2;

    return k < LARGEST_K ? k : LARGEST_K;
}

/* Of A twice, B, D and the sums, in the widest type. */
static uint64_t bytes_for(int side)
{
    const uint64_t rows = (uint64_t)side * SOAK_TILE, k = (uint64_t)terms(side) + PAD;

    return 3 * rows * k * WIDEST + rows * (rows + PAD) * WIDEST + 3 * (uint64_t)side * k * 8 + 4 * (uint64_t)side * (uint64_t)side * 8;
}

/* Half as many tiles along each side as there are multiprocessors: waves of work for all of them. */
static int side_of(struct child *c)
{
    const uint64_t room = device_room(c) / 3;
    int sms, side;

    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->device));
    side = sms / 2 < 2 ? 2 : sms / 2 < LARGEST_SIDE ? sms / 2 : LARGEST_SIDE;
    while (side > 2 && bytes_for(side) > room)
        side--;
    return side;
}

void products_begin(struct products *s, struct soak_way *by, CUstream stream)
{
    struct child *c = by->child;
    const int side = side_of(c), m = side * SOAK_TILE, k = terms(side);
    const size_t operand = (size_t)m * (size_t)(k + PAD) * WIDEST, sums = (size_t)side * (size_t)k * 8, tiles = (size_t)side * (size_t)side * 8;

    *s = (struct products){ .by = by, .child = c, .stream = stream, .tiles = (unsigned)side, .only = -1,
                            .weights_m = (unsigned)c->seed ^ 0x4D4D4D4Du, .weights_n = (unsigned)(c->seed >> 32) ^ 0x4E4E4E4Eu };
    s->at_b = device_buffer(c, operand);
    s->of_b = device_buffer(c, sums);
    s->at_d = device_buffer(c, (size_t)m * (size_t)(m + PAD) * WIDEST);
    s->found = device_buffer(c, tiles);
    s->bad = device_buffer(c, tiles);
    MUST(c, cuda, cuMemsetD8_v2(s->bad, 0, tiles));
    for (size_t i = 0; i < 2; i++) {
        s->at_a[i] = device_buffer(c, operand);
        s->of_a[i] = device_buffer(c, sums);
        s->expected[i] = device_buffer(c, tiles);
        s->a[i] = (struct operand){ .seed = c->seed + 1 + i, .rows = m, .k = k };
    }
    s->b = (struct operand){ .seed = c->seed + 3, .rows = m, .k = k };
}

/* ---- Operands ---- */

static void fill(const struct products *s, const struct operand *o, enum number type, CUdeviceptr at)
{
    unsigned format = type, rows = (unsigned)o->rows, columns = (unsigned)o->k;
    uint64_t row_stride = (uint64_t)o->k + PAD, column_stride = 1, seed = o->seed;
    struct integers range = o->range;

    launch_on(s->child, s->stream, "fill_integers", blocks_for((uint64_t)rows * columns), ((struct grid){ BLOCK, 1, 1 }),
              &at, &format, &rows, &columns, &row_stride, &column_stride, &seed, &range);
}

/* The sums over its tiles' rows, of what the operand should be; what is otherwise is counted in the log. */
static void combine(const struct products *s, const struct operand *o, CUdeviceptr m, unsigned weights, CUdeviceptr sums, CUdeviceptr log)
{
    static const struct grid threads = { 128, 1, 1 };
    const enum number type = s->p[0].a_type;
    unsigned rows = (unsigned)o->rows, k = (unsigned)o->k;
    uint64_t ld = (uint64_t)k + PAD, seed = o->seed;
    struct integers range = o->range;
    CUdeviceptr wrong = log + offsetof(struct soak_log, operands);
    char name[32];

    text_format(name, sizeof name, "combine_%s", number_name(type == NUMBER_TF32 ? NUMBER_FP32 : type));
    launch_on(s->child, s->stream, name, ((struct grid){ (k + 511) / 512, s->tiles, 1 }), threads,
              &m, &ld, &rows, &k, &seed, &range, &weights, &sums, &wrong);
}

static void look_at_operands(struct products *s, CUdeviceptr log)
{
    unsigned tiles = s->tiles, k = (unsigned)s->b.k;

    combine(s, &s->b, s->at_b, s->weights_n, s->of_b, log);
    for (size_t i = 0; i < 2; i++) {
        combine(s, &s->a[i], s->at_a[i], s->weights_m, s->of_a[i], log);
        launch_on(s->child, s->stream, "expect_tiles", blocks_for((uint64_t)tiles * tiles * 32), ((struct grid){ BLOCK, 1, 1 }),
                  &s->of_a[i], &s->of_b, &tiles, &tiles, &k, &s->expected[i]);
    }
}

/* One range for both A: the one that keeps the sums of both exact. */
static void search_integers(struct products *s, enum number in)
{
    const double limit = exact_below(in, s->child->cc);
    struct child *c = s->child;

    for (size_t i = 0; i < 2; i++) {
        if (i > 0) {
            s->a[1].range = s->a[0].range;
            if (operands_are_exact(&s->a[1], &s->b, limit, &c->err))
                return;
        }
        if (!operands_below(&s->a[i], &s->b, in, limit, &c->err))
            stop_ours(c, "%s", c->err.text);
    }
    s->a[0].range = s->a[1].range;
    if (!operands_are_exact(&s->a[0], &s->b, limit, &c->err))
        stop_ours(c, "%s", c->err.text);
}

static void choose_integers(struct products *s, enum number in)
{
    if (!s->ranges[in].known) {
        search_integers(s, in);
        s->ranges[in].known = true;
        s->ranges[in].a = s->a[0].range;
        s->ranges[in].b = s->b.range;
    }
    s->a[0].range = s->a[1].range = s->ranges[in].a;
    s->b.range = s->ranges[in].b;
}

bool products_of(struct products *s, enum number in, unsigned lap, const char **why)
{
    const int m = s->b.rows, k = s->b.k;

    for (size_t i = 0; i < 2; i++)
        s->p[i] = (struct product){ .a_type = in, .b_type = in, .out = out_of(in), .ta = true, .m = m, .n = m, .k = k,
                                    .lda = k + PAD, .ldb = k + PAD, .ldd = m + PAD, .alpha = 1, .a = s->at_a[i], .b = s->at_b, .d = s->at_d };
    if (!s->by->prepare(s->by, &s->p[0], lap, why))
        return false;
    choose_integers(s, in);
    fill(s, &s->b, in, s->at_b);
    fill(s, &s->a[0], in, s->at_a[0]);
    fill(s, &s->a[1], in, s->at_a[1]);
    return true;
}

/* ---- Bursts ---- */

/* Which A a product of a burst is of. */
static unsigned turn_of(const struct products *s, const struct burst *b, unsigned product)
{
    return s->only >= 0 ? (unsigned)s->only : (b->turn + product) % 2;
}

static void check(struct products *s, struct burst *b, unsigned product, unsigned which)
{
    const enum number out = s->p[0].out;
    unsigned rows = (unsigned)s->b.rows, tiles = s->tiles, words = (unsigned)number_bytes(out) / 4, wm = s->weights_m, wn = s->weights_n;
    uint64_t ld = (uint64_t)s->p[0].ldd;
    char name[32];

    text_format(name, sizeof name, "found_%s", number_name(out));
    launch_on(s->child, s->stream, name, ((struct grid){ tiles, tiles, 1 }), ((struct grid){ 256, 1, 1 }),
              &s->at_d, &ld, &rows, &rows, &wn, &wm, &s->found, &s->bad);
    launch_on(s->child, s->stream, "soak_judge", ((struct grid){ tiles * tiles, 1, 1 }), ((struct grid){ 256, 1, 1 }),
              &s->found, &s->expected[which], &s->bad, &s->at_d, &ld, &rows, &rows, &words, &tiles, &product, &b->log_at, &b->kept);
}

void products_queue(struct products *s, struct burst *b, unsigned n, bool look)
{
    struct child *c = s->child;

    b->n = 0;
    b->first = s->queued + 1;
    b->turn = (unsigned)((uint64_t)s->queued % 2);
    memset(b->log, 0, sizeof *b->log);
    MUST(c, cuda, cuMemcpyHtoDAsync_v2(b->log_at, b->log, sizeof *b->log, s->stream));
    if (look)
        look_at_operands(s, b->log_at);
    for (; b->n < n; b->n++) {
        const unsigned which = turn_of(s, b, b->n);

        s->by->queue(s->by, &s->p[which], s->stream);
        if (s->by->refused != NULL)
            break;
        check(s, b, b->n, which);
    }
    MUST(c, cuda, cuMemcpyDtoHAsync_v2(b->log, b->log_at, sizeof *b->log, s->stream));
    MUST(c, cuda, cuEventRecord(b->multiplied, s->stream));
    s->queued += b->n;
}

/* The first wrong element of a tile as it was kept, by the definition of the product. */
static const char *wrong_element(const struct products *s, const struct burst *b, unsigned slot, unsigned which, char *out, size_t room)
{
    struct child *c = s->child;
    const enum number type = s->p[0].out;
    const unsigned tile = b->log->fault[slot].tile;
    const int row = (int)(tile % s->tiles) * SOAK_TILE, column = (int)(tile / s->tiles) * SOAK_TILE;
    static uint32_t kept[SOAK_TILE_WORDS];

    device_download(c, kept, b->kept + (size_t)slot * sizeof kept, sizeof kept);
    for (int j = 0; j < SOAK_TILE; j++)
        for (int i = 0; i < SOAK_TILE; i++) {
            const double got = number_get(type, kept, (size_t)(j * SOAK_TILE + i));
            const double expected = operand_product(&s->a[which], &s->b, row + i, column + j);

            if (got == expected)
                continue;
            text_format(out, room, "in the tile that begins at D[%d][%d], D[%d][%d] is %.17g, expected %.17g", row, column, row + i, column + j, got, expected);
            return out;
        }
    text_format(out, room, "the sums of the tile that begins at D[%d][%d] are wrong, and every element of it is right", row, column);
    return out;
}

static void tell(struct products *s, const struct burst *b, unsigned slot, double at_s)
{
    const struct soak_fault *f = &b->log->fault[slot];
    const unsigned which = turn_of(s, b, f->product);
    char element[TOLD_BYTES / 2];

    text_format(s->told[s->n_told], TOLD_BYTES, "after %.1f s, product %.0f, %s%s%s: %s; wrong in %u of its %u tiles", at_s,
                b->first + f->product, number_name(s->p[0].a_type), s->by->said != NULL ? " by " : "", s->by->said != NULL ? s->by->said : "",
                wrong_element(s, b, slot, which, element, sizeof element), b->log->wrong[f->product], s->tiles * s->tiles);
    s->n_told++;
}

void products_look(struct products *s, const struct burst *b, double at_s)
{
    const struct soak_log *log = b->log;

    for (unsigned i = 0; i < b->n; i++) {
        s->wrong += log->wrong[i] > 0;
        s->wrong_one = log->wrong[i] > 0 ? (int)turn_of(s, b, i) : s->wrong_one;
        s->tiles_wrong += log->wrong[i];
    }
    for (unsigned slot = 0; slot < log->kept && slot < SOAK_KEPT && s->n_told < TOLD_MAX; slot++)
        tell(s, b, slot, at_s);
    if (log->operands > 0 && s->n_told < TOLD_MAX)
        text_format(s->told[s->n_told++], TOLD_BYTES, "after %.1f s, before product %.0f, %s: %llu elements of A and B in memory are not what they were",
                    at_s, b->first, number_name(s->p[0].a_type), log->operands);
    if (log->judged != b->n * s->tiles * s->tiles)
        s->unjudged += b->n;
    s->operands += (double)log->operands;
    s->verified += b->n;
    s->compared += (double)b->n * (double)s->b.rows * (double)s->b.rows;
}

/* ---- The march ---- */

void marching_begin(struct marching *m, struct child *c, CUstream stream)
{
    const uint64_t rate = area_rate(c), eighth = rate > 0 ? rate / 8 : UINT64_MAX, fair = area_fair_share(c);
    struct march_log *none = host_buffer(c, sizeof *none);
    uint64_t zero = 0;
    uint32_t up = 0, first_pass = 0;

    *m = (struct marching){ .child = c, .stream = stream, .pass = 1 };
    m->log_at = device_buffer(c, sizeof *none);
    device_upload(c, m->log_at, none, sizeof *none);
    area_take(c, &m->area, eighth < fair ? eighth : fair);
    for (size_t i = 0; i < m->area.n; i++)
        launch_on(c, stream, "march_write", ((struct grid){ (unsigned)(m->area.pieces[i].words / MARCH_TILE), 1, 1 }), ((struct grid){ MARCH_THREADS, 1, 1 }),
                  &m->area.pieces[i].at, &m->area.pieces[i].first, &c->seed, &zero, &zero, &up, &first_pass, &m->log_at);
}

/* Pass after pass the hash and its complement take turns. */
static uint64_t step(struct marching *m, uint64_t most)
{
    struct child *c = m->child;
    const struct piece *p = &m->area.pieces[m->piece];
    const uint64_t left = p->words - m->done, words = most < left ? most : left;
    uint64_t expect = m->pass % 2 == 1 ? 0 : ~UINT64_C(0), next = ~expect, first = p->first + m->done;
    CUdeviceptr at = p->at + m->done * sizeof(uint64_t);
    uint32_t up = 0;

    launch_on(c, m->stream, "march_step", ((struct grid){ (unsigned)(words / MARCH_TILE), 1, 1 }), ((struct grid){ MARCH_THREADS, 1, 1 }),
              &at, &first, &c->seed, &expect, &next, &up, &m->pass, &m->log_at);
    m->done += words;
    if (m->done == p->words) {
        m->done = 0;
        m->piece = (m->piece + 1) % m->area.n;
        m->pass += m->piece == 0;
    }
    return words;
}

/* Small launches: large ones would keep the products from the multiprocessors for as long as they last. */
void marching_queue(struct marching *m, struct burst *b, double words, unsigned launches)
{
    struct child *c = m->child;
    const uint64_t each = ((uint64_t)(words / launches / MARCH_TILE) + 1) * MARCH_TILE;
    uint64_t left = each * launches;

    b->words = 0;
    left = left < m->area.words ? left : m->area.words;
    while (left > 0) {
        const uint64_t done = step(m, each < left ? each : left);

        b->words += (double)done;
        left -= done;
    }
    MUST(c, cuda, cuMemcpyDtoHAsync_v2(b->memory, m->log_at, sizeof *b->memory, m->stream));
    MUST(c, cuda, cuEventRecord(b->marched, m->stream));
}

void marching_look(struct marching *m, const struct burst *b)
{
    m->verified += b->words;
    if (b->memory->wrong > 0 && m->first[0] == '\0') {
        const unsigned pass = b->memory->fault[0].element;
        char words[64];

        text_format(words, sizeof words, "up, read %d, write %d, pass %u", pass % 2 == 0, pass % 2 == 1, pass);
        text_format(m->first, sizeof m->first, "%s", area_first_wrong(m->child, &m->area, words, b->memory));
    }
    m->wrong = (double)b->memory->wrong;
    m->tiles = march_tiles(b->memory);
    m->due = (m->area.words + (uint64_t)m->verified) / MARCH_TILE;      /* all of it was written once, first */
}
