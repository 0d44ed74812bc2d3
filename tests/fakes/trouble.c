/* What is wrong with the fake machine, for the twins (tests/host/twin.h):
 *
 * FAKE_CELL=stuck0|stuck1|alias|coupled:WORD:BIT[:OTHER]: a word of 8 bytes,
 * counted from the first 256 bytes behind the start of the largest allocation.
 * FAKE_SM=fma:SM:LANE:BIT (a lane of -1: all), lost, late (lost, the first time), or moved.
 * FAKE_FAULT_GPU and FAKE_FAULT_PROBE (gate.c) say where.
 */
#include "tests/fakes/cuda.h"
#include "tests/host/twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_bad_cell(const char *order)
{
    static const char *const kinds[] = { "sound", "stuck0", "stuck1", "alias", "coupled" };
    char *base = fake_largest(), what[16];
    unsigned long word = 0, bit = 0, other = 0;

    if (base == NULL || sscanf(order, "%15[^:]:%lu:%lu:%lu", what, &word, &bit, &other) < 3)
        return;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i], what) == 0)
            twin_trouble.kind = (enum twin_cell)i;
    twin_trouble.cell = (unsigned long long *)(void *)(base + 256) + word;
    twin_trouble.other = (unsigned long long *)(void *)(base + 256) + other;
    twin_trouble.cell_bit = (unsigned)bit;
}

/* Counted by launches of blocks that wait for each other. */
static unsigned launches;

static void make_bad_sm(const char *order)
{
    twin_trouble.lost_sm = strcmp(order, "lost") == 0 || (strcmp(order, "late") == 0 && launches == 1);
    twin_trouble.moved_sm = strcmp(order, "moved") == 0;
    twin_trouble.bad_unit = sscanf(order, "fma:%u:%d:%u", &twin_trouble.sm, &twin_trouble.lane, &twin_trouble.result_bit) == 3;
}

void fake_make_trouble(bool together)
{
    const char *cell = getenv("FAKE_CELL"), *sm = getenv("FAKE_SM");

    launches += together;
    twin_trouble.sms = (unsigned)fake_sms();
    if (!fake_is_ordered_here())
        return;
    if (cell != NULL)
        make_bad_cell(cell);
    if (sm != NULL)
        make_bad_sm(sm);
}
