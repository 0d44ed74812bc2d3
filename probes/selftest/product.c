/* selftest.whole, .tiles, .round, .reals, .repeat - every check of a matrix product, of a
 * library that lies: the CPU's result with a fault in it (liar.h). */
#include "selftest.h"

#include "base/text.h"
#include "liar.h"

/* Side 2 is a product of 256 x 192 in four tiles, side 1 one of 128 x 64. */
enum { MANY = 1000 };

/* A check, on products of a kind. Where a fault has a place it is (row, column). */
struct subject {
    struct child *c;
    void        (*check)(struct multiplier *by);
    enum number   in, out;
    bool          aligned;
    int           side, row, column;
};

/* Named: the place is part of what must be said. */
struct lie { const char *fault; struct liar liar; bool is_placed; };

static void tell(const struct subject *s, const struct lie *lie)
{
    const char *place = lie->is_placed ? text_make(&s->c->arena, "D[%d][%d] is ", s->row, s->column) : NULL;
    struct liar liar = lie->liar;
    struct multiplier by = liar_multiplier(s->c, &liar, s->in, s->out, s->side);

    by.aligned = s->aligned;
    liar.spoiling.row = s->row;
    liar.spoiling.column = s->column;
    child_listen(s->c);
    s->check(&by);
    if (lie->fault == NULL)
        selftest_clean(s->c, number_name(s->in), product_bounds);
    else
        selftest_caught(s->c, lie->fault, number_name(s->in), product_bounds, place);
    device_release_all(s->c);
}

static void tell_all(const struct subject *s, const struct lie *lies, size_t n)
{
    tell(s, &(struct lie){ NULL, { .spoiling = { .fault = FAULT_NONE } }, false });
    for (size_t i = 0; i < n; i++)
        tell(s, &lies[i]);
}

/* ---- Of integers, in every type: the lowest bit is the least that can be wrong, and an integer times 2 is one still ---- */

static const struct lie in_all[] = {
    { "bit",   { .spoiling = { .fault = FAULT_BIT, .bit = 0 } },      true },
    { "shift", { .spoiling = { .fault = FAULT_SHIFT } },              false },
    { "scale", { .spoiling = { .fault = FAULT_SCALE, .factor = 2 } }, false },
    { "zeros", { .spoiling = { .fault = FAULT_ZEROS } },              false },
    { "stale", { .spoiling = { .fault = FAULT_STALE } },              false },
    { "first", { .spoiling = { .fault = FAULT_BIT }, .only = 1 },     true },
};

static const struct lie not_a_number = { "nan", { .spoiling = { .fault = FAULT_NAN } }, true };
static const struct lie in_tf32      = { "tf32", { .habit = HABIT_TF32 }, false };

static const struct { enum number in, out; bool aligned; } kinds[] = {
    { NUMBER_FP64, NUMBER_FP64, false }, { NUMBER_FP32, NUMBER_FP32, false }, { NUMBER_TF32, NUMBER_FP32, false },
    { NUMBER_FP16, NUMBER_FP32, false }, { NUMBER_BF16, NUMBER_FP32, false }, { NUMBER_E4M3, NUMBER_FP32, true },
    { NUMBER_E5M2, NUMBER_FP32, true },  { NUMBER_INT8, NUMBER_INT32, true },
};

static void tell_each_kind(struct child *c, void (*check)(struct multiplier *by))
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct subject s = { .c = c, .check = check, .in = kinds[i].in, .out = kinds[i].out, .aligned = kinds[i].aligned, .side = 1, .row = 37, .column = 21 };

        tell_all(&s, in_all, COUNT_OF(in_all));
        if (s.out != NUMBER_INT32)
            tell(&s, &not_a_number);
        if (s.in == NUMBER_FP32)
            tell(&s, &in_tf32);
    }
    saw_num(c, "seed", "", (double)c->seed);
}

static void run_whole(struct child *c)
{
    tell_each_kind(c, product_whole);
}

/* ---- By the sums of tiles ---- */

static void check_tiles(struct multiplier *by)
{
    product_tiles(by, "tiles", by->out, exact_below(by->a_type, by->child->cc), false, 1);
}

/* As of a library that offers so many algorithms. */
static void check_many_tiles(struct multiplier *by)
{
    by->choices = MANY + 1;
    product_tiles(by, "tiles", by->out, exact_below(by->a_type, by->child->cc), false, by->choices);
}

/* With results in the factors' own 16 bits. */
static void check_narrow_tiles(struct multiplier *by)
{
    product_tiles(by, "narrow", by->a_type, number_integers(by->a_type), true, 1);
}

