/* bench.peer.* - how fast GPUs send each other data by the driver's copy, for every ordered pair: one way, and both ways at once.
 * What is judged is the slowest pair; all are told, in units of 10^9 bytes a second. */
#include "child/pace/pace.h"

#include <math.h>

#include "base/text.h"
#include "child/checked.h"
#include "child/transfer/row.h"
#include "child/together.h"

enum { BYTES_MOST = 256 << 20, PASSES = 12, LOOKS = 3 };

struct end { CUdeviceptr from, to, found; CUstream there, back; struct row row; };

struct peers {
    struct end ends[GPU_SET_MAX];
    size_t     bytes;
    bool       both;
    double     rates[GPU_SET_MAX][GPU_SET_MAX];
    size_t     wrong;           /* pairs */
    struct text which;          /* they are */
};

struct pair { const struct peers *all; size_t s, d; const char *there, *back; };

static void send(struct child *c, const struct peers *all, const char *call, size_t s, size_t d, CUstream stream)
{
    child_enter(c, call, c->cuda.dl.path);
    together_leave(c, call, &c->cuda.dl, c->cuda.cuMemcpyPeerAsync(all->ends[d].to, c->gpus[d].context, all->ends[s].from, c->gpus[s].context,
                                                                  all->bytes, stream));
}

/* From streams of the first one's, which is current; of both ways, they wait for its default stream, and it for them. */
static void pass(struct child *c, void *arg)
{
    const struct pair *p = arg;
    const struct end *first = &p->all->ends[p->s];

    send(c, p->all, p->there, p->s, p->d, p->all->both ? first->there : NULL);
    if (p->all->both)
        send(c, p->all, p->back, p->d, p->s, first->back);
}

static double gbs(const struct peers *all, double took_ms)
{
    return (double)all->bytes * (all->both ? 2 : 1) / took_ms / 1e6;
}

static size_t bytes_of(struct child *c)
{
    uint64_t most = together_bytes(c, c->n_gpus * (c->n_gpus - 1) * PASSES);

    most = most < BYTES_MOST ? most : BYTES_MOST;
    for (size_t i = 0; i < c->n_gpus; i++) {
        child_use_gpu(c, i);
        most = device_room(c) / 3 < most ? device_room(c) / 3 : most;
    }
    return most < ROW_BYTES ? ROW_BYTES : most - most % ROW_BYTES;
}

static struct peers *prepare(struct child *c, bool both)
{
    struct peers *all = host_buffer(c, sizeof *all);

    all->both = both;
    all->bytes = bytes_of(c);
    all->which.arena = &c->arena;
    for (size_t i = 0; i < c->n_gpus; i++) {
        struct end *e = &all->ends[i];

        child_use_gpu(c, i);
        *e = (struct end){ .from = device_buffer(c, all->bytes), .to = device_buffer(c, all->bytes), .found = checked_begin(c),
                           .row = { c->seed + i * UINT64_C(0x9E3779B97F4A7C15), 2 * i + 3 } };
        row_write(c, e->from, all->bytes / 8, e->row);
        if (both)
            MUST(c, cuda, cuStreamCreate(&e->there, 0));
        if (both)
            MUST(c, cuda, cuStreamCreate(&e->back, 0));
        device_wait(c);
    }
    return all;
}

static void poison(struct child *c, const struct peers *all, size_t gpu)
{
    child_use_gpu(c, gpu);
    MUST(c, cuda, cuMemsetD8_v2(all->ends[gpu].to, 0xFF, all->bytes));
    device_wait(c);
}

static void look(struct child *c, struct peers *all, size_t s, size_t d)
{
    const struct end *from = &all->ends[s], *to = &all->ends[d];

    child_use_gpu(c, d);
    if (row_wrong(c, to->to, all->bytes / 8, from->row, to->found) == 0)
        return;
    all->wrong++;
    if (all->wrong <= 16)
        text_add(&all->which, "%sgpu%d to gpu%d", all->which.n > 0 ? ", " : "", c->gpus[s].index, c->gpus[d].index);
}

/* Of one more pass, over what no copy left there. */
static void verify(struct child *c, struct peers *all, struct pair *p)
{
    poison(c, all, p->d);
    if (all->both)
        poison(c, all, p->s);
    child_use_gpu(c, p->s);
    pass(c, p);
    device_wait(c);
    look(c, all, p->s, p->d);
    if (all->both)
        look(c, all, p->d, p->s);
}

