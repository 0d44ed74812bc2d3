/* nccl.all_reduce, nccl.all_gather, nccl.reduce_scatter, nccl.broadcast - NCCL over all GPUs together, from one process.
 *
 * Every element of every result is compared, bit for bit: the data are whole numbers whose sums are exact in their type,
 * in whatever order they are added, and every rank's and element's is another, so that a rank that is left out, taken
 * twice or mistaken for another shows. Out of place, into poisoned memory, with two counts that the ranks do not divide:
 * NCCL sends a few words another way than many. */
#include "child/child.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "child/together.h"
#include "kernels/pattern.h"

enum {
    SMALL      = 1021,                  /* elements */
    LARGE_MOST = 1 << 19,
    PASSES     = 16,                    /* four types; up, down and between for each */
    PATIENCE_MS = 5000,                 /* then the wait is a call, which the time limit ends and names */
    NOT_BLOCKING = 1,                   /* CU_STREAM_NON_BLOCKING */
};

#define POISON 0xDEADBEA7u

struct type { const char *name; ncclDataType_t code; unsigned bytes; };

static const struct type types[] = {
    { "int32", ncclInt32, 4 }, { "int64", ncclInt64, 8 }, { "fp32", ncclFloat32, 4 }, { "bf16", ncclBfloat16, 2 },
};

struct work {
    size_t             n;               /* ranks: GPU i is rank i */
    ncclComm_t         comms[GPU_SET_MAX];
    CUstream           streams[GPU_SET_MAX];
    CUdeviceptr        from[GPU_SET_MAX], to[GPU_SET_MAX];
    unsigned char     *host;            /* room for the largest buffer */
    uint64_t           compared, wrong;
    bool               wrong_on[GPU_SET_MAX];
    const char        *first;           /* what is wrong, of the first that is */
};

/* One call of a collective, on every rank. count: NCCL's. */
struct round { const struct type *type; size_t count, root; uint64_t seed; };

struct collective {
    const char *call;
    bool        sends_all, receives_all;        /* count elements for each rank, and not count alone */
    uint64_t    (*expected)(const struct work *w, const struct round *r, size_t rank, uint64_t i);
    long        (*post)(struct child *c, struct work *w, const struct round *r, size_t rank);
};

/* ---- Data ---- */

/* What rank gives at i. The sum over all ranks stays below 2^31, 2^63, 2^24 and 2^8: exact in each type. */
static uint64_t value(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    const uint64_t hash = pattern_long(r->seed + rank, i);

    switch (r->type->code) {
    case ncclInt32:    return hash & 0xFFFFFF;
    case ncclInt64:    return hash & 0xFFFFFFFFFFFFFF;
    case ncclBfloat16: return hash % (256 / w->n + 1);
    }
    return hash % ((1 << 24) / w->n);
}

static uint64_t sum(const struct work *w, const struct round *r, uint64_t i)
{
    uint64_t all = 0;

    for (size_t rank = 0; rank < w->n; rank++)
        all += value(w, r, rank, i);
    return all;
}

/* The bits of that number in the type. */
static uint64_t bits_of(const struct type *t, uint64_t number)
{
    const float real = (float)number;
    uint32_t bits;

    memcpy(&bits, &real, sizeof bits);
    return t->code == ncclFloat32 ? bits : t->code == ncclBfloat16 ? bits >> 16 : number;
}

static uint64_t element(const struct work *w, const struct type *t, uint64_t i)
{
    uint64_t bits = 0;

    memcpy(&bits, w->host + i * t->bytes, t->bytes);
    return bits;
}

/* ---- The four ---- */

static void *address(CUdeviceptr p)
{
    return (void *)(uintptr_t)p;
}

static uint64_t reduced(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    (void)rank;
    return sum(w, r, i);
}

static long all_reduce(struct child *c, struct work *w, const struct round *r, size_t i)
{
    return CALL(c, nccl, ncclAllReduce(address(w->from[i]), address(w->to[i]), r->count, r->type->code, ncclSum, w->comms[i], w->streams[i]));
}

static uint64_t gathered(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    (void)rank;
    return value(w, r, (size_t)(i / r->count), i % r->count);
}

static long all_gather(struct child *c, struct work *w, const struct round *r, size_t i)
{
    return CALL(c, nccl, ncclAllGather(address(w->from[i]), address(w->to[i]), r->count, r->type->code, w->comms[i], w->streams[i]));
}

static uint64_t scattered(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    return sum(w, r, rank * r->count + i);
}

static long reduce_scatter(struct child *c, struct work *w, const struct round *r, size_t i)
{
    return CALL(c, nccl, ncclReduceScatter(address(w->from[i]), address(w->to[i]), r->count, r->type->code, ncclSum, w->comms[i], w->streams[i]));
}

static uint64_t spread(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    (void)rank;
    return value(w, r, r->root, i);
}

static long broadcast(struct child *c, struct work *w, const struct round *r, size_t i)
{
    return CALL(c, nccl, ncclBroadcast(address(w->from[i]), address(w->to[i]), r->count, r->type->code, (int)r->root, w->comms[i], w->streams[i]));
}

