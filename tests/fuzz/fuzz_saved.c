/* Fuzzes the reader of saved runs and journals: what is accepted is written and
 * read again to the same document, judged again by what it required, and written
 * in every other form without harm. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "diagnose/look.h"
#include "model/alike.h"
#include "model/health.h"
#include "model/judge.h"
#include "model/unproved.h"
#include "model/vote.h"
#include "report/diagnosed.h"
#include "report/github.h"
#include "report/health.h"
#include "report/html/page.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/metrics.h"
#include "report/nagios.h"
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

static void terminal(FILE *f, const struct report *r)
{
    const struct terminal t = { .width = 80 };

    terminal_report(f, r, &t);
}

static void health(FILE *f, const struct report *r)
{
    const struct health_now now = { 1927857906, "this-boot", 86400 };
    struct arena arena = { NULL };
    struct health h;

    health_judge(&h, r, &now, &arena);
    if (strlen(h.line) > HEALTH_LINE || strchr(h.line, '\n') != NULL)
        __builtin_trap();
    health_write(f, &h, r, "/var/lib/gpuvet/last.json");
    arena_free(&arena);
}

static void doctor(FILE *f, const struct report *r)
{
    struct arena arena = { NULL };
    struct diagnoses d;

    diagnose(&d, r, &arena);
    diagnosed_write(f, &d, r, diagnoses_closing(&d, r, &arena));
    arena_free(&arena);
}

static void show(const struct report *r)
{
    static void (*const writers[])(FILE *, const struct report *) = {
        terminal, health, junit_write, metrics_write, github_annotations, github_summary, nagios_write, html_page, doctor,
    };

    for (size_t i = 0; i < COUNT_OF(writers); i++) {
        char *text = NULL;
        size_t n = 0;
        FILE *f = open_memstream(&text, &n);

        if (f == NULL)
            __builtin_trap();
        writers[i](f, r);
        fclose(f);
        if (memchr(text, '\033', n) != NULL || memchr(text, '\0', n) != NULL)
            __builtin_trap();
        free(text);
    }
}

/* As `gpuvet judge` does; the report's trials are not changed. */
static void judge_again(struct report r, struct arena *a)
{
    struct judged *trials = arena_alloc(a, r.n_trials * sizeof *trials + 1);
    struct require require = { NULL, 0 };
    struct err e;

    for (size_t i = 0; i < r.n_requires; i++)
        if (!require_parse(&require, a, r.requires[i].text, &e) && e.text[0] == '\0')
            __builtin_trap();
    for (size_t i = 0; i < r.n_trials; i++) {
        trials[i] = r.trials[i];
        judge_trial(&trials[i], r.machine, a);
    }
    r.trials = trials;
    alike_warn(trials, &r, a);
    vote(trials, &r, a);
    judge_report(&r, &require, true, a);
    judge_comparison(&r, a);
    unproved_list(&r, all_probes, a);
    show(&r);
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
        judge_again(r, &arena);
    } else if (e.text[0] == '\0') {
        __builtin_trap();
    }
    arena_free(&arena);
    return 0;
}
