#include "report/area.h"

#include "base/text.h"

bool area_is_same(const struct judged *x, const struct judged *y)
{
    return x->trial.stack == y->trial.stack && x->trial.device == y->trial.device
        && (x->trial.probe->scope == SCOPE_MACHINE) == (y->trial.probe->scope == SCOPE_MACHINE)
        && (x->trial.probe->scope == SCOPE_PROGRAM) == (y->trial.probe->scope == SCOPE_PROGRAM);
}

bool area_is_first(const struct report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (area_is_same(&r->trials[k], &r->trials[i]))
            return false;
    return true;
}

const char *area_name(const struct judged *j, struct arena *a)
{
    const struct trial *t = &j->trial;

    if (t->stack != NULL && t->device != NULL)
        return text_make(a, "%s on gpu%d", t->stack->name, t->device->index);
    if (t->stack != NULL)
        return t->stack->name;
    if (t->device != NULL)
        return text_make(a, "gpu%d", t->device->index);
    return t->probe->scope == SCOPE_MACHINE ? "driver" : t->probe->scope == SCOPE_PROGRAM ? "gpuvet" : "GPU";
}

struct tally area_tally(const struct report *r, size_t i)
{
    struct tally t = { .all = 0 };

    for (size_t k = 0; k < r->n_trials; k++)
        if (area_is_same(&r->trials[k], &r->trials[i]))
            tally_add(&t, &r->trials[k]);
    return t;
}
