/* Each demand of an order sheet against a judged run. */
#include "model/require.h"

#include <string.h>

#include "base/text.h"
#include "model/alike.h"
#include "model/gpu_property.h"

struct judging { const struct report *r; struct arena *arena; };

/* Met if `why` is NULL. */
struct answer { const char *why; bool unknown; };

static const struct answer met = { NULL, false };

static struct answer unmet(const char *why)
{
    return (struct answer){ why, false };
}

static struct answer unknown(const char *why)
{
    return (struct answer){ why, true };
}

/* ---- Comparing ---- */

static bool number_holds(const struct demand *d, double x)
{
    switch (d->relation) {
    case ANY_VALUE:   return true;
    case IS:          return x == d->number;
    case IS_AT_LEAST: return x >= d->number;
    case IS_AT_MOST:  return x <= d->number;
    }
    return false;
}

static bool version_holds(const struct demand *d, const char *version)
{
    int order = text_compare_versions(version, d->value);

    if (d->relation == IS)              /* 580 is every 580, 580.65 every 580.65 */
        return text_starts(version, d->value) && (version[strlen(d->value)] == '.' || text_version_length(version) == strlen(d->value));
    return d->relation == IS_AT_LEAST ? order >= 0 : order <= 0;
}

/* A trial was not reached, and at the bottom of it lies one that could not find out. */
static bool rests_on_broken(const struct report *r, const struct judged *j)
{
    for (size_t k = 0; k < COUNT_OF(j->trial.probe->rests_on) && j->trial.probe->rests_on[k] != NULL; k++)
        for (size_t i = 0; i < r->n_trials; i++) {
            const struct judged *f = &r->trials[i];

            if (f != j && trial_is_under(&f->trial, &j->trial, j->trial.probe->rests_on[k])
                && (f->verdict == BROKEN || (f->verdict == SKIP && rests_on_broken(r, f))))
                return true;
        }
    return false;
}

/* It was left out because another trial on the same GPU shows the same: that one is asked. */
static bool is_done_by_another(const struct report *r, const struct judged *j)
{
    const struct probe *p = j->trial.probe;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *k = &r->trials[i];

        if (k != j && k->trial.device == j->trial.device && k->verdict != SKIP
            && ((p->once && k->trial.probe == p) || (p->unless != NULL && k->trial.probe == p->unless)))
            return true;
    }
    return false;
}

/* What a trial that did not pass means for a demand that needs it. */
static struct answer in_the_way(struct judging *g, const struct judged *j)
{
    const char *why = text_make(g->arena, "%s: %s", j->trial.id, j->why);

    if (j->verdict == PASS || (j->verdict == SKIP && is_done_by_another(g->r, j)))
        return met;
    if (j->verdict == BROKEN || (j->verdict == SKIP && (g->r->interrupted || rests_on_broken(g->r, j))))
        return unknown(why);
    return unmet(why);
}

/* The worse of two: refused is worse than unknown, unknown worse than met. */
static struct answer worse(struct answer x, struct answer y)
{
    if (x.why == NULL)
        return y;
    return y.why != NULL && x.unknown && !y.unknown ? y : x;
}

/* ---- What is not there ---- */

/* Whether a GPU could still have come: what asks the driver did not get to its end. */
static bool census_is_open(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];

        if (j->trial.probe->scope == SCOPE_MACHINE && (j->verdict == BROKEN || (j->verdict == SKIP && r->interrupted)))
            return true;
    }
    return r->interrupted && r->n_devices == 0;
}

/* What is not in the run is refused, unless it could still have come. */
static struct answer missing(struct judging *g, const char *why)
{
    return g->r->interrupted || census_is_open(g->r) ? unknown(why) : unmet(why);
}

/* A saved run that was not asked for it says nothing of it; a run of our own would have run it. */
static struct answer not_asked(struct judging *g, const char *why)
{
    return g->r->earlier != NULL ? unknown(why) : missing(g, why);
}

/* ---- gpu, gpu = 8 ---- */

static struct answer judge_count(struct judging *g, const struct demand *d)
{
    size_t answering = report_answering(g->r), proved = report_proved(g->r);
    const char *why = text_make(g->arena, "GPUs that answer: %zu, proved: %zu", answering, proved);

