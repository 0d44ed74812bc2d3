/* bench.host.together.* - how fast all GPUs at once and the host's memory send each other data, in units of 10^9 bytes a second, the
 * same number of bytes each: less than the sum of each alone where they share what leads to the host, or the host's memory. */
#include "child/pace/pace.h"

#include "base/text.h"
#include "child/transfer/place.h"
#include "child/transfer/road.h"
#include "child/together.h"

enum { IN_A_CALL = 4 };

struct all { struct road roads[GPU_SET_MAX]; CUevent from[GPU_SET_MAX], to[GPU_SET_MAX]; };

static void start(struct child *c, struct all *all, size_t gpu)
{
    child_use_gpu(c, gpu);
    MUST(c, cuda, cuEventRecord(all->from[gpu], NULL));
    for (unsigned i = 0; i < IN_A_CALL; i++)
        road_pass(c, &all->roads[gpu]);
    MUST(c, cuda, cuEventRecord(all->to[gpu], NULL));
}

/* It waits for all of them: no event of one GPU is behind the copies of another. */
static void pass(struct child *c, void *arg)
{
    struct all *all = arg;

    for (size_t i = 0; i < c->n_gpus; i++)
        start(c, all, i);
    for (size_t i = c->n_gpus; i-- > 0;) {
        child_use_gpu(c, i);            /* the first at last: the pace is taken by its clock */
        device_wait(c);
    }
}

/* Each with memory beside it. */
static void prepare(struct child *c, struct all *all, unsigned ways)
{
    struct text told = { .arena = &c->arena };
    size_t bytes = SIZE_MAX;

    for (size_t i = 0; i < c->n_gpus; i++) {
        child_use_gpu(c, i);
        bytes = road_bytes(c, c->n_gpus) < bytes ? road_bytes(c, c->n_gpus) : bytes;
    }
    for (size_t i = 0; i < c->n_gpus; i++) {
        struct road *r = &all->roads[i];
        struct places places;

        child_use_gpu(c, i);
        *r = (struct road){ .ways = ways, .pinned = true, .bytes = bytes };
        places = places_find(c);
        (void)place_go(&places, BESIDE);
        road_build(c, r);
        road_take_host(c, r);
        text_add(&told, "%sgpu%d: node %d", i > 0 ? ", " : "", c->gpus[i].index, place_of_memory(ways & TO_DEVICE ? r->to_device.host : r->to_host.host));
        place_leave(&places);
        MUST(c, cuda, cuEventCreate(&all->from[i], 0));
        MUST(c, cuda, cuEventCreate(&all->to[i], 0));
        device_wait(c);
    }
    saw_text(c, "places", "%s", told.s);
}

/* Each GPU's, while all of them are at it. */
static void tell_rates(struct child *c, struct all *all)
{
    struct text t = { .arena = &c->arena };

    pass(c, all);
    for (size_t i = 0; i < c->n_gpus; i++) {
        float ms;

        child_use_gpu(c, i);
        MUST(c, cuda, cuEventElapsedTime(&ms, all->from[i], all->to[i]));
        text_add(&t, "%sgpu%d: %.4g", i > 0 ? ", " : "", c->gpus[i].index, road_work(&all->roads[i]) * IN_A_CALL / (double)ms / 1e6);
    }
    saw_text(c, "rates", "GB/s of %s", t.s);
}

static void verify(struct child *c, struct all *all)
{
    size_t wrong = 0, first = 0;

    for (size_t i = 0; i < c->n_gpus; i++) {
        child_use_gpu(c, i);
        if (road_wrong(c, &all->roads[i]) > 0 && wrong++ == 0)
            first = i;
        road_give_back_host(c, &all->roads[i]);
    }
    saw_num(c, "wrong", "", (double)wrong);
    if (wrong > 0)
        saw_text(c, "wrong.which", "gpu%d%s", c->gpus[first].index, wrong > 1 ? " and others" : "");
}

static void measure(struct child *c, unsigned ways)
{
    struct all *all = host_buffer(c, sizeof *all);
    struct pace p;
    double work;

    prepare(c, all, ways);
    work = road_work(&all->roads[0]) * IN_A_CALL * (double)c->n_gpus;
    child_use_gpu(c, 0);
    p = pace_measure(c, pass, all);
    saw_rate(c, &p, work, "GB/s");
    saw_num(c, "rate.bytes", "B", work);
    tell_rates(c, all);
    verify(c, all);
}

static void run_to_device(struct child *c) { measure(c, TO_DEVICE); }
static void run_to_host(struct child *c)   { measure(c, TO_HOST); }
static void run_both(struct child *c)      { measure(c, BOTH_WAYS); }

static const struct expect bounds[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: data of %s GPUs did not arrive", .detail = "wrong.which" },
    { .key = "rate", .bound = AT_LEAST, .number = 0, .sentence = "the rate is no number above 0: %s" },
    { .key = NULL },
};

extern const struct probe probe_cuda_copy_h2d, probe_cuda_copy_d2h;

#define TOGETHER(id, sends) \
    const struct probe probe_bench_host_together_##id = { \
        .name = "bench.host.together." #id, .claim = sends " as fast as what they share can.", .scope = SCOPE_DEVICES, \
        .needs = NEEDS_DRIVER | NEEDS_CONTEXT, .may_skip = true, .rests_on = { &probe_cuda_copy_h2d, &probe_cuda_copy_d2h }, \
        .limit_s = 120, .measures = "rate", .expects = bounds, .run = run_##id, \
    };

TOGETHER(to_device, "The host sends all GPUs at once data")
TOGETHER(to_host,   "All GPUs at once send the host data")
TOGETHER(both,      "All GPUs at once and the host send each other data")
