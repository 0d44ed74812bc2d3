/* bench.launch.* - what it costs to have the GPU do next to nothing: a kernel that counts itself, a graph of
 * such, and an event. In microseconds of one among many in a row. */
#include "child/pace/pace.h"

#include "base/clock.h"
#include "base/text.h"
#include "model/statistics.h"

enum { NODES = 100, LOOKS = 200 };

static const struct grid one = { 1, 1, 1 }, warp = { 32, 1, 1 };

struct ticks {
    CUdeviceptr count;
    uint64_t    asked;          /* kernels, since the count was 0 */
    CUstream    stream;         /* of a graph */
    CUgraphExec graph;
    CUevent     event;
};

static void begin(struct child *c, struct ticks *t)
{
    const uint64_t none = 0;

    *t = (struct ticks){ .count = device_buffer(c, sizeof none) };
    device_upload(c, t->count, &none, sizeof none);
}

/* A launch that never ran, or ran twice, costs what it likes. */
static void end(struct child *c, const struct ticks *t)
{
    uint64_t ran;

    device_wait(c);
    device_download(c, &ran, t->count, sizeof ran);
    saw_text(c, "ran", "%llu of %llu", (unsigned long long)ran, (unsigned long long)t->asked);
    saw_num(c, "wrong", "", ran != t->asked);
}

static void tick(struct child *c, void *arg)
{
    struct ticks *t = arg;

    launch(c, "tick", one, warp, &t->count);
    t->asked++;
}

/* The median of so many, in us of the host's clock: until the GPU has done it and the host knows. */
static double round_trip_us(struct child *c, pace_work *work, struct ticks *t)
{
    double took[LOOKS];

    for (size_t i = 0; i < LOOKS; i++) {
        const double began = clock_ms_fine();

        work(c, t);
        device_wait(c);
        took[i] = (clock_ms_fine() - began) * 1e3;
    }
    return statistics_median(took, LOOKS);
}

static void run_kernel(struct child *c)
{
    struct ticks t;
    struct pace p;

    begin(c, &t);
    tick(c, &t);
    p = pace_measure(c, tick, &t);
    saw_time(c, &p, "us");
    saw_num(c, "time.round_trip", "us", round_trip_us(c, tick, &t));
    end(c, &t);
}

/* ---- A graph ---- */

static void capture(struct child *c, struct ticks *t)
{
    CUgraph graph;

    if (c->cuda.cuStreamBeginCapture_v2 == NULL || c->cuda.cuGraphInstantiateWithFlags == NULL || c->cuda.cuStreamEndCapture == NULL
        || c->cuda.cuGraphLaunch == NULL || c->cuda.cuGraphExecDestroy == NULL || c->cuda.cuGraphDestroy == NULL)
        stop_unsupported(c, "this driver is older than CUDA 11.4 and has no cuGraphInstantiateWithFlags");
    MUST(c, cuda, cuStreamCreate(&t->stream, CU_STREAM_NON_BLOCKING));
    MUST(c, cuda, cuStreamBeginCapture_v2(t->stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    for (unsigned i = 0; i < NODES; i++)
        launch_on(c, t->stream, "tick", one, warp, &t->count);
    MUST(c, cuda, cuStreamEndCapture(t->stream, &graph));
    MUST(c, cuda, cuGraphInstantiateWithFlags(&t->graph, graph, 0));
    MUST(c, cuda, cuGraphDestroy(graph));
}

/* On the default stream, where the events are: capturing is what it does not allow. */
static void play(struct child *c, void *arg)
{
    struct ticks *t = arg;

    MUST(c, cuda, cuGraphLaunch(t->graph, NULL));
    t->asked += NODES;
}

static void run_graph(struct child *c)
{
    struct ticks t;
    struct pace p;

    begin(c, &t);
    tick(c, &t);                        /* loads the kernel, which a capture must not */
    capture(c, &t);
    play(c, &t);
    p = pace_measure(c, play, &t);
    saw_num(c, "time.graph", "us", p.took_ms * 1e3);
    p.took_ms /= NODES;
    p.first_ms /= NODES;
    saw_time(c, &p, "us");
    saw_num(c, "time.nodes", "", NODES);
    saw_num(c, "time.round_trip", "us", round_trip_us(c, play, &t));
    end(c, &t);
    MUST(c, cuda, cuGraphExecDestroy(t.graph));
    MUST(c, cuda, cuStreamDestroy_v2(t.stream));
}

/* ---- An event ---- */

static void record(struct child *c, void *arg)
{
    struct ticks *t = arg;

    MUST(c, cuda, cuEventRecord(t->event, NULL));
}

/* What two events in a row are apart, in us: nothing shorter can be measured by them. */
static double between_us(struct child *c, struct ticks *t)
{
    double apart[LOOKS];
    CUevent after;

    MUST(c, cuda, cuEventCreate(&after, 0));
    for (size_t i = 0; i < LOOKS; i++) {
        float ms;

        MUST(c, cuda, cuEventRecord(t->event, NULL));
        MUST(c, cuda, cuEventRecord(after, NULL));
        MUST(c, cuda, cuEventSynchronize(after));
        MUST(c, cuda, cuEventElapsedTime(&ms, t->event, after));
        apart[i] = (double)ms * 1e3;
    }
    MUST(c, cuda, cuEventDestroy_v2(after));
    return statistics_median(apart, LOOKS);
}

static void run_event(struct child *c)
{
    struct ticks t;
    struct pace p;

    begin(c, &t);
    MUST(c, cuda, cuEventCreate(&t.event, 0));
    record(c, &t);
    p = pace_measure(c, record, &t);
    saw_time(c, &p, "us");
    saw_num(c, "time.between", "us", between_us(c, &t));
    tick(c, &t);
    MUST(c, cuda, cuEventRecord(t.event, NULL));
    MUST(c, cuda, cuEventSynchronize(t.event));     /* an event that is over stands for what was before it */
    end(c, &t);
    MUST(c, cuda, cuEventDestroy_v2(t.event));
}

static const struct expect bounds[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "what was measured did not do its work: kernels that ran", .detail = "ran" },
    { .key = "time", .bound = AT_LEAST, .number = 0, .sentence = "the time is no number above 0: %s us" },
    { .key = NULL },
};

extern const struct probe probe_cuda_launch;

#define LAUNCH(id, what, skips) \
    const struct probe probe_bench_launch_##id = { \
        .name = "bench.launch." #id, .claim = "What " what " costs is known, of such as did their work.", \
        .scope = SCOPE_DEVICE, .needs = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS, .rests_on = { &probe_cuda_launch }, \
        .may_skip = skips, .measures = "time", .expects = bounds, .run = run_##id, \
    }

LAUNCH(kernel, "a launch in a row", false);
LAUNCH(graph, "a kernel of a graph", true);
LAUNCH(event, "an event", false);
