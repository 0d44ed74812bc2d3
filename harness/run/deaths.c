#include "run/deaths.h"

#include <string.h>

#include "base/text.h"

void deaths_add(struct deaths *d, const struct trial *t, bool by_time, struct arena *a)
{
    *ARENA_PUSH(a, d->all, d->n) = (struct death){ t, by_time };
}

static size_t area_length(const struct probe *p)
{
    return strcspn(p->name, ".");
}

static bool same_library(const struct probe *x, const struct probe *y)
{
    if (x->library != NULL || y->library != NULL)
        return x->library != NULL && y->library != NULL && text_is(x->library, y->library);
    return area_length(x) == area_length(y) && strncmp(x->name, y->name, area_length(x)) == 0;
}

static const char *library_of(const struct probe *p, struct arena *a)
{
    return p->library != NULL ? p->library : text_make(a, "%.*s.*", (int)area_length(p), p->name);
}

/* "blas.lt.fp64, blas.lt.fp32, blas.lt.tf32": those of that probe's library; NULL: those by time. */
static const char *names(const struct deaths *d, const struct probe *of, struct arena *a)
{
    struct text t = { .arena = a };

    for (size_t i = 0; i < d->n; i++)
        if (of != NULL ? same_library(d->all[i].trial->probe, of) : d->all[i].by_time)
            text_add(&t, "%s%s", t.s != NULL ? ", " : "", d->all[i].trial->probe->name);
    return t.s;
}

const char *deaths_forbid(const struct deaths *d, const struct trial *t, const char *where, struct arena *a)
{
    size_t of_library = 0, by_time = 0;

    for (size_t i = 0; i < d->n; i++) {
        of_library += same_library(d->all[i].trial->probe, t->probe);
        by_time += d->all[i].by_time;
    }
    if (by_time >= DEATHS_BY_TIME)
        return text_make(a, "not reached: %zu trials did not end on %s: %s", by_time, where, names(d, NULL, a));
    if (of_library >= DEATHS_OF_A_LIBRARY)
        return text_make(a, "not reached: %zu trials of %s died on %s: %s", of_library, library_of(t->probe, a), where, names(d, t->probe, a));
    return NULL;
}
