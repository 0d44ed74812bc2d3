/* The GPUs and the stacks, with their versions. */
#include "report/html/part.h"

#include "base/text.h"
#include "model/names.h"
#include "report/evidence.h"
#include "report/html/markup.h"

/* ---- GPUs ---- */

static const char *const gpu_columns[] = { "GPU", "Model", "State", "Address", "Memory", "Multiprocessors", NULL };

static bool always(const struct report *r)
{
    (void)r;
    return true;
}

static void gpu_state(struct page *p, const struct device *d)
{
    part_cell(p, gpu_columns[2]);
    if (!d->answers)
        markup(p->f, "<span class=\"badge fail\">DOES NOT ANSWER</span>");
    else if (report_proves(p->r, d))
        markup(p->f, "<span class=\"badge pass\">PROVED</span>");
    else
        markup(p->f, "<span class=\"badge skip\">ANSWERS</span> not proved by this run");
    if (d->foreign != NULL)
        markup_element(p->f, "p", "more", "used by %s", d->foreign);
    markup(p->f, "</td>");
}

static void gpu(struct page *p, const struct device *d)
{
    markup(p->f, "<tr>");
    part_cell(p, gpu_columns[0]);
    markup_element(p->f, "span", "name", "gpu%d", d->index);
    markup(p->f, "</td>");
    part_cell(p, gpu_columns[1]);
    markup_text(p->f, d->name != NULL ? d->name : "unknown");
    if (d->answers)
        markup_element(p->f, "p", "more", "compute capability %d.%d", d->cc / 10, d->cc % 10);
    markup(p->f, "</td>");
    gpu_state(p, d);
    part_cell(p, gpu_columns[3]);
    markup_text(p->f, d->pci != NULL ? d->pci : "unknown");
    if (d->uuid != NULL)
        markup_element(p->f, "p", "more", "%s", d->uuid);
    markup(p->f, "</td>");
    part_cell(p, gpu_columns[4]);
    if (d->answers)
        markup_print(p->f, "%.1f GiB", (double)d->memory_bytes / (1 << 30));
    markup(p->f, "</td>");
    part_cell(p, gpu_columns[5]);
    if (d->answers)
        markup_print(p->f, "%d", d->sms);
    markup(p->f, "</td></tr>\n");
}

static void gpus(struct page *p)
{
    const struct machine *m = p->r->machine;
    const char *why = m->gpu_meant ? m->why_meant : m->why_not_meant;

    if (p->r->n_devices == 0) {
        markup_element(p->f, "p", NULL, "No GPU answers; %s%s%s.", m->gpu_meant ? "one is meant" : "none is meant", why != NULL ? ": " : "", why != NULL ? why : "");
        return;
    }
    part_table(p, "stacked", "Every GPU that the driver or the files of this machine name", gpu_columns);
    for (size_t i = 0; i < p->r->n_devices; i++)
        gpu(p, &p->r->devices[i]);
    part_table_end(p);
}

const struct part part_machine = { "gpus", "GPUs", always, gpus };

/* ---- Stacks ---- */

static const char *const stack_columns[] = { "Stack", "Kind", "Versions", "Library files", NULL };

static bool has_stacks(const struct report *r)
{
    return r->n_stacks > 0;
}

static void one_version(struct page *p, bool *any, const char *what, const char *version)
{
    if (version == NULL)
        return;
    markup_print(p->f, "%s%s\xc2\xa0%s", *any ? ", " : "", what, version);
    *any = true;
}

/* What is looked for first is said first. */
static void versions(struct page *p, const struct stack *s)
{
    bool any = false;

    for (const char *const *what = evidence_shown; *what != NULL; what++)
        one_version(p, &any, *what, evidence_version(s, *what));
    for (size_t i = 0; i < s->n_versions; i++) {
        bool told = false;

        for (const char *const *what = evidence_shown; *what != NULL; what++)
            told |= text_is(*what, s->versions[i].what);
        if (!told)
            one_version(p, &any, s->versions[i].what, s->versions[i].version);
    }
    if (!any)
        markup(p->f, "not stated");
}

static void files(struct page *p, const struct stack *s)
{
    bool open = false;

    markup_print(p->f, "%zu", s->n_members);
    for (size_t i = 0; i < s->n_members; i++) {
        if (s->members[i].why_bad == NULL)
            continue;
        markup(p->f, open ? "" : "<ul>");
        open = true;
        markup_element(p->f, "li", NULL, "%s: %s", s->members[i].place, s->members[i].why_bad);
    }
    markup(p->f, open ? "</ul>" : "");
}

static void stack(struct page *p, const struct stack *s)
{
    markup(p->f, "<tr>");
    part_cell(p, stack_columns[0]);
    markup_element(p->f, "code", NULL, "%s", s->name);
    if (s->broken != NULL || s->unusable != NULL)
        markup_element(p->f, "p", "more", "%s", s->broken != NULL ? s->broken : s->unusable);
    markup(p->f, "</td>");
    part_cell(p, stack_columns[1]);
    markup_text(p->f, stack_kind_names[s->kind]);
    if (s->found_by != NULL)
        markup_element(p->f, "p", "more", "found by %s", s->found_by);
    markup(p->f, "</td>");
    part_cell(p, stack_columns[2]);
    versions(p, s);
    markup(p->f, "</td>");
    part_cell(p, stack_columns[3]);
    files(p, s);
    markup(p->f, "</td></tr>\n");
}

static void stacks(struct page *p)
{
    part_table(p, "stacked", "Each set of libraries that belong together", stack_columns);
    for (size_t i = 0; i < p->r->n_stacks; i++)
        stack(p, &p->r->stacks[i]);
    part_table_end(p);
}

const struct part part_stacks = { "stacks", "Stacks", has_stacks, stacks };
