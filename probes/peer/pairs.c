/* peer.copy, peer.access - what one GPU sends another arrives, for every ordered pair: by the driver's copy, without and
 * with peer access, and by loads and stores of a kernel of ours.
 *
 * Where a PCIe switch or an IOMMU redirects what GPUs send each other, the copy returns success, and the target holds
 * rubbish or what it held before: it is poisoned first, and every pair sends other data. CUDA C++ Programming Guide,
 * "IOMMU on Linux": CUDA does not support an IOMMU that translates between GPUs of a host. */
#include "child/child.h"

#include <inttypes.h>

#include "base/text.h"
#include "child/checked.h"
#include "child/together.h"
#include "kernels/pattern.h"

enum {
    WORDS_LEAST = 1 << 12,
    WORDS_MOST  = 1 << 24,              /* 64 MiB */
    ODD_WORDS   = 1021,                 /* no multiple of anything, and aligned to no more than a word */
    PASSES      = 10,                   /* over each pair's data: two ways, and for each fill, poison, copy (2) and verify */
    LIST_MAX    = 1024,
};

#define POISON 0xDEADBEA7u

enum route { NO_ACCESS, OVER_PCIE, OVER_NVLINK };

static const char *const route_names[] = { [NO_ACCESS] = "no peer access", [OVER_PCIE] = "PCIe", [OVER_NVLINK] = "NVLink" };

struct ends { CUdeviceptr from, to, found; };

struct pairs {
    struct ends ends[GPU_SET_MAX];
    uint64_t    words;                                          /* of the large size */
    enum route  routes[GPU_SET_MAX][GPU_SET_MAX];
    bool        reaches[GPU_SET_MAX][GPU_SET_MAX];              /* the first may use the second's memory */
    bool        tested[GPU_SET_MAX][GPU_SET_MAX], wrong[GPU_SET_MAX][GPU_SET_MAX];
    struct text first;                                          /* what is wrong, of the first that is */
    uint64_t    looked, due;                                    /* words: by our checks, and how many it should be */
};

/* What is sent: words behind `from` on GPU s to `to` on GPU d. */
struct parcel { size_t s, d; CUdeviceptr from, to; uint64_t words, seed; };

typedef void send(struct child *c, const struct parcel *p);

/* ---- Ways to send ---- */

/* A copy or a kernel that hangs does so here: the pair must be known. */
static void wait_for(struct child *c, const char *what, const struct parcel *p)
{
    const size_t both[] = { p->s, p->d };

    for (size_t i = 0; i < COUNT_OF(both); i++) {
        const char *call;

        child_use_gpu(c, both[i]);
        call = together_enter(c, what, &c->cuda.dl, p->s, p->d);
        together_leave(c, call, &c->cuda.dl, c->cuda.cuCtxSynchronize());
    }
}

static void by_driver(struct child *c, const struct parcel *p)
{
    const char *call = together_enter(c, "cuMemcpyPeer", &c->cuda.dl, p->s, p->d);

    together_leave(c, call, &c->cuda.dl, c->cuda.cuMemcpyPeer(p->to, c->gpus[p->d].context, p->from, c->gpus[p->s].context, p->words * 4));
    wait_for(c, "cuCtxSynchronize after cuMemcpyPeer", p);
}

