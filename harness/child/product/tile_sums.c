#include "child/product/tile_sums.h"

#include "base/text.h"

static unsigned tiles_of(const struct vectors *v)
{
    return ((unsigned)v->rows + TILE - 1) / TILE;
}

/* By runs of the period, since there are hundreds of millions of numbers. */
static void add_row(const struct vectors *v, size_t row, uint64_t weight, uint64_t *to)
{
    size_t at = row * (size_t)v->k % v->period;

    for (size_t i = 0, k = (size_t)v->k; i < k; at = 0)
        for (; at < v->period && i < k; at++, i++)
            to[i] += weight * (uint64_t)(int64_t)v->values[at];
}

static const uint64_t *combined(struct child *c, const struct vectors *v, unsigned weights)
{
    uint64_t *sums = host_buffer(c, tiles_of(v) * (size_t)v->k * sizeof *sums);

    for (size_t i = 0; i < tiles_of(v) * (size_t)v->k; i++)
        sums[i] = 0;
    for (size_t row = 0; row < (size_t)v->rows; row++)
        add_row(v, row, (uint64_t)(int64_t)odd_weight(weights, (unsigned)row), sums + row / TILE * (size_t)v->k);
    return sums;
}

struct tile_sums tile_sums_make(struct child *c, const struct vectors *a, const struct vectors *b)
{
    struct tile_sums s = { .tiles_m = tiles_of(a), .tiles_n = tiles_of(b), .k = (size_t)a->k,
                           .weights_m = (unsigned)c->seed ^ 0x4D4D4D4Du, .weights_n = (unsigned)(c->seed >> 32) ^ 0x4E4E4E4Eu };
    const size_t bytes = tile_sums_n(&s) * sizeof(uint64_t);

    s.of_a = combined(c, a, s.weights_m);
    s.of_b = combined(c, b, s.weights_n);
    s.found = host_buffer(c, bytes);
    s.bad = host_buffer(c, bytes);
    s.found_at = device_buffer(c, bytes);
    s.bad_at = device_buffer(c, bytes);
    return s;
}

void tile_sums_find(struct child *c, struct tile_sums *s, const struct product *p)
{
    const size_t bytes = tile_sums_n(s) * sizeof(uint64_t);
    unsigned rows = (unsigned)p->n, columns = (unsigned)p->m, wm = s->weights_m, wn = s->weights_n;
    CUdeviceptr d = p->d, found = s->found_at, bad = s->bad_at;
    uint64_t ld = (uint64_t)p->ldd;

    MUST(c, cuda, cuMemsetD8_v2(bad, 0, bytes));
    MUST(c, cuda, cuMemsetD8_v2(found, 0xFF, bytes));       /* a kernel that does nothing finds no agreement */
    launch(c, text_make(&c->arena, "found_%s", number_name(p->out)), ((struct grid){ s->tiles_m, s->tiles_n, 1 }), ((struct grid){ 256, 1, 1 }),
           &d, &ld, &rows, &columns, &wn, &wm, &found, &bad);
    device_wait(c);
    device_download(c, s->found, found, bytes);
    device_download(c, s->bad, bad, bytes);
}

static uint64_t expected(const struct tile_sums *s, unsigned tile)
{
    const uint64_t *a = s->of_a + tile % s->tiles_m * s->k, *b = s->of_b + tile / s->tiles_m * s->k;
    uint64_t sum = 0;

    for (size_t i = 0; i < s->k; i++)
        sum += a[i] * b[i];
    return sum;
}

bool tile_sums_is_right(const struct tile_sums *s, unsigned tile, int *row, int *column)
{
    *row = (int)(tile % s->tiles_m * TILE);
    *column = (int)(tile / s->tiles_m * TILE);
    return s->found[tile] == expected(s, tile) && s->bad[tile] == 0;
}
