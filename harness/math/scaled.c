#include "math/scaled.h"

#include <math.h>

#include "kernels/integers.h"

enum { TILE_ROWS = 128, TILE_BLOCKS = 4, GROUP = 32 };

static uint64_t number_of(const struct scaled *o, int row, int i)
{
    return (uint64_t)row * (uint64_t)o->k + (uint64_t)i;
}

static int blocks_of(const struct scaled *o)
{
    return o->k / o->block;
}

double scaled_element(const struct scaled *o, int row, int i)
{
    if (o->element == NUMBER_E2M1)
        return number_value(NUMBER_E2M1, pattern_word(o->seed, number_of(o, row, i)) & 15);
    return integer_at((struct integers){ o->block < 128 ? (unsigned)number_integers(o->element) : 12, 1, 0, 65536 }, o->seed, number_of(o, row, i));
}

/* Four of them, the first of which makes e2m1's halves whole. */
static int exponent_at(const struct scaled *o, int row, int block)
{
    uint64_t at = (uint64_t)(row / o->across) * (uint64_t)blocks_of(o) + (uint64_t)block;

    return (o->element == NUMBER_E2M1 ? 1 : 0) + (int)(pattern_word(~o->seed, at) & 3);
}

int scaled_at(const struct scaled *o, int row, int i)
{
    return (int)(scaled_element(o, row, i) * (double)(1 << exponent_at(o, row, i / o->block)));
}

/* Of blocks along a vector, rounded up. */
static size_t tiles_along(const struct scaled *o)
{
    return ((size_t)blocks_of(o) + TILE_BLOCKS - 1) / TILE_BLOCKS;
}

size_t scale_place(const struct scaled *o, int row, int block)
{
    size_t tile = (size_t)(row / TILE_ROWS) * tiles_along(o) + (size_t)(block / TILE_BLOCKS);

    if (o->scale == NUMBER_FP32 && o->across == 1)
        return (size_t)block * (size_t)o->rows + (size_t)row;
    if (o->scale == NUMBER_FP32)
        return (size_t)(row / o->across) * tiles_along(o) * TILE_BLOCKS + (size_t)block;
    return tile * TILE_ROWS * TILE_BLOCKS + (size_t)(row % GROUP) * (TILE_ROWS / GROUP * TILE_BLOCKS)
         + (size_t)(row % TILE_ROWS / GROUP) * TILE_BLOCKS + (size_t)(block % TILE_BLOCKS);
}

size_t scale_bytes(const struct scaled *o)
{
    size_t down = ((size_t)o->rows + TILE_ROWS - 1) / TILE_ROWS;

    if (o->scale == NUMBER_FP32 && o->across == 1)
        return (size_t)o->rows * (size_t)blocks_of(o) * number_bytes(o->scale);
    if (o->scale == NUMBER_FP32)
        return down * tiles_along(o) * TILE_BLOCKS * number_bytes(o->scale);
    return down * tiles_along(o) * TILE_ROWS * TILE_BLOCKS;
}

void scaled_pack(const struct scaled *o, int ld, void *elements, void *scales)
{
    for (int row = 0; row < o->rows; row++) {
        for (int i = 0; i < o->k; i++)
            number_set(o->element, elements, (size_t)row * (size_t)ld + (size_t)i, scaled_element(o, row, i));
        for (int block = 0; block < blocks_of(o); block++)
            number_set(o->scale, scales, scale_place(o, row, block), 1 << exponent_at(o, row, block));
    }
}

void scaled_values(const struct scaled *o, int *values)
{
    for (int row = 0; row < o->rows; row++)
        for (int i = 0; i < o->k; i++)
            values[number_of(o, row, i)] = scaled_at(o, row, i);
}

/* The largest sum of squares of a vector: of up to 128^2 each. */
static double longest(const struct scaled *o, const int *values)
{
    int64_t most = 0;

    for (int row = 0; row < o->rows; row++) {
        int64_t sum = 0;

        for (int i = 0; i < o->k; i++)
            sum += (int64_t)values[number_of(o, row, i)] * values[number_of(o, row, i)];
        most = sum > most ? sum : most;
    }
    return (double)most;
}

/* The same of the elements of one block. */
static double longest_block(const struct scaled *o, const int *values)
{
    double most = 0;

    for (int row = 0; row < o->rows; row++)
        for (int block = 0; block < blocks_of(o); block++) {
            int64_t sum = 0;

            for (int i = block * o->block; i < (block + 1) * o->block; i++)
                sum += (int64_t)values[number_of(o, row, i)] * values[number_of(o, row, i)];
            most = fmax(most, ldexp((double)sum, -2 * exponent_at(o, row, block)));
        }
    return most;
}

bool scaled_are_exact(const struct scaled *a, const int *of_a, const struct scaled *b, const int *of_b, double limit, double in_block, struct err *e)
{
    double worst = sqrt(longest(a, of_a)) * sqrt(longest(b, of_b)), block = sqrt(longest_block(a, of_a)) * sqrt(longest_block(b, of_b));

    if (!(worst < limit))
        return err_set(e, ERR_LIMIT, "a sum of %d block-scaled products can reach %.9g, and is exact below %.0f", a->k, worst, limit);
    if (!(block < in_block))
        return err_set(e, ERR_LIMIT, "a sum of a block's %d products can reach %.9g, and is exact below %.0f", a->block, block, in_block);
    return true;
}
