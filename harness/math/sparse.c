#include "math/sparse.h"

#include <math.h>
#include <string.h>

#include "math/random.h"

enum { SHORT = 12, EMPTY_EVERY = 7, LONG_EVERY = 16 };

static int length_of_row(struct random *r, int row, int rows, int columns)
{
    if (row == rows / 2)
        return columns;
    if (row == rows - 1 || row % LONG_EVERY == 5)
        return random_integer(r, columns / 4, columns / 2);
    return row % EMPTY_EVERY == 0 ? 0 : random_integer(r, 1, SHORT < columns ? SHORT : columns);
}

/* Any `wanted` of the columns, each set of them as likely as any other: a column is taken
 * with the share of what is still wanted in what is still there. */
static void add_row(struct sparse *s, struct random *r, int row, int wanted)
{
    for (int column = 0; wanted > 0; column++)
        if (random_integer(r, 1, s->columns - column) <= wanted) {
            s->row[s->entries] = row;
            s->column[s->entries++] = column;
            wanted--;
        }
}

void sparse_make(struct sparse *s, struct arena *a, uint64_t seed, int rows, int columns)
{
    struct random r = { seed };
    int *lengths = arena_alloc(a, (size_t)rows * sizeof *lengths);
    size_t n = 0;

    for (int i = 0; i < rows; i++)
        n += (size_t)(lengths[i] = length_of_row(&r, i, rows, columns));
    *s = (struct sparse){
        .rows = rows, .columns = columns, .offsets = arena_alloc(a, ((size_t)rows + 1) * sizeof *s->offsets),
        .row = arena_alloc(a, n * sizeof *s->row), .column = arena_alloc(a, n * sizeof *s->column), .value = arena_alloc(a, n * sizeof *s->value),
    };
    for (int i = 0; i < rows; i++) {
        add_row(s, &r, i, lengths[i]);
        s->offsets[i + 1] = s->entries;
    }
}

/* fp32: odd numbers of up to 13 bits, where tf32 keeps 11; fp64: of up to 36, where fp32 keeps 24. */
struct sparse_range sparse_range_of(enum number n)
{
    switch (n) {
    case NUMBER_FP64: return (struct sparse_range){ (INT64_C(1) << 36) - 1, true, 1 };
    case NUMBER_FP32: return (struct sparse_range){ 8191, true, 1 };
    case NUMBER_INT8: return (struct sparse_range){ 127, false, 127 };
    default:          return (struct sparse_range){ 64, false, 8 };
    }
}

void sparse_fill(struct sparse *s, uint64_t seed, struct sparse_range range)
{
    struct random r = { seed };

    for (int i = 0; i < s->entries; i++) {
        int64_t v = (int64_t)(random_next(&r) % (uint64_t)(2 * range.entry + 1)) - range.entry;

        s->value[i] = range.odd && v % 2 == 0 ? v + 1 : v;      /* the largest is odd */
    }
}

double sparse_worst(const struct sparse *s, struct sparse_range range)
{
    struct arena a = { NULL };
    double *rows = arena_alloc(&a, (size_t)s->rows * sizeof *rows), *columns = arena_alloc(&a, (size_t)s->columns * sizeof *columns), worst = 0;

    for (int i = 0; i < s->entries; i++) {
        double v = fabs((double)s->value[i]) * range.other;

        worst = fmax(worst, fmax(rows[s->row[i]] += v, columns[s->column[i]] += v));
    }
    arena_free(&a);
    return worst;
}

void sparse_times(const struct sparse *s, bool transposed, const int *x, int width, int64_t *y)
{
    size_t from = (size_t)(transposed ? s->rows : s->columns), to = (size_t)(transposed ? s->columns : s->rows);

    memset(y, 0, to * (size_t)width * sizeof *y);
    for (size_t j = 0; j < (size_t)width; j++)
        for (int i = 0; i < s->entries; i++)
            y[j * to + (size_t)(transposed ? s->column[i] : s->row[i])] += s->value[i] * x[j * from + (size_t)(transposed ? s->row[i] : s->column[i])];
}
