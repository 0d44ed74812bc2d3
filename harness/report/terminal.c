#include "report/terminal.h"

#include <string.h>

#include "base/text.h"
#include "model/harm.h"
#include "report/safe.h"

struct writer {
    FILE                  *f;
    const struct report   *r;
    const struct terminal *t;
    struct arena           arena;
};

/* ---- Small parts ---- */

static const char *word_of(const struct judged *j)
{
    return j->warns ? "warn" : verdict_name(j->verdict);
}

static void tag(struct writer *w, const char *word)
{
    static const struct { const char *word, *colour; } colours[] = {
        { "pass", "\033[32m" }, { "fail", "\033[31;1m" }, { "broken", "\033[35;1m" }, { "warn", "\033[33;1m" }, { "skip", "\033[36m" },
    };
    const char *on = "", *off = "", *shown = text_is(word, "pass") ? "ok" : word;

    for (size_t i = 0; i < COUNT_OF(colours) && w->t->colour; i++)
        if (text_is(word, colours[i].word)) {
            on = colours[i].colour;
            off = "\033[0m";
        }
    fprintf(w->f, "%s[%s]%s%*s", on, shown, off, (int)(8 - strlen(shown)), "");
}

/* Wraps at blanks; what follows the first line starts at `indent`. */
static void paragraph(struct writer *w, int indent, const char *label, const char *text)
{
    int at = safe_print(w->f, "%*s%s", indent, "", label), start = at;

    while (*text != '\0') {
        size_t n = strcspn(text, " \n");

        if (at > start && at + 1 + (int)n > w->t->width) {
            safe_print(w->f, "\n%*s", start, "");
            at = start;
        }
        if (at > start)
            at += safe_print(w->f, " ");
        at += safe_print(w->f, "%.*s", (int)n, text);
        text += n;
        while (*text == ' ' || *text == '\n')
            text++;
    }
    fputc('\n', w->f);
}

/* ---- The header ---- */

static const char *known(const char *s)
{
    return s != NULL ? s : "?";
}

static void put_driver(struct writer *w)
{
    const char *version = report_saw(w->r, "driver.version"), *cuda = report_saw(w->r, "cuda.driver");

    if (version == NULL)
        version = w->r->machine->module_version;
    if (version != NULL || cuda != NULL)
        safe_print(w->f, "  driver %s%s%s\n", known(version), cuda != NULL ? ", for CUDA up to " : "", cuda != NULL ? cuda : "");
}

/* How our kernels were loaded there; "" before they were. */
static const char *rung_of(const struct report *r, const struct device *d)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];
        const struct observation *o = outcome_saw(&j->outcome, "kernels");

        if (o != NULL && j->trial.device != NULL && j->trial.device->index == d->index)
            return text_is(o->text, "sass") ? "; our kernels: machine code" : "; our kernels: PTX, compiled by the driver";
    }
    return "";
}

static void header(struct writer *w)
{
    const struct machine *m = w->r->machine;
    static const char *const places[] = { [PLACE_HOST] = "", [PLACE_CONTAINER] = ", in a container", [PLACE_WSL] = ", WSL", [PLACE_TEGRA] = ", Tegra" };

    /* A label indents what is wrapped: no word from outside starts a line. */
    paragraph(w, 0, text_make(&w->arena, "gpuvet %s ", w->r->version),
              text_make(&w->arena, "on %s: %s, Linux %s %s%s%s%s%s", m->hostname != NULL ? m->hostname : "this machine",
                        m->os != NULL ? m->os : "an unknown system", known(m->kernel), known(m->arch), places[m->place],
                        m->container != NULL ? " (" : "", m->container != NULL ? m->container : "", m->container != NULL ? ")" : ""));
    put_driver(w);
    for (size_t i = 0; i < w->r->n_devices; i++) {
        const struct device *d = &w->r->devices[i];

        if (d->answers)
            paragraph(w, 2, text_make(&w->arena, "gpu%d  ", d->index),
                      text_make(&w->arena, "%s, compute capability %d.%d, %.1f GiB, %s, %s%s", known(d->name), d->cc / 10, d->cc % 10,
                                (double)d->memory_bytes / (1 << 30), known(d->pci), known(d->uuid), rung_of(w->r, d)));
        if (d->answers && d->foreign != NULL)
            paragraph(w, 8, "", text_make(&w->arena, "used by %s: a trial takes at most %d MiB of it", d->foreign, (int)(HARM_BUSY_BYTES >> 20)));
        if (!d->answers)
            safe_print(w->f, "  gpu%d  at %s does not answer\n", d->index, known(d->pci));
    }
    if (w->r->n_devices == 0)
        safe_print(w->f, "  no GPU answers%s%s\n", m->gpu_meant ? "; one is meant: " : "; none is meant: ",
                   known(m->gpu_meant ? m->why_meant : m->why_not_meant));
}

