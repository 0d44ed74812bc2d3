/* The plan as batches, and the batches side by side: every GPU has a lane of its
 * own, so eight take no longer than one, and a sick one holds nobody up. */
#include "verbs/session.h"

#include "base/text.h"
#include "model/harm.h"
#include "model/schedule.h"
#include "model/shuffle.h"
#include "run/links.h"

struct lanes {
    struct session      *s;
    struct batch        *batches;
    struct slot         *slots;         /* one for each batch */
    struct batch_run   **runs;          /* of those that run */
    struct batch_events  events;
    size_t               n;
    const char         **link_dirs;     /* for each stack; --clean only */
};

/* ---- Grouping ---- */

static bool same_batch(const struct session *s, const struct trial *x, const struct trial *y)
{
    return !s->o->isolate && x->device == y->device && x->set == y->set && x->stack == y->stack
        && x->probe->scope != SCOPE_MACHINE && y->probe->scope != SCOPE_MACHINE
        && !x->probe->own_process && !y->probe->own_process && !x->probe->alone && !y->probe->alone
        && !x->probe->last && !y->probe->last;
}

/* The trial at the place `first` of the order, and all later ones that share its child. */
static void add_batch(struct lanes *l, const size_t *order, size_t first, bool *taken)
{
    struct session *s = l->s;
    const struct trial *t = &s->plan.trials[order[first]], **trials = NULL;
    const struct probe **probes = NULL;
    struct batch b = session_batch(s, t);
    size_t slots = l->n;

    for (size_t i = first; i < s->plan.n_trials; i++) {
        const struct trial *other = &s->plan.trials[order[i]];

        if (taken[order[i]] || (i != first && !same_batch(s, t, other)))
            continue;
        taken[order[i]] = true;
        *ARENA_PUSH(s->arena, trials, b.n) = other;
        *ARENA_PUSH(s->arena, probes, b.job.n_probes) = other->probe;
    }
    b.trials = trials;
    b.job.probes = probes;
    *ARENA_PUSH(s->arena, l->slots, slots) = (struct slot){ .device = t->device, .all_gpus = t->set != NULL, .alone = t->probe->alone, .last = t->probe->last };
    *ARENA_PUSH(s->arena, l->batches, l->n) = b;
}

static void group(struct lanes *l, bool machine_only)
{
    struct session *s = l->s;
    bool *taken = arena_alloc(s->arena, s->plan.n_trials * sizeof *taken + 1);
    size_t *order = arena_alloc(s->arena, s->plan.n_trials * sizeof *order + 1);

    shuffle_plan(order, &s->plan, s->seed);
    for (size_t i = 0; i < s->plan.n_trials; i++)
        taken[i] = s->has_outcome[i] || (machine_only && s->plan.trials[i].probe->scope != SCOPE_MACHINE);
    for (size_t i = 0; i < s->plan.n_trials; i++)
        if (!taken[order[i]])
            add_batch(l, order, i, taken);
    l->runs = arena_alloc(s->arena, l->n * sizeof *l->runs + 1);
}

/* ---- Surroundings without anything foreign (--clean) ---- */

static bool link_stack(struct lanes *l, struct batch *b, struct err *e)
{
    size_t at = (size_t)(b->job.stack - l->s->stacks);

    if (l->link_dirs[at] == NULL && !session_link(l->s, b->job.stack, &l->link_dirs[at], e))
        return false;
    b->job.link_dir = l->link_dirs[at];
    b->job.surroundings = CLEAN;
    return true;
}

static void unlink_stacks(struct lanes *l)
{
    for (size_t i = 0; i < l->s->n_stacks; i++)
        if (l->link_dirs[i] != NULL)
            links_remove(l->link_dirs[i]);
}

/* ---- Running ---- */

static bool is_of_batch(const struct batch *b, const struct trial *t)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->trials[i] == t)
            return true;
    return false;
}

