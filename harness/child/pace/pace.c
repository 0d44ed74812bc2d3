#include "child/pace/pace.h"

#include <math.h>

#include "base/clock.h"
#include "base/text.h"
#include "child/pace/evict.h"
#include "child/pace/meter.h"
#include "child/state.h"

enum {
    CALLS_MAX = 100000,
    EXPIRED_MAX = 2,            /* gates whose deadline is over before a host that is held up now and then opens them */
    BATCH_MIN = 8,              /* calls: fewer behind a gate are worth less than it costs */
    LOOK_CALLS_MAX = 1000,
};

static const double gated_below_ms = 0.05, look_ms = 20;

/* Of some calls; host time is from when the device may begin. */
struct stretch { double device_ms, host_ms; unsigned calls, batches; };

/* A measurement that goes on. */
struct pacing {
    struct child    *c;
    pace_work       *work;
    void            *arg;
    struct pace_how  how;
    CUevent          from, to;
    struct windows   windows;           /* how long, and how many */
    bool             metered;
    unsigned         batch;             /* calls that wait behind a gate; 0: none does */
    unsigned         expired;
    struct evict     evict;             /* cold only */
    double           mhz[STEADY_WINDOWS_MAX];
    unsigned         others;
};

static void make_events(struct pacing *p)
{
    MUST(p->c, cuda, cuEventCreate(&p->from, 0));
    MUST(p->c, cuda, cuEventCreate(&p->to, 0));
}

/* Where a call has ended the trial they go with the process. */
static void drop_events(const struct pacing *p)
{
    MUST(p->c, cuda, cuEventDestroy_v2(p->from));
    MUST(p->c, cuda, cuEventDestroy_v2(p->to));
}

static void queue(const struct pacing *p, unsigned calls)
{
    struct child *c = p->c;

    MUST(c, cuda, cuEventRecord(p->from, NULL));
    for (unsigned i = 0; i < calls; i++)
        p->work(c, p->arg);
    MUST(c, cuda, cuEventRecord(p->to, NULL));
}

/* Waits for what is queued, and how long it took since host and device could begin. */
static struct stretch stretch_since(const struct pacing *p, double began, unsigned calls)
{
    struct child *c = p->c;
    float device;
    double host;

    MUST(c, cuda, cuEventSynchronize(p->to));
    host = clock_ms_fine() - began;
    MUST(c, cuda, cuEventElapsedTime(&device, p->from, p->to));
    return (struct stretch){ .device_ms = (double)device, .host_ms = host, .calls = calls, .batches = 1 };
}

static struct stretch stretch_of(const struct pacing *p, unsigned calls)
{
    const double began = clock_ms_fine();

    queue(p, calls);
    return stretch_since(p, began, calls);
}

static void add(struct stretch *sum, const struct stretch *one)
{
    sum->device_ms += one->device_ms;
    sum->host_ms += one->host_ms;
    sum->calls += one->calls;
    sum->batches += one->batches;
}

/* Batches that wait for their last call before their first one begins. What came late of one is not used. */
static struct stretch gated_window(struct pacing *p)
{
    const double until = clock_ms_fine() + p->windows.ms;
    struct stretch sum = { .calls = 0 };

    while (clock_ms_fine() < until && p->batch > 0) {
        struct stretch one;
        double began;

        meter_close_gate(p->c);
        queue(p, p->batch);
        began = clock_ms_fine();
        meter_open_gate(p->c);
        one = stretch_since(p, began, p->batch);
        if (meter_was_opened(p->c))
            add(&sum, &one);
        else if (++p->expired > EXPIRED_MAX)
            p->batch = 0;
    }
    return sum;
}

/* Each call by itself. While the cache is filled, the call that follows is put behind it: that is as good as a gate. */
static struct stretch cold_window(struct pacing *p)
{
    const double until = clock_ms_fine() + p->windows.ms;
    struct stretch sum = { .calls = 0 };

    do {
        struct stretch one;
        const double one_began = clock_ms_fine();

        evict_all(p->c, &p->evict);
        queue(p, 1);
        one = stretch_since(p, one_began, 1);
        add(&sum, &one);
    } while (clock_ms_fine() < until);
    return sum;
}

static struct stretch window(struct pacing *p, unsigned calls, double *mhz)
{
    struct stretch s = { .calls = 0 };

    if (p->metered)
        meter_look(p->c, false);
    if (p->how.cold)
        s = cold_window(p);
    else if (p->batch > 0)
        s = gated_window(p);
    if (s.calls == 0)
        s = stretch_of(p, calls);
    *mhz = 0;
    if (p->metered) {
        meter_look(p->c, true);
        device_wait(p->c);
        *mhz = meter_mhz(p->c);
    }
    return s;
}

/* Of cold calls the host's clock holds the filling of the cache, too: it can only be longer. */
static bool agree(const struct pacing *p, const struct stretch *s)
{
    return steady_clocks_agree(p->how.cold && s->host_ms > s->device_ms ? s->device_ms : s->host_ms, s->device_ms, s->batches);
}