/* ---- Areas: one line for each stack and for each GPU without a stack ---- */

static bool same_area(const struct judged *x, const struct judged *y)
{
    return x->trial.stack == y->trial.stack && x->trial.device == y->trial.device
        && (x->trial.probe->scope == SCOPE_MACHINE) == (y->trial.probe->scope == SCOPE_MACHINE);
}

static bool is_first_of_area(const struct report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (same_area(&r->trials[k], &r->trials[i]))
            return false;
    return true;
}

static const char *area_name(struct writer *w, const struct judged *j)
{
    const struct trial *t = &j->trial;

    if (t->stack != NULL && t->device != NULL)
        return text_make(&w->arena, "%s on gpu%d", t->stack->name, t->device->index);
    if (t->stack != NULL)
        return t->stack->name;
    if (t->device != NULL)
        return text_make(&w->arena, "gpu%d", t->device->index);
    return t->probe->scope == SCOPE_MACHINE ? "driver" : "GPU";
}

static bool is_first_of_stack(const struct report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->trials[k].trial.stack == r->trials[i].trial.stack)
            return false;
    return true;
}

/* The evidence behind a stack's name: its versions, said once. */
static void put_evidence(struct writer *w, const struct judged *j)
{
    static const char *const shown[] = { "torch", "cuda", "cudnn", "nccl" };
    const struct stack *s = j->trial.stack;
    const char *before = "  ";

    for (size_t i = 0; s != NULL && i < COUNT_OF(shown); i++) {
        const char *v = stack_version(s, shown[i]);
        const struct member *m = stack_member(s, shown[i]);

        if (v == NULL && m != NULL)
            v = m->version;
        if (v == NULL)
            continue;
        safe_print(w->f, "%s%s %s", before, shown[i], v);
        before = ", ";
    }
}

static int rank(const struct judged *j)
{
    static const int of[] = { [FAIL] = 4, [BROKEN] = 3, [PASS] = 1, [SKIP] = 0 };

    return j->warns ? 2 : of[j->verdict];
}

/* How many results the trial held against a reference, by the keys that count them. */
static double compared(const struct judged *j)
{
    double sum = 0;

    for (size_t i = 0; i < j->outcome.n_saw && j->verdict == PASS; i++)
        if (j->outcome.saw[i].is_number && (text_ends(j->outcome.saw[i].key, ".compared") || text_is(j->outcome.saw[i].key, "words")))
            sum += j->outcome.saw[i].number;
    return sum;
}

static void area(struct writer *w, size_t first)
{
    const struct judged *worst = &w->r->trials[first];
    size_t n[4] = { 0 }, warnings = 0;
    double values = 0;

    for (size_t i = first; i < w->r->n_trials; i++) {
        const struct judged *j = &w->r->trials[i];

        if (!same_area(j, &w->r->trials[first]))
            continue;
        n[j->verdict]++;
        warnings += j->warns;
        values += compared(j);
        if (rank(j) > rank(worst))
            worst = j;
    }
    tag(w, word_of(worst));
    safe_print(w->f, "%s", area_name(w, &w->r->trials[first]));
    if (is_first_of_stack(w->r, first))
        put_evidence(w, &w->r->trials[first]);
    safe_print(w->f, "  (%zu passed", n[PASS]);
    if (warnings > 0)
        safe_print(w->f, ", %zu of them with a warning", warnings);
    if (n[FAIL] > 0)
        safe_print(w->f, ", %zu failed", n[FAIL]);
    if (n[BROKEN] > 0)
        safe_print(w->f, ", %zu broken", n[BROKEN]);
    if (n[SKIP] > 0)
        safe_print(w->f, ", %zu skipped", n[SKIP]);
    safe_print(w->f, ")");
    if (values > 0)
        safe_print(w->f, "  %.0f values compared", values);
    fputc('\n', w->f);
}

/* ---- Details of what is wrong ---- */

static void put_said(struct writer *w, const char *said)
{
    /* The last lines are those that matter. */
    size_t lines = 0;
    const char *at = said + strlen(said);

    while (at > said && lines < 4) {
        at--;
        lines += at > said && at[-1] == '\n';
    }
    while (*at != '\0') {
        size_t n = strcspn(at, "\n");

        if (n > 0)
            safe_print(w->f, "         said: %.*s\n", (int)(n < 300 ? n : 300), at);
        at += n + (at[n] == '\n');
    }
}

