/* tolerances [INPUTS [SEED [NAME...]]] - tries each tolerance on so many random inputs of sound arithmetic (0: a sample),
 * those whose names begin so; writes the rows of a table in Markdown. Exit code 1 if any input was beyond a bound, or beyond half of one
 * without a reason.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tolerance/tolerance.h"

static bool is_asked_for(const struct tolerance *t, int n, char **names)
{
    for (int i = 0; i < n; i++)
        if (strncmp(t->name, names[i], strlen(names[i])) == 0)
            return true;
    return n <= 0;
}

static bool write_row(const struct tolerance *t, long inputs, uint64_t seed)
{
    const struct tried of = tolerance_try(t, inputs, seed);

    printf("| %s | %s | %s | %ld | %ld | %.3f%s%s |\n", t->name, t->where, t->rests_on, of.inputs, of.outside, of.largest,
           of.largest > 0.5 ? ": " : "", of.largest <= 0.5 ? "" : t->explained != NULL ? t->explained : "more than half, and nobody says why");
    fflush(stdout);
    return tolerance_is_sound(t, &of);
}

int main(int argc, char **argv)
{
    long inputs = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    bool sound = true;

    for (const struct tolerance *const *table = all_tolerances; *table != NULL; table++)
        for (const struct tolerance *t = *table; t->name != NULL; t++)
            if (is_asked_for(t, argc - 3, argv + 3))
                sound &= write_row(t, inputs, seed);
    return !sound;
}
