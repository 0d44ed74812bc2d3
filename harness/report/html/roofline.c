/* Roofline: what a GPU reaches at each ratio of arithmetic to memory traffic, by what was measured on it. */
#include "report/html/part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/figures.h"
#include "report/html/family.h"
#include "report/html/markup.h"
#include "report/html/scale.h"
#include "report/html/svg.h"

enum { WIDTH = 360, HEIGHT = 230, LEFT = 40, RIGHT = 62, TOP = 10, BOTTOM = 34, ROOFS_MAX = 12 };

static const char *const columns[] = { "Roof", "Measured", "Bound by memory below", NULL };

struct roofs {
    const struct judged *memory;                /* the fastest */
    const struct judged *compute[ROOFS_MAX]; size_t n;
};

/* The highest first. */
static int by_height(const void *x, const void *y)
{
    const double a = (*(const struct judged *const *)x)->figure->middle, b = (*(const struct judged *const *)y)->figure->middle;

    return (a < b) - (a > b);
}

static struct roofs roofs_of(const struct report *r, const struct device *d)
{
    struct roofs x = { .n = 0 };

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];

        if (j->figure == NULL || j->trial.device != d || !(j->figure->middle > 0))
            continue;
        if (text_starts(j->trial.probe->name, "bench.memory.") && text_is(j->figure->unit, "GB/s")
            && (x.memory == NULL || j->figure->middle > x.memory->figure->middle))
            x.memory = j;
        if (family_computes(j) && x.n < ROOFS_MAX)
            x.compute[x.n++] = j;
    }
    if (x.n > 0)
        qsort(x.compute, x.n, sizeof *x.compute, by_height);
    return x;
}

static bool is_whole(const struct roofs *x)
{
    return x->memory != NULL && x->n > 0;
}

static bool has(const struct report *r)
{
    for (size_t i = 0; i < r->n_devices; i++) {
        const struct roofs x = roofs_of(r, &r->devices[i]);

        if (is_whole(&x))
            return true;
    }
    return false;
}

/* Operations a byte at which memory and arithmetic take as long. */
static double ridge(const struct roofs *x, size_t i)
{
    return x->compute[i]->figure->middle * 1e12 / (x->memory->figure->middle * 1e9);
}

static void axes(struct page *p, const struct scale *across, const struct scale *up)
{
    double ticks[SCALE_TICKS];
    char number[SCALE_NUMBER];
    size_t n = scale_ticks(across, ticks);

    for (size_t i = 0; i < n; i++) {
        const double x = scale_at(across, ticks[i]);

        svg_line(p->f, "grid", x, up->at_to, x, up->at_from);
        svg_text(p->f, "tick", SVG_MIDDLE, x, up->at_from + 13, scale_number(number, ticks[i]));
    }
    n = scale_ticks(up, ticks);
    for (size_t i = 0; i < n; i++) {
        const double y = scale_at(up, ticks[i]);

        svg_line(p->f, "grid", across->at_from, y, across->at_to, y);
        svg_text(p->f, "tick", SVG_END, across->at_from - 4, y + 3.5, scale_number(number, ticks[i]));
    }
    svg_text(p->f, "tick", SVG_MIDDLE, (across->at_from + across->at_to) / 2, up->at_from + 28, "operations a byte of memory traffic");
}

/* "bf16" of "bench.gemm.bf16" */
static const char *last_word(const struct judged *j)
{
    const char *dot = strrchr(j->trial.probe->name, '.');

    return dot != NULL ? dot + 1 : j->trial.probe->name;
}

/* The slope is drawn up to the highest roof; each roof from its ridge on. Names stand beside, those of roofs that lie close below each other. */
static void lines(struct page *p, const struct roofs *x, const struct scale *across, const struct scale *up)
{
    const double most = x->compute[0]->figure->middle, slope = x->memory->figure->middle / 1000;
    const double begins = fmax(across->from, up->from / slope);
    double last = 0;

    svg_line(p->f, "roof", scale_at(across, begins), scale_at(up, begins * slope), scale_at(across, most / slope), scale_at(up, most));
    for (size_t i = 0; i < x->n; i++) {
        const double y = scale_at(up, x->compute[i]->figure->middle), at = fmax(y, last + 11);

        svg_line(p->f, "roof", scale_at(across, ridge(x, i)), y, across->at_to, y);
        svg_line(p->f, "grid", across->at_to, y, across->at_to + 8, at);
        svg_text(p->f, "name", SVG_START, across->at_to + 10, at + 3.5, last_word(x->compute[i]));
        last = at;
    }
}

static void picture(struct page *p, const struct device *d, const struct roofs *x)
{
    const double high = x->compute[0]->figure->middle, far = ridge(x, 0), near = ridge(x, x->n - 1);
    struct scale across, up;

    across = (struct scale){ .from = pow(10, floor(log10(near) - 1)), .to = pow(10, ceil(log10(far) + 0.5)), .at_from = LEFT, .at_to = WIDTH - RIGHT, .log = true };
    up = (struct scale){ .from = pow(10, floor(log10(across.from * x->memory->figure->middle / 1000))), .to = pow(10, ceil(log10(high) + 0.1)),
                         .at_from = HEIGHT - BOTTOM, .at_to = TOP, .log = true };
    svg_begin(p->f, "chart", WIDTH, HEIGHT, text_make(&p->arena, "Roofline of gpu%d", d->index), "Tera-operations a second against operations a byte; the table below holds the figures");
    axes(p, &across, &up);
    lines(p, x, &across, &up);
    svg_end(p->f);
}

static void table(struct page *p, const struct device *d, const struct roofs *x)
{
    char number[SCALE_NUMBER];

    part_table(p, "figures", text_make(&p->arena, "The roofs of gpu%d", d->index), columns);
    markup(p->f, "<tr><th scope=\"row\"><code>");
    markup_text(p->f, family_short(x->memory));
    markup(p->f, "</code></th><td>");
    markup_print(p->f, "%s GB/s", scale_number(number, x->memory->figure->middle));
    markup(p->f, "</td><td></td></tr>\n");
    for (size_t i = 0; i < x->n; i++) {
        markup(p->f, "<tr><th scope=\"row\"><code>");
        markup_text(p->f, family_short(x->compute[i]));
        markup(p->f, "</code></th><td>");
        markup_print(p->f, "%s %s", scale_number(number, x->compute[i]->figure->middle), x->compute[i]->figure->unit);
        markup(p->f, "</td><td>");
        markup_print(p->f, "%s operations a byte", scale_number(number, ridge(x, i)));
        markup(p->f, "</td></tr>\n");
    }
    part_table_end(p);
}

static void rooflines(struct page *p)
{
    bool first = true;

    markup(p->f, "<p class=\"note\">Both axes are logarithmic; up: tera-operations a second. Left of a roof's corner, work waits for memory; right of it, for arithmetic.</p>\n");
    for (size_t i = 0; i < p->r->n_devices; i++) {
        const struct roofs x = roofs_of(p->r, &p->r->devices[i]);

        if (!is_whole(&x))
            continue;
        fprintf(p->f, "<details%s><summary><h3>gpu%d</h3></summary>\n", first ? " open" : "", p->r->devices[i].index);
        picture(p, &p->r->devices[i], &x);
        table(p, &p->r->devices[i], &x);
        markup(p->f, "</details>\n");
        first = false;
    }
}

const struct part part_roofline = { "roofline", "Roofline", has, rooflines };
