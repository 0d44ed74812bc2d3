/* One batch: what is not reached, who is told, in which surroundings it runs. */
#include "verbs/session.h"

#include "base/text.h"
#include "model/harm.h"
#include "run/batch.h"
#include "run/links.h"

enum { GRACE_MS = 3000 };

size_t session_index(const struct session *s, const struct trial *t)
{
    return (size_t)(t - s->plan.trials);
}

/* ---- Events of a batch ---- */

/* A child that not even SIGKILL ends holds its GPU: nothing more is asked of it. */
const struct judged *session_stuck_on(const struct session *s, const struct device *d)
{
    for (size_t i = 0; i < s->plan.n_trials && d != NULL; i++) {
        const struct judged *j = &s->judged[i];

        if (s->has_outcome[i] && j->outcome.ending == ENDED_STUCK
            && (s->plan.trials[i].device == d || (j->trial.set != NULL && gpu_set_has(j->trial.set, d))))
            return j;
    }
    return NULL;
}

/* The GPUs that take part; NULL: it is not about several. */
static const struct gpu_set *set_of(const struct session *s, const struct trial *t)
{
    const struct gpu_set *gathered = s->gathered != NULL ? s->gathered[session_index(s, t)] : NULL;

    return gathered != NULL ? gathered : t->set;
}

bool session_is_quarantined(const struct session *s, const struct trial *t)
{
    const struct gpu_set *set = set_of(s, t);

    for (size_t i = 0; set != NULL && i < set->n; i++)
        if (session_stuck_on(s, set->gpus[i]) != NULL)
            return true;
    return session_stuck_on(s, t->device) != NULL;
}

/* What failed on the same GPU, with the same stack or with none, before a trial that would take hours: it would end
 * with what is known already. */
static const struct judged *failed_before(const struct session *s, const struct trial *t)
{
    for (size_t i = 0; i < s->plan.n_trials && t->probe->last && !text_is(s->o->on_fault, "go-on"); i++) {
        const struct judged *j = &s->judged[i];

        if (s->has_outcome[i] && j->verdict == FAIL && &s->plan.trials[i] != t && j->trial.device != NULL && j->trial.device == t->device
            && (j->trial.stack == NULL || j->trial.stack == t->stack))
            return j;
    }
    return NULL;
}

static const char *not_reached(void *arg, const struct trial *t)
{
    const struct session *s = arg;
    const struct judged *stuck = session_stuck_on(s, t->device), *failed = failed_before(s, t);
    const struct gpu_set *set = set_of(s, t);

    if (stuck != NULL)
        return text_make(s->arena, "not reached: gpu%d is left alone since %s is stuck", t->device->index, stuck->trial.id);
    if (failed != NULL && s->aside == NULL)
        return text_make(s->arena, "not reached: %s failed (--on-fault go-on runs it all the same)", failed->trial.id);
    if (set != NULL && set->n < 2)
        return text_make(s->arena, "not reached: fewer than two GPUs are left without %s", set->without);
    for (size_t i = 0; i < COUNT_OF(t->probe->rests_on) && t->probe->rests_on[i] != NULL && s->aside == NULL; i++) {
        const struct trial *f = plan_foundation(&s->plan, t, t->probe->rests_on[i]);
        const struct judged *j = f != NULL ? &s->judged[session_index(s, f)] : NULL;

        if (j == NULL || !s->has_outcome[session_index(s, f)] || j->verdict == PASS || (set != NULL && f->device != NULL))
            continue;                   /* together.c has seen to what is one GPU's */
        if (j->verdict == SKIP)
            return text_starts(j->why, "not reached") ? j->why : text_make(s->arena, "not reached: %s was skipped: %s", f->id, j->why);
        return text_make(s->arena, "not reached: %s %s", f->id, j->verdict == FAIL ? "failed" : "is broken");
    }
    return NULL;
}

static size_t done_before(const struct session *s)
{
    return s->round > 1 ? (s->round - 1) * s->plan.n_trials : 0;
}

static size_t all_trials(const struct session *s)
{
    return s->o->repeat * s->plan.n_trials;
}

