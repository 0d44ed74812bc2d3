/* selftest.whole, .tiles, .round, .reals, .repeat - every check of a matrix product, of a
 * library that lies: the CPU's result with a fault in it (liar.h). Side 2 is a product of
 * 256 x 192, in four tiles. */
#include "selftest.h"

#include "base/text.h"
#include "liar.h"

enum { SIDE = 2, ROW = 37, COLUMN = 21, FAR_ROW = 131, FAR_COLUMN = 150, MANY = 1000 };

/* The lowest bit of an fp32 is the least that can be wrong; an integer times 2 is one still. */
struct lie { const char *fault; struct liar liar; bool is_placed; };

static const struct lie none = { "none", { .spoiling = { .fault = FAULT_NONE } }, false };

/* What every check of all elements of an exact product must see. */
static const struct lie exact[] = {
    { "bit",   { .spoiling = { .fault = FAULT_BIT, .bit = 0 } },      true },
    { "shift", { .spoiling = { .fault = FAULT_SHIFT } },              false },
    { "scale", { .spoiling = { .fault = FAULT_SCALE, .factor = 2 } }, false },
    { "nan",   { .spoiling = { .fault = FAULT_NAN } },                true },
    { "zeros", { .spoiling = { .fault = FAULT_ZEROS } },              false },
    { "stale", { .spoiling = { .fault = FAULT_STALE } },              false },
    { "first", { .spoiling = { .fault = FAULT_BIT }, .only = 1 },     true },
};

static const struct lie in_tf32 = { "tf32", { .habit = HABIT_TF32 }, false };

typedef void checker(struct multiplier *by);

/* One lie, told to one check. */
static void tell(struct child *c, const struct lie *lie, checker *check, enum number in, int side, int row, int column)
{
    const char *place = lie->is_placed ? text_make(&c->arena, "D[%d][%d] is ", row, column) : NULL;
    struct liar liar = lie->liar;
    struct multiplier by = liar_multiplier(c, &liar, in, NUMBER_FP32, side);

    liar.spoiling.row = row;
    liar.spoiling.column = column;
    child_listen(c);
    check(&by);
    if (lie == &none)
        selftest_clean(c, product_bounds);
    else
        selftest_caught(c, lie->fault, product_bounds, place);
}

static void tell_all(struct child *c, const struct lie *lies, size_t n, checker *check, enum number in, int row, int column)
{
    tell(c, &none, check, in, SIDE, row, column);
    for (size_t i = 0; i < n; i++)
        tell(c, &lies[i], check, in, SIDE, row, column);
}

/* ---- Against a full reference ---- */

static void run_whole(struct child *c)
{
    tell_all(c, exact, COUNT_OF(exact), product_whole, NUMBER_FP32, ROW, COLUMN);
    tell(c, &in_tf32, product_whole, NUMBER_FP32, SIDE, 0, 0);
    saw_num(c, "seed", "", (double)c->seed);
}

/* ---- By the sums of tiles ---- */

static void check_tiles(struct multiplier *by)
{
    product_tiles(by, "tiles", by->out, exact_below(by->a_type, by->child->cc), false, by->choices > 0 ? by->choices : 1);
}

/* As of a library that offers so many algorithms; one tile, for there are many. */
static void check_tiles_often(struct multiplier *by)
{
    by->choices = MANY + 1;
    check_tiles(by);
}

static void run_tiles(struct child *c)
{
    static const struct lie seldom = { "1000th", { .spoiling = { .fault = FAULT_BIT }, .every = MANY }, true };

    tell_all(c, exact, COUNT_OF(exact), check_tiles, NUMBER_FP32, FAR_ROW, FAR_COLUMN);
    tell(c, &in_tf32, check_tiles, NUMBER_FP32, SIDE, 0, 0);
    tell(c, &seldom, check_tiles_often, NUMBER_FP32, 1, ROW, COLUMN);
    saw_num(c, "seed", "", (double)c->seed);
}

/* ---- Rounded to 16 bits ---- */

