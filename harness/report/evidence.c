#include "report/evidence.h"

const char *const evidence_shown[] = { "torch", "cuda", "cudnn", "nccl", NULL };

const char *evidence_seen(const struct report *r, const char *key)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct observation *o = outcome_saw(&r->trials[i].outcome, key);

        if (o != NULL)
            return o->text;
    }
    return NULL;
}

const char *evidence_driver(const struct report *r)
{
    const char *answered = evidence_seen(r, "driver.version");

    return answered != NULL ? answered : r->machine->module_version;
}

const char *evidence_version(const struct stack *s, const char *what)
{
    const char *stated = stack_version(s, what);
    const struct member *m = stack_member(s, what);

    return stated != NULL || m == NULL ? stated : m->version;
}
