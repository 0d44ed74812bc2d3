#include "report/junit.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/area.h"
#include "report/detail.h"
#include "report/evidence.h"
#include "report/xml.h"

struct writer {
    FILE                *f;
    const struct report *r;
    struct arena         arena;
    int                  suites;
};

/* ---- A suite ---- */

/* Ant's schema wants a character that is not white space. */
static const char *or_else(const char *s, const char *instead)
{
    return s != NULL && s[strspn(s, " \t\r\n")] != '\0' ? s : instead;
}

/* Ant's schema wants a time without its zone; 1970 where the run does not say when it began. */
static const char *timestamp(struct writer *w)
{
    int64_t seconds;

    return clock_parse(w->r->began, &seconds) ? text_make(&w->arena, "%.19s", w->r->began) : "1970-01-01T00:00:00";
}

/* Three decimals: Jenkins' schema takes no more of them. */
static void put_time(struct writer *w, double took_ms)
{
    fprintf(w->f, " time=\"%.3f\"", isfinite(took_ms) && took_ms > 0 ? took_ms / 1000 : 0.0);
}

static void begin_suite(struct writer *w, const char *name, const struct tally *n, double took_ms)
{
    fputs("  <testsuite", w->f);
    xml_attribute(w->f, "name", or_else(name, "?"));
    fprintf(w->f, " package=\"gpuvet\" id=\"%d\"", w->suites++);
    xml_attribute(w->f, "hostname", or_else(w->r->machine->hostname, "localhost"));
    fprintf(w->f, " timestamp=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
            timestamp(w), n->all, n->fail, n->broken, n->skip);
    put_time(w, took_ms);
    fputs(">\n    <properties>\n", w->f);
}

static void property(struct writer *w, const char *name, const char *value)
{
    if (value == NULL)
        return;
    fputs("      <property", w->f);
    xml_attribute(w->f, "name", name);
    xml_attribute(w->f, "value", value);
    fputs("/>\n", w->f);
}

static void properties(struct writer *w, const struct trial *t)
{
    property(w, "gpuvet.version", w->r->version);
    property(w, "driver.version", report_driver(w->r));
    if (t != NULL && t->device != NULL) {
        property(w, "gpu.name", t->device->name);
        property(w, "gpu.uuid", t->device->uuid);
        property(w, "gpu.pci", t->device->pci);
    }
    for (const char *const *what = evidence_shown; t != NULL && t->stack != NULL && *what != NULL; what++)
        property(w, text_make(&w->arena, "stack.%s", *what), evidence_version(t->stack, *what));
    fputs("    </properties>\n", w->f);
}

/* ---- A test case ---- */

/* A small set that does not change: what is counted by it elsewhere stays comparable. */
static const char *type_of(const struct outcome *o)
{
    static const char *const stops[] = {
        [STOP_NONE] = NULL, [STOP_CALL] = "call-failed", [STOP_LOAD] = "cannot-load", [STOP_UNSUPPORTED] = "not-supported",
        [STOP_OURS] = "own-call-failed", [STOP_BAD_RECORD] = "bad-record",
    };
    static const char *const endings[] = {
        [ENDED_CLEAN] = "wrong-result", [ENDED_SILENT] = "exited", [ENDED_CRASHED] = "crashed", [ENDED_TIMEOUT] = "timed-out",
        [ENDED_STUCK] = "stuck", [ENDED_NOT_RUN] = "not-run",
    };

    if (o->stop != STOP_NONE)
        return stops[o->stop];
    return o->ending == ENDED_CLEAN && o->n_saw == 0 ? "no-result" : endings[o->ending];
}

/* The GPU comes first: GitLab shows this and the name, nothing else of what names a test.
 * Jenkins splits at the last dot. */
static const char *class_name(struct writer *w, const struct trial *t)
{
    const char *gpu = t->device != NULL ? text_make(&w->arena, "gpu%d", t->device->index) : "gpu";
    char *stack;

    if (t->stack == NULL)
        return t->probe->scope == SCOPE_PROGRAM ? "machine.gpuvet" : text_make(&w->arena, "%s.driver", t->probe->scope == SCOPE_MACHINE ? "machine" : gpu);
    stack = arena_text(&w->arena, t->stack->name);
    for (char *dot; (dot = strchr(stack, '.')) != NULL;)
        *dot = '_';
    return text_make(&w->arena, "%s.%s", t->device != NULL ? gpu : "cpu", stack);
}

static void begin_case(struct writer *w, const char *class_name, const char *name, double took_ms)
{
    fputs("    <testcase", w->f);
    xml_attribute(w->f, "classname", class_name);
    xml_attribute(w->f, "name", name);
    put_time(w, took_ms);
}

/* GitLab shows the content alone, Jenkins the message first: the content repeats it. */
static void begin_finding(struct writer *w, const char *element, const char *type, const char *why)
{
    fprintf(w->f, ">\n      <%s", element);
    if (type != NULL)
        xml_attribute(w->f, "type", type);
    xml_attribute(w->f, "message", why);
    fputc('>', w->f);
    xml_text(w->f, why);
}

