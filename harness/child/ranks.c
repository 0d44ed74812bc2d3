#include "child/ranks.h"

#include "base/text.h"
#include "child/together.h"

static void *address(CUdeviceptr p)
{
    return (void *)(uintptr_t)p;
}

static long all_reduce(struct child *c, const struct ranks *r, size_t i, const struct collected *w)
{
    return CALL(c, nccl, ncclAllReduce(address(w->from[i]), address(w->to[i]), w->count, w->type, ncclSum, r->comms[i], r->streams[i]));
}

static long all_gather(struct child *c, const struct ranks *r, size_t i, const struct collected *w)
{
    return CALL(c, nccl, ncclAllGather(address(w->from[i]), address(w->to[i]), w->count, w->type, r->comms[i], r->streams[i]));
}

static long reduce_scatter(struct child *c, const struct ranks *r, size_t i, const struct collected *w)
{
    return CALL(c, nccl, ncclReduceScatter(address(w->from[i]), address(w->to[i]), w->count, w->type, ncclSum, r->comms[i], r->streams[i]));
}

static long broadcast(struct child *c, const struct ranks *r, size_t i, const struct collected *w)
{
    return CALL(c, nccl, ncclBroadcast(address(w->from[i]), address(w->to[i]), w->count, w->type, w->root, r->comms[i], r->streams[i]));
}

const struct collective
    collective_all_reduce     = { "ncclAllReduce",     false, false, all_reduce },
    collective_all_gather     = { "ncclAllGather",     false, true,  all_gather },
    collective_reduce_scatter = { "ncclReduceScatter", true,  false, reduce_scatter },
    collective_broadcast      = { "ncclBroadcast",     false, false, broadcast };

void ranks_open(struct child *c, struct ranks *r)
{
    int devices[GPU_SET_MAX];

    child_bind_nccl(c);
    r->n = c->n_gpus;
    for (size_t i = 0; i < r->n; i++) {
        child_use_gpu(c, i);
        devices[i] = (int)i;
        MUST(c, cuda, cuStreamCreate(&r->streams[i], CU_STREAM_NON_BLOCKING));
    }
    MUST(c, nccl, ncclCommInitAll(r->comms, (int)r->n, devices));
}

void ranks_close(struct child *c, const struct ranks *r)
{
    for (size_t i = 0; i < r->n; i++) {
        child_use_gpu(c, i);
        MUST(c, nccl, ncclCommDestroy(r->comms[i]));
        MUST(c, cuda, cuStreamDestroy_v2(r->streams[i]));
    }
}

const char *ranks_call_on(struct child *c, const char *call, size_t rank)
{
    return text_make(&c->arena, "%s on %s()", call, together_name(c, rank));
}

void ranks_call(struct child *c, const struct ranks *r, const struct collective *k, const struct collected *what)
{
    MUST(c, nccl, ncclGroupStart());
    for (size_t rank = 0; rank < r->n; rank++) {
        const long code = k->post(c, r, rank, what);

        if (code != 0)
            child_call_failed(c, ranks_call_on(c, k->call, rank), &c->nccl.dl, code);
    }
    MUST(c, nccl, ncclGroupEnd());
}

void ranks_look_for_late_error(struct child *c, const struct ranks *r, const struct collective *k, size_t rank)
{
    ncclResult_t late = 0;

    MUST(c, nccl, ncclCommGetAsyncError(r->comms[rank], &late));
    if (late != 0 && late != ncclInProgress)
        child_call_failed(c, ranks_call_on(c, text_make(&c->arena, "%s, asynchronously,", k->call), rank), &c->nccl.dl, late);
}
