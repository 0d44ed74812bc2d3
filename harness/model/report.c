#include "model/report.h"

#include "base/text.h"
#include "model/names.h"

const char *verdict_name(enum verdict v)
{
    return verdict_names[v];
}

bool report_proves(const struct report *r, const struct device *d)
{
    bool ran = false;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];

        if (j->trial.device != d)
            continue;
        if (j->verdict == FAIL || j->verdict == BROKEN)
            return false;
        /* A stack that does on each GPU what it does on the CPU opens its context itself. */
        ran |= j->verdict == PASS && ((j->trial.probe->needs & NEEDS_CONTEXT) != 0 || j->trial.probe->scope == SCOPE_STACK_CPU_DEVICE);
    }
    return ran;
}

size_t report_answering(const struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_devices; i++)
        n += r->devices[i].answers;
    return n;
}

size_t report_proved(const struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_devices; i++)
        n += report_proves(r, &r->devices[i]);
    return n;
}

const char *report_saw(const struct report *r, const char *key)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct observation *o = outcome_saw(&r->trials[i].outcome, key);

        if (o != NULL)
            return o->text;
    }
    return NULL;
}

const char *report_driver(const struct report *r)
{
    const char *answered = report_saw(r, "driver.version");

    return answered != NULL ? answered : r->machine->module_version;
}

struct caught report_caught(const struct report *r)
{
    struct caught n = { 0, 0 };

    for (size_t i = 0; i < r->n_trials; i++)
        for (size_t k = 0; k < r->trials[i].outcome.n_saw && r->trials[i].trial.probe->tests_itself; k++) {
            const struct observation *o = &r->trials[i].outcome.saw[k];

            n.faults += text_starts(o->key, "caught.");
            n.caught += text_starts(o->key, "caught.") && o->number == 1;
        }
    return n;
}

void tally_add(struct tally *t, const struct judged *j)
{
    t->pass += j->verdict == PASS;
    t->fail += j->verdict == FAIL;
    t->broken += j->verdict == BROKEN;
    t->skip += j->verdict == SKIP;
    t->warn += j->warns;
    t->all++;
}

struct tally report_tally(const struct report *r)
{
    struct tally t = { .all = 0 };

    for (size_t i = 0; i < r->n_trials; i++)
        tally_add(&t, &r->trials[i]);
    return t;
}

enum verdict report_verdict(const struct report *r)
{
    switch (r->exit_code) {
    case 0:  return PASS;
    case 1:  return FAIL;
    case 77: return SKIP;
    default: return BROKEN;
    }
}