static void run_tiles(struct child *c)
{
    static const struct lie seldom = { "1000th", { .spoiling = { .fault = FAULT_BIT }, .every = MANY }, true };
    struct subject s = { .c = c, .check = check_tiles, .in = NUMBER_FP32, .out = NUMBER_FP32, .side = 2, .row = 131, .column = 150 };

    tell_all(&s, in_all, COUNT_OF(in_all));
    s = (struct subject){ .c = c, .check = check_many_tiles, .in = NUMBER_FP32, .out = NUMBER_FP32, .side = 1, .row = 99, .column = 63 };
    tell(&s, &seldom);
    s.check = check_narrow_tiles;
    for (enum number in = NUMBER_FP16; in <= NUMBER_BF16; in++) {
        s.in = in;
        tell_all(&s, in_all, COUNT_OF(in_all));
    }
    tell_each_kind(c, check_tiles);
}

/* ---- Rounded to 16 bits: of two products the second is, and it is the one that lies ---- */

static void check_rounding(struct multiplier *by)
{
    product_rounding(by, by->a_type);
}

static void run_round(struct child *c)
{
    static const struct lie lies[] = {
        { "bit",   { .spoiling = { .fault = FAULT_BIT }, .only = 2 },                   true },
        { "shift", { .spoiling = { .fault = FAULT_SHIFT }, .only = 2 },                 false },
        { "scale", { .spoiling = { .fault = FAULT_SCALE, .factor = 1.01 }, .only = 2 }, false },
        { "nan",   { .spoiling = { .fault = FAULT_NAN }, .only = 2 },                   true },
        { "zeros", { .spoiling = { .fault = FAULT_ZEROS }, .only = 2 },                 false },
        { "stale", { .spoiling = { .fault = FAULT_STALE }, .only = 2 },                 false },
        { "cut",   { .habit = HABIT_CUT },                                              false },
    };
    struct subject s = { .c = c, .check = check_rounding, .out = NUMBER_FP32, .side = 2, .row = 131, .column = 150 };

    for (s.in = NUMBER_FP16; s.in <= NUMBER_BF16; s.in++)
        tell_all(&s, lies, COUNT_OF(lies));
    saw_num(c, "seed", "", (double)c->seed);
}

/* ---- Full mantissas: sampled squares, which a single element may lie beside ---- */

static void check_reals(struct multiplier *by)
{
    product_reals(by, false, 1);
}

/* Fast accumulation, where a GPU has it, may lose more than 1 part in 1000: 1 in 100 is lost by none. */
static void run_reals(struct child *c)
{
    static const struct lie lies[] = {
        { "shift", { .spoiling = { .fault = FAULT_SHIFT } },                              false },
        { "scale", { .spoiling = { .fault = FAULT_SCALE, .factor = 1.01 } },              false },
        { "nan",   { .spoiling = { .fault = FAULT_SCALE, .factor = __builtin_nan("") } }, false },
        { "zeros", { .spoiling = { .fault = FAULT_ZEROS } },                              false },
        { "stale", { .spoiling = { .fault = FAULT_STALE } },                              false },
    };
    static const struct lie by_a_hair = { "scale", { .spoiling = { .fault = FAULT_SCALE, .factor = 1 + 0x1p-15 } }, false };

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct subject s = { .c = c, .check = check_reals, .in = kinds[i].in, .out = kinds[i].out, .side = 1 };

        if (s.out == NUMBER_INT32)              /* of which there are no full mantissas */
            continue;
        tell_all(&s, lies, COUNT_OF(lies));
        if (s.in == NUMBER_FP32) {
            tell(&s, &by_a_hair);
            tell(&s, &in_tf32);
        }
    }
    saw_num(c, "seed", "", (double)c->seed);
}

/* ---- The same bits each time: what is wrong each time is for others to see ---- */

static void check_three(struct multiplier *by)
{
    product_reals(by, false, 3);
}

static void check_many(struct multiplier *by)
{
    product_reals(by, false, MANY + 1);
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
    struct subject s = { .c = c, .check = check_three, .in = NUMBER_FP16, .out = NUMBER_FP32, .side = 2, .row = 131, .column = 150 };

    tell_all(&s, lies, COUNT_OF(lies));
    s = (struct subject){ .c = c, .check = check_many, .in = NUMBER_FP16, .out = NUMBER_FP32, .side = 1, .row = 99, .column = 63 };
    tell(&s, &seldom);
    saw_num(c, "seed", "", (double)c->seed);
}

SELFTEST_ON_GPU(whole, "A product compared with a full reference shows every fault that is put into it.", false, run_whole);
SELFTEST_ON_GPU(tiles, "The sums over a product's tiles show every fault that is put into it.", false, run_tiles);
SELFTEST_ON_GPU(round, "A product in 16 bits compared with the exact one shows every fault that is put into it.", false, run_round);
SELFTEST_ON_GPU(reals, "The sampled error of a product of full mantissas shows every fault that is put into all of it.", false, run_reals);
SELFTEST_ON_GPU(repeat, "The hash of a repeated product shows every fault that one of the repetitions has.", false, run_repeat);
