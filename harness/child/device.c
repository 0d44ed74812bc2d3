#include "child/state.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "model/harm.h"

/* Guards catch writes outside a buffer; NaN catches reads of what was never
 * written, because no comparison passes it. */
enum { GUARD_BYTES = 256 };

#define GUARD_WORD  0x5AFEC0DEu
#define POISON_WORD 0x7FC0DEADu         /* a quiet NaN as a float */

/* Asked once for each trial, before its first buffer. */
static uint64_t budget(struct child *c)
{
    struct gpu_state *g = &c->state->gpus[c->gpu];
    size_t free_bytes, total;

    if (!g->knows_budget) {
        MUST(c, cuda, cuMemGetInfo_v2(&free_bytes, &total));
        g->budget = harm_budget(free_bytes, total, c->at_most);
        g->knows_budget = true;
    }
    return g->budget;
}

uint64_t device_room(struct child *c)
{
    uint64_t all = budget(c), guards = 2 * GUARD_BYTES + 4, held = c->state->gpus[c->gpu].held;

    return all > held + guards ? all - held - guards : 0;
}

/* Enters what was allocated at base into the trial's list: `room` bytes, not filled, between two guards. */
static CUdeviceptr guarded(struct child *c, CUdeviceptr base, size_t room)
{
    struct child_state *s = c->state;

    s->gpus[c->gpu].held += room + 2 * GUARD_BYTES;
    s->buffers[s->n_buffers++] = (struct buffer){ c->gpu, base, room };
    MUST(c, cuda, cuMemsetD32_v2(base, GUARD_WORD, GUARD_BYTES / 4));
    MUST(c, cuda, cuMemsetD32_v2(base + GUARD_BYTES + room, GUARD_WORD, GUARD_BYTES / 4));
    return base + GUARD_BYTES;
}

CUdeviceptr device_buffer(struct child *c, size_t bytes)
{
    struct child_state *s = c->state;
    size_t room = (bytes + 3) / 4 * 4;
    CUdeviceptr base;

    if (s->n_buffers == BUFFERS_MAX)
        stop_ours(c, "a probe asked for more than %d device buffers", BUFFERS_MAX);
    if (bytes > device_room(c))
        stop_ours(c, "%zu MiB more would be more than the %" PRIu64 " MiB that may be taken of this GPU's memory without harm to others",
                  bytes >> 20, budget(c) >> 20);
    MUST(c, cuda, cuMemAlloc_v2(&base, room + 2 * GUARD_BYTES));
    guarded(c, base, room);
    if (room > 0)
        MUST(c, cuda, cuMemsetD32_v2(base + GUARD_BYTES, POISON_WORD, room / 4));
    return base + GUARD_BYTES;
}

CUdeviceptr device_largest(struct child *c, size_t unit, uint64_t most, size_t *bytes)
{
    struct child_state *s = c->state;
    uint64_t room = device_room(c);
    CUdeviceptr base;
    long code;

    /* Memory that is free is not free in one piece: what is refused is asked for by an eighth less. */
    for (*bytes = (room < most ? room : most) / unit * unit; *bytes > 0 && s->n_buffers < BUFFERS_MAX; *bytes = (*bytes - (*bytes + 7) / 8) / unit * unit) {
        code = CALL(c, cuda, cuMemAlloc_v2(&base, *bytes + 2 * GUARD_BYTES));
        if (code == 0)
            return guarded(c, base, *bytes);
        if (code != CUDA_ERROR_OUT_OF_MEMORY)
            child_call_failed(c, "cuMemAlloc_v2(&base, *bytes)", &c->cuda.dl, code);
    }
    *bytes = 0;
    return 0;
}

void device_upload(struct child *c, CUdeviceptr to, const void *from, size_t bytes)
{
    MUST(c, cuda, cuMemcpyHtoD_v2(to, from, bytes));
}

void device_download(struct child *c, void *to, CUdeviceptr from, size_t bytes)
{
    MUST(c, cuda, cuMemcpyDtoH_v2(to, from, bytes));
}

void device_wait(struct child *c)
{
    MUST(c, cuda, cuCtxSynchronize());
}

int device_attribute(struct child *c, CUdevice_attribute which)
{
    int value;

    MUST(c, cuda, cuDeviceGetAttribute(&value, which, c->device));
    return value;
}

void *host_buffer(struct child *c, size_t bytes)
{
    return arena_alloc(&c->arena, bytes);
}

static size_t spoilt_words(struct child *c, CUdeviceptr guard)
{
    uint32_t words[GUARD_BYTES / 4];
    size_t wrong = 0;

    MUST(c, cuda, cuMemcpyDtoH_v2(words, guard, sizeof words));
    for (size_t i = 0; i < COUNT_OF(words); i++)
        wrong += words[i] != GUARD_WORD;
    return wrong;
}

void device_look_at_guards(struct child *c)
{
    const struct child_state *s = c->state;
    size_t wrong = 0;

    for (size_t i = 0; i < s->n_buffers; i++) {
        const struct buffer *b = &s->buffers[i];

        child_use_gpu(c, b->gpu);
        wrong += spoilt_words(c, b->base) + spoilt_words(c, b->base + GUARD_BYTES + b->bytes);
    }
    if (wrong > 0)
        saw_num(c, "guard.wrong", "", (double)wrong);
}

void device_release_all(struct child *c)
{
    struct child_state *s = c->state;

    device_look_at_guards(c);
    while (s->n_buffers > 0) {
        const struct buffer *b = &s->buffers[--s->n_buffers];

        child_use_gpu(c, b->gpu);
        MUST(c, cuda, cuMemFree_v2(b->base));
    }
    for (size_t i = 0; i < COUNT_OF(s->gpus); i++) {
        s->gpus[i].held = 0;
        s->gpus[i].knows_budget = false;
    }
}
