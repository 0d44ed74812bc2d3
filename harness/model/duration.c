#include "model/duration.h"

enum {
    BESIDES_MS = 333,       /* a proof: all of a quick run's hundred take half a minute on a server's GPU */
    LOOK_MS = 20,           /* after each window (child/pace.c) */
    CHILD_MS = 500,         /* a process, the driver and a context */
    STACK_MS = 1000,        /* and the libraries of a stack */
};

double trial_duration_ms(const struct probe *p, enum level level)
{
    const struct windows w = steady_windows(level);
    const unsigned paces = p->measures == NULL || p->unpaced ? 0 : 1 + (level >= LEVEL_FULL ? p->more_paces : 0);

    return paces * (double)w.most * (w.ms + LOOK_MS) + (p->besides_ms > 0 ? p->besides_ms : BESIDES_MS);
}

static bool has_own_child(const struct probe *p)
{
    return p->own_process || p->alone || p->last || p->scope == SCOPE_MACHINE;
}

/* Whether its child is not there yet (verbs/lanes.c groups them). */
static bool starts_child(const struct plan *p, size_t at)
{
    const struct trial *t = &p->trials[at];

    for (size_t i = 0; i < at && !has_own_child(t->probe); i++) {
        const struct trial *other = &p->trials[i];

        if (other->left_out == NULL && !has_own_child(other->probe) && other->device == t->device && other->set == t->set && other->stack == t->stack)
            return false;
    }
    return true;
}

static double takes_ms(const struct plan *p, size_t at, enum level level)
{
    const struct trial *t = &p->trials[at];
    const double start = starts_child(p, at) ? CHILD_MS + (t->stack != NULL ? STACK_MS : 0) : 0;

    return t->left_out != NULL ? 0 : start + trial_duration_ms(t->probe, level);
}

/* What no GPU does while another does something else. */
static bool is_apart(const struct trial *t)
{
    return t->device == NULL || t->probe->alone;
}

/* On that GPU: of all it takes part in, and of what runs there beside the others' own. */
static void add_gpu(const struct plan *p, const struct device *d, enum level level, double *busy_ms, double *beside_ms)
{
    *busy_ms = *beside_ms = 0;
    for (size_t i = 0; i < p->n_trials; i++) {
        const struct trial *t = &p->trials[i];

        if (t->device == d || (t->set != NULL && gpu_set_has(t->set, d)))
            *busy_ms += takes_ms(p, i, level);
        if (t->device == d && !is_apart(t))
            *beside_ms += takes_ms(p, i, level);
    }
}

struct duration plan_duration(const struct plan *p, enum level level)
{
    double apart_ms = 0, busiest_ms = 0, longest_ms = 0;

    for (size_t i = 0; i < p->n_trials; i++) {
        double busy_ms, beside_ms;

        if (is_apart(&p->trials[i]))
            apart_ms += takes_ms(p, i, level);
        if (p->trials[i].device == NULL)
            continue;
        add_gpu(p, p->trials[i].device, level, &busy_ms, &beside_ms);
        busiest_ms = busy_ms > busiest_ms ? busy_ms : busiest_ms;
        longest_ms = beside_ms > longest_ms ? beside_ms : longest_ms;
    }
    return (struct duration){ .gpu_s = busiest_ms / 1000, .all_s = (apart_ms + longest_ms) / 1000 };
}

double level_allows_s(enum level level)
{
    return level == LEVEL_QUICK ? 90 : 480;
}

double plan_may_take_s(const struct plan *p, enum level level)
{
    size_t gpus = 0;

    for (size_t i = 0; i < p->n_trials; i++) {
        size_t k = 0;

        while (k < i && p->trials[k].device != p->trials[i].device)
            k++;
        gpus += k == i && p->trials[i].device != NULL;
    }
    return level_allows_s(level) * (double)(gpus > 1 ? gpus : 1);
}

bool duration_allows_round(double allowed_s, double took_s, double longest_s, unsigned rounds)
{
    return rounds < ROUNDS_LEAST || took_s + longest_s <= allowed_s;
}
