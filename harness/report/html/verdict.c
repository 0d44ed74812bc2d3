/* What an operator needs first: the verdict, its cause, the evidence, and the one command. */
#include "report/html/part.h"

#include "base/text.h"
#include "model/names.h"
#include "report/detail.h"
#include "report/html/markup.h"

static const struct judged *first_of(const struct report *r, const char *word)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (text_is(detail_word(&r->trials[i]), word))
            return &r->trials[i];
    return NULL;
}

static const struct requirement *first_unmet(const struct report *r)
{
    for (size_t i = 0; i < r->n_requires; i++)
        if (!r->requires[i].met && !r->requires[i].unknown)
            return &r->requires[i];
    return NULL;
}

static void fact(struct page *p, const char *name, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    markup(p->f, "<div>");
    markup_element(p->f, "dt", NULL, "%s", name);
    markup_element(p->f, "dd", NULL, "%s", value);
    markup(p->f, "</div>");
}

/* How it ended, and in which call of whose library. */
static const char *evidence_of(struct page *p, const struct outcome *o)
{
    struct text t = { .arena = &p->arena };

    if (o->call != NULL)
        text_add(&t, "%s", o->call);
    if (o->text != NULL && o->stop != STOP_NONE)
        text_add(&t, "%s%s", t.n > 0 ? ": " : "", o->text);
    if (o->fault != NULL)
        text_add(&t, "%s%s", t.n > 0 ? "; " : "", o->fault);
    if (o->blamed != NULL || o->library != NULL)
        text_add(&t, "%sin %s", t.n > 0 ? ", " : "", o->blamed != NULL ? o->blamed : o->library);
    if (o->said != NULL && *o->said != '\0')
        text_add(&t, "%sit said: %s", t.n > 0 ? "\n" : "", detail_last_lines(o->said));
    return t.s;
}

static void first_finding(struct page *p, const struct judged *j)
{
    const char *rerun = detail_rerun(p->r, j, &p->arena), *others = detail_same_on(p->r, j, &p->arena);

    markup(p->f, "<dl class=\"first\">");
    fact(p, j->warns ? "Warning" : "Cause", j->why);
    fact(p, "Found by", text_make(&p->arena, "%s%s%s", j->trial.id, *others != '\0' ? ", and on " : "", others));
    fact(p, "Evidence", evidence_of(p, &j->outcome));
    markup(p->f, "</dl>\n");
    if (j->act != NULL)
        part_command(p, "Do this", j->act);
    else if (rerun != NULL)
        part_command(p, "Run it again", rerun);
}

static void first_demand(struct page *p, const struct requirement *q)
{
    markup(p->f, "<dl class=\"first\">");
    fact(p, "Required", q->text);
    fact(p, "Cause", q->why);
    markup(p->f, "</dl>\n");
}

/* False: everything is well. */
static bool what_first(struct page *p)
{
    static const char *const words[] = { "fail", "broken", "warn" };
    const struct requirement *unmet = first_unmet(p->r);

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        const struct judged *j = first_of(p->r, words[i]);

        if (j == NULL && i == 0 && unmet != NULL) {
            first_demand(p, unmet);
            return true;
        }
        if (j != NULL) {
            first_finding(p, j);
            return true;
        }
    }
    return false;
}

static const char *duration(const struct report *r, struct arena *a)
{
    const double s = r->took_ms / 1000;

    if (!(s > 0) || s > 1e9)
        return NULL;
    if (s < 120)
        return text_make(a, "%.1f s", s);
    return text_make(a, "%.0f:%02.0f:%02d hours", (double)(long)(s / 3600), (double)((long)(s / 60) % 60), (int)((long)s % 60));
}

static void circumstances(struct page *p)
{
    const struct report *r = p->r;
    const struct machine *m = r->machine;
    const char *cuda = report_saw(r, "cuda.driver"), *driver = report_driver(r);

    markup(p->f, "<dl class=\"facts\">");
    fact(p, "Began", r->began);
    fact(p, "Took", duration(r, &p->arena));
    fact(p, "System", text_make(&p->arena, "%s%s%s%s%s%s%s", m->os != NULL ? m->os : "unknown", m->kernel != NULL ? ", Linux " : "", m->kernel != NULL ? m->kernel : "",
                                m->arch != NULL ? " " : "", m->arch != NULL ? m->arch : "", m->place != PLACE_HOST ? ", " : "", m->place != PLACE_HOST ? place_names[m->place] : ""));
    fact(p, "Driver", driver == NULL ? cuda : cuda == NULL ? driver : text_make(&p->arena, "%s, for CUDA up to %s", driver, cuda));
    fact(p, "gpuvet", r->version);
    if (r->earlier != NULL && !text_is(r->earlier, r->closing))
        fact(p, "Judged again; it had closed with", r->earlier);
    markup(p->f, "</dl>\n");
}

void verdict_write(struct page *p)
{
    const struct report *r = p->r;
    const char *word = verdict_name(report_verdict(r));
    bool told;

    fprintf(p->f, "<header class=\"verdict %s\"><h1>", word);
    part_badge(p, word);
    markup(p->f, " ");
    markup_text(p->f, r->machine->hostname != NULL ? r->machine->hostname : "this machine");
    markup(p->f, r->interrupted ? " <small>interrupted, partial</small></h1>\n" : "</h1>\n");
    told = what_first(p);
    markup_element(p->f, "p", told ? "note" : "closing", "gpuvet: %s", r->closing);
    circumstances(p);
    markup(p->f, "</header>\n");
}
