#include "child/pace.h"

#include <math.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/steady.h"

enum { CALLS_MAX = 100000 };

static const double window_ms = 500;

struct stretch { double device_ms, host_ms; };

static struct stretch stretch_of(struct child *c, CUevent from, CUevent to, pace_work *work, void *arg, unsigned calls)
{
    const double began = clock_ms_fine();
    float device;

    MUST(c, cuda, cuEventRecord(from, NULL));
    for (unsigned i = 0; i < calls; i++)
        work(c, arg);
    MUST(c, cuda, cuEventRecord(to, NULL));
    MUST(c, cuda, cuEventSynchronize(to));
    MUST(c, cuda, cuEventElapsedTime(&device, from, to));
    return (struct stretch){ .device_ms = (double)device, .host_ms = clock_ms_fine() - began };
}

/* Events are given back by the process's end: each round is a process of its own. */
static void make_events(struct child *c, CUevent *from, CUevent *to)
{
    MUST(c, cuda, cuEventCreate(from, 0));
    MUST(c, cuda, cuEventCreate(to, 0));
}

static void drop_events(struct child *c, CUevent from, CUevent to)
{
    MUST(c, cuda, cuEventDestroy_v2(from));
    MUST(c, cuda, cuEventDestroy_v2(to));
}

double pace_shortest(struct child *c, pace_work *work, void *arg, unsigned times)
{
    double shortest = (double)INFINITY;
    CUevent from, to;

    make_events(c, &from, &to);
    for (unsigned i = 0; i < times; i++)
        shortest = fmin(shortest, stretch_of(c, from, to, work, arg, 1).device_ms);
    drop_events(c, from, to);
    return shortest;
}

static unsigned calls_in(double window, double one_ms)
{
    return (unsigned)fmin(fmax(ceil(window / fmax(one_ms, 1e-6)), 1), CALLS_MAX);
}

struct pace pace_measure(struct child *c, pace_work *work, void *arg)
{
    double took[STEADY_WINDOWS_MAX];
    struct steady steady;
    struct stretch last = { 0, 0 };
    struct pace p = { .windows = 0 };
    unsigned calls;
    CUevent from, to;

    make_events(c, &from, &to);
    stretch_of(c, from, to, work, arg, 1);
    calls = calls_in(window_ms, stretch_of(c, from, to, work, arg, 1).device_ms);
    for (unsigned i = 0; i < STEADY_WINDOWS_MAX && !steady_is_settled(took, p.windows); i++) {
        last = stretch_of(c, from, to, work, arg, calls);
        if (steady_clocks_agree(last.host_ms, last.device_ms, 1))
            took[p.windows++] = last.device_ms / calls;
    }
    drop_events(c, from, to);
    if (p.windows == 0)
        stop_ours(c, "events say that %u calls took %.3f ms, and the host's clock %.3f ms: neither can be trusted", calls, last.device_ms, last.host_ms);
    steady = steady_of(took, p.windows);
    p.took_ms = steady.middle;
    p.spread = steady.spread;
    p.first_ms = steady.first;
    p.settled = steady.settled;
    return p;
}

static void saw_pace(struct child *c, const struct pace *p, const char *key, double middle, double first, const char *unit)
{
    saw_num(c, key, unit, middle);
    saw_num(c, text_make(&c->arena, "%s.first", key), unit, first);
    saw_num(c, text_make(&c->arena, "%s.spread", key), "%", 100 * p->spread);
    saw_num(c, text_make(&c->arena, "%s.windows", key), "", p->windows);
    saw_text(c, text_make(&c->arena, "%s.settled", key), "%s", p->settled ? "yes" : "no");
}

/* Units of work in a millisecond that make one of the rate's unit. */
static double work_of(const char *unit)
{
    return text_is(unit, "GB/s") ? 1e6 : text_is(unit, "images/s") ? 1e-3 : 1e9;
}

void saw_rate(struct child *c, const struct pace *p, double work, const char *unit)
{
    saw_pace(c, p, "rate", work / (p->took_ms * work_of(unit)), work / (p->first_ms * work_of(unit)), unit);
}

void saw_time(struct child *c, const struct pace *p, const char *unit)
{
    const double of_ms = text_is(unit, "us") ? 1e3 : 1;

    saw_pace(c, p, "time", p->took_ms * of_ms, p->first_ms * of_ms, unit);
}