/* All that its trials rest on, outside the batch itself, has an outcome. */
static bool is_ready(const struct session *s, const struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct probe *p = b->trials[i]->probe;

        for (size_t k = 0; k < COUNT_OF(p->rests_on) && p->rests_on[k] != NULL; k++)
            for (size_t at = 0; at < s->plan.n_trials; at++)
                if (!s->has_outcome[at] && trial_is_under(&s->plan.trials[at], b->trials[i], p->rests_on[k])
                    && !is_of_batch(b, &s->plan.trials[at]))
                    return false;
    }
    return true;
}

static void start(struct lanes *l, size_t i)
{
    struct session *s = l->s;
    struct batch *b = &l->batches[i];
    struct err e = { .kind = ERR_NONE };

    l->slots[i].state = SLOT_RUNS;
    if (b->job.set != NULL)
        session_gather(s, b);
    if (s->o->clean && b->job.stack != NULL && !link_stack(l, b, &e)) {
        for (size_t k = 0; k < b->n; k++)
            session_stopped(s, b->trials[k], STOP_OURS, arena_text(s->arena, e.text));
        l->slots[i].state = SLOT_IS_OVER;
        return;
    }
    l->runs[i] = batch_start(b, &l->events, s->arena);
}

static void start_what_may(struct lanes *l)
{
    size_t next;

    for (size_t i = 0; i < l->n; i++)
        l->slots[i].ready = l->slots[i].state == SLOT_WAITS && is_ready(l->s, &l->batches[i]);
    while ((next = schedule_next(l->slots, l->n)) != NO_SLOT)
        start(l, next);
}

/* One look at everything that runs: true if a batch is over. Else it sleeps. */
static bool step(struct lanes *l, struct running **children)
{
    bool any_over = false;
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        if (l->slots[i].state != SLOT_RUNS)
            continue;
        if (batch_step(l->runs[i])) {
            l->slots[i].state = SLOT_IS_OVER;
            any_over = true;
        } else {
            children[n++] = batch_child(l->runs[i]);
        }
    }
    if (!any_over)
        process_sleep(children, n);
    return any_over;
}

static bool is_over(const struct lanes *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->slots[i].state != SLOT_IS_OVER)
            return false;
    return true;
}

static void run_lanes(struct session *s, bool machine_only)
{
    struct lanes l = { .s = s, .events = session_events(s),
                       .link_dirs = arena_alloc(s->arena, s->n_stacks * sizeof *l.link_dirs + 1) };
    struct running **children;
    size_t done = s->done;

    group(&l, machine_only);
    children = arena_alloc(s->arena, l.n * sizeof *children + 1);
    start_what_may(&l);
    while (!is_over(&l)) {
        if (!step(&l, children) && done == s->done)
            continue;
        done = s->done;
        start_what_may(&l);
    }
    unlink_stacks(&l);
}

/* ---- What needs no child ---- */

/* A stack that cannot be read at all is one failure, not one for each probe. */
static void tell_broken_stack(struct session *s, const struct stack *stack)
{
    bool told = false;

    for (size_t i = 0; i < s->plan.n_trials; i++) {
        const struct trial *t = &s->plan.trials[i];

        if (t->stack != stack || s->has_outcome[i])
            continue;
        if (told)
            session_not_run(s, t, text_make(s->arena, "%s cannot be read", stack->name));
        else
            session_stopped(s, t, STOP_LOAD, stack->broken);
        told = true;
    }
}

static bool uses_gpu(const struct trial *t)
{
    return t->device != NULL && (t->probe->needs & (NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_STACK)) != 0;
}

/* Left alone for others' sake: nothing is known about the GPU then, so it did
 * not pass. Said once; what rests on that trial is not reached. */
static void do_no_harm(struct session *s, const struct trial *t)
{
    const char *why = harm_forbids(t->device, s->o->level >= LEVEL_FULL, s->o->even_if_busy, s->arena);
    const struct batch_events events = session_events(s);
    const char *not_reached = why != NULL ? events.not_reached(s, t) : NULL;

    if (not_reached != NULL)
        session_not_run(s, t, not_reached);
    else if (why != NULL)
        session_stopped(s, t, STOP_OURS, why);
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
            session_not_run(s, t, t->left_out);
        else if (uses_gpu(t))
            do_no_harm(s, t);
    }
    run_lanes(s, machine_only);
}
