#include "report/matrix.h"

#include <string.h>

#include "base/text.h"
#include "report/paragraph.h"
#include "report/safe.h"

enum { BRIEF_RELEASES = 10, WIDEST_COLUMN = 48 };

/* ---- What the three forms share ---- */

const char *answer_name(enum answer a)
{
    static const char *const names[] = { [ANSWER_UNKNOWN] = "?", [ANSWER_NO] = "no", [ANSWER_YES] = "yes" };

    return names[a];
}

const char *fit_sentence(struct arena *a, const struct fit *fit)
{
    struct text t = { .arena = a };

    if (fit->runs != ANSWER_YES)
        return fit->links[fit->decides].why;
    for (int i = 0; i < FIT_LINKS; i++)
        if (fit->links[i].why != NULL)
            text_add(&t, "%s%s", t.n > 0 ? "; " : "", fit->links[i].why);
    return t.n > 0 ? t.s : "";
}

const char *framework_versions(struct arena *a, const struct framework_release *r)
{
    return r->last != NULL ? text_make(a, "%s to %s", r->version, r->last) : r->version;
}

const char *framework_needs(struct arena *a, const struct framework_release *r)
{
    struct text t = { .arena = a };

    if (r->torch != NULL)
        text_add(&t, "PyTorch %s", r->torch);
    for (size_t i = 0; i < r->cuda.n; i++)
        text_add(&t, "%s%s", i > 0 ? " or " : t.n > 0 ? ", CUDA " : "CUDA ", r->cuda.items[i]);
    if (r->cudnn != NULL)
        text_add(&t, "%scuDNN %s", t.n > 0 ? ", " : "", r->cudnn);
    return t.n > 0 ? t.s : "?";
}

/* ---- The head and the end ---- */

static void put_host(FILE *f, const struct fit_host *host, int width, struct arena *a)
{
    for (size_t i = 0; i < host->n_lines; i++) {
        const struct host_line *l = &host->lines[i];

        paragraph(f, width, 2, text_make(a, "%-8s ", l->what),
                  text_make(a, "%s%s%s%s", l->value, l->source != NULL ? "  (" : "", l->source != NULL ? l->source : "", l->source != NULL ? ")" : ""));
    }
}

static const char *what_it_holds(struct arena *a, const struct torch_build *b)
{
    struct text t = { .arena = a };

    text_add(&t, "CUDA %s", b->cuda_full != NULL ? b->cuda_full : b->cuda);
    if (b->cudnn != NULL)
        text_add(&t, ", cuDNN %s", b->cudnn);
    if (b->nccl != NULL)
        text_add(&t, ", NCCL %s", b->nccl);
    if (b->python.n > 0)
        text_add(&t, ", for Python %s to %s", b->python.items[0], b->python.items[b->python.n - 1]);
    return t.s;
}

/* One command a line, never wrapped: they are to be pasted. */
static void put_install(FILE *f, const struct install *how)
{
    if (how->pip == NULL)
        return;
    safe_print(f, "  pip      %s\n", how->pip);
    safe_print(f, "  uv       %s\n", how->uv);
    if (how->conda != NULL)
        safe_print(f, "  conda    %s\n", how->conda);
}

/* ---- A line for each build ---- */

static bool is_new_release(const struct matrix *m, size_t i)
{
    return i == 0 || !text_is(m->fits[i].build->torch, m->fits[i - 1].build->torch);
}

static void put_builds(FILE *f, const struct matrix *m, int width, struct arena *a)
{
    const char *said = NULL;

    safe_print(f, "\n  %-8s %-8s %-4s\n", "torch", "build", "runs");
    for (size_t i = 0; i < m->n; i++) {
        const struct fit *fit = &m->fits[i];
        const char *sentence = fit_sentence(a, fit);

        paragraph(f, width, 2, text_make(a, "%-8s %-8s %-4s ", is_new_release(m, i) ? fit->build->torch : "",
                                         text_make(a, "%s%s", fit->build->variant, fit == m->best ? " *" : ""), answer_name(fit->runs)),
                  *sentence != '\0' && text_is(sentence, said) ? "as above" : sentence);
        if (*sentence != '\0')
            said = sentence;
    }
}

/* ---- A line for each release ---- */

static const char *brief_of(const struct fit *fit)
{
    if (fit->runs != ANSWER_YES)
        return fit->links[fit->decides].brief;
    for (int i = 0; i < FIT_LINKS; i++)
        if (fit->links[i].brief != NULL)
            return fit->links[i].brief;
    return NULL;
}

static bool same(const char *a, const char *b)
{
    return (a == NULL && b == NULL) || text_is(a, b);
}

/* "cu130, cu132: driver >= 580; cu126: no code for sm_120" of the builds [from, to) with that answer. */
static const char *builds_that(struct arena *a, const struct matrix *m, size_t from, size_t to, enum answer answer)
{
    struct text t = { .arena = a };

    for (size_t i = from; i < to; i++) {
        const char *brief = brief_of(&m->fits[i]);
        bool told = m->fits[i].runs != answer;

        for (size_t k = from; k < i && !told; k++)
            told = m->fits[k].runs == answer && same(brief_of(&m->fits[k]), brief);
        if (told)
            continue;
        for (size_t k = i; k < to; k++)
            if (m->fits[k].runs == answer && same(brief_of(&m->fits[k]), brief))
                text_add(&t, "%s%s%s", k > i ? ", " : t.n > 0 ? "; " : "", m->fits[k].build->variant, &m->fits[k] == m->best ? " *" : "");
        if (brief != NULL)
            text_add(&t, ": %s", brief);
    }
    return t.n > 0 ? t.s : "";
}

