#include "report/selftest_table.h"

#include <string.h>

#include "base/text.h"
#include "report/area.h"
#include "report/paragraph.h"
#include "report/safe.h"

enum { FAULTS_MAX = 64, DETECTORS_MAX = 64, GAP = 2, INDENT = 2 };

static const char clean[] = "alarms", caught[] = "caught.";

struct table {
    const char          *faults[FAULTS_MAX];            /* the keys they are observed under; the first is that of no fault */
    size_t               n_faults;
    const struct judged *detectors[DETECTORS_MAX];
    size_t               n_detectors;
    int                  indent;                        /* where the detectors' columns begin */
};

static const char *fault_name(const char *key)
{
    return text_starts(key, caught) ? key + sizeof caught - 1 : "none";
}

static const char *detector_name(const struct judged *j)
{
    const char *dot = strchr(j->trial.probe->name, '.');

    return dot != NULL ? dot + 1 : j->trial.probe->name;
}

static void add_fault(struct table *t, const char *key)
{
    int n = INDENT + (int)strlen(fault_name(key));

    for (size_t i = 0; i < t->n_faults; i++)
        if (text_is(t->faults[i], key))
            return;
    if (t->n_faults < FAULTS_MAX)
        t->faults[t->n_faults++] = key;
    t->indent = n > t->indent ? n : t->indent;
}

static void add_detector(struct table *t, const struct judged *j)
{
    if (t->n_detectors == DETECTORS_MAX)
        return;
    t->detectors[t->n_detectors++] = j;
    for (size_t i = 0; i < j->outcome.n_saw; i++)
        if (text_starts(j->outcome.saw[i].key, caught))
            add_fault(t, j->outcome.saw[i].key);
}

/* One fault may be put to a detector in several ways: it must catch all of them. */
static const char *cell(const struct judged *j, const char *key)
{
    const char *word = j->outcome.ending == ENDED_CLEAN && j->outcome.stop == STOP_NONE ? "-" : "?";

    for (size_t i = 0; i < j->outcome.n_saw; i++)
        if (text_is(j->outcome.saw[i].key, key)) {
            if (j->outcome.saw[i].number != (text_is(key, clean) ? 0 : 1))
                return "NO";
            word = "ok";
        }
    return word;
}

static int column_width(const struct judged *j)
{
    return GAP + (int)strlen(detector_name(j));
}

/* The detectors from `first` up to, but not, `end`. */
static void put_part(FILE *f, const struct table *t, size_t first, size_t end)
{
    safe_print(f, "%*s", t->indent, "");
    for (size_t k = first; k < end; k++)
        safe_print(f, "%*s", column_width(t->detectors[k]), detector_name(t->detectors[k]));
    fputc('\n', f);
    for (size_t i = 0; i < t->n_faults; i++) {
        safe_print(f, "%*s%-*s", INDENT, "", t->indent - INDENT, fault_name(t->faults[i]));
        for (size_t k = first; k < end; k++)
            safe_print(f, "%*s", column_width(t->detectors[k]), cell(t->detectors[k], t->faults[i]));
        fputc('\n', f);
    }
}

/* As many columns side by side as there is room for. */
static void put(FILE *f, const struct table *t, int width)
{
    size_t first = 0;

    while (first < t->n_detectors) {
        size_t end = first;
        int used = t->indent;

        do
            used += column_width(t->detectors[end++]);
        while (end < t->n_detectors && used + column_width(t->detectors[end]) <= width);
        put_part(f, t, first, end);
        first = end;
    }
}

/* Those of the area that begins with trial i. */
static struct table make(const struct report *r, size_t i)
{
    struct table t = { .faults = { clean }, .n_faults = 1, .indent = INDENT + (int)sizeof "none" - 1 };

    for (size_t k = i; k < r->n_trials; k++)
        if (r->trials[k].trial.probe->tests_itself && r->trials[k].outcome.ending != ENDED_NOT_RUN && area_is_same(&r->trials[i], &r->trials[k]))
            add_detector(&t, &r->trials[k]);
    return t;
}

void selftest_table(FILE *f, const struct report *r, int width)
{
    struct arena arena = { NULL };
    bool any = false;

    for (size_t i = 0; i < r->n_trials; i++) {
        struct table t;

        if (!area_is_first(r, i))
            continue;
        t = make(r, i);
        if (t.n_detectors == 0)
            continue;
        if (!any) {
            fputc('\n', f);
            paragraph(f, width, 0, "", "Faults that gpuvet put in itself, and which of its detectors caught them (ok; NO: it did not, or it complained where there "
                                       "was none; -: a fault that is not for it; ?: it did not get there)");
        }
        any = true;
        safe_print(f, "on %s:\n", r->trials[i].trial.device != NULL ? area_name(&r->trials[i], &arena) : "the CPU");
        put(f, &t, width);
    }
    arena_free(&arena);
}
