#include "report/nagios.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
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

void nagios_line(FILE *f, int exit_code, bool warns, const char *line)
{
    static const char *const states[] = { [OK] = "OK", [WARNING] = "WARNING", [CRITICAL] = "CRITICAL", [UNKNOWN] = "UNKNOWN" };
    const char *state = states[nagios_exit_code(exit_code, warns)];
    struct arena arena = { NULL };

    if (text_starts(line, state) && line[strlen(state)] == ' ')
        line += strlen(state) + 1;      /* UNKNOWN, said once */
    safe_print(f, "GPUVET %s - %s", state, without_bars(&arena, line));
    arena_free(&arena);
}

static void first_line(FILE *f, const struct report *r)
{
    const struct tally n = report_tally(r);

    nagios_line(f, r->exit_code, n.warn > 0, r->closing);
    fprintf(f, " | 'passed'=%zu 'warnings'=%zu 'failed'=%zu 'broken'=%zu 'skipped'=%zu 'gpus'=%zu 'proved'=%zu 'took'=%.1fs\n",
            n.pass, n.warn, n.fail, n.broken, n.skip, report_answering(r), report_proved(r),
            isfinite(r->took_ms) && r->took_ms > 0 ? r->took_ms / 1000 : 0.0);
}

static void findings(FILE *f, const struct report *r, struct arena *a, const char *word)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (text_is(detail_word(&r->trials[i]), word))
            safe_print(f, "[%s] %s: %s\n", word, without_bars(a, r->trials[i].trial.id), without_bars(a, r->trials[i].why));
}

static void requirements(FILE *f, const struct report *r, struct arena *a, bool unknown)
{
    for (size_t i = 0; i < r->n_requires; i++)
        if (!r->requires[i].met && r->requires[i].unknown == unknown)
            safe_print(f, "[%s] required: %s: %s\n", unknown ? "broken" : "fail", without_bars(a, r->requires[i].text),
                       without_bars(a, r->requires[i].why));
}

void nagios_write(FILE *f, const struct report *r)
{
    struct arena arena = { NULL };

    first_line(f, r);
    findings(f, r, &arena, "fail");
    requirements(f, r, &arena, false);
    findings(f, r, &arena, "broken");
    requirements(f, r, &arena, true);
    findings(f, r, &arena, "warn");
    arena_free(&arena);
}