    if (answering == 0 || !number_holds(d, (double)answering))
        return census_is_open(g->r) ? unknown(why) : unmet(why);
    if (d->relation == ANY_VALUE ? proved > 0 : proved == answering)
        return met;
    for (size_t i = 0; i < g->r->n_trials; i++)
        if (g->r->trials[i].trial.device != NULL && g->r->trials[i].verdict == FAIL)
            return unmet(why);
    for (size_t i = 0; i < g->r->n_trials; i++)
        if (g->r->trials[i].trial.device != NULL && g->r->trials[i].verdict == BROKEN)
            return unknown(why);
    return missing(g, why);
}

/* ---- gpu.name and the like, of every GPU of the run ---- */

static bool is_in_run(const struct report *r, const struct device *d)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.device == d)
            return true;
    return false;
}

static struct answer judge_one(struct judging *g, const struct demand *d, const struct gpu_property *p, const struct device *device)
{
    const struct judged *facts = gpu_facts_of(g->r, device);
    struct gpu_value v;

    if (gpu_property_read(&v, p, g->r, device, g->arena))
        return (p->is_number ? number_holds(d, v.number) : text_is(v.text, d->value)) ? met
            : unmet(text_make(g->arena, "%s: %s is %s", gpu_place(device, g->arena), p->name, v.text));
    if (facts != NULL && facts->verdict != PASS)
        return in_the_way(g, facts);
    return facts != NULL ? unmet(text_make(g->arena, "gpu%d does not tell its %s", device->index, p->name + sizeof "gpu." - 1))
                         : not_asked(g, text_make(g->arena, "gpu%d was not asked in this run", device->index));
}

static struct answer judge_property(struct judging *g, const struct demand *d)
{
    struct answer all = met;
    size_t n = 0;

    for (size_t i = 0; i < g->r->n_devices; i++)
        if (is_in_run(g->r, &g->r->devices[i])) {
            all = worse(all, judge_one(g, d, gpu_property_of(d->subject), &g->r->devices[i]));
            n++;
        }
    return n > 0 ? all : missing(g, "no GPU is in this run");
}

static struct answer judge_alike(struct judging *g)
{
    struct answer all = met;
    struct odd *odd;
    size_t n = alike_find(&odd, g->arena, g->r, true);

    if (n > 0)
        return unmet(n == 1 ? odd[0].sentence : text_make(g->arena, "%s; and %zu more differences", odd[0].sentence, n - 1));
    if (report_answering(g->r) == 0)
        return missing(g, "no GPU answers");
    for (size_t i = 0; i < g->r->n_devices; i++) {
        const struct judged *facts = gpu_facts_of(g->r, &g->r->devices[i]);

        if (is_in_run(g->r, &g->r->devices[i]))
            all = worse(all, facts != NULL ? in_the_way(g, facts) : not_asked(g, "not every GPU was asked in this run"));
    }
    return all;
}

/* ---- driver >= 580, driver.cuda >= 13.0 ---- */

static struct answer judge_version(struct judging *g, const struct demand *d)
{
    const char *version = text_is(d->subject, "driver") ? report_driver(g->r) : report_saw(g->r, "cuda.driver");

    if (version == NULL) {
        for (size_t i = 0; i < g->r->n_trials; i++)
            if (g->r->trials[i].trial.probe->scope == SCOPE_MACHINE && g->r->trials[i].verdict == BROKEN)
                return in_the_way(g, &g->r->trials[i]);
        return missing(g, "no driver told its version");
    }
    return version_holds(d, version) ? met : unmet(text_make(g->arena, "it is %s", version));
}

/* It is about several GPUs together, and there are not so many. */
static bool lacks_gpus(const struct judged *j)
{
    return trial_is_together(&j->trial) && j->trial.set == NULL && j->verdict == SKIP;
}

/* It is about what this generation of GPUs does not have. */
static bool is_for_other_gpus(const struct judged *j)
{
    const struct device *d = j->trial.device;

    return d != NULL && j->outcome.ending == ENDED_NOT_RUN && !probe_is_for(j->trial.probe, d->cc);
}

/* ---- stack, stack = NAME ---- */

/* What a stack does not have it cannot show, one GPU shows nothing of several, nor of another generation, and "not supported" is that library's
 * answer: no part of the stack was left out. */