static unsigned calls_in(double ms, double one_ms, unsigned most)
{
    return (unsigned)fmin(fmax(ceil(ms / fmax(one_ms, 1e-6)), 1), most);
}

/* What NVML says, while more of the same work runs that is in no window: in one, the call would be measured. */
static void look(struct pacing *p, struct pace *out, double one_ms)
{
    struct child *c = p->c;
    const struct gpu_state *gpu = &c->state->gpus[c->gpu];
    unsigned others;

    if (!gpu->has_counters)
        return;
    queue(p, calls_in(look_ms, one_ms, LOOK_CALLS_MAX));
    telemetry_take(c, &out->telemetry);
    others = telemetry_others(c);
    p->others = others > p->others ? others : p->others;
    telemetry_link(c, &out->pcie_generation, &out->pcie_width);
    MUST(c, cuda, cuEventSynchronize(p->to));
}

/* A first call makes everything ready, a second says how many fill a window, and whether launches would be seen in it. */
static unsigned prepare(struct pacing *p)
{
    const unsigned at_a_time = p->how.launches > 0 ? (METER_LAUNCHES - 1) / p->how.launches : 0;
    double one_ms;

    make_events(p);
    p->metered = meter_begin(p->c);
    if (p->how.cold)
        p->evict = evict_begin(p->c);
    stretch_of(p, 1);
    one_ms = stretch_of(p, 1).device_ms;
    if (p->metered && !p->how.cold && one_ms < gated_below_ms && at_a_time >= BATCH_MIN) {
        p->batch = meter_gate_works(p->c) ? at_a_time : 0;
        p->expired = p->batch == 0;
    }
    return calls_in(p->windows.ms, one_ms, CALLS_MAX);
}

static void conclude(struct pacing *p, struct pace *out, const double *took)
{
    const struct steady s = steady_of(took, out->windows);
    const struct disturbance d = { .mhz = p->mhz, .n_mhz = out->windows, .capped = out->telemetry.capped > 0,
                                   .slowed = telemetry_slowed(&out->telemetry, &p->c->arena), .others = p->others };

    out->took_ms = s.middle;
    out->spread = s.spread;
    out->first_ms = s.first;
    out->settled = s.settled;
    out->mhz = p->mhz[out->windows - 1];
    out->gate = p->batch > 0 ? PACE_GATED : p->expired > 0 ? PACE_EXPIRED : PACE_UNGATED;
    out->cold = p->how.cold;
    out->disturbed = steady_disturbed(&s, &d, &p->c->arena);
}

struct pace pace_measure_as(struct child *c, pace_work *work, void *arg, const struct pace_how *how)
{
    struct pacing p = { .c = c, .work = work, .arg = arg, .how = *how, .windows = steady_windows(c->level) };
    double took[STEADY_WINDOWS_MAX], mhz;
    struct stretch last = { 0 };
    struct pace out = { .windows = 0 };
    const unsigned calls = prepare(&p);

    for (size_t i = 0; i < p.windows.most && !steady_is_settled(took, out.windows); i++) {
        last = window(&p, calls, &mhz);
        if (agree(&p, &last)) {
            p.mhz[out.windows] = mhz;
            took[out.windows++] = last.device_ms / last.calls;
        }
        look(&p, &out, last.device_ms / last.calls);
    }
    while (how->energy && c->level >= LEVEL_FULL && telemetry_wants_more(&out.telemetry)) {
        last = window(&p, calls, &mhz);
        look(&p, &out, last.device_ms / last.calls);
    }
    drop_events(&p);
    if (out.windows == 0)
        stop_ours(c, "events say that %u calls took %.3f ms, and the host's clock %.3f ms: neither can be trusted", last.calls, last.device_ms, last.host_ms);
    conclude(&p, &out, took);
    return out;
}

struct pace pace_measure(struct child *c, pace_work *work, void *arg)
{
    return pace_measure_as(c, work, arg, &(struct pace_how){ .launches = 0 });
}

static double shortest(struct child *c, pace_work *work, void *arg, double row_ms, unsigned times)
{
    struct pacing p = { .c = c, .work = work, .arg = arg };
    double shortest_ms = (double)INFINITY;
    unsigned calls = 1;

    make_events(&p);
    if (row_ms > 0)
        calls = calls_in(row_ms, stretch_of(&p, 1).device_ms, LOOK_CALLS_MAX);
    for (unsigned i = 0; i < times; i++)
        shortest_ms = fmin(shortest_ms, stretch_of(&p, calls).device_ms / calls);
    drop_events(&p);
    return shortest_ms;
}

double pace_shortest(struct child *c, pace_work *work, void *arg, unsigned times)
{
    return shortest(c, work, arg, 0, times);
}

double pace_look(struct child *c, pace_work *work, void *arg, double row_ms, unsigned times)
{
    return shortest(c, work, arg, row_ms, times);
}
