/* The plan, batch by batch: what runs together, what is not reached, who is told. */
#include "verbs/session.h"

#include "base/text.h"
#include "run/batch.h"
#include "run/links.h"

enum { GRACE_MS = 3000 };

static size_t index_of(const struct session *s, const struct trial *t)
{
    return (size_t)(t - s->plan.trials);
}

/* ---- Events of a batch ---- */

static const char *not_reached(void *arg, const struct trial *t)
{
    const struct session *s = arg;

    for (size_t i = 0; i < COUNT_OF(t->probe->rests_on) && t->probe->rests_on[i] != NULL && s->aside == NULL; i++) {
        const struct trial *f = plan_foundation(&s->plan, t, t->probe->rests_on[i]);
        const struct judged *j = f != NULL ? &s->judged[index_of(s, f)] : NULL;

        if (j == NULL || !s->has_outcome[index_of(s, f)] || j->verdict == PASS)
            continue;
        if (j->verdict == SKIP)
            return text_starts(j->why, "not reached") ? j->why : text_make(s->arena, "not reached: %s was skipped: %s", f->id, j->why);
        return text_make(s->arena, "not reached: %s %s", f->id, j->verdict == FAIL ? "failed" : "is broken");
    }
    return NULL;
}

static void began(void *arg, const struct trial *t)
{
    struct session *s = arg;

    for (size_t i = 0; i < COUNT_OF(s->watchers); i++)
        if (s->watchers[i] != NULL)
            s->watchers[i]->began(s->watchers[i], t, s->done, s->plan.n_trials);
}

static void done(void *arg, const struct trial *t, const struct outcome *o)
{
    struct session *s = arg;
    size_t at = index_of(s, t);
    struct judged *j = s->aside != NULL ? s->aside : &s->judged[at];

    j->trial = *t;
    j->outcome = *o;
    judge_trial(j, &s->machine, s->arena);
    if (s->aside != NULL)
        return;
    s->done += !s->has_outcome[at];
    s->has_outcome[at] = true;
    for (size_t i = 0; i < COUNT_OF(s->watchers); i++)
        if (s->watchers[i] != NULL)
            s->watchers[i]->ended(s->watchers[i], j, s->done, s->plan.n_trials);
}

static struct batch_events events_of(struct session *s)
{
    return (struct batch_events){ not_reached, began, done, s };
}

/* ---- Batches ---- */

struct batch session_batch(const struct session *s, const struct trial *t)
{
    return (struct batch){
        .job = { .self = s->self, .machine = &s->machine, .stack = t->stack, .device = t->device, .seed = s->seed, .env = s->env },
        .grace_ms = GRACE_MS, .end_by = s->end_by, .limit_s = s->o->limit_s,
    };
}

bool session_run_clean(struct session *s, struct batch *b, struct err *e)
{
    const char *tmp = environment_get(&s->environment, "TMPDIR");
    const struct batch_events events = events_of(s);

    if (!links_make(&b->job.link_dir, s->arena, b->job.stack, tmp != NULL && *tmp == '/' ? tmp : "/tmp", e))
        return false;
    b->job.surroundings = CLEAN;
    batch_run(b, &events, s->arena);
    links_remove(b->job.link_dir);
    return true;
}

void session_run_aside(struct session *s, struct batch *b, const struct trial *t, struct judged *aside)
{
    const struct batch_events events = events_of(s);

    b->trials = &t;
    b->n = 1;
    b->job.probes = &t->probe;
    b->job.n_probes = 1;
    s->aside = aside;
    batch_run(b, &events, s->arena);
    s->aside = NULL;
}

static void run_all_clean(struct session *s, struct batch *b)
{
    struct err e = { .kind = ERR_NONE };

    if (session_run_clean(s, b, &e))
        return;
    for (size_t i = 0; i < b->n; i++) {
        const struct outcome o = { .ending = ENDED_CLEAN, .stop = STOP_OURS, .text = arena_text(s->arena, e.text) };

        done(s, b->trials[i], &o);
    }
}

static bool same_batch(const struct trial *x, const struct trial *y)
{
    return x->device == y->device && x->stack == y->stack
        && x->probe->scope != SCOPE_MACHINE && y->probe->scope != SCOPE_MACHINE
        && !x->probe->own_process && !y->probe->own_process;
}

/* The trial at `first` and all later ones that share its child. */
static void run_batch_of(struct session *s, size_t first)
{
    const struct trial *t = &s->plan.trials[first];
    const struct batch_events events = events_of(s);
    const struct trial **trials = NULL;
    const struct probe **probes = NULL;
    struct batch b = session_batch(s, t);

    for (size_t i = first; i < s->plan.n_trials; i++) {
        const struct trial *other = &s->plan.trials[i];

        if (s->has_outcome[i] || other->left_out != NULL || (i != first && !same_batch(t, other)))
            continue;
        *ARENA_PUSH(s->arena, trials, b.n) = other;
        *ARENA_PUSH(s->arena, probes, b.job.n_probes) = other->probe;
    }
    b.trials = trials;
    b.job.probes = probes;
    if (s->o->clean && t->stack != NULL)
        run_all_clean(s, &b);
    else
        batch_run(&b, &events, s->arena);
}

static void not_run(struct session *s, const struct trial *t, const char *why)
{
    const struct outcome o = { .ending = ENDED_NOT_RUN, .text = why };

    done(s, t, &o);
}

/* A stack that cannot be read at all is one failure, not one for each probe. */
static void tell_broken_stack(struct session *s, const struct stack *stack)
{
    const struct outcome o = { .ending = ENDED_CLEAN, .stop = STOP_LOAD, .text = stack->broken };
    bool told = false;

    for (size_t i = 0; i < s->plan.n_trials; i++) {
        const struct trial *t = &s->plan.trials[i];

        if (t->stack != stack || s->has_outcome[i])
            continue;
        if (told)
            not_run(s, t, text_make(s->arena, "%s cannot be read", stack->name));
        else
            done(s, t, &o);
        told = true;
    }
}

void session_execute(struct session *s, bool machine_only)
{
    for (size_t i = 0; i < s->plan.n_trials; i++) {
        const struct trial *t = &s->plan.trials[i];

        if (s->has_outcome[i] || (machine_only && t->probe->scope != SCOPE_MACHINE))
            continue;
        if (t->stack != NULL && t->stack->broken != NULL)
            tell_broken_stack(s, t->stack);
        else if (t->left_out != NULL)
            not_run(s, t, t->left_out);
        else
            run_batch_of(s, i);
    }
}
