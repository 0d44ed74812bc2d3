/* nccl.all_reduce, nccl.all_gather, nccl.reduce_scatter, nccl.broadcast - NCCL over all GPUs together, from one process.
 *
 * Every element of every result is compared, bit for bit: the data are whole numbers whose sums are exact in their type,
 * in whatever order they are added, and every rank's and element's is another, so that a rank that is left out, taken
 * twice or mistaken for another shows. Out of place, into poisoned memory, with two counts that the ranks do not divide:
 * NCCL sends a few words another way than many. */
#include "child/ranks.h"

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
};

#define POISON 0xDEADBEA7u

struct type { const char *name; ncclDataType_t code; unsigned bytes; };

static const struct type types[] = {
    { "int32", ncclInt32, 4 }, { "int64", ncclInt64, 8 }, { "fp32", ncclFloat32, 4 }, { "bf16", ncclBfloat16, 2 },
};

struct work {
    struct ranks       ranks;
    CUdeviceptr        from[GPU_SET_MAX], to[GPU_SET_MAX];
    unsigned char     *host;            /* room for the largest buffer */
    uint64_t           compared, wrong;
    bool               wrong_on[GPU_SET_MAX];
    const char        *first;           /* what is wrong, of the first that is */
};

struct round { const struct type *type; size_t count, root; uint64_t seed; };

struct tested {
    const struct collective *k;
    uint64_t (*expected)(const struct work *w, const struct round *r, size_t rank, uint64_t i);
};

/* ---- Data ---- */

/* What rank gives at i. The sum over all ranks stays below 2^31, 2^63, 2^24 and 2^8: exact in each type. */
static uint64_t value(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    const uint64_t hash = pattern_long(r->seed + rank, i);

    switch (r->type->code) {
    case ncclInt32:    return hash & 0xFFFFFF;
    case ncclInt64:    return hash & 0xFFFFFFFFFFFFFF;
    case ncclBfloat16: return hash % (256 / w->ranks.n + 1);
    }
    return hash % ((1 << 24) / w->ranks.n);
}

