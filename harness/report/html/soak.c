/* A burn-in: what each GPU verified, and what NVML told of it meanwhile. */
#include "report/html/part.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "report/html/markup.h"
#include "report/html/scale.h"
#include "report/html/svg.h"

enum { WIDTH = 360, HEIGHT = 120, LEFT = 40, RIGHT = 8, TOP = 8, BOTTOM = 30, POINTS_MAX = 512 };

static const struct { const char *key, *name, *unit; } readings[] = {
    { "power", "Power", "W" }, { "temperature", "Temperature", "\xc2\xb0" "C" }, { "clock.sm", "SM clock", "MHz" }, { "clock.memory", "Memory clock", "MHz" },
};

static const char *const work_columns[] = { "GPU", "Lasted", "Products verified", "Wrong", "Memory verified", "Words wrong", NULL };
static const char *const reading_columns[] = { "Reading", "Least", "Mean", "Most", "Range", NULL };

static const struct observation *number_of(const struct judged *j, const char *key)
{
    const struct observation *o = outcome_saw(&j->outcome, key);

    return o != NULL && o->is_number && isfinite(o->number) ? o : NULL;
}

static double value_of(const struct judged *j, const char *key)
{
    const struct observation *o = number_of(j, key);

    return o != NULL ? o->number : 0;
}

static bool is_soak(const struct judged *j)
{
    return j->trial.device != NULL && number_of(j, "soak.seconds") != NULL;
}

static bool has(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (is_soak(&r->trials[i]))
            return true;
    return false;
}

/* ---- What was verified ---- */

static void count(struct page *p, const char *column, double n, const char *unit)
{
    char number[SCALE_NUMBER];

    part_cell(p, column);
    markup_print(p->f, "%s%s", scale_number(number, n), unit);
    markup(p->f, "</td>");
}

static void work(struct page *p, const struct judged *j)
{
    markup(p->f, "<tr>");
    part_cell(p, work_columns[0]);
    markup_print(p->f, "gpu%d", j->trial.device->index);
    markup(p->f, "</td>");
    count(p, work_columns[1], value_of(j, "soak.seconds"), " s");
    count(p, work_columns[2], value_of(j, "soak.products"), "");
    count(p, work_columns[3], value_of(j, "soak.wrong"), "");
    count(p, work_columns[4], value_of(j, "memory.verified") / (1 << 30), " GiB");
    count(p, work_columns[5], value_of(j, "memory.wrong") + value_of(j, "soak.operands"), "");
    markup(p->f, "</tr>\n");
}

/* ---- Readings: the range, and where it was saved their course ---- */

struct course { double every_s, values[POINTS_MAX]; size_t n; };

/* "2.5 65 66 70": seconds between two, then the values. */
static bool read_course(struct course *c, const struct judged *j, const char *key, struct arena *a)
{
    const struct observation *o = outcome_saw(&j->outcome, text_make(a, "%s.course", key));
    const char *at = o != NULL && !o->is_number ? o->text : "";
    char *end;

    c->n = 0;
    c->every_s = strtod(at, &end);
    if (end == at || !(c->every_s > 0) || !isfinite(c->every_s))
        return false;
    for (at = end; c->n < POINTS_MAX; at = end) {
        const double value = strtod(at, &end);

        if (end == at || !isfinite(value))
            break;
        c->values[c->n++] = value;
    }
    return c->n >= 2;
}

static void axes(struct page *p, const struct scale *across, const struct scale *up)
{
    double ticks[SCALE_TICKS];
    char number[SCALE_NUMBER];
    size_t n = scale_ticks(up, ticks);

    for (size_t i = 0; i < n; i++) {
        const double y = scale_at(up, ticks[i]);

        svg_line(p->f, "grid", across->at_from, y, across->at_to, y);
        svg_text(p->f, "tick", SVG_END, across->at_from - 4, y + 3.5, scale_number(number, ticks[i]));
    }
    n = scale_ticks(across, ticks);
    for (size_t i = 0; i < n; i++)
        svg_text(p->f, "tick", SVG_MIDDLE, scale_at(across, ticks[i]), up->at_from + 12, scale_number(number, ticks[i]));
    svg_text(p->f, "tick", SVG_MIDDLE, (across->at_from + across->at_to) / 2, up->at_from + 25, "seconds");
}

