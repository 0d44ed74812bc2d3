#include "report/github.h"

#include "base/text.h"
#include "report/detail.h"
#include "report/safe.h"

enum { SHOWN_BY_GITHUB = 10 };

struct writer {
    FILE                *f;
    const struct report *r;
    struct arena         arena;
};

/* The annotations of one kind. */
struct kind { const char *name; size_t all, shown; };

static void put(FILE *f, const char *s, bool is_property)
{
    while (*s != '\0') {
        size_t n;
        const char *c = safe_next(&s, &n);

        if (*c == '%' || *c == '\r' || *c == '\n' || (is_property && (*c == ':' || *c == ',')))
            fprintf(f, "%%%02X", (unsigned)*c);
        else if (safe_is_control(c))
            fputc(' ', f);
        else
            fwrite(c, 1, n, f);
    }
}

static void annotate(struct writer *w, const char *kind, const char *title, const char *message)
{
    fprintf(w->f, "::%s title=", kind);
    put(w->f, title, true);
    fputs("::", w->f);
    put(w->f, message, false);
    fputc('\n', w->f);
}

static void annotate_one_of(struct writer *w, struct kind *k, const char *title, const char *message)
{
    k->shown++;
    if (k->all <= SHOWN_BY_GITHUB || k->shown < SHOWN_BY_GITHUB)
        annotate(w, k->name, title, message);
    else if (k->shown == k->all)
        annotate(w, k->name, "gpuvet", text_make(&w->arena, "and %zu more", k->all - SHOWN_BY_GITHUB + 1));
}

static const char *message_of(struct writer *w, const struct judged *j)
{
    const char *rerun = detail_rerun(w->r, j, &w->arena);
    struct text t = { .arena = &w->arena };

    text_add(&t, "%s", j->why);
    if (j->act != NULL)
        text_add(&t, "\ntry: %s", j->act);
    if (rerun != NULL)
        text_add(&t, "\nrerun: %s", rerun);
    return t.s;
}

/* Those of one word. */
static void trials(struct writer *w, struct kind *k, const char *word, const char *before)
{
    for (size_t i = 0; i < w->r->n_trials; i++) {
        const struct judged *j = &w->r->trials[i];

        if (text_is(detail_word(j), word))
            annotate_one_of(w, k, text_make(&w->arena, "%s%s", before, j->trial.id), message_of(w, j));
    }
}

static void errors(struct writer *w, const struct tally *n)
{
    struct kind k = { .name = "error", .all = n->fail + n->broken };

    for (size_t i = 0; i < w->r->n_requires; i++)
        k.all += !w->r->requires[i].met;
    trials(w, &k, "fail", "");
    for (size_t i = 0; i < w->r->n_requires; i++)
        if (!w->r->requires[i].met)
            annotate_one_of(w, &k, text_make(&w->arena, "%srequired: %s", w->r->requires[i].unknown ? "could not find out: " : "", w->r->requires[i].text),
                            w->r->requires[i].why);
    trials(w, &k, "broken", "could not find out: ");
}

void github_annotations(FILE *f, const struct report *r)
{
    struct writer w = { .f = f, .r = r };
    const struct tally n = report_tally(r);
    struct kind warnings = { .name = "warning", .all = n.warn };

    errors(&w, &n);
    trials(&w, &warnings, "warn", "");
    annotate(&w, "notice", "gpuvet", r->closing);
    arena_free(&w.arena);
}

void github_stop_commands(FILE *f, const char *token)
{
    fprintf(f, "::stop-commands::%s\n", token);
}

void github_resume_commands(FILE *f, const char *token)
{
    fprintf(f, "::%s::\n", token);
}
