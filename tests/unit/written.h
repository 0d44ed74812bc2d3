/* written.h - what a writer writes, as text. */
#ifndef TESTS_WRITTEN_H
#define TESTS_WRITTEN_H

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "model/report.h"

static char *written(void (*write)(FILE *, const struct report *), const struct report *r, struct arena *a)
{
    char *text = NULL, *kept;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    write(f, r);
    fclose(f);
    kept = arena_copy(a, text, n);
    free(text);
    return kept;
}

#endif
