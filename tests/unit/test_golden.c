/* Whole reports, byte for byte, as text and as JSON. GPUVET_REWRITE_GOLDEN=1 writes them anew; then look at the difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/json.h"
#include "report/terminal.h"
#include "tests/unit/sample_report.h"

static struct arena arena;

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = arena_alloc(&arena, 1 << 20);

    if (f == NULL)
        return NULL;
    text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void compare(const char *path, const char *got)
{
    const char *expected, *rewrite = getenv("GPUVET_REWRITE_GOLDEN");

    if (text_is(rewrite, "1")) {
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        fputs(got, f);
        assert_int_equal(fclose(f), 0);
    }
    expected = read_file(path);
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

static void reports_read_as_they_did(void **state)
{
    const struct terminal t = { .colour = false, .width = 80 };

    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct report r = sample_report((enum sample)i, &arena);
        char *text = NULL;
        size_t n = 0;
        FILE *f = open_memstream(&text, &n);

        terminal_report(f, &r, &t);
        fclose(f);
        compare(text_make(&arena, "tests/golden/%s.txt", sample_names[i]), text);
        free(text);
    }
}

static void documents_hold_what_they_did(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct report r = sample_report((enum sample)i, &arena);
        char *text = NULL;
        size_t n = 0;
        FILE *f = open_memstream(&text, &n);
        struct err e;

        assert_true(json_report(f, &r, &e));
        fclose(f);
        compare(text_make(&arena, "tests/golden/%s.json", sample_names[i]), text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_read_as_they_did),
        cmocka_unit_test(documents_hold_what_they_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
