/* What the figures of several rounds say: against published tables, and on synthetic runs whose answer is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/difference.h"
#include "math/random.h"

enum { PAIRS = 10000, ROUNDS = 5, WINDOWS = 6 };

static void assert_near(double is, double should, double by)
{
    if (!(fabs(is - should) <= by))
        fail_msg("%.9g instead of %.9g", is, should);
}

static void the_median_is_the_middle_one_or_between_the_two(void **state)
{
    (void)state;
    assert_near(statistics_median((double[]){ 3, 1, 2 }, 3), 2, 0);
    assert_near(statistics_median((double[]){ 4, 1, 2, 3 }, 4), 2.5, 0);
    assert_near(statistics_mad((double[]){ 1, 2, 3, 4, 1000 }, 5), 1.4826, 1e-12);
    assert_true(isnan(statistics_median((double[]){ 1, NAN, 3 }, 3)));
    assert_true(isnan(statistics_mad((double[]){ 1, INFINITY, 3 }, 3)));
}

/* NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, to the digits that it prints; 63.657 is tan(0.99 pi / 2). */
static void student_t_is_that_of_the_printed_tables(void **state)
{
    static const struct { double p; size_t freedom; double t; } rows[] = {
        { 0.01, 1, 63.657 }, { 0.01, 2, 9.925 }, { 0.01, 3, 5.841 }, { 0.01, 4, 4.604 }, { 0.01, 8, 3.355 }, { 0.01, 9, 3.250 },
        { 0.01, 30, 2.750 }, { 0.01, 100, 2.626 }, { 0.05, 10, 2.228 }, { 0.2, 7, 1.415 }, { 0.002, 5, 5.893 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_near(student_t(rows[i].p, rows[i].freedom), rows[i].t, 0.0006);
        assert_near(student_p(student_t(rows[i].p, rows[i].freedom), rows[i].freedom), rows[i].p, 1e-9);
        assert_near(student_p(-rows[i].t, rows[i].freedom), student_p(rows[i].t, rows[i].freedom), 0);
    }
    assert_near(student_p(0, 5), 1, 1e-15);
}

static void one_round_or_a_figure_that_is_none_says_nothing(void **state)
{
    const double two[] = { 1, 2 }, zero[] = { 0, 1 }, none[] = { NAN, 1 }, negative[] = { -1, 1 };
    struct ratio r;

    (void)state;
    assert_false(ratio_of(&r, two, 1, two, 2));
    assert_false(ratio_of(&r, two, 2, two, 1));
    assert_false(ratio_of(&r, two, 2, zero, 2));
    assert_false(ratio_of(&r, none, 2, two, 2));
    assert_false(ratio_of(&r, two, 2, negative, 2));
    assert_true(ratio_of(&r, two, 2, two, 2));
}

static enum difference decided(const char *unit, const double *before, size_t n_before, const double *after, size_t n_after)
{
    struct compared c = { .unit = unit, .before = before, .n_before = n_before, .after = after, .n_after = n_after };

    differences_decide(&c, 1);
    return c.is;
}

#define DECIDED(unit, before, after) decided(unit, before, COUNT_OF(before), after, COUNT_OF(after))

static void what_is_better_depends_on_the_unit(void **state)
{
    const double less[] = { 100, 100.1, 99.9, 100, 100.05 }, more[] = { 120, 120.1, 119.9, 120, 120.05 };

    (void)state;
    assert_int_equal(DECIDED("GB/s", less, more), FASTER);
    assert_int_equal(DECIDED("GB/s", more, less), SLOWER);
    assert_int_equal(DECIDED("us", less, more), SLOWER);
    assert_int_equal(DECIDED("us", more, less), FASTER);
    assert_int_equal(DECIDED("GB/s", less, less), SAME);
    assert_int_equal(DECIDED("W", less, more), CANNOT_TELL);
}

/* Equal figures have no spread: what differs by less than the margin is the same, by more is not. */
static void just_inside_the_margin_is_the_same_and_just_outside_is_not(void **state)
{
    const double before[] = { 1000, 1000, 1000, 1000, 1000 }, inside[] = { 990.2, 990.2, 990.2, 990.2, 990.2 };
    const double outside[] = { 989.9, 989.9, 989.9, 989.9, 989.9 };

    (void)state;
    assert_int_equal(DECIDED("GB/s", before, inside), SAME);
    assert_int_equal(DECIDED("GB/s", before, outside), SLOWER);
    assert_int_equal(DECIDED("TFLOP/s", before, outside), SAME);
    assert_int_equal(DECIDED("ms", before, outside), SAME);
}

/* Half of the rounds in another mode: the spread is as wide as the modes are apart. */
static void two_modes_cannot_be_told_and_one_outlier_does_not_make_a_difference(void **state)
{
    const double steady[] = { 100, 100.1, 99.9, 100, 100.05 }, modes[] = { 100, 90, 100, 90, 100 }, outlier[] = { 100, 100.1, 99.9, 70, 100.05 };

    (void)state;
    assert_int_equal(DECIDED("GB/s", steady, modes), CANNOT_TELL);
    assert_int_equal(DECIDED("GB/s", steady, outlier), CANNOT_TELL);
}

/* It drifts down by 1 % a round: slower, though the first round was not. */
static void a_drift_is_slower_when_its_middle_is_clear_of_its_spread(void **state)
{
    const double steady[] = { 100, 100.1, 99.9, 100, 100.05 }, drifts[] = { 97, 96, 95, 94, 93 };

    (void)state;
    assert_int_equal(DECIDED("GB/s", steady, drifts), SLOWER);
}

static void what_a_series_of_known_kind_comes_to(void **state)
{
    static const struct { const char *of, *unit; double before[6], after[6]; enum difference is; } rows[] = {
        { "all equal",                              "GB/s",    { 4400, 4400, 4400, 4400, 4400 }, { 4400, 4400, 4400, 4400, 4400 }, SAME },
        { "all equal, and 5 % less",                "GB/s",    { 4400, 4400, 4400, 4400, 4400 }, { 4180, 4180, 4180, 4180, 4180 }, SLOWER },
        { "the same two modes, twice",              "GB/s",    { 100, 90, 100, 90, 100 },        { 90, 100, 100, 100, 90 },        CANNOT_TELL },
        { "two modes, and both 30 % less",          "GB/s",    { 100, 95, 100, 95, 100 },        { 70, 67, 70, 67, 70 },           SLOWER },
        { "both drift alike",                       "TFLOP/s", { 770, 762, 754, 746, 738 },      { 770, 762, 754, 746, 738 },      CANNOT_TELL },
        { "both drift, one from 15 % below",        "TFLOP/s", { 770, 762, 754, 746, 738 },      { 654, 648, 641, 634, 627 },      SLOWER },
        { "throttled after two rounds",             "TFLOP/s", { 770, 771, 769, 770, 771 },      { 770, 771, 690, 688, 691 },      CANNOT_TELL },
        { "throttled from the first on",            "TFLOP/s", { 770, 771, 769, 770, 771 },      { 690, 691, 689, 688, 691 },      SLOWER },
        { "throttled then, and no longer",          "TFLOP/s", { 690, 691, 689, 688, 691 },      { 770, 771, 769, 770, 771 },      FASTER },
        { "one outlier below",                      "GB/s",    { 100, 100.1, 99.9, 100, 100 },   { 100, 100.1, 40, 99.9, 100 },    CANNOT_TELL },
        { "one outlier above",                      "GB/s",    { 100, 100.1, 99.9, 100, 100 },   { 100, 100.1, 160, 99.9, 100 },   CANNOT_TELL },
        { "the same outlier, twice",                "GB/s",    { 100, 100.1, 60, 100, 100 },     { 100, 60, 99.9, 100, 100 },      CANNOT_TELL },
        { "a time that doubles",                    "us",      { 2.1, 2.0, 2.1, 2.2, 2.1 },      { 4.2, 4.1, 4.0, 4.2, 4.3 },      SLOWER },
        { "a time within a tenth",                  "us",      { 2.10, 2.11, 2.10, 2.11, 2.10 }, { 2.2, 2.21, 2.2, 2.21, 2.2 },    SAME },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (decided(rows[i].unit, rows[i].before, 5, rows[i].after, 5) != rows[i].is)
            fail_msg("%s: %s", rows[i].of, difference_name(decided(rows[i].unit, rows[i].before, 5, rows[i].after, 5)));
}

static void so_many_rounds_as_are_said_to_tell_do_tell(void **state)
{
    const double before[] = { 100, 102, 98, 101, 99 }, after[] = { 98, 100, 96, 99, 97 };
    double more[2][250];
    struct compared c = { .unit = "GB/s", .before = before, .n_before = 5, .after = after, .n_after = 5 };

    (void)state;
    differences_decide(&c, 1);
    assert_int_equal(c.is, CANNOT_TELL);
    assert_in_range(c.would_tell, 6, 50);
    for (size_t i = 0; i < 250; i++) {
        more[0][i] = before[i % 5];
        more[1][i] = after[i % 5];
    }
    assert_int_equal(decided("GB/s", more[0], c.would_tell, more[1], c.would_tell), SLOWER);
}

/* A thousand equal measurements, in which chance alone makes some stand out by themselves. */
static void of_many_measurements_chance_alone_makes_none_slower(void **state)
{
    static double figures[1000][2][ROUNDS];
    static struct compared list[1000];
    struct random random = { 7 };
    size_t told = 0;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        for (size_t k = 0; k < 2 * ROUNDS; k++)
            figures[i][k / ROUNDS][k % ROUNDS] = 100 * (1 + 0.02 * (double)random_unit(&random));
        list[i] = (struct compared){ .unit = "GB/s", .before = figures[i][0], .n_before = ROUNDS, .after = figures[i][1], .n_after = ROUNDS };
    }
    differences_decide(list, 1000);
    for (size_t i = 0; i < 1000; i++)
        told += list[i].is == SLOWER || list[i].is == FASTER;
    assert_int_equal(told, 0);
}

/* ---- Synthetic runs: windows that follow one another (AR(1), 0.9), and rounds that differ among each other ---- */

static double normal(struct random *r)
{
    double sum = 0;

    for (int i = 0; i < 12; i++)
        sum += (double)random_unit(r);
    return sum / sqrt(12);
}

static double one_round(struct random *r, double middle, double between)
{
    double windows[WINDOWS], noise = normal(r), level = middle * (1 + between * normal(r));

    for (size_t i = 0; i < WINDOWS; i++) {
        noise = 0.9 * noise + sqrt(1 - 0.81) * normal(r);
        windows[i] = level * (1 + 0.001 * noise);
    }
    return statistics_median(windows, WINDOWS);
}

/* How many of 10,000 pairs are called slower. */
static size_t slower_of(uint64_t seed, double change, double between)
{
    struct random random = { seed };
    size_t slower = 0;

    for (size_t i = 0; i < PAIRS; i++) {
        double before[ROUNDS], after[ROUNDS];

        for (size_t k = 0; k < ROUNDS; k++) {
            before[k] = one_round(&random, 4000, between);
            after[k] = one_round(&random, 4000 * (1 + change), between);
        }
        slower += DECIDED("GB/s", before, after) == SLOWER;
    }
    return slower;
}

static void four_percent_less_is_slower_and_nothing_less_is_not(void **state)
{
    const struct { double change, between; size_t least, most; } rows[] = {
        { -0.04, 0.005, 9900, PAIRS }, { 0, 0.005, 0, 10 }, { -0.04, 0.01, 9500, PAIRS }, { 0, 0.01, 0, 50 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t slower = slower_of(20261128 + i, rows[i].change, rows[i].between);

        print_message("change %g %%, %g %% between runs: slower in %zu of %d\n", 100 * rows[i].change, 100 * rows[i].between, slower, PAIRS);
        assert_in_range(slower, rows[i].least, rows[i].most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_is_the_middle_one_or_between_the_two),
        cmocka_unit_test(student_t_is_that_of_the_printed_tables),
        cmocka_unit_test(one_round_or_a_figure_that_is_none_says_nothing),
        cmocka_unit_test(what_is_better_depends_on_the_unit),
        cmocka_unit_test(just_inside_the_margin_is_the_same_and_just_outside_is_not),
        cmocka_unit_test(two_modes_cannot_be_told_and_one_outlier_does_not_make_a_difference),
        cmocka_unit_test(what_a_series_of_known_kind_comes_to),
        cmocka_unit_test(a_drift_is_slower_when_its_middle_is_clear_of_its_spread),
        cmocka_unit_test(so_many_rounds_as_are_said_to_tell_do_tell),
        cmocka_unit_test(of_many_measurements_chance_alone_makes_none_slower),
        cmocka_unit_test(four_percent_less_is_slower_and_nothing_less_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
