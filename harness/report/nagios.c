#include "report/nagios.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/judge.h"
#include "report/detail.h"
#include "report/safe.h"

enum { OK, WARNING, CRITICAL, UNKNOWN };

int nagios_exit_code(int exit_code, bool warns)
{
    switch (exit_code) {
    case 0:  return warns ? WARNING : OK;
    case 1:  return CRITICAL;
    default: return UNKNOWN;
    }
}

/* Behind a bar the reader takes everything for numbers. */
static const char *without_bars(struct arena *a, const char *s)
{
    char *copy = arena_text(a, s);

    for (char *bar; (bar = strchr(copy, '|')) != NULL;)
        *bar = '/';
    return copy;
}

static void first_line(FILE *f, const struct report *r, struct arena *a)
{
    static const char *const states[] = { [OK] = "OK", [WARNING] = "WARNING", [CRITICAL] = "CRITICAL", [UNKNOWN] = "UNKNOWN" };
    const struct tally n = report_tally(r);

    safe_print(f, "GPUVET %s - %s", states[nagios_exit_code(r->exit_code, n.warn > 0)], without_bars(a, r->closing));
    fprintf(f, " | 'passed'=%zu 'warnings'=%zu 'failed'=%zu 'broken'=%zu 'skipped'=%zu 'gpus'=%zu 'proved'=%zu 'took'=%.1fs\n",
            n.pass, n.warn, n.fail, n.broken, n.skip, gpus_answering(r), gpus_proved(r),
            isfinite(r->took_ms) && r->took_ms > 0 ? r->took_ms / 1000 : 0.0);
}

static void findings(FILE *f, const struct report *r, struct arena *a, const char *word)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (text_is(detail_word(&r->trials[i]), word))
            safe_print(f, "[%s] %s: %s\n", word, without_bars(a, r->trials[i].trial.id), without_bars(a, r->trials[i].why));
}

void nagios_write(FILE *f, const struct report *r)
{
    struct arena arena = { NULL };

    first_line(f, r, &arena);
    findings(f, r, &arena, "fail");
    for (size_t i = 0; i < r->n_requires; i++)
        if (!r->requires[i].met)
            safe_print(f, "[fail] required: %s: %s\n", without_bars(&arena, r->requires[i].text), without_bars(&arena, r->requires[i].why));
    findings(f, r, &arena, "broken");
    findings(f, r, &arena, "warn");
    arena_free(&arena);
}
