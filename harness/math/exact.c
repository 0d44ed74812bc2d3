#include "math/exact.h"

#include <math.h>

#define ALL 65536u

double exact_below(enum number factors, int cc)
{
    switch (factors) {
    case NUMBER_FP64: return 0x1p53;
    case NUMBER_INT8: return 0x1p31;
    case NUMBER_E4M3:
    case NUMBER_E5M2: return cc == 89 || cc == 90 ? 0x1p14 : 0x1p24;
    default:          return 0x1p24;
    }
}

int operand_at(const struct operand *o, int row, int i)
{
    return integer_at(o->range, o->seed, (unsigned long long)row * (unsigned long long)o->k + (unsigned long long)i);
}

/* The largest sum of squares of a row: an integer below 2^62, in 64 bits. */
static uint64_t longest(const struct operand *o)
{
    uint64_t most = 0;

    for (int row = 0; row < o->rows; row++) {
        uint64_t sum = 0;

        for (int i = 0; i < o->k; i++) {
            int64_t v = operand_at(o, row, i);

            sum += (uint64_t)(v * v);
        }
        most = sum > most ? sum : most;
    }
    return most;
}

double operand_worst(const struct operand *a, const struct operand *b)
{
    return sqrt((double)longest(a)) * sqrt((double)longest(b));
}

/* Of k numbers uniform in [-v, v] the squares add to k v (v + 1) / 3; both operands are alike. */
struct integers integers_below(double limit, enum number format, int k)
{
    double room = limit / 1.03 / k, v = floor((sqrt(1 + 12 * room) - 1) / 2), most = number_integers(format);

    if (v >= 1)
        return (struct integers){ (unsigned)(v < most ? v : most), 1, 0, ALL };
    /* -1 and 1, two thirds of what is kept, are not 0. */
    return (struct integers){ 1, 1, 0, (unsigned)(ALL * 1.5 * room) };
}

bool operands_are_exact(const struct operand *a, const struct operand *b, double limit, struct err *e)
{
    double worst = operand_worst(a, b);

    if (!(worst < limit))
        return err_set(e, ERR_LIMIT, "a sum of %d products can reach %.9g, and is exact below %.0f", a->k, worst, limit);
    return true;
}

/* What the kernels make goes through fp32 (kernels/operand.cu). */
#define MADE_EXACTLY (1u << 20)

/* Some seeds have a vector that is longer than its like: then a smaller range. */
static bool make_smaller(struct integers *r)
{
    if (r->spread > 1)
        r->spread -= r->spread / 64 + 1;
    else
        r->keep -= r->keep / 8 + 1;
    return r->keep > ALL / 4096 && r->keep <= ALL;
}

bool operands_below(struct operand *a, struct operand *b, enum number format, double limit, struct err *e)
{
    if (format == NUMBER_FP32) {
        a->range = (struct integers){ 4096, 2, 1, ALL };
        b->range = (struct integers){ 1, 1, 0, ALL };
        return operands_are_exact(a, b, limit, e);
    }
    a->range = integers_below(limit, format, a->k);
    a->range.spread = a->range.spread < MADE_EXACTLY ? a->range.spread : MADE_EXACTLY;
    b->range = a->range;
    while (!operands_are_exact(a, b, limit, e)) {
        if (!make_smaller(&a->range))
            return false;
        b->range = a->range;
    }
    return true;
}

/* Sparse vectors of -1, 0 and 1, two thirds of what is kept not being 0: `meet` of k pairs have no 0 on average. */
static unsigned kept_of(double meet, int k, bool both)
{
    const double share = both ? sqrt(meet / k) : meet / k;

    return (unsigned)fmin(ALL, ALL * 1.5 * share);
}

/* The sum of k coins of mean n/4 reaches n with a chance of at most exp(-0.63 n), one of mean n/2 with exp(-0.19 n)
 * (Chernoff's bound): 1e-69 for the 255 that bf16 has room for, 1e-168 for the 2047 of fp32. */
void operands_surely_below(struct operand *a, struct operand *b, enum number format, double limit)
{
    const double most = fmin(number_integers(format), MADE_EXACTLY), spread = floor(sqrt((limit - 1) / a->k));

    if (format == NUMBER_FP32) {                /* odd numbers of 13 bits, as above */
        a->range = (struct integers){ 4096, 2, 1, ALL };
        b->range = (struct integers){ 1, 1, 0, kept_of((limit - 1) / (2 * 4096 + 1) / 2, b->k, false) };
        return;
    }
    a->range = spread >= 1 ? (struct integers){ (unsigned)fmin(spread, most), 1, 0, ALL } : (struct integers){ 1, 1, 0, kept_of((limit - 1) / 4, a->k, true) };
    b->range = a->range;
}

/* In fp64, the widest: of A and B 64 KiB a tile and of D 128, twice in one trial; and a
 * library's workspace. */
static uint64_t bytes_for(int side)
{
    const uint64_t tiles = (uint64_t)side * (uint64_t)side, a_tile = 2 * (64 + 64 + 128 + 32) * 1024, workspace = UINT64_C(2) << 20;

    return tiles * a_tile + (uint64_t)side * workspace + (UINT64_C(8) << 20);
}

int tiles_a_side(int sms, uint64_t room)
{
    int side = (int)ceil(sqrt(2.0 * (sms > 2 ? sms : 2)));

    while (side > 2 && bytes_for(side) > room)
        side--;
    return side;
}

double operand_product(const struct operand *a, const struct operand *b, int i, int j)
{
    int64_t sum = 0;

    for (int k = 0; k < a->k; k++)
        sum += (int64_t)operand_at(a, i, k) * operand_at(b, j, k);
    return (double)sum;
}