static const struct collective
    the_all_reduce     = { "ncclAllReduce",     false, false, reduced,   all_reduce },
    the_all_gather     = { "ncclAllGather",     false, true,  gathered,  all_gather },
    the_reduce_scatter = { "ncclReduceScatter", true,  false, scattered, reduce_scatter },
    the_broadcast      = { "ncclBroadcast",     false, false, spread,    broadcast };

/* ---- A round ---- */

static void give(struct child *c, struct work *w, const struct collective *k, const struct round *r)
{
    const uint64_t sent = k->sends_all ? r->count * w->n : r->count, received = k->receives_all ? r->count * w->n : r->count;

    for (size_t rank = 0; rank < w->n; rank++) {
        for (uint64_t i = 0; i < sent; i++) {
            const uint64_t bits = bits_of(r->type, value(w, r, rank, i));

            memcpy(w->host + i * r->type->bytes, &bits, r->type->bytes);
        }
        child_use_gpu(c, rank);
        device_upload(c, w->from[rank], w->host, sent * r->type->bytes);
        MUST(c, cuda, cuMemsetD32_v2(w->to[rank], POISON, (received * r->type->bytes + 3) / 4));
        device_wait(c);
    }
}

static const char *on_gpu(struct child *c, const char *call, size_t rank)
{
    return text_make(&c->arena, "%s on %s()", call, together_name(c, rank));
}

/* NCCL fails late, and may never end: whoever only waits would not learn why. */
static bool is_over(struct child *c, struct work *w, const struct collective *k, size_t rank)
{
    ncclResult_t late = 0;
    long code;

    MUST(c, nccl, ncclCommGetAsyncError(w->comms[rank], &late));
    if (late != 0 && late != ncclInProgress)
        child_call_failed(c, on_gpu(c, text_make(&c->arena, "%s, asynchronously,", k->call), rank), &c->nccl.dl, late);
    child_use_gpu(c, rank);
    code = CALL(c, cuda, cuStreamQuery(w->streams[rank]));
    if (code != 0 && code != CUDA_ERROR_NOT_READY)
        child_call_failed(c, on_gpu(c, text_make(&c->arena, "cuStreamQuery after %s", k->call), rank), &c->cuda.dl, code);
    return code == 0;
}

static void wait_for_all(struct child *c, struct work *w, const struct collective *k)
{
    const int64_t until = clock_ms() + PATIENCE_MS;

    for (size_t rank = 0; rank < w->n;) {
        const char *call;

        if (is_over(c, w, k, rank)) {
            rank++;
            continue;
        }
        if (clock_ms() < until) {
            nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
            continue;
        }
        call = on_gpu(c, text_make(&c->arena, "cuStreamSynchronize after %s", k->call), rank);
        child_enter(c, call, c->cuda.dl.path);
        together_leave(c, call, &c->cuda.dl, c->cuda.cuStreamSynchronize(w->streams[rank]));
        rank++;
    }
}

/* Whose element it is that came instead, or is missing; "" if that cannot be told. */
static const char *guess(struct child *c, const struct work *w, const struct collective *k, const struct round *r, size_t rank, uint64_t i, uint64_t got)
{
    const bool adds = k->expected == reduced || k->expected == scattered;
    const uint64_t at = k->expected == scattered ? rank * r->count + i : i % r->count, right = k->expected(w, r, rank, i);

    for (size_t other = 0; other < w->n; other++) {
        const uint64_t its = value(w, r, other, at);

        if (adds && its != 0 && got == bits_of(r->type, right - its))
            return text_make(&c->arena, ": what %s gave is missing", together_name(c, other));
        if (!adds && its != right && got == bits_of(r->type, its))
            return text_make(&c->arena, ": it is what %s gave", together_name(c, other));
    }
    return got == (r->type->bytes == 8 ? (uint64_t)POISON << 32 | POISON : r->type->bytes == 4 ? POISON : i % 2 == 0 ? POISON & 0xFFFF : POISON >> 16)
        ? ": it was never written" : "";
}

static void look(struct child *c, struct work *w, const struct collective *k, const struct round *r, size_t rank)
{
    const uint64_t received = k->receives_all ? r->count * w->n : r->count;

    child_use_gpu(c, rank);
    device_download(c, w->host, w->to[rank], received * r->type->bytes);
    for (uint64_t i = 0; i < received; i++) {
        const uint64_t got = element(w, r->type, i), expected = bits_of(r->type, k->expected(w, r, rank, i));

        w->compared++;
        if (got == expected)
            continue;
        w->wrong++;
        w->wrong_on[rank] = true;
        if (w->first == NULL)
            w->first = text_make(&c->arena, "in %s, element %" PRIu64 " of %" PRIu64 " on %s is 0x%0*" PRIx64 ", expected 0x%0*" PRIx64 "%s",
                                 r->type->name, i, received, together_name(c, rank), (int)(2 * r->type->bytes), got,
                                 (int)(2 * r->type->bytes), expected, guess(c, w, k, r, rank, i, got));
    }
}