static void began(void *arg, const struct trial *t)
{
    struct session *s = arg;

    for (size_t i = 0; i < COUNT_OF(s->watchers); i++)
        if (s->watchers[i] != NULL)
            s->watchers[i]->began(s->watchers[i], t, done_before(s) + s->done, all_trials(s));
}

static void working(void *arg, const struct trial *t, uint64_t done_bytes, uint64_t all_bytes)
{
    struct session *s = arg;

    for (size_t i = 0; i < COUNT_OF(s->watchers); i++)
        if (s->watchers[i] != NULL && s->watchers[i]->working != NULL)
            s->watchers[i]->working(s->watchers[i], t, done_before(s) + s->done, all_trials(s), done_bytes, all_bytes);
}

/* Judged as if it ended now. */
static void beat(void *arg, const struct trial *t, const struct outcome *so_far, const struct beat *b)
{
    struct session *s = arg;
    struct arena passing = { NULL };
    struct judged j = { .trial = *t, .outcome = *so_far };

    judge_trial(&j, &s->machine, &passing);
    j.round = s->round;
    for (size_t i = 0; i < COUNT_OF(s->watchers) && s->aside == NULL; i++)
        if (s->watchers[i] != NULL && s->watchers[i]->beat != NULL)
            s->watchers[i]->beat(s->watchers[i], &j, b);
    arena_free(&passing);
}

static void done(void *arg, const struct trial *t, const struct outcome *o)
{
    struct session *s = arg;
    size_t at = session_index(s, t);
    struct judged *j = s->aside != NULL ? s->aside : &s->judged[at];

    j->trial = *t;
    j->trial.set = set_of(s, t);
    j->outcome = *o;
    judge_trial(j, &s->machine, s->arena);
    j->round = s->round;
    if (s->aside != NULL)
        return;
    s->done += !s->has_outcome[at];
    s->has_outcome[at] = true;
    for (size_t i = 0; i < COUNT_OF(s->watchers); i++)
        if (s->watchers[i] != NULL)
            s->watchers[i]->ended(s->watchers[i], j, done_before(s) + s->done, all_trials(s));
}

struct batch_events session_events(struct session *s)
{
    return (struct batch_events){ .not_reached = not_reached, .began = began, .working = working, .beat = beat, .done = done, .arg = s };
}

void session_not_run(struct session *s, const struct trial *t, const char *why)
{
    const struct outcome o = { .ending = ENDED_NOT_RUN, .text = why };

    done(s, t, &o);
}

void session_stopped(struct session *s, const struct trial *t, enum stop stop, const char *why)
{
    const struct outcome o = { .ending = ENDED_CLEAN, .stop = stop, .text = why };

    done(s, t, &o);
}

/* ---- Batches ---- */

struct batch session_batch(const struct session *s, const struct trial *t)
{
    return (struct batch){
        .job = { .self = s->self, .machine = &s->machine, .stack = t->stack, .device = t->device, .set = set_of(s, t), .kernels = s->o->kernels,
                 .at_most = t->device != NULL && t->device->foreign != NULL ? HARM_BUSY_BYTES : 0, .seed = s->seed,
                 .level = s->o->level, .soak_s = options_soak_s(s->o), .goes_on = text_is(s->o->on_fault, "go-on"), .env = s->env },
        .grace_ms = GRACE_MS, .end_by = s->end_by, .limit_s = s->o->limit_s,
    };
}

bool session_link(const struct session *s, const struct stack *stack, const char **dir, struct err *e)
{
    const char *tmp = environment_get(&s->environment, "TMPDIR");

    return links_make(dir, s->arena, stack, tmp != NULL && *tmp == '/' ? tmp : "/tmp", e);
}

void session_run_aside(struct session *s, struct batch *b, const struct trial *t, struct judged *aside)
{
    const struct batch_events events = session_events(s);

    b->trials = &t;
    b->n = 1;
    b->job.probes = &t->probe;
    b->job.n_probes = 1;
    s->aside = aside;
    batch_run(b, &events, s->arena);
    s->aside = NULL;
}