/* The options of this run that decide which stacks there are, and how our kernels are loaded. */
static void put_sources(struct text *t, const struct report *r)
{
    static const char *const kept[] = { "--stack", "--root", "--kernels" };

    for (size_t i = 1; i < r->n_command; i++)
        for (size_t k = 0; k < COUNT_OF(kept); k++) {
            const char *word = r->command[i];
            size_t n = strlen(kept[k]);

            if (!text_starts(word, kept[k]) || (word[n] != '\0' && word[n] != '='))
                continue;
            if (word[n] == '\0' && i + 1 == r->n_command)
                continue;
            text_add(t, " %s ", kept[k]);
            text_add_quoted(t, word[n] == '=' ? word + n + 1 : r->command[++i]);
            break;
        }
}

/* This trial again, with what it rests on. The line that runs its child alone, in
 * a debugger say, is long: the saved run has it. */
static const char *again(struct writer *w, const struct judged *j)
{
    struct text t = { .arena = &w->arena };

    text_add_quoted(&t, w->r->n_command > 0 ? w->r->command[0] : "gpuvet");
    text_add(&t, " run");
    put_sources(&t, w->r);
    text_add(&t, " -p %s", j->trial.probe->name);
    if (j->trial.device != NULL)
        text_add(&t, " -d gpu%d", j->trial.device->index);
    if (j->trial.stack != NULL) {
        text_add(&t, " -s ");
        text_add_quoted(&t, j->trial.stack->name);
    }
    return t.s;
}

static void detail(struct writer *w, const struct judged *j)
{
    fputc('\n', w->f);
    tag(w, word_of(j));
    safe_print(w->f, "%s\n", j->trial.id);
    paragraph(w, 9, "", j->why);
    paragraph(w, 9, "claim: ", j->trial.probe->claim);
    if (j->outcome.said != NULL)
        put_said(w, j->outcome.said);
    if (j->act != NULL)
        safe_print(w->f, "         try: %s\n", j->act);
    if (j->outcome.ending != ENDED_NOT_RUN)
        safe_print(w->f, "         rerun: %s\n", again(w, j));
}

static void details(struct writer *w)
{
    for (size_t i = 0; i < w->r->n_trials; i++)
        if (w->r->trials[i].verdict == FAIL || w->r->trials[i].verdict == BROKEN || w->r->trials[i].warns)
            detail(w, &w->r->trials[i]);
}

/* ---- What was not proven ---- */

static bool said_before(const struct report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->trials[k].verdict == SKIP && text_is(r->trials[k].why, r->trials[i].why))
            return true;
    return false;
}

static void put_skipped(struct writer *w, size_t i)
{
    const char *why = w->r->trials[i].why;
    struct text names = { .arena = &w->arena };
    size_t n = 0;

    for (size_t k = i; k < w->r->n_trials; k++)
        if (w->r->trials[k].verdict == SKIP && text_is(w->r->trials[k].why, why)) {
            n++;
            if (n <= 6)
                text_add(&names, "%s%s", n > 1 ? ", " : "", w->r->trials[k].trial.id);
        }
    if (n > 6)
        text_add(&names, " and %zu more", n - 6);
    paragraph(w, 2, "- ", text_make(&w->arena, "%s: %s", why, names.s));
}

static void not_proven(struct writer *w)
{
    bool any = false;

    for (size_t i = 0; i < w->r->n_trials; i++) {
        if (w->r->trials[i].verdict != SKIP || said_before(w->r, i))
            continue;
        if (!any)
            safe_print(w->f, "\nNot proven:\n");
        any = true;
        put_skipped(w, i);
    }
}

/* Those that are met are counted: an order sheet is long. */
static void requirements(struct writer *w)
{
    size_t n_met = 0;

    for (size_t i = 0; i < w->r->n_requires; i++)
        n_met += w->r->requires[i].met;
    if (n_met > 0) {
        tag(w, "pass");
        safe_print(w->f, "required  (%zu of %zu met)\n", n_met, w->r->n_requires);
    }
    for (size_t i = 0; i < w->r->n_requires; i++) {
        const struct requirement *q = &w->r->requires[i];

        if (q->met)
            continue;
        tag(w, q->unknown ? "broken" : "fail");
        safe_print(w->f, "required: %s: %s\n", q->text, q->why);
    }
}

void terminal_report(FILE *f, const struct report *r, const struct terminal *t)
{
    struct writer w = { .f = f, .r = r, .t = t };

    header(&w);
    fputc('\n', f);
    for (size_t i = 0; i < r->n_trials; i++)
        if (is_first_of_area(r, i))
            area(&w, i);
    requirements(&w);
    details(&w);
    not_proven(&w);
    fputc('\n', f);
    if (r->earlier != NULL && *r->earlier != '\0' && !text_is(r->earlier, r->closing))
        paragraph(&w, 0, "judged again; that run itself closed with: ", r->earlier);
    safe_print(f, "gpuvet: %s\n", r->closing);
    arena_free(&w.arena);
}