static uint64_t sum(const struct work *w, const struct round *r, uint64_t i)
{
    uint64_t all = 0;

    for (size_t rank = 0; rank < w->ranks.n; rank++)
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

static uint64_t reduced(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    (void)rank;
    return sum(w, r, i);
}

static uint64_t gathered(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    (void)rank;
    return value(w, r, (size_t)(i / r->count), i % r->count);
}

static uint64_t scattered(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    return sum(w, r, rank * r->count + i);
}

static uint64_t spread(const struct work *w, const struct round *r, size_t rank, uint64_t i)
{
    (void)rank;
    return value(w, r, r->root, i);
}

static const struct tested
    the_all_reduce     = { &collective_all_reduce,     reduced },
    the_all_gather     = { &collective_all_gather,     gathered },
    the_reduce_scatter = { &collective_reduce_scatter, scattered },
    the_broadcast      = { &collective_broadcast,      spread };

/* ---- A round ---- */

static void give(struct child *c, struct work *w, const struct tested *t, const struct round *r)
{
    const uint64_t sent = t->k->sends_all ? r->count * w->ranks.n : r->count, received = t->k->receives_all ? r->count * w->ranks.n : r->count;

    for (size_t rank = 0; rank < w->ranks.n; rank++) {
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

/* NCCL fails late, and may never end: whoever only waits would not learn why. */
static bool is_over(struct child *c, const struct work *w, const struct collective *k, size_t rank)
{
    long code;

    ranks_look_for_late_error(c, &w->ranks, k, rank);
    child_use_gpu(c, rank);
    code = CALL(c, cuda, cuStreamQuery(w->ranks.streams[rank]));
    if (code != 0 && code != CUDA_ERROR_NOT_READY)
        child_call_failed(c, ranks_call_on(c, text_make(&c->arena, "cuStreamQuery after %s", k->call), rank), &c->cuda.dl, code);
    return code == 0;
}

static void wait_for_all(struct child *c, struct work *w, const struct collective *k)
{
    const int64_t until = clock_ms() + PATIENCE_MS;

    for (size_t rank = 0; rank < w->ranks.n;) {
        const char *call;

        if (is_over(c, w, k, rank)) {
            rank++;
            continue;
        }
        if (clock_ms() < until) {
            nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
            continue;
        }
        call = ranks_call_on(c, text_make(&c->arena, "cuStreamSynchronize after %s", k->call), rank);
        child_enter(c, call, c->cuda.dl.path);
        together_leave(c, call, &c->cuda.dl, c->cuda.cuStreamSynchronize(w->ranks.streams[rank]));
        rank++;
    }
}

/* Whose element it is that came instead, or is missing; "" if that cannot be told. */
static const char *guess(struct child *c, const struct work *w, const struct tested *t, const struct round *r, size_t rank, uint64_t i, uint64_t got)
{
    const bool adds = t->expected == reduced || t->expected == scattered;
    const uint64_t at = t->expected == scattered ? rank * r->count + i : i % r->count, right = t->expected(w, r, rank, i);

    for (size_t other = 0; other < w->ranks.n; other++) {
        const uint64_t its = value(w, r, other, at);

        if (adds && its != 0 && got == bits_of(r->type, right - its))
            return text_make(&c->arena, ": what %s gave is missing", together_name(c, other));
        if (!adds && its != right && got == bits_of(r->type, its))
            return text_make(&c->arena, ": it is what %s gave", together_name(c, other));
    }
    return got == (r->type->bytes == 8 ? (uint64_t)POISON << 32 | POISON : r->type->bytes == 4 ? POISON : i % 2 == 0 ? POISON & 0xFFFF : POISON >> 16)
        ? ": it was never written" : "";
}

static void look(struct child *c, struct work *w, const struct tested *t, const struct round *r, size_t rank)
{
    const uint64_t received = t->k->receives_all ? r->count * w->ranks.n : r->count;

    child_use_gpu(c, rank);
    device_download(c, w->host, w->to[rank], received * r->type->bytes);
    for (uint64_t i = 0; i < received; i++) {
        const uint64_t got = element(w, r->type, i), expected = bits_of(r->type, t->expected(w, r, rank, i));

        w->compared++;
        if (got == expected)
            continue;
        w->wrong++;
        w->wrong_on[rank] = true;
        if (w->first == NULL)
            w->first = text_make(&c->arena, "in %s, element %" PRIu64 " of %" PRIu64 " on %s is 0x%0*" PRIx64 ", expected 0x%0*" PRIx64 "%s",
                                 r->type->name, i, received, together_name(c, rank), (int)(2 * r->type->bytes), got,
                                 (int)(2 * r->type->bytes), expected, guess(c, w, t, r, rank, i, got));
    }
}

static void run_round(struct child *c, struct work *w, const struct tested *t, const struct round *r)
{
    give(c, w, t, r);
    ranks_call(c, &w->ranks, t->k, &(struct collected){ w->from, w->to, r->count, r->type->code, (int)r->root });
    wait_for_all(c, w, t->k);
    for (size_t rank = 0; rank < w->ranks.n; rank++)
        look(c, w, t, r, rank);
}

/* ---- The trial ---- */

/* Elements of the large size: one more than a multiple of the ranks. */
static size_t large(struct child *c, const struct work *w)
{
    uint64_t most = together_bytes(c, w->ranks.n * PASSES) / 8;

    most = most < 2 * SMALL ? 2 * SMALL : most > LARGE_MOST ? LARGE_MOST : most;
    return (size_t)(most / w->ranks.n * w->ranks.n + 1);
}

static void make_buffers(struct child *c, struct work *w, size_t bytes)
{
    w->host = host_buffer(c, bytes);
    for (size_t i = 0; i < w->ranks.n; i++) {
        child_use_gpu(c, i);
        w->from[i] = device_buffer(c, bytes);
        w->to[i] = device_buffer(c, bytes);
    }
}

static void tell(struct child *c, const struct work *w)
{
    struct text where = { .arena = &c->arena };

    saw_num(c, "ranks", "", (double)w->ranks.n);
    saw_num(c, "all.compared", "", (double)w->compared);
    saw_num(c, "all.wrong", "", (double)w->wrong);
    if (w->wrong == 0)
        return;
    for (size_t i = 0; i < w->ranks.n; i++)
        if (w->wrong_on[i])
            text_add(&where, "%sgpu%d", where.n > 0 ? ", " : "", c->gpus[i].index);
    saw_text(c, "all.first", "%s; wrong on %s", w->first, where.s);
    saw_text(c, "act", "NCCL_P2P_DISABLE=1 gpuvet run -p 'nccl.*' -p 'peer.*': what passes then tells whether peer access is what fails");
}

static void run(struct child *c, const struct tested *t)
{
    struct work *w = host_buffer(c, sizeof *w);
    const size_t n = c->n_gpus, divisor = t->k->sends_all || t->k->receives_all ? n : 1;
    size_t most;

    w->ranks.n = n;
    most = large(c, w);
    make_buffers(c, w, (most + n) * 8 > SMALL * n * 8 ? (most + n) * 8 : SMALL * n * 8);
    ranks_open(c, &w->ranks);
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (types[i].code == ncclBfloat16 && c->nccl.ncclRedOpCreatePreMulSum == NULL)
            continue;                   /* that came with 2.11, and bf16 with 2.10 */
        run_round(c, w, t, &(struct round){ &types[i], SMALL, i % n, c->seed + i * GPU_SET_MAX });
        run_round(c, w, t, &(struct round){ &types[i], most / divisor, n - 1, c->seed + (i + 8) * GPU_SET_MAX });
    }
    ranks_close(c, &w->ranks);
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