static void check_rounding(struct multiplier *by)
{
    product_rounding(by, by->a_type);
}

/* Of two products the second is in 16 bits, and it is the one that lies. */
static void run_round(struct child *c)
{
    static const struct lie lies[] = {
        { "bit",   { .spoiling = { .fault = FAULT_BIT }, .only = 2 },                 true },
        { "shift", { .spoiling = { .fault = FAULT_SHIFT }, .only = 2 },               false },
        { "scale", { .spoiling = { .fault = FAULT_SCALE, .factor = 1.01 }, .only = 2 }, false },
        { "nan",   { .spoiling = { .fault = FAULT_NAN }, .only = 2 },                 true },
        { "zeros", { .spoiling = { .fault = FAULT_ZEROS }, .only = 2 },               false },
        { "stale", { .spoiling = { .fault = FAULT_STALE }, .only = 2 },               false },
        { "cut",   { .habit = HABIT_CUT },                                            false },
    };

    tell_all(c, lies, COUNT_OF(lies), check_rounding, NUMBER_BF16, FAR_ROW, FAR_COLUMN);
    saw_num(c, "seed", "", (double)c->seed);
}

/* ---- Full mantissas: sampled squares, which single elements may lie beside ---- */

static void check_reals(struct multiplier *by)
{
    product_reals(by, false, 1);
}

static void run_reals(struct child *c)
{
    static const struct lie lies[] = {
        { "shift", { .spoiling = { .fault = FAULT_SHIFT } },                       false },
        { "scale", { .spoiling = { .fault = FAULT_SCALE, .factor = 1 + 0x1p-15 } }, false },
        { "nan",   { .spoiling = { .fault = FAULT_SCALE, .factor = __builtin_nan("") } }, false },
        { "zeros", { .spoiling = { .fault = FAULT_ZEROS } },                       false },
        { "stale", { .spoiling = { .fault = FAULT_STALE } },                       false },
        { "tf32",  { .habit = HABIT_TF32 },                                        false },
    };

    tell_all(c, lies, COUNT_OF(lies), check_reals, NUMBER_FP32, 0, 0);
    saw_num(c, "seed", "", (double)c->seed);
}

/* ---- The same bits each time: what is wrong each time is for others to see ---- */

static void check_repeat(struct multiplier *by)
{
    product_reals(by, false, by->side == 1 ? MANY + 1 : 3);
}

static void run_repeat(struct child *c)
{
    static const struct lie lies[] = {
        { "bit",   { .spoiling = { .fault = FAULT_BIT }, .only = 2 },   false },
        { "shift", { .spoiling = { .fault = FAULT_SHIFT }, .only = 3 }, false },
        { "zeros", { .spoiling = { .fault = FAULT_ZEROS }, .only = 2 }, false },
        { "stale", { .spoiling = { .fault = FAULT_STALE }, .only = 2 }, false },
        { "first", { .spoiling = { .fault = FAULT_BIT }, .only = 1 },   false },
    };
    static const struct lie seldom = { "1000th", { .spoiling = { .fault = FAULT_BIT }, .every = MANY }, false };

    tell_all(c, lies, COUNT_OF(lies), check_repeat, NUMBER_FP32, FAR_ROW, FAR_COLUMN);
    tell(c, &seldom, check_repeat, NUMBER_FP32, 1, ROW, COLUMN);
    saw_num(c, "seed", "", (double)c->seed);
}

SELFTEST_ON_GPU(whole, "A product compared with a full reference shows every fault that is put into it.", false, run_whole);
SELFTEST_ON_GPU(tiles, "The sums over a product's tiles show every fault that is put into it.", false, run_tiles);
SELFTEST_ON_GPU(round, "A product in 16 bits compared with the exact one shows every fault that is put into it.", false, run_round);
SELFTEST_ON_GPU(reals, "The sampled error of a product of full mantissas shows every fault that is put into all of it.", false, run_reals);
SELFTEST_ON_GPU(repeat, "The hash of a repeated product shows every fault that one of the repetitions has.", false, run_repeat);
