/* The gate's CPU twin opens or expires and says which, and the clock is what two looks at the counters say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/clock.h"
#include "kernels/gate.h"
#include "math/clocks.h"
#include "tests/host/twin.h"

static void wait_at(struct gate *g, unsigned long long ns)
{
    void *args[] = { &g, &ns, NULL };

    assert_int_equal(twin_params("gate_wait"), 2);
    assert_true(twin_launch("gate_wait", 1, 1, 1, 1, 1, 1, args));
}

static void an_open_gate_lets_through_at_once(void **state)
{
    struct gate g = { .open = 1 };
    const double began = clock_ms_fine();

    (void)state;
    wait_at(&g, 10000000000);
    assert_int_equal(g.state, GATE_OPENED);
    assert_true(clock_ms_fine() - began < 5000);
}

static void a_gate_that_nobody_opens_expires_after_its_deadline_and_says_so(void **state)
{
    struct gate g = { .open = 0 };
    const double began = clock_ms_fine();

    (void)state;
    wait_at(&g, 5000000);
    assert_int_equal(g.state, GATE_EXPIRED);
    assert_true(clock_ms_fine() - began >= 4.9);
}

static void every_multiprocessor_is_looked_at(void **state)
{
    struct clock_row rows[CLOCK_SMS] = { { 0, 0 } }, *at = rows;
    void *args[] = { &at, NULL };

    (void)state;
    twin_trouble.sms = 7;
    assert_true(twin_launch("gate_clocks", 28, 1, 1, 1, 1, 1, args));
    assert_int_equal(clocks_seen(rows, CLOCK_SMS), 7);
}

static void the_clock_is_cycles_by_time_of_what_was_seen_twice(void **state)
{
    const struct clock_row before[] = { { 1000, 5000 }, { 2000, 5000 }, { 0, 0 }, { 7, 7 } };
    const struct clock_row after[] = { { 1000 + 1980000, 5000 + 1000000 }, { 2000 + 1000000, 5000 + 1000000 }, { 9, 9 }, { 0, 0 } };

    (void)state;
    assert_true(fabs(clocks_mhz(before, after, 1) - 1980) < 1e-9);
    assert_true(fabs(clocks_mhz(before, after, 4) - 1490) < 1e-9);
    assert_true(clocks_mhz(before + 2, after + 2, 2) == 0);
    assert_true(clocks_mhz(before, before, 2) == 0);
    assert_int_equal(clocks_seen(before, 4), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_gate_lets_through_at_once),
        cmocka_unit_test(a_gate_that_nobody_opens_expires_after_its_deadline_and_says_so),
        cmocka_unit_test(every_multiprocessor_is_looked_at),
        cmocka_unit_test(the_clock_is_cycles_by_time_of_what_was_seen_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
