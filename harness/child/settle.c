/* What a trial leaves behind belongs to it: late errors, memory, guards. */
#include "child/state.h"

static size_t free_memory(struct child *c)
{
    size_t free_bytes = 0, total = 0;

    MUST(c, cuda, cuMemGetInfo_v2(&free_bytes, &total));
    return free_bytes;
}

/* Libraries keep workspaces and modules: normal, but worth knowing when memory is short. */
static void tell_kept_memory(struct child *c)
{
    size_t now = free_memory(c), before = c->state->gpus[c->gpu].free_at_begin;

    if (before > now)
        saw_num(c, of_gpu(c, "memory.kept_bytes"), "B", (double)(before - now));
}

static void note_free_memory(struct child *c)
{
    c->state->gpus[c->gpu].free_at_begin = free_memory(c);
}

static void synchronize(struct child *c)
{
    MUST(c, cuda, cuCtxSynchronize());
}

/* The first comes last, and so is current afterwards. */
static void for_each_gpu(struct child *c, void (*what)(struct child *c))
{
    for (size_t i = c->n_gpus; i-- > 0;) {
        child_use_gpu(c, i);
        what(c);
    }
}

void child_verified(struct child *c, unsigned results)
{
    c->state->verified += results;
}

void child_settle_begin(struct child *c, const struct probe *p)
{
    c->state->verified = 0;
    if (c->state->context_ready)
        for_each_gpu(c, note_free_memory);
    counters_begin(c, p);
}

void child_settle(struct child *c, const struct probe *p)
{
    if (c->state->context_ready) {
        for_each_gpu(c, synchronize);
        device_release_all(c);
        for_each_gpu(c, tell_kept_memory);
    }
    counters_settle(c);
    if (c->state->verified > 0)
        saw_num(c, "verified", "", c->state->verified);
    if (p->needs & NEEDS_STACK)
        witness_look(c);
    arena_free(&c->arena);
}
