#include "report/soaked.h"

#include "base/text.h"
#include "report/paragraph.h"
#include "report/safe.h"

static const struct observation *number_of(const struct judged *j, const char *key)
{
    const struct observation *o = outcome_saw(&j->outcome, key);

    return o != NULL && o->is_number ? o : NULL;
}

static double value_of(const struct judged *j, const char *key)
{
    const struct observation *o = number_of(j, key);

    return o != NULL ? o->number : 0;
}

/* All passes together: hours of them are petabytes. */
static const char *amount(double bytes, struct arena *a)
{
    static const char *const units[] = { "MiB", "GiB", "TiB", "PiB" };
    double n = bytes / (1 << 20);
    size_t unit = 0;

    for (; n >= 1024 && unit + 1 < COUNT_OF(units); unit++)
        n /= 1024;
    return text_make(a, "%.1f %s", n, units[unit]);
}

/* "0:12:30": hours, minutes, seconds */
static void add_time(struct text *t, double seconds)
{
    const double whole = seconds >= 0 && seconds < 1e12 ? seconds : 0;
    const long long s = (long long)whole;

    text_add(t, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

/* "; power 612 W on average (98 to 701)"; nothing where NVML told nothing. */
static void add_range(struct text *t, const struct judged *j, const char *name, const char *key)
{
    const struct observation *mean = number_of(j, text_make(t->arena, "%s.avg", key)), *least = number_of(j, text_make(t->arena, "%s.min", key)),
                             *most = number_of(j, text_make(t->arena, "%s.max", key));

    if (mean != NULL && least != NULL && most != NULL)
        text_add(t, "; %s %.0f %s on average (%.0f to %.0f)", name, mean->number, mean->unit, least->number, most->number);
}

static void put_gpu(FILE *f, const struct judged *j, int width)
{
    const double products = value_of(j, "soak.products"), wrong = value_of(j, "soak.wrong"), words = value_of(j, "memory.wrong") + value_of(j, "soak.operands");
    struct arena passing = { NULL };
    struct text t = { .arena = &passing };

    add_time(&t, value_of(j, "soak.seconds"));
    text_add(&t, ", %.0f product%s verified, %.0f wrong; %s of memory verified, %.0f word%s wrong", products, products == 1 ? "" : "s", wrong,
             amount(value_of(j, "memory.verified"), &passing), words, words == 1 ? "" : "s");
    add_range(&t, j, "power", "power");
    add_range(&t, j, "temperature", "temperature");
    add_range(&t, j, "SM clock", "clock.sm");
    paragraph(f, width, 2, text_make(&passing, "gpu%d  ", j->trial.device->index), t.s);
    arena_free(&passing);
}

void soaked_write(FILE *f, const struct report *r, int width)
{
    bool any = false;

    for (size_t i = 0; i < r->n_trials; i++) {
        if (number_of(&r->trials[i], "soak.seconds") == NULL || r->trials[i].trial.device == NULL)
            continue;
        if (!any)
            safe_print(f, "\nSoaked (hours:minutes:seconds):\n");
        any = true;
        put_gpu(f, &r->trials[i], width);
    }
}
