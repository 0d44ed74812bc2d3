#include "model/report.h"

#include "model/names.h"

const char *verdict_name(enum verdict v)
{
    return verdict_names[v];
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