static struct pair pair_of(struct child *c, const struct peers *all, size_t s, size_t d)
{
    return (struct pair){ all, s, d, text_make(&c->arena, "cuMemcpyPeerAsync from gpu%d to gpu%d()", c->gpus[s].index, c->gpus[d].index),
                          text_make(&c->arena, "cuMemcpyPeerAsync from gpu%d to gpu%d()", c->gpus[d].index, c->gpus[s].index) };
}

/* With access, where they have it; of two at a time, as eight are the most that one may have at once. */
static void between(struct child *c, struct peers *all, size_t one, size_t other, void (*what)(struct child *c, struct peers *all, size_t s, size_t d))
{
    const bool there = together_can_reach(c, one, other), back = together_can_reach(c, other, one);

    if (there)
        together_grant(c, one, other);
    if (back)
        together_grant(c, other, one);
    what(c, all, one, other);
    if (there)
        together_revoke(c, one, other);
    if (back)
        together_revoke(c, other, one);
}

static void look_at_one(struct child *c, struct peers *all, size_t s, size_t d)
{
    struct pair p = pair_of(c, all, s, d);

    child_use_gpu(c, s);
    pass(c, &p);
    all->rates[s][d] = gbs(all, pace_shortest(c, pass, &p, LOOKS));
    verify(c, all, &p);
}

static void look_at_two(struct child *c, struct peers *all, size_t one, size_t other)
{
    look_at_one(c, all, one, other);
    look_at_one(c, all, other, one);
}

static void measure_one(struct child *c, struct peers *all, size_t s, size_t d)
{
    struct pair p = pair_of(c, all, s, d);
    struct pace pace;

    child_use_gpu(c, s);
    pace = pace_measure(c, pass, &p);
    saw_rate(c, &pace, (double)all->bytes * (all->both ? 2 : 1), "GB/s");
    saw_text(c, "slowest", "gpu%d to gpu%d, by %s", c->gpus[s].index, c->gpus[d].index,
             together_by_nvlink(c, s, d) ? "NVLink" : together_can_reach(c, s, d) ? "PCIe" : "the host's memory");
    verify(c, all, &p);
}

static void tell_rates(struct child *c, const struct peers *all, size_t s)
{
    struct text t = { .arena = &c->arena };

    for (size_t d = 0; d < c->n_gpus; d++)
        if (d != s)
            text_add(&t, "%sgpu%d: %.4g", t.n > 0 ? ", " : "", c->gpus[d].index, all->rates[s][d]);
    saw_text(c, text_make(&c->arena, "rates.%s", together_name(c, s)), "GB/s to %s", t.s);
}

static void measure(struct child *c, bool both)
{
    struct peers *all = prepare(c, both);
    double slowest = (double)INFINITY, fastest = 0;
    size_t from = 0, to = 1;

    for (size_t i = 0; i < c->n_gpus; i++)
        for (size_t k = 0; k < i; k++)
            between(c, all, k, i, look_at_two);
    for (size_t s = 0; s < c->n_gpus; s++) {
        tell_rates(c, all, s);
        for (size_t d = 0; d < c->n_gpus; d++) {
            if (d != s && all->rates[s][d] < slowest) {
                slowest = all->rates[s][d];
                from = s;
                to = d;
            }
            fastest = fmax(fastest, all->rates[s][d]);
        }
    }
    between(c, all, from, to, measure_one);
    saw_num(c, "rate.fastest", "GB/s", fastest);
    saw_num(c, "rate.bytes", "B", (double)all->bytes * (both ? 2 : 1));
    saw_num(c, "wrong", "", (double)all->wrong);
    if (all->wrong > 0)
        saw_text(c, "wrong.pairs", "%s", all->which.s);
}

static void run_one_way(struct child *c)   { measure(c, false); }
static void run_both_ways(struct child *c) { measure(c, true); }

static const struct expect bounds[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: what %s pairs of GPUs sent did not arrive", .detail = "wrong.pairs" },
    { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
    { .key = NULL },
};

extern const struct probe probe_peer_copy;

#define PEER(id, limit, sentence) \
    const struct probe probe_bench_peer_##id = { \
        .name = "bench.peer." #id, .claim = sentence, .scope = SCOPE_DEVICES, .needs = NEEDS_DRIVER | NEEDS_CONTEXT, .rests_on = { &probe_peer_copy }, \
        .limit_s = 120, .measures = "rate", .peak = limit, .expects = bounds, .run = run_##id, \
    };

PEER(one_way,   PEAK_NVLINK,      "Every GPU sends every other data as fast as what links them can.")
PEER(both_ways, PEAK_NVLINK_BOTH, "Every two GPUs send each other data at once as fast as what links them can.")