static void by_kernel_of(struct child *c, const struct parcel *p, size_t gpu)
{
    CUdeviceptr to = p->to, from = p->from;
    uint64_t words = p->words;

    child_use_gpu(c, gpu);
    launch(c, "copy_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &to, &from, &words);
}

static void by_loads(struct child *c, const struct parcel *p)
{
    by_kernel_of(c, p, p->d);
    wait_for(c, "cuCtxSynchronize after a kernel's loads", p);
}

static void by_stores(struct child *c, const struct parcel *p)
{
    by_kernel_of(c, p, p->s);
    wait_for(c, "cuCtxSynchronize after a kernel's stores", p);
}

/* ---- One pair ---- */

static void fill(struct child *c, const struct parcel *p)
{
    CUdeviceptr from = p->from;
    uint64_t words = p->words, seed = p->seed;

    child_use_gpu(c, p->s);
    launch(c, "fill_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &from, &words, &seed);
    device_wait(c);
}

static void poison(struct child *c, const struct parcel *p, CUdeviceptr found)
{
    child_use_gpu(c, p->d);
    MUST(c, cuda, cuMemsetD32_v2(p->to, POISON, p->words));
    checked_empty(c, found);
    device_wait(c);
}

static void tell_first(struct child *c, struct pairs *all, const struct parcel *p, const char *how, const struct checked *found)
{
    uint32_t got = 0;

    if (all->first.n > 0)
        return;
    device_download(c, &got, p->to + 4 * found->first, sizeof got);
    text_add(&all->first, "from gpu%d to gpu%d (%s) by %s, %llu of %" PRIu64 " words differ, the first at word %llu: 0x%08x%s, expected 0x%08x",
             c->gpus[p->s].index, c->gpus[p->d].index, route_names[all->routes[p->s][p->d]], how, found->wrong, p->words, found->first, got,
             got == POISON ? " (never written)" : "", pattern_word(p->seed, found->first));
}

static void verify(struct child *c, struct pairs *all, const struct parcel *p, const char *how)
{
    CUdeviceptr to = p->to, at = all->ends[p->d].found;
    uint64_t words = p->words, seed = p->seed;
    struct checked found;

    child_use_gpu(c, p->d);
    launch(c, "verify_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &to, &words, &seed, &at);
    found = checked_end(c, at);
    all->looked += found.looked;
    all->due += words;
    if (found.wrong > 0)
        tell_first(c, all, p, how, &found);
    all->wrong[p->s][p->d] |= found.wrong > 0;
    all->tested[p->s][p->d] = true;
}

/* Two sizes, each with data of its own. */
static void deliver(struct child *c, struct pairs *all, size_t s, size_t d, send *way, const char *how)
{
    const struct ends *from = &all->ends[s], *to = &all->ends[d];
    const uint64_t seed = pattern_long(c->seed, s * GPU_SET_MAX + d);
    const struct parcel parcels[] = {
        { s, d, from->from, to->to, all->words, seed },
        { s, d, from->from + 4, to->to + 12, ODD_WORDS, seed + 1 },
    };

    for (size_t i = 0; i < COUNT_OF(parcels); i++) {
        fill(c, &parcels[i]);
        poison(c, &parcels[i], to->found);
        way(c, &parcels[i]);
        verify(c, all, &parcels[i], how);
    }
}

/* ---- Peer access, of two GPUs at a time: eight are the most that one may have at once ---- */

static void grant(struct child *c, const struct pairs *all, size_t who, size_t whose)
{
    if (all->reaches[who][whose])
        together_grant(c, who, whose);
}

static void revoke(struct child *c, const struct pairs *all, size_t who, size_t whose)
{
    if (all->reaches[who][whose])
        together_revoke(c, who, whose);
}

static void copy_with_access(struct child *c, struct pairs *all, size_t s, size_t d)
{
    deliver(c, all, s, d, by_driver, "the driver's copy with peer access");
}

static void use_access(struct child *c, struct pairs *all, size_t s, size_t d)
{
    if (all->reaches[d][s])
        deliver(c, all, s, d, by_loads, "a kernel's loads");
    if (all->reaches[s][d])
        deliver(c, all, s, d, by_stores, "a kernel's stores");
}

/* ---- All pairs ---- */

/* As many as can be sent in time, and as every GPU has room for. */
static uint64_t words_for(struct child *c)
{
    uint64_t most = together_bytes(c, c->n_gpus * (c->n_gpus - 1) * PASSES);

    for (size_t i = 0; i < c->n_gpus; i++) {
        child_use_gpu(c, i);
        most = device_room(c) / 3 < most ? device_room(c) / 3 : most;
    }
    return most / 4 < WORDS_LEAST ? WORDS_LEAST : most / 4 > WORDS_MOST ? WORDS_MOST : most / 4;
}

static struct pairs *prepare(struct child *c)
{
    struct pairs *all = host_buffer(c, sizeof *all);

    all->words = words_for(c);
    all->first.arena = &c->arena;
    for (size_t i = 0; i < c->n_gpus; i++) {
        child_use_gpu(c, i);
        all->ends[i] = (struct ends){ device_buffer(c, all->words * 4), device_buffer(c, all->words * 4), checked_begin(c) };
        for (size_t k = 0; k < c->n_gpus; k++)
            all->reaches[i][k] = k != i && together_can_reach(c, i, k);
    }
    for (size_t i = 0; i < c->n_gpus; i++)
        for (size_t k = 0; k < c->n_gpus; k++)
            if (all->reaches[i][k] || all->reaches[k][i])
                all->routes[i][k] = together_by_nvlink(c, i, k) ? OVER_NVLINK : OVER_PCIE;
    return all;
}

static void with_access(struct child *c, struct pairs *all, void (*what)(struct child *c, struct pairs *all, size_t s, size_t d))
{
    for (size_t i = 0; i < c->n_gpus; i++)
        for (size_t k = 0; k < i; k++) {
            if (all->routes[i][k] == NO_ACCESS)
                continue;
            grant(c, all, i, k);
            grant(c, all, k, i);
            what(c, all, k, i);
            what(c, all, i, k);
            revoke(c, all, i, k);
            revoke(c, all, k, i);
        }
}

/* ---- What is told ---- */

static void tell_routes(struct child *c, const struct pairs *all, size_t s)
{
    struct text t = { .arena = &c->arena };

    for (size_t d = 0; d < c->n_gpus; d++)
        if (d != s)
            text_add(&t, "%sgpu%d: %s", t.n > 0 ? ", " : "", c->gpus[d].index, route_names[all->routes[s][d]]);
    saw_text(c, text_make(&c->arena, "routes.%s", together_name(c, s)), "%s", t.s);
}

/* A GPU that is in all wrong pairs of three or more is the likely culprit; of one pair, nobody knows. */
static void add_culprit(struct child *c, struct pairs *all, size_t n_wrong)
{
    size_t culprits = 0, culprit = 0;

    for (size_t i = 0; i < c->n_gpus; i++) {
        size_t in = 0;

        for (size_t k = 0; k < c->n_gpus; k++)
            in += all->wrong[i][k] + all->wrong[k][i];
        if (in == n_wrong) {
            culprit = i;
            culprits++;
        }
    }
    if (culprits == 1 && n_wrong > 1)
        text_add(&all->first, "; gpu%d is in all of them", c->gpus[culprit].index);
}

static void advise(struct child *c, const struct pairs *all)
{
    bool over[COUNT_OF(route_names)] = { false };

    for (size_t i = 0; i < c->n_gpus; i++)
        for (size_t k = 0; k < c->n_gpus; k++)
            over[all->routes[i][k]] |= all->wrong[i][k];
    if (over[OVER_PCIE])
        saw_text(c, "act", "sudo lspci -vvv | grep ACSCtl: ReqRedir+ on a bridge, or an IOMMU in /sys/class/iommu, leads what GPUs send each other "
                           "astray; turn ACS off in the firmware or boot with iommu=pt, until then run with NCCL_P2P_DISABLE=1");
    else if (over[OVER_NVLINK])
        saw_text(c, "act", "nvidia-smi nvlink -e");
}

static void tell(struct child *c, struct pairs *all)
{
    struct text list = { .arena = &c->arena };
    size_t tested = 0, wrong = 0;

    for (size_t s = 0; s < c->n_gpus; s++) {
        tell_routes(c, all, s);
        for (size_t d = 0; d < c->n_gpus; d++) {
            tested += all->tested[s][d];
            wrong += all->wrong[s][d];
            if (all->wrong[s][d] && list.n < LIST_MAX)
                text_add(&list, "%sgpu%d to gpu%d", list.n > 0 ? ", " : "", c->gpus[s].index, c->gpus[d].index);
        }
    }
    saw_num(c, "pairs", "", (double)tested);
    checked_all(c, "verify_words", "words", all->looked, all->due);
    saw_num(c, "bytes", "B", (double)all->words * 4);
    saw_num(c, "wrong", "", (double)wrong);
    if (wrong == 0)
        return;
    add_culprit(c, all, wrong);
    saw_text(c, "wrong.first", "%s", all->first.s);
    saw_text(c, "wrong.pairs", "%s", list.s);
    advise(c, all);
}

static void run_copy(struct child *c)
{
    struct pairs *all = prepare(c);

    for (size_t s = 0; s < c->n_gpus; s++)
        for (size_t d = 0; d < c->n_gpus; d++)
            if (d != s)
                deliver(c, all, s, d, by_driver, "the driver's copy");
    with_access(c, all, copy_with_access);
    tell(c, all);
}

static void run_access(struct child *c)
{
    struct pairs *all = prepare(c);
    bool any = false;

    for (size_t i = 0; i < c->n_gpus; i++)
        for (size_t k = 0; k < c->n_gpus; k++)
            any |= all->reaches[i][k];
    if (!any)
        stop_unsupported(c, "the driver lets none of the %zu GPUs use another's memory: what they send each other goes through the host", c->n_gpus);
    with_access(c, all, use_access);
    tell(c, all);
}

extern const struct probe probe_cuda_launch;

static const struct expect all_arrives[] = {
    { .key = "pairs", .bound = AT_LEAST, .number = 1, .sentence = "%s pairs of GPUs were tested" },
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "data is corrupted between %s pairs of GPUs", .detail = "wrong.first" },
    { .key = NULL },
};

const struct probe probe_peer_copy = {
    .name     = "peer.copy",
    .claim    = "What the driver copies from one GPU to another arrives, for every ordered pair.",
    .scope    = SCOPE_DEVICES,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT,
    .rests_on = { &probe_cuda_launch },
    .limit_s  = 120,                    /* 240 pairs of 16 GPUs, and each enables access anew */
    .expects  = all_arrives,
    .diagnoses = true,
    .run      = run_copy,
};

const struct probe probe_peer_access = {
    .name     = "peer.access",
    .claim    = "What a kernel loads from or stores to another GPU's memory is right, for every pair that has access.",
    .scope    = SCOPE_DEVICES,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT,
    .rests_on = { &probe_cuda_launch },
    .limit_s  = 120,                    /* 240 pairs of 16 GPUs, and each enables access anew */
    .may_skip = true,
    .expects  = all_arrives,
    .run      = run_access,
};
