#include "report/measured.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/figures.h"
#include "report/paragraph.h"
#include "report/safe.h"

enum { BAR_MOST = 20, BAR_LEAST = 8, ID_MOST = 44, BESIDE_BAR = 31 /* "+- 0.3 %", ends, and "100.0 % of 4814*" */, BY_CLOCK = 20 };

/* The columns, as wide as what stands in them. */
struct columns { int id, unit, bar, width; };

static const char *mark_of(const struct figure *x)
{
    return text_is(x->peak_of, "the datasheet") ? "" : "*";
}

static int longer(int most, const char *s)
{
    const int n = (int)strlen(s);

    return n > most ? n : most;
}

static struct columns columns_of(const struct report *r, int width)
{
    struct columns c = { .width = width };
    int by_clock = 0;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct figure *x = r->trials[i].figure;

        if (x == NULL)
            continue;
        c.id = longer(c.id, r->trials[i].trial.id);
        c.unit = longer(c.unit, x->unit);
        by_clock = x->attainable > 0 ? BY_CLOCK : by_clock;
    }
    c.id = c.id > ID_MOST ? ID_MOST : c.id;
    c.bar = width - (2 + c.id + 1 + 9 + 1 + c.unit) - BESIDE_BAR - by_clock;
    c.bar = c.bar > BAR_MOST ? BAR_MOST : c.bar < BAR_LEAST ? 0 : c.bar;
    return c;
}

/* "########........": as much of it as of the peak; '|' where a healthy GPU's begins. */
static void put_bar(FILE *f, const struct figure *x, int width)
{
    const double share = x->middle / x->peak;
    const int reached = share < 1 ? (int)(width * share + 0.5) : width, least = (int)(width * x->least / x->peak + 0.5);
    char bar[BAR_MOST + 1];

    for (int i = 0; i < width; i++)
        bar[i] = x->least > 0 && i == least ? '|' : i < reached ? '#' : '.';
    bar[width] = '\0';
    safe_print(f, "%s%s %5.1f %% of %s%s", width > 0 ? "  " : " ", bar, 100 * share, figure_shown(x->peak).s, mark_of(x));
}

/* What is too long for its column has a line of its own. */
static void put_id(FILE *f, const struct judged *j, const struct columns *c)
{
    const char *before = j->verdict == PASS && !j->warns ? "  " : "! ";

    if ((int)strlen(j->trial.id) > c->id) {
        safe_print(f, "%s%s\n", before, j->trial.id);
        safe_print(f, "  %*s", c->id, "");
    } else {
        safe_print(f, "%s%-*s", before, c->id, j->trial.id);
    }
}

static void put_disturbed(FILE *f, const struct figure *x, int width)
{
    char label[64];

    if (x->n > 1)
        text_format(label, sizeof label, "disturbed in %u of %zu rounds: ", x->disturbed_rounds, x->n);
    else
        text_format(label, sizeof label, "disturbed: ");
    paragraph(f, width, 6, label, x->disturbed);
}

static void put_figure(FILE *f, const struct judged *j, const struct columns *c, unsigned rounds)
{
    const struct figure *x = j->figure;

    put_id(f, j, c);
    if (x == NULL) {
        safe_print(f, " %9s\n", "no figure");
        return;
    }
    /* The unit's column is filled where something stands behind it. */
    safe_print(f, " %9s %-*s", figure_shown(x->middle).s, x->n > 1 || x->peak > 0 || x->least > 0 ? c->unit : 0, x->unit);
    if (x->n > 1)
        safe_print(f, " +-%4.1f %%", 100 * x->spread);
    if (x->peak > 0)
        put_bar(f, x, c->bar);
    else if (x->least > 0)
        safe_print(f, "  healthy from %s", figure_shown(x->least).s);
    if (x->attainable > 0)
        safe_print(f, ", %.1f %% at %.0f MHz", 100 * x->middle / x->attainable, x->clock);
    fputc('\n', f);
    if (x->n < rounds)
        safe_print(f, "      measured in %zu of %u rounds\n", x->n, rounds);
    if (x->disturbed != NULL)
        put_disturbed(f, x, c->width);
}

/* ---- One measurement of all GPUs ---- */

/* It has a figure, or should have one: where one of eight is missing, that is to be seen. */
static bool is_due(const struct judged *j)
{
    return j->figure != NULL || (j->trial.probe->measures != NULL && (j->verdict == FAIL || j->verdict == BROKEN));
}

static bool is_same(const struct judged *x, const struct judged *y)
{
    return x->trial.stack == y->trial.stack && text_is(x->trial.probe->name, y->trial.probe->name);
}

/* Those of several GPUs stand apart from what is before and after them. What is told is taken out of `due`. */
static void put_same(FILE *f, const struct judged **due, size_t n, const struct report *r, const struct columns *c, bool *apart)
{
    const struct judged *first = due[0];
    bool several = false;

    for (size_t i = 1; i < n && !several; i++)
        several = due[i] != NULL && is_same(first, due[i]);
    if (*apart || several)
        fputc('\n', f);
    *apart = several;
    for (size_t i = 0; i < n; i++)
        if (due[i] != NULL && (i == 0 || (several && is_same(first, due[i])))) {
            put_figure(f, due[i], c, r->rounds);
            due[i] = NULL;
        }
}

/* ---- What the signs mean ---- */

static void put_legend(FILE *f, const struct report *r)
{
    const char *derived = NULL;
    bool datasheet = false, healthy = false, marked = false, several = false;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct figure *x = r->trials[i].figure;

        marked |= is_due(&r->trials[i]) && (r->trials[i].verdict != PASS || r->trials[i].warns);
        if (x == NULL)
            continue;
        if (x->peak <= 0)
            continue;
        healthy |= x->least > 0;
        datasheet |= *mark_of(x) == '\0';
        several |= *mark_of(x) != '\0' && derived != NULL && !text_is(derived, x->peak_of);
        derived = *mark_of(x) != '\0' ? x->peak_of : derived;
    }
    if (datasheet || derived != NULL || marked)
        fputc('\n', f);
    if (datasheet)
        safe_print(f, "  %% of the datasheet's peak%s\n", healthy ? "; | is where a healthy GPU begins" : "");
    if (derived != NULL)
        safe_print(f, "  * a peak of no datasheet (%s)\n", several ? "by what the driver says of memory, multiprocessors, clock and link" : derived);
    if (marked)
        safe_print(f, "  ! failed, or has a warning: why is told below\n");
}

void measured_write(FILE *f, const struct report *r, int width)
{
    const struct columns c = columns_of(r, width);
    struct arena arena = { NULL };
    const struct judged **due = NULL;
    bool apart = false;
    size_t n = 0;

    if (c.id == 0)
        return;
    for (size_t i = 0; i < r->n_trials; i++)
        if (is_due(&r->trials[i]))
            *ARENA_PUSH(&arena, due, n) = &r->trials[i];
    if (r->rounds > 1)
        safe_print(f, "\nMeasured, the median of %u rounds:\n", r->rounds);
    else
        safe_print(f, "\nMeasured, once:\n");
    for (size_t i = 0; i < n; i++)
        if (due[i] != NULL)
            put_same(f, due + i, n - i, r, &c, &apart);
    put_legend(f, r);
    arena_free(&arena);
}
