#include "report/matrix.h"

#include <string.h>

#include "base/text.h"
#include "report/json_value.h"
#include "report/paragraph.h"
#include "report/safe.h"

enum { BRIEF_RELEASES = 8 };

static const char *answer_name(enum answer a)
{
    static const char *const names[] = { [ANSWER_UNKNOWN] = "?", [ANSWER_NO] = "no", [ANSWER_YES] = "yes" };

    return names[a];
}

/* Why it does not run; or what is worth reading although it does, link by link. */
static const char *why(struct arena *a, const struct fit *fit)
{
    struct text t = { .arena = a };

    if (fit->runs != ANSWER_YES)
        return fit->links[fit->decides].why;
    for (int i = 0; i < FIT_LINKS; i++)
        if (fit->links[i].why != NULL)
            text_add(&t, "%s%s", t.n > 0 ? "; " : "", fit->links[i].why);
    return t.n > 0 ? t.s : "";
}

static bool is_new_release(const struct matrix *m, size_t i)
{
    return i == 0 || !text_is(m->fits[i].build->torch, m->fits[i - 1].build->torch);
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

/* ---- For people ---- */

static void put_head(FILE *f, const struct matrix *m, int width, struct arena *a)
{
    safe_print(f, "Official PyTorch builds for %s\n", m->host->platform);
    for (size_t i = 0; i < m->n_lines; i++)
        paragraph(f, width, 2, text_make(a, "%-8s ", m->lines[i].what),
                  text_make(a, "%s%s%s%s", m->lines[i].value, m->lines[i].source != NULL ? "  (" : "",
                            m->lines[i].source != NULL ? m->lines[i].source : "", m->lines[i].source != NULL ? ")" : ""));
}

static void put_row(FILE *f, const struct matrix *m, size_t i, int width, const char **said, struct arena *a)
{
    const struct fit *fit = &m->fits[i];
    const char *sentence = why(a, fit), *mark = fit == m->best ? " *" : "";

    paragraph(f, width, 2, text_make(a, "%-8s %-8s %-4s ", is_new_release(m, i) ? fit->build->torch : "",
                                     text_make(a, "%s%s", fit->build->variant, mark), answer_name(fit->runs)),
              *sentence != '\0' && text_is(sentence, *said) ? "as above" : sentence);
    if (*sentence != '\0')
        *said = sentence;
}

/* The newest releases, and that of the best. */
static bool is_shown(const struct matrix *m, size_t release, size_t i, bool brief)
{
    return !brief || release <= BRIEF_RELEASES || (m->best != NULL && text_is(m->fits[i].build->torch, m->best->build->torch));
}

static void put_rows(FILE *f, const struct matrix *m, bool brief, int width, struct arena *a)
{
    size_t release = 0, left_out = 0, run = 0;
    const char *said = NULL;

    if (m->n > 0)
        safe_print(f, "\n  %-8s %-8s %-4s\n", "torch", "build", "runs");
    for (size_t i = 0; i < m->n; i++) {
        release += is_new_release(m, i);
        if (is_shown(m, release, i, brief)) {
            put_row(f, m, i, width, &said, a);
            continue;
        }
        left_out++;
        run += m->fits[i].runs == ANSWER_YES;
    }
    if (left_out > 0)
        safe_print(f, "  %zu older builds are not shown, %zu of them run: --all, or --torch VERSION\n", left_out, run);
}

static void put_install(FILE *f, const struct install *how)
{
    if (how->pip == NULL)
        return;
    safe_print(f, "  pip      %s\n", how->pip);
    safe_print(f, "  uv       %s\n", how->uv);
    safe_print(f, "  conda    %s\n", how->conda != NULL ? how->conda
               : "this build is not in PyTorch's own channel: inside the environment, the pip command");
}

void matrix_write(FILE *f, const struct matrix *m, bool brief, int width)
{
    struct arena a = { NULL };

    put_head(f, m, width, &a);
    put_rows(f, m, brief, width, &a);
    fputc('\n', f);
    paragraph(f, width, 0, "gpuvet: ", m->best != NULL ? text_make(&a, "%s: %s", m->closing, what_it_holds(&a, m->best->build)) : m->closing);
    if (m->hint != NULL)
        paragraph(f, width, 2, "", m->hint);
    put_install(f, &m->install);
    arena_free(&a);
}

/* ---- Markdown ---- */

/* A cell ends at a bar. */
static void put_cell(FILE *f, const char *text)
{
    for (; *text != '\0'; text++)
        safe_print(f, *text == '|' ? "\\%c" : "%c", *text);
}

void matrix_write_markdown(FILE *f, const struct matrix *m)
{
    struct arena a = { NULL };

    safe_print(f, "Official PyTorch builds for %s\n\n", m->host->platform);
    for (size_t i = 0; i < m->n_lines; i++)
        safe_print(f, "- %s: %s\n", m->lines[i].what, m->lines[i].value);
    safe_print(f, "\n| torch | build | CUDA | cuDNN | runs | why |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < m->n; i++) {
        const struct torch_build *b = m->fits[i].build;

        safe_print(f, "| %s | %s%s | %s | %s | %s | ", b->torch, b->variant, &m->fits[i] == m->best ? " (best)" : "", b->cuda,
                   b->cudnn != NULL ? b->cudnn : "?", answer_name(m->fits[i].runs));
        put_cell(f, why(&a, &m->fits[i]));
        fputs(" |\n", f);
    }
    safe_print(f, "\n%s.\n", m->closing);
    if (m->hint != NULL)
        safe_print(f, "%s.\n", m->hint);
    if (m->install.pip != NULL)
        safe_print(f, "\n```sh\n%s\n```\n", m->install.pip);
    arena_free(&a);
}

/* ---- JSON ---- */

static json_t *json_of_answer(enum answer a)
{
    return a == ANSWER_UNKNOWN ? json_null() : json_boolean(a == ANSWER_YES);
}

static json_t *json_of_fit(const struct matrix *m, const struct fit *fit)
{
    json_t *o = json_object(), *links = json_array();
    const struct torch_build *b = fit->build;

    json_put_text(o, "torch", b->torch);
    json_put_text(o, "variant", b->variant);
    json_put_text(o, "platform", b->platform);
    json_put_text(o, "cuda", b->cuda);
    json_put_text(o, "cudnn", b->cudnn);
    json_put_text(o, "nccl", b->nccl);
    json_put(o, "runs", json_of_answer(fit->runs));
    json_put(o, "best", fit == m->best ? json_true() : NULL);
    for (int i = 0; i < FIT_LINKS; i++) {
        json_t *link = json_object();

        json_put_text(link, "link", fit_link_names[i]);
        json_put(link, "holds", json_of_answer(fit->links[i].holds));
        json_put_text(link, "why", fit->links[i].why);
        json_array_append_new(links, link);
    }
    json_put(o, "links", links);
    json_put_text(o, "source", b->origin.source);
    json_put_text(o, "as_of", b->origin.as_of);
    return o;
}

static json_t *json_of_install(const struct install *how)
{
    json_t *o = how->pip != NULL ? json_object() : NULL;

    if (o == NULL)
        return NULL;
    json_put_text(o, "pip", how->pip);
    json_put_text(o, "uv", how->uv);
    json_put_text(o, "conda", how->conda);
    return o;
}

bool matrix_write_json(FILE *f, const struct matrix *m, struct err *e)
{
    json_t *o = json_object(), *builds = json_array(), *host = json_object();

    for (size_t i = 0; i < m->n_lines; i++)
        json_put_text(host, m->lines[i].what, m->lines[i].value);
    json_put_text(o, "platform", m->host->platform);
    json_put(o, "host", host);
    for (size_t i = 0; i < m->n; i++)
        json_array_append_new(builds, json_of_fit(m, &m->fits[i]));
    json_put(o, "builds", builds);
    json_put_text(o, "closing", m->closing);
    json_put_text(o, "hint", m->hint);
    json_put(o, "install", json_of_install(&m->install));
    return json_finish(f, o, false, e);
}