/* From 0 for power and clocks that vary much would hide what varies: the axis covers what was seen, rounded. */
static void course(struct page *p, const struct judged *j, size_t which)
{
    struct course c;
    double low, high, step;
    struct scale across, up;

    if (!read_course(&c, j, readings[which].key, &p->arena))
        return;
    low = high = c.values[0];
    for (size_t i = 0; i < c.n; i++) {
        low = fmin(low, c.values[i]);
        high = fmax(high, c.values[i]);
    }
    step = scale_round_up(fmax(high - low, fmax(fabs(high), 1) * 0.05) / 4);
    across = (struct scale){ .from = 0, .to = c.every_s * (double)(c.n - 1), .at_from = LEFT, .at_to = WIDTH - RIGHT };
    up = (struct scale){ .from = floor(low / step) * step, .to = (floor(high / step) + 1) * step, .at_from = HEIGHT - BOTTOM, .at_to = TOP };
    markup(p->f, "<figure>");
    svg_begin(p->f, "chart", WIDTH, HEIGHT, text_make(&p->arena, "%s of gpu%d over time", readings[which].name, j->trial.device->index),
              text_make(&p->arena, "from %.4g to %.4g %s; the table holds the range", low, high, readings[which].unit));
    axes(p, &across, &up);
    fputs("<polyline class=\"course\" points=\"", p->f);
    for (size_t i = 0; i < c.n; i++)
        fprintf(p->f, "%s%.1f,%.1f", i > 0 ? " " : "", scale_at(&across, c.every_s * (double)i), scale_at(&up, c.values[i]));
    fputs("\"/>", p->f);
    svg_end(p->f);
    markup_element(p->f, "figcaption", NULL, "%s, %s", readings[which].name, readings[which].unit);
    markup(p->f, "</figure>\n");
}

static void reading(struct page *p, const struct judged *j, size_t which)
{
    const char *key = readings[which].key;
    const struct observation *least = number_of(j, text_make(&p->arena, "%s.min", key)), *mean = number_of(j, text_make(&p->arena, "%s.avg", key)),
                             *most = number_of(j, text_make(&p->arena, "%s.max", key));
    char number[SCALE_NUMBER];
    const double all = most != NULL ? scale_round_up(most->number) : 1;
    struct range range;

    if (least == NULL || mean == NULL || most == NULL)
        return;
    range = (struct range){ least->number / all, mean->number / all, most->number / all,
                            text_make(&p->arena, "%s from %.4g to %.4g %s", readings[which].name, least->number, most->number, readings[which].unit) };
    markup(p->f, "<tr><th scope=\"row\">");
    markup_text(p->f, readings[which].name);
    markup(p->f, "</th>");
    count(p, reading_columns[1], least->number, "");
    count(p, reading_columns[2], mean->number, "");
    count(p, reading_columns[3], most->number, "");
    markup(p->f, "<td class=\"wide\">");
    svg_range(p->f, &range);
    markup_element(p->f, "span", "of", "0 to %s %s", scale_number(number, all), readings[which].unit);
    markup(p->f, "</td></tr>\n");
}

static bool has_course(const struct judged *j, struct arena *a)
{
    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        struct course c;

        if (read_course(&c, j, readings[i].key, a))
            return true;
    }
    return false;
}

static void telemetry(struct page *p, const struct judged *j)
{
    const struct observation *capped = number_of(j, "power.capped"), *samples = number_of(j, "telemetry.samples");

    markup(p->f, "<section class=\"area\"><h3>");
    markup_print(p->f, "gpu%d under load", j->trial.device->index);
    markup(p->f, "</h3>\n");
    if (samples == NULL) {
        markup(p->f, "<p class=\"note\">NVML told nothing of this GPU meanwhile.</p></section>\n");
        return;
    }
    markup(p->f, "<div class=\"charts\">\n");
    for (size_t i = 0; i < COUNT_OF(readings); i++)
        course(p, j, i);
    markup(p->f, "</div>\n");
    part_table(p, "readings", text_make(&p->arena, "gpu%d: %.0f samples", j->trial.device->index, samples->number), reading_columns);
    for (size_t i = 0; i < COUNT_OF(readings); i++)
        reading(p, j, i);
    part_table_end(p);
    if (capped != NULL)
        markup_element(p->f, "p", "note", "At its power limit in %.0f %% of the samples.", capped->number);
    if (!has_course(j, &p->arena))
        markup(p->f, "<p class=\"note\">This run holds no course over time: an earlier gpuvet saved it, or it was too short.</p>\n");
    markup(p->f, "</section>\n");
}

static void soaks(struct page *p)
{
    part_table(p, "stacked figures", "What was verified while it was under load", work_columns);
    for (size_t i = 0; i < p->r->n_trials; i++)
        if (is_soak(&p->r->trials[i]))
            work(p, &p->r->trials[i]);
    part_table_end(p);
    for (size_t i = 0; i < p->r->n_trials; i++)
        if (is_soak(&p->r->trials[i]))
            telemetry(p, &p->r->trials[i]);
}

const struct part part_soak = { "soak", "Burn-in", has, soaks };
