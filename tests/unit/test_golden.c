/* Whole reports, byte for byte, in every form. GPUVET_REWRITE_GOLDEN=1 writes them anew; then look at the difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/github.h"
#include "report/html/page.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/metrics.h"
#include "report/nagios.h"
#include "report/terminal.h"
#include "tests/unit/golden.h"
#include "tests/unit/sample_report.h"
#include "tests/unit/written.h"

static struct arena arena;

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
        golden_compare(text_make(&arena, "tests/golden/%s.txt", sample_names[i]), text);
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
        golden_compare(text_make(&arena, "tests/golden/%s.json", sample_names[i]), text);
        free(text);
    }
}

static void every_other_form_says_what_it_did(void **state)
{
    static const struct { const char *ending; void (*write)(FILE *, const struct report *); } forms[] = {
        { "junit.xml", junit_write }, { "prom", metrics_write }, { "github.txt", github_annotations },
        { "github.md", github_summary }, { "nagios.txt", nagios_write },
    };

    (void)state;
    for (int i = 0; i < SAMPLES; i++)
        for (size_t k = 0; k < COUNT_OF(forms); k++) {
            struct report r = sample_report((enum sample)i, &arena);

            golden_compare(text_make(&arena, "tests/golden/%s.%s", sample_names[i], forms[k].ending), written(forms[k].write, &r, &arena));
        }
}

/* Two are enough to see what changes. */
static void pages_look_as_they_did(void **state)
{
    static const enum sample shown[] = { SAMPLE_GOOD, SAMPLE_FAILING };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        struct report r = sample_report(shown[i], &arena);

        golden_compare(text_make(&arena, "tests/golden/%s.html", sample_names[shown[i]]), written(html_page, &r, &arena));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_read_as_they_did),
        cmocka_unit_test(documents_hold_what_they_did),
        cmocka_unit_test(every_other_form_says_what_it_did),
        cmocka_unit_test(pages_look_as_they_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
