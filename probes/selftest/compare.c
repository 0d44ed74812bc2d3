/* selftest.exact, selftest.close - the comparisons with a reference, on data of the host. */
#include "selftest.h"

#include <string.h>

#include "base/text.h"
#include "kernels/integers.h"

enum { ROWS = 61, COLUMNS = 47, ROW = 17, COLUMN = 31, MOST = 1000 };

static const int dims[] = { COLUMNS, ROWS, 0 };         /* column-major, as the outermost comes first */

static const struct expect bounds[] = {
    { .key = "y.wrong", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s elements differ", .detail = "y.first" },
    { .key = "y.nmse_ratio", .bound = AT_MOST, .number = 1, .optional = true, .sentence = "the error is %s times what it may be", .detail = "y.first" },
    { .key = NULL },
};

struct data { float *got; double *expected; };

/* What lies far from each other, and never 0: each fault below changes each element. */
static struct data make(struct child *c, bool integers)
{
    struct data d = { host_buffer(c, ROWS * COLUMNS * sizeof *d.got), host_buffer(c, ROWS * COLUMNS * sizeof *d.expected) };

    for (unsigned i = 0; i < ROWS * COLUMNS; i++) {
        d.got[i] = integers ? (float)(pattern_word(c->seed, i) % MOST + 1) : real_at(c->seed, i) + 4.0f;
        d.expected[i] = (double)d.got[i];
    }
    return d;
}

struct way {
    bool   integers;
    int    bit;             /* the least that is to be seen: the lowest one of an exact result, 2^-7 of another */
    double factor, limit;
};

static void compare(struct child *c, const struct data *d, const struct way *way)
{
    if (way->integers)
        compare_exact(c, "y", d->got, d->expected, dims);
    else
        compare_close(c, "y", d->got, d->expected, dims, way->limit);
}

static void inject(struct child *c, const struct way *way, const char *name, enum fault fault, const char *place)
{
    struct data d = make(c, way->integers);
    const struct matrix m = { NUMBER_FP32, d.got, ROWS, COLUMNS, ROWS };

    spoil(&m, &(struct spoiling){ fault, ROW, COLUMN, way->bit, way->factor });
    child_listen(c);
    compare(c, &d, way);
    if (fault == FAULT_NONE)
        selftest_clean(c, way->integers ? "integers" : "reals", bounds);
    else
        selftest_caught(c, name, way->integers ? "integers" : "reals", bounds, place);
}

static void run(struct child *c, const struct way *way)
{
    const char *place = text_make(&c->arena, "[%d][%d] is ", COLUMN, ROW);

    inject(c, way, "none", FAULT_NONE, NULL);
    inject(c, way, "bit", FAULT_BIT, place);
    inject(c, way, "shift", FAULT_SHIFT, NULL);
    inject(c, way, "scale", FAULT_SCALE, NULL);
    inject(c, way, "nan", FAULT_NAN, place);
    inject(c, way, "zeros", FAULT_ZEROS, NULL);
    inject(c, way, "stale", FAULT_STALE, NULL);
    saw_num(c, "seed", "", (double)c->seed);
}

/* One element that is off by 2^-7 of itself is 2^-14 / 2867 = 2e-8 of the whole. */
static void run_exact(struct child *c) { run(c, &(struct way){ .integers = true, .bit = 0, .factor = 1 + 0x1p-20 }); }
static void run_close(struct child *c) { run(c, &(struct way){ .bit = 16, .factor = 1 + 0x1p-8, .limit = 1e-9 }); }

SELFTEST_ON_CPU(exact, "The exact comparison sees every fault that is put into a result.", run_exact);
SELFTEST_ON_CPU(close, "The comparison by mean squared error sees every fault that is put into a result.", run_close);