static void put_release(FILE *f, const struct matrix *m, size_t from, size_t to, int column, int width, struct arena *a)
{
    const char *unknown = builds_that(a, m, from, to, ANSWER_UNKNOWN), *not = builds_that(a, m, from, to, ANSWER_NO);
    const char *runs = builds_that(a, m, from, to, ANSWER_YES);

    if (*unknown != '\0')
        not = text_make(a, "%s%s(unknown) %s", not, *not != '\0' ? "; " : "", unknown);
    if (*runs == '\0')
        runs = "-";
    if (*not == '\0')
        safe_print(f, "  %-8s %s\n", m->fits[from].build->torch, runs);
    else
        paragraph(f, width, 2, text_make(a, "%-8s %-*s  ", m->fits[from].build->torch, column, runs), not);
}

/* The end of the release that begins there. */
static size_t release_end(const struct matrix *m, size_t from)
{
    size_t to = from + 1;

    while (to < m->n && !is_new_release(m, to))
        to++;
    return to;
}

static bool has_best(const struct matrix *m, size_t from, size_t to)
{
    return m->best != NULL && m->best >= &m->fits[from] && m->best < &m->fits[from] + (to - from);
}

/* As wide as the widest of what it holds, within bounds. */
static int column_width(const struct matrix *m, struct arena *a)
{
    size_t widest = strlen("runs");

    for (size_t from = 0, to; from < m->n; from = to) {
        size_t n;

        to = release_end(m, from);
        n = strlen(builds_that(a, m, from, to, ANSWER_YES));
        if (n > widest)
            widest = n;
    }
    return widest < WIDEST_COLUMN ? (int)widest : WIDEST_COLUMN;
}

static void put_releases(FILE *f, const struct matrix *m, int width, struct arena *a)
{
    size_t shown = 0, left_out = 0, run = 0;
    int column = column_width(m, a);

    safe_print(f, "\n  %-8s %-*s  %s\n", "torch", column, "runs", "does not");
    for (size_t from = 0, to; from < m->n; from = to) {
        to = release_end(m, from);
        if (shown < BRIEF_RELEASES || has_best(m, from, to)) {
            put_release(f, m, from, to, column, width, a);
            shown++;
            continue;
        }
        left_out += to - from;
        for (size_t i = from; i < to; i++)
            run += m->fits[i].runs == ANSWER_YES;
    }
    if (left_out > 0)
        safe_print(f, "  %zu older builds are not shown, %zu of them run: --all, or --torch VERSION\n", left_out, run);
}

static const char *remark_on_best(struct arena *a, const struct matrix *m)
{
    return m->best != NULL ? fit_sentence(a, m->best) : "";
}

void matrix_write(FILE *f, const struct matrix *m, bool brief, int width)
{
    struct arena a = { NULL };
    const char *remark = brief ? remark_on_best(&a, m) : "";

    safe_print(f, "Official PyTorch builds for %s\n", m->host->platform);
    put_host(f, m->host, width, &a);
    if (m->n > 0)
        (brief ? put_releases : put_builds)(f, m, width, &a);
    fputc('\n', f);
    paragraph(f, width, 0, "gpuvet: ", m->best != NULL ? text_make(&a, "%s: %s", m->closing, what_it_holds(&a, m->best->build)) : m->closing);
    if (*remark != '\0')
        paragraph(f, width, 2, "", remark);
    if (m->hint != NULL)
        paragraph(f, width, 2, "", m->hint);
    if (m->caveat != NULL)
        paragraph(f, width, 2, "", m->caveat);
    put_install(f, &m->install);
    arena_free(&a);
}

/* ---- Other frameworks ---- */

void frameworks_write(FILE *f, const struct frameworks *x, int width)
{
    struct arena a = { NULL };
    const char *said = NULL;

    if (x->n > 0)
        safe_print(f, "Releases of %s for %s\n", x->fits[0].release->framework, x->host->platform);
    put_host(f, x->host, width, &a);
    safe_print(f, "\n  %-18s %-4s %s\n", "release", "runs", "needs");
    for (size_t i = 0; i < x->n; i++) {
        const struct framework_fit *fit = &x->fits[i];
        const char *needs = framework_needs(&a, fit->release), *why = fit->runs.why != NULL ? fit->runs.why : "";

        paragraph(f, width, 2, text_make(&a, "%-18s %-4s ", framework_versions(&a, fit->release), text_make(&a, "%s%s", answer_name(fit->runs.holds), fit == x->best ? "*" : "")),
                  text_make(&a, "%s%s%s", needs, *why != '\0' ? ": " : "", text_is(why, said) ? "as above" : why));
        if (*why != '\0')
            said = why;
    }
    fputc('\n', f);
    paragraph(f, width, 0, "gpuvet: ", x->closing);
    if (x->pip != NULL)
        put_install(f, &(struct install){ x->pip, x->uv, NULL });
    arena_free(&a);
}
