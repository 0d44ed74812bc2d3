/* Fuzzes the reader of saved runs and journals: what is accepted is written and
 * read again to the same document, and judged without harm. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/judge.h"
#include "report/json.h"
#include "report/terminal.h"
#include "store/saved.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static char *written(const struct report *r, size_t *n)
{
    char *text = NULL;
    FILE *f = open_memstream(&text, n);
    struct err e;

    if (f == NULL || !json_report(f, r, &e) || fclose(f) != 0)
        __builtin_trap();
    return text;
}

static void show(const struct report *r)
{
    const struct terminal t = { .width = 80 };
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    if (f == NULL)
        __builtin_trap();
    terminal_report(f, r, &t);
    fclose(f);
    if (memchr(text, '\033', n) != NULL)
        __builtin_trap();
    free(text);
}

/* A journal has no head that json_report could write again. */
static void must_come_back(const struct report *r, struct arena *a)
{
    size_t n = 0, n_again = 0;
    char *first = written(r, &n), *second;
    struct report again;
    struct err e;

    if (!saved_parse(&again, a, first, n, &e)) {
        fprintf(stderr, "%s\n%s\n", e.text, first);
        __builtin_trap();
    }
    second = written(&again, &n_again);
    if (n != n_again || memcmp(first, second, n) != 0) {
        fprintf(stderr, "%s\n%s\n", first, second);
        __builtin_trap();
    }
    free(first);
    free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena arena = { NULL };
    struct report r;
    struct err e = { .text = "" };

    if (saved_parse(&r, &arena, (const char *)bytes, n, &e)) {
        show(&r);
        if (r.version[0] != '\0')
            must_come_back(&r, &arena);
        for (size_t i = 0; i < r.n_trials; i++) {
            struct judged j = r.trials[i];

            judge_trial(&j, r.machine, &arena);
        }
    } else if (e.text[0] == '\0') {
        __builtin_trap();
    }
    arena_free(&arena);
    return 0;
}