static struct answer judge_stack_trial(struct judging *g, const struct judged *j)
{
    const struct probe *p = j->trial.probe;
    const bool has_none = p->library != NULL && stack_member(j->trial.stack, p->library) == NULL;

    return j->verdict == SKIP && (j->outcome.stop == STOP_UNSUPPORTED || has_none || lacks_gpus(j) || is_for_other_gpus(j)) ? met : in_the_way(g, j);
}

static struct answer judge_stack(struct judging *g, const struct demand *d)
{
    struct answer all = met;
    size_t found = 0, passed = 0;

    if (d->value == NULL)
        return g->r->n_stacks > 0 ? met : missing(g, "no stack found");
    for (size_t i = 0; i < g->r->n_stacks; i++)
        found += text_matches(d->value, g->r->stacks[i].name);
    if (found == 0)
        return missing(g, "there is no such stack");
    for (size_t i = 0; i < g->r->n_trials; i++) {
        const struct judged *j = &g->r->trials[i];

        if (j->trial.stack == NULL || !text_matches(d->value, j->trial.stack->name))
            continue;
        passed += j->verdict == PASS;
        all = worse(all, judge_stack_trial(g, j));
    }
    return passed > 0 || all.why != NULL ? all : not_asked(g, "nothing about it is in this run");
}

/* ---- torch==2.4.1+cu124 ---- */

static bool stack_is_in_run(const struct report *r, const struct stack *s)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.stack == s)
            return true;
    return false;
}

static struct answer judge_torch(struct judging *g, const struct demand *d)
{
    struct answer all = met;
    size_t found = 0;

    for (size_t i = 0; i < g->r->n_stacks; i++) {
        const struct stack *s = &g->r->stacks[i];
        const char *version = stack_version(s, "build:version");

        if (s->kind == STACK_TOOLKIT || !stack_is_in_run(g->r, s))
            continue;
        found++;
        if (version == NULL)
            version = stack_version(s, "torch");
        if (!want_holds(d->want, version))
            all = worse(all, unmet(text_make(g->arena, "%s is PyTorch %s", s->name, version != NULL ? version : "of unknown version")));
    }
    return found > 0 ? all : missing(g, "no PyTorch is in this run");
}

/* ---- Probes ---- */

static struct answer judge_probes(struct judging *g, const struct demand *d)
{
    struct answer all = met, elsewhere = met;
    size_t n = 0;

    for (size_t i = 0; i < g->r->n_trials; i++) {
        const struct judged *j = &g->r->trials[i];

        if (!text_matches(d->subject, j->trial.probe->name))
            continue;
        if (lacks_gpus(j) || is_for_other_gpus(j)) {
            elsewhere = worse(elsewhere, in_the_way(g, j));
            continue;
        }
        all = worse(all, in_the_way(g, j));
        n++;
    }
    /* Of several probes those count that are for this machine; the only one that is asked for counts. A run that was cut
     * short may have been about to reach others. */
    return n > 0 ? all : elsewhere.why != NULL && !g->r->interrupted ? elsewhere : not_asked(g, "no trial of it is in this run");
}

/* ---- Judging ---- */

static struct answer judge(struct judging *g, const struct demand *d)
{
    switch (d->asks) {
    case ASKS_COUNT:    return judge_count(g, d);
    case ASKS_PROPERTY: return judge_property(g, d);
    case ASKS_DRIVER:   return judge_version(g, d);
    case ASKS_ALIKE:    return judge_alike(g);
    case ASKS_STACK:    return judge_stack(g, d);
    case ASKS_TORCH:    return judge_torch(g, d);
    case ASKS_PROBES:   return judge_probes(g, d);
    }
    return unknown("it is not known what it asks");
}

void require_judge(struct report *r, const struct require *q, struct arena *a)
{
    struct judging g = { r, a };
    struct requirement *list = NULL;

    r->n_requires = 0;
    for (size_t i = 0; i < q->n; i++) {
        const struct answer answer = judge(&g, &q->demands[i]);

        *ARENA_PUSH(a, list, r->n_requires) = (struct requirement){
            q->demands[i].text, answer.why == NULL, answer.why != NULL ? answer.why : "", answer.unknown,
        };
    }
    r->requires = list;
}
