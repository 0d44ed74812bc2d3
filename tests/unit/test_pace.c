/* Measurements through the fake driver: what waits behind the gate, what expires, and what finds its cache cold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "child/pace/pace.h"
#include "tests/unit/own_child.h"

/* The fake runs each launch while it is made. Here it is kept until somebody waits, as on a device. */
enum { KEPT_MAX = 2048, ARGS_MAX = 4 };

static struct kept {
    enum { LAUNCH, RECORD, WORK } what;
    CUfunction f;
    CUevent    event;
    unsigned   blocks, threads;
    uint64_t   args[ARGS_MAX];
} kept[KEPT_MAX];
static size_t n_kept;
static bool keeps;

static struct child *c;
static struct cuda real;
static unsigned launches, works;

/* Host and device take the time that is said here and none besides: the machine's own clock is left out (tests/rules.mk). */
static double now_ms = 1;
static double at_ms[2];                 /* of the two events that a measurement has */
static CUevent events[2];

double __wrap_clock_ms_fine(void);
double __wrap_clock_ms_fine(void)
{
    return now_ms;
}

static void spin(double us)
{
    now_ms += us / 1000;
}

static double *time_of(CUevent e)
{
    const size_t i = events[0] == NULL || events[0] == e ? 0 : 1;

    events[i] = e;
    return &at_ms[i];
}

static void run(struct kept *k)
{
    void *args[ARGS_MAX + 1] = { NULL };

    for (size_t i = 0; i < ARGS_MAX && k->args[i] != 0; i++)
        args[i] = &k->args[i];
    if (k->what == WORK)
        spin(20);
    else if (k->what == RECORD)
        *time_of(k->event) = now_ms;
    else if (args[2] != NULL)
        spin(20000);                    /* stream_read_4, which a twin takes long for */
    else
        assert_int_equal(real.cuLaunchKernel(k->f, k->blocks, 1, 1, k->threads, 1, 1, 0, NULL, args, NULL), 0);
}

static void run_all(void)
{
    for (size_t i = 0; i < n_kept; i++)
        run(&kept[i]);
    n_kept = 0;
}

static void keep(const struct kept *k)
{
    assert_true(n_kept < KEPT_MAX);
    kept[n_kept++] = *k;
    if (!keeps)
        run_all();
}

/* All arguments here are of eight bytes, and none is 0. */
static CUresult keep_launch(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                            unsigned shared, CUstream stream, void **args, void **extra)
{
    struct kept k = { .what = LAUNCH, .f = f, .blocks = gx, .threads = bx };

    (void)gy; (void)gz; (void)by; (void)bz; (void)shared; (void)stream; (void)extra;
    for (size_t i = 0; i < ARGS_MAX && args[i] != NULL; i++)
        memcpy(&k.args[i], args[i], sizeof k.args[i]);
    launches++;
    keep(&k);
    return 0;
}

static CUresult keep_record(CUevent e, CUstream stream)
{
    (void)stream;
    keep(&(struct kept){ .what = RECORD, .event = e });
    return 0;
}

static CUresult wait_for_event(CUevent e)
{
    run_all();
    return real.cuEventSynchronize(e);
}

static CUresult elapsed(float *ms, CUevent from, CUevent to)
{
    *ms = (float)(*time_of(to) - *time_of(from));
    return 0;
}

static CUresult wait_for_all(void)
{
    run_all();
    return real.cuCtxSynchronize();
}

/* 20 us of the device, which cost 60 us to put there. */
static void work(struct child *child, void *arg)
{
    (void)child;
    (void)arg;
    spin(60);
    works++;
    keep(&(struct kept){ .what = WORK });
}

static struct pace measured(bool on_device, const struct pace_how *how)
{
    keeps = on_device;
    launches = works = 0;
    events[0] = events[1] = NULL;
    return pace_measure_as(c, work, NULL, how);
}

static void short_work_waits_behind_the_gate_and_launches_are_not_measured(void **state)
{
    const struct pace p = measured(true, &(struct pace_how){ .launches = 1 });

    (void)state;
    assert_int_equal(p.gate, PACE_GATED);
    assert_true(fabs(p.took_ms - 0.020) < 1e-4 && p.settled && p.windows == 2);
    assert_true(p.mhz > 990 && p.mhz < 1010);               /* a twin's */
}

static void a_gate_that_holds_the_host_too_is_told_and_not_used(void **state)
{
    const struct pace p = measured(false, &(struct pace_how){ .launches = 1 });

    (void)state;
    assert_int_equal(p.gate, PACE_UNGATED);                 /* with its launch it takes longer than what is gated */
    assert_true(fabs(p.took_ms - 0.080) < 1e-4);
}

static void what_does_more_than_the_gate_may_hold_is_not_gated(void **state)
{
    (void)state;
    assert_int_equal(measured(false, &(struct pace_how){ .launches = 0 }).gate, PACE_UNGATED);
    assert_int_equal(measured(false, &(struct pace_how){ .launches = 100 }).gate, PACE_UNGATED);
}

static void a_quick_one(struct child *child, void *arg)
{
    (void)child;
    (void)arg;
    spin(5);
}

static void a_driver_that_waits_for_each_launch_lets_the_gate_expire(void **state)
{
    struct pace p;

    (void)state;
    keeps = false;
    events[0] = events[1] = NULL;
    p = pace_measure_as(c, a_quick_one, NULL, &(struct pace_how){ .launches = 1 });
    assert_int_equal(p.gate, PACE_EXPIRED);
    assert_true(fabs(p.took_ms - 0.005) < 1e-4);
}

static void the_cache_is_filled_before_each_call_of_what_wants_it_cold(void **state)
{
    const struct pace p = measured(false, &(struct pace_how){ .launches = 1, .cold = true });

    (void)state;
    assert_true(p.cold);
    assert_int_equal(p.gate, PACE_UNGATED);
    /* One filling a call; the meter's own launches, and two calls and a filling before the first window. */
    assert_int_equal(launches, works - 2 + 1 + 2 + 2 * p.windows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_work_waits_behind_the_gate_and_launches_are_not_measured),
        cmocka_unit_test(a_gate_that_holds_the_host_too_is_told_and_not_used),
        cmocka_unit_test(what_does_more_than_the_gate_may_hold_is_not_gated),
        cmocka_unit_test(a_driver_that_waits_for_each_launch_lets_the_gate_expire),
        cmocka_unit_test(the_cache_is_filled_before_each_call_of_what_wants_it_cold),
    };

    c = own_child("/dev/null");
    real = c->cuda;
    c->cuda.cuLaunchKernel = keep_launch;
    c->cuda.cuEventRecord = keep_record;
    c->cuda.cuEventSynchronize = wait_for_event;
    c->cuda.cuEventElapsedTime = elapsed;
    c->cuda.cuCtxSynchronize = wait_for_all;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