static void run_round(struct child *c, struct work *w, const struct collective *k, const struct round *r)
{
    give(c, w, k, r);
    MUST(c, nccl, ncclGroupStart());
    for (size_t rank = 0; rank < w->n; rank++) {
        const long code = k->post(c, w, r, rank);

        if (code != 0)
            child_call_failed(c, on_gpu(c, k->call, rank), &c->nccl.dl, code);
    }
    MUST(c, nccl, ncclGroupEnd());
    wait_for_all(c, w, k);
    for (size_t rank = 0; rank < w->n; rank++)
        look(c, w, k, r, rank);
}

/* ---- The trial ---- */

/* Elements of the large size: one more than a multiple of the ranks. */
static size_t large(struct child *c, const struct work *w)
{
    uint64_t most = together_bytes(c, w->n * PASSES) / 8;

    most = most < 2 * SMALL ? 2 * SMALL : most > LARGE_MOST ? LARGE_MOST : most;
    return (size_t)(most / w->n * w->n + 1);
}

static void open_all(struct child *c, struct work *w, size_t bytes)
{
    int devices[GPU_SET_MAX];

    w->host = host_buffer(c, bytes);
    for (size_t i = 0; i < w->n; i++) {
        child_use_gpu(c, i);
        devices[i] = (int)i;
        w->from[i] = device_buffer(c, bytes);
        w->to[i] = device_buffer(c, bytes);
        MUST(c, cuda, cuStreamCreate(&w->streams[i], NOT_BLOCKING));
    }
    MUST(c, nccl, ncclCommInitAll(w->comms, (int)w->n, devices));
}

static void close_all(struct child *c, struct work *w)
{
    for (size_t i = 0; i < w->n; i++) {
        child_use_gpu(c, i);
        MUST(c, nccl, ncclCommDestroy(w->comms[i]));
        MUST(c, cuda, cuStreamDestroy_v2(w->streams[i]));
    }
}

static void tell(struct child *c, const struct work *w)
{
    struct text where = { .arena = &c->arena };

    saw_num(c, "ranks", "", (double)w->n);
    saw_num(c, "all.compared", "", (double)w->compared);
    saw_num(c, "all.wrong", "", (double)w->wrong);
    if (w->wrong == 0)
        return;
    for (size_t i = 0; i < w->n; i++)
        if (w->wrong_on[i])
            text_add(&where, "%sgpu%d", where.n > 0 ? ", " : "", c->gpus[i].index);
    saw_text(c, "all.first", "%s; wrong on %s", w->first, where.s);
    saw_text(c, "act", "NCCL_P2P_DISABLE=1 gpuvet run -p 'nccl.*' -p 'peer.*': what passes then tells whether peer access is what fails");
}

static void run(struct child *c, const struct collective *k)
{
    struct work *w = host_buffer(c, sizeof *w);
    const size_t divisor = k->sends_all || k->receives_all ? c->n_gpus : 1;
    size_t most;

    child_bind_nccl(c);
    w->n = c->n_gpus;
    most = large(c, w);
    open_all(c, w, (most + w->n) * 8 > SMALL * w->n * 8 ? (most + w->n) * 8 : SMALL * w->n * 8);
    for (size_t t = 0; t < COUNT_OF(types); t++) {
        if (types[t].code == ncclBfloat16 && c->nccl.ncclRedOpCreatePreMulSum == NULL)
            continue;                   /* that came with 2.11, and bf16 with 2.10 */
        run_round(c, w, k, &(struct round){ &types[t], SMALL, t % w->n, c->seed + t * GPU_SET_MAX });
        run_round(c, w, k, &(struct round){ &types[t], most / divisor, w->n - 1, c->seed + (t + 8) * GPU_SET_MAX });
    }
    close_all(c, w);
    tell(c, w);
}

extern const struct probe probe_stack_loads, probe_nccl_kernel;

static const struct expect all_exact[] = {
    { .key = "all.compared", .bound = AT_LEAST, .number = 1, .sentence = "%s elements were compared" },
    { .key = "all.wrong", .bound = EQUALS, .number = 0, .sentence = "%s elements differ", .detail = "all.first" },
    { .key = NULL },
};

#define COLLECTIVE(id, sentence) \
    static void run_##id(struct child *c) { run(c, &the_##id); } \
    const struct probe probe_nccl_##id = { \
        .name = "nccl." #id, .claim = sentence, .scope = SCOPE_STACK_DEVICES, .needs = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT, \
        .stacks = ON_ANY_STACK, .library = "nccl", .rests_on = { &probe_stack_loads, &probe_nccl_kernel }, .expects = all_exact, .run = run_##id, \
        .limit_s = 120,         /* eight GPUs load NCCL's kernels, map each other's memory and look for a network first */ \
    };

COLLECTIVE(all_reduce,     "NCCL's sum over all GPUs is exact on each.")
COLLECTIVE(all_gather,     "NCCL gives every GPU what all of them have, in order.")
COLLECTIVE(reduce_scatter, "NCCL gives every GPU its part of the exact sum.")
COLLECTIVE(broadcast,      "NCCL gives every GPU what one of them has.")