static void end_finding(struct writer *w, const char *element)
{
    fprintf(w->f, "</%s>\n    </testcase>\n", element);
}

static void line(struct writer *w, const char *label, const char *s)
{
    if (s != NULL)
        xml_text(w->f, text_make(&w->arena, "\n%s: %s", label, s));
}

static void advice(struct writer *w, const struct judged *j)
{
    const char *at = j->outcome.said != NULL ? detail_last_lines(j->outcome.said) : "", *said;
    size_t n;

    line(w, "claim", j->trial.probe->claim);
    line(w, "try", j->act);
    line(w, "rerun", detail_rerun(w->r, j, &w->arena));
    while (text_next_line(&at, &said, &n))
        if (n > 0)
            line(w, "said", text_make(&w->arena, "%.*s", (int)(n < DETAIL_LINE ? n : DETAIL_LINE), said));
}

static void test_case(struct writer *w, const struct judged *j)
{
    static const char *const elements[] = { [FAIL] = "failure", [BROKEN] = "error", [SKIP] = "skipped", [PASS] = NULL };
    const char *element = elements[j->verdict];

    begin_case(w, class_name(w, &j->trial), j->trial.probe->name, j->outcome.took_ms);
    if (element == NULL) {
        fputs("/>\n", w->f);
        return;
    }
    /* Ant's schema has no type for what was skipped. */
    begin_finding(w, element, j->verdict != SKIP ? type_of(&j->outcome) : NULL, j->why);
    if (j->verdict != SKIP)
        advice(w, j);
    end_finding(w, element);
}

static void area(struct writer *w, size_t first)
{
    const struct judged *head = &w->r->trials[first];
    const struct tally n = area_tally(w->r, first);
    double took_ms = 0;

    for (size_t i = first; i < w->r->n_trials; i++)
        if (area_is_same(&w->r->trials[i], head))
            took_ms += w->r->trials[i].outcome.took_ms;
    begin_suite(w, area_name(head, &w->arena), &n, took_ms);
    properties(w, &head->trial);
    for (size_t i = first; i < w->r->n_trials; i++)
        if (area_is_same(&w->r->trials[i], head))
            test_case(w, &w->r->trials[i]);
    fputs("    <system-out>", w->f);
    for (size_t i = first; i < w->r->n_trials; i++)
        if (w->r->trials[i].warns && area_is_same(&w->r->trials[i], head))
            xml_text(w->f, text_make(&w->arena, "warn: %s: %s\n", w->r->trials[i].trial.id, w->r->trials[i].why));
    fputs("</system-out>\n    <system-err></system-err>\n  </testsuite>\n", w->f);
}

static void required(struct writer *w)
{
    struct tally n = { .all = w->r->n_requires };

    for (size_t i = 0; i < w->r->n_requires; i++)
        *(w->r->requires[i].unknown ? &n.broken : &n.fail) += !w->r->requires[i].met;
    begin_suite(w, "required", &n, 0);
    properties(w, NULL);
    for (size_t i = 0; i < w->r->n_requires; i++) {
        const struct requirement *q = &w->r->requires[i];

        begin_case(w, "required", q->text, 0);
        if (q->met) {
            fputs("/>\n", w->f);
            continue;
        }
        begin_finding(w, q->unknown ? "error" : "failure", q->unknown ? "not-known" : "not-met", q->why);
        end_finding(w, q->unknown ? "error" : "failure");
    }
    fputs("    <system-out></system-out>\n    <system-err></system-err>\n  </testsuite>\n", w->f);
}

/* The run as a whole: red with --strict and after an interruption, when no trial is. */
static void verdict(struct writer *w)
{
    static const char *const elements[] = { [FAIL] = "failure", [BROKEN] = "error", [SKIP] = "skipped", [PASS] = NULL };
    const enum verdict v = report_verdict(w->r);
    const struct tally n = { .all = 1, .fail = v == FAIL, .broken = v == BROKEN, .skip = v == SKIP, .pass = v == PASS };

    begin_suite(w, "gpuvet", &n, w->r->took_ms);
    properties(w, NULL);
    begin_case(w, "gpuvet", "verdict", w->r->took_ms);
    if (elements[v] == NULL) {
        fputs("/>\n", w->f);
    } else {
        begin_finding(w, elements[v], v == FAIL ? "verdict" : v == BROKEN ? "not-known" : NULL, w->r->closing);
        end_finding(w, elements[v]);
    }
    fputs("    <system-out></system-out>\n    <system-err></system-err>\n  </testsuite>\n", w->f);
}

void junit_write(FILE *f, const struct report *r)
{
    struct writer w = { .f = f, .r = r };

    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", f);
    for (size_t i = 0; i < r->n_trials; i++)
        if (area_is_first(r, i))
            area(&w, i);
    if (r->n_requires > 0)
        required(&w);
    verdict(&w);
    fputs("</testsuites>\n", f);
    arena_free(&w.arena);
}
