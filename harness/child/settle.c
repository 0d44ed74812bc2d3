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
    size_t now = free_memory(c), before = c->state->free_at_begin;

    if (before > now)
        saw_num(c, "memory.kept_bytes", "B", (double)(before - now));
}

void child_verified(struct child *c, unsigned results)
{
    c->state->verified += results;
}

void child_settle_begin(struct child *c, const struct probe *p)
{
    c->state->verified = 0;
    if (c->state->context_ready)
        c->state->free_at_begin = free_memory(c);
    counters_begin(c, p);
}

void child_settle(struct child *c, const struct probe *p)
{
    if (c->state->context_ready) {
        MUST(c, cuda, cuCtxSynchronize());
        device_release_all(c);
        tell_kept_memory(c);
    }
    counters_settle(c);
    if (c->state->verified > 0)
        saw_num(c, "verified", "", c->state->verified);
    if (p->needs & NEEDS_STACK)
        witness_look(c);
    arena_free(&c->arena);
}
