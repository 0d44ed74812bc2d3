/* golden.h - compares what was written with a file under tests/golden, byte for byte. GPUVET_REWRITE_GOLDEN=1 writes it anew; then look
 * at the difference. Included behind cmocka. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/report.h"

static struct arena golden_arena;

static char *golden_read(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = arena_alloc(&golden_arena, 1 << 20);

    if (f == NULL)
        return NULL;
    text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void golden_compare(const char *path, const char *got)
{
    const char *expected, *rewrite = getenv("GPUVET_REWRITE_GOLDEN");

    if (text_is(rewrite, "1")) {
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        fputs(got, f);
        assert_int_equal(fclose(f), 0);
    }
    expected = golden_read(path);
    if (expected == NULL)
        fail_msg("%s is missing", path);
    if (strcmp(expected, got) != 0) {
        size_t at = 0;

        while (expected[at] == got[at])
            at++;
        while (at > 0 && got[at - 1] != '\n')
            at--;
        fail_msg("%s differs:\n- %.*s\n+ %.*s", path, (int)strcspn(expected + at, "\n"), expected + at, (int)strcspn(got + at, "\n"), got + at);
    }
}

#endif
