/* One GPU's figure beside those of the others like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "model/beside.h"
#include "model/judge.h"

enum { MOST = 8 };

static const struct probe product = { .name = "bench.blas.bf16", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate", .peak = PEAK_BF16 };
static const struct probe memory = { .name = "bench.memory.read", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate", .peak = PEAK_MEMORY };
static const struct probe link_up = { .name = "bench.host.to_device.pinned", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate", .peak = PEAK_PCIE };
static const struct probe pageable = { .name = "bench.host.to_device.pageable", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "rate" };
static const struct probe launch = { .name = "bench.launch.kernel", .claim = "It is so.", .scope = SCOPE_DEVICE, .measures = "time" };

static struct arena arena;

static void what_is_found_of_one_gpu_among_others(void **state)
{
    static const struct {
        const char    *of;
        const struct probe *probe;
        double         figures[MOST], clocks[MOST];
        double         spread;          /* of the one at `which` */
        size_t         which;
        enum beside_is is;
    } table[] = {
        { "eight, one 8 % slow",          &product, { 772, 770, 774, 771, 710, 773, 769, 772 }, { 0 }, 0, 4, BESIDE_TOO_LOW },
        { "its neighbours are well",      &product, { 772, 770, 774, 771, 710, 773, 769, 772 }, { 0 }, 0, 2, BESIDE_ALIKE },
        { "eight, one 5 % slow",          &product, { 772, 770, 774, 771, 733, 773, 769, 772 }, { 0 }, 0, 4, BESIDE_LOW },
        { "just within what warns",       &product, { 100, 100, 96.6 }, { 0 }, 0, 2, BESIDE_ALIKE },
        { "just beyond what warns",       &product, { 100, 100, 96.4 }, { 0 }, 0, 2, BESIDE_LOW },
        { "just within what fails",       &product, { 100, 100, 93.1 }, { 0 }, 0, 2, BESIDE_LOW },
        { "just beyond what fails",       &product, { 100, 100, 92.9 }, { 0 }, 0, 2, BESIDE_TOO_LOW },
        { "memory, 2 % slow",             &memory,  { 4400, 4402, 4312, 4399 }, { 0 }, 0, 2, BESIDE_LOW },
        { "memory, 4 % slow",             &memory,  { 4400, 4402, 4224, 4399 }, { 0 }, 0, 2, BESIDE_TOO_LOW },
        { "a link, 4 % slow",             &link_up, { 55.1, 55.2, 53, 55.1 }, { 0 }, 0, 2, BESIDE_LOW },
        { "a link of half the lanes",     &link_up, { 55.1, 55.2, 27, 55.1 }, { 0 }, 0, 2, BESIDE_TOO_LOW },
        { "two that differ: the slower",  &product, { 770, 700 }, { 0 }, 0, 1, BESIDE_ONE_OF_TWO },
        { "two that differ: the faster",  &product, { 770, 700 }, { 0 }, 0, 0, BESIDE_ALIKE },
        { "two that agree",               &product, { 770, 769 }, { 0 }, 0, 1, BESIDE_ALIKE },
        { "one alone",                    &product, { 770 }, { 0 }, 0, 0, BESIDE_ALIKE },
        { "all equal",                    &product, { 770, 770, 770, 770 }, { 0 }, 0, 3, BESIDE_ALIKE },
        { "one is faster",                &product, { 770, 770, 850, 770 }, { 0 }, 0, 2, BESIDE_ALIKE },
        { "beside one that is faster",    &product, { 770, 770, 850, 770 }, { 0 }, 0, 0, BESIDE_ALIKE },
        { "two halves: a slow one",       &product, { 770, 770, 700, 700 }, { 0 }, 0, 2, BESIDE_SPLIT },
        { "two halves: a fast one",       &product, { 770, 770, 700, 700 }, { 0 }, 0, 0, BESIDE_ALIKE },
        { "five fast, three slow",        &product, { 770, 770, 770, 770, 770, 700, 700, 700 }, { 0 }, 0, 6, BESIDE_TOO_LOW },
        { "slow, and unsteady",           &product, { 770, 770, 700, 770 }, { 0 }, 0.06, 2, BESIDE_NOISY },
        { "slow, by a lower clock",       &product, { 770, 770, 735, 770 }, { 1600, 1600, 1527, 1600 }, 0, 2, BESIDE_LOW },
        { "slow at the same clock",       &product, { 770, 770, 735, 770 }, { 1600, 1600, 1600, 1600 }, 0, 2, BESIDE_TOO_LOW },
        { "a little, at the same clock",  &product, { 770, 770, 755, 770 }, { 1600, 1600, 1600, 1600 }, 0, 2, BESIDE_LOW },
        { "fast by a higher clock",       &product, { 770, 770, 780, 770 }, { 1600, 1600, 1700, 1600 }, 0, 2, BESIDE_ALIKE },
        { "one clock is not known",       &product, { 770, 770, 755, 770 }, { 1600, 1600, 1600, 0 }, 0, 2, BESIDE_ALIKE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const struct tolerance *t = tolerance_of(table[i].probe, table[i].probe == &product ? "TFLOP/s" : "GB/s");
        struct beside_one all[MOST];
        size_t n = 0;
        struct beside b;

        for (; n < MOST && table[i].figures[n] > 0; n++)
            all[n] = (struct beside_one){ table[i].figures[n], n == table[i].which ? table[i].spread : 0, table[i].clocks[n] };
        b = beside_find(all, n, table[i].which, t, &arena);
        if (b.is != table[i].is)
            fail_msg("%s: %d, not %d", table[i].of, (int)b.is, (int)table[i].is);
    }
}

static void of_times_and_of_what_no_datasheet_bounds_nothing_is_said(void **state)
{
    (void)state;
    assert_null(tolerance_of(&launch, "us"));
    assert_null(tolerance_of(&pageable, "GB/s"));
    assert_non_null(tolerance_of(&pageable, "images/s"));
}

struct box {
    struct device device[4];
    struct figure figure[4];
    struct judged trial[4];
    struct report report;
};

static void make(struct box *b, const struct probe *p, const double *figures, size_t n)
{
    memset(b, 0, sizeof *b);
    for (size_t i = 0; i < n; i++) {
        b->device[i] = (struct device){ .index = (int)i, .name = "NVIDIA H200", .uuid = "GPU-1", .pci = "0000:01:00.0", .sms = 132, .memory_bytes = 1, .answers = true };
        b->figure[i] = (struct figure){ .unit = "TFLOP/s", .middle = figures[i], .n = 3 };
        b->trial[i] = (struct judged){ .trial = { .probe = p, .device = &b->device[i], .id = "x" }, .verdict = PASS, .why = "", .figure = &b->figure[i] };
    }
    b->report = (struct report){ .devices = b->device, .n_devices = n, .trials = b->trial, .n_trials = n };
}

static void the_slow_one_fails_and_is_told_beside_how_many(void **state)
{
    struct box b;

    (void)state;
    make(&b, &product, (const double[]){ 770, 772, 700, 771 }, 4);
    judge_beside(b.trial, &b.report, &arena);
    assert_int_equal(b.trial[2].verdict, FAIL);
    assert_string_equal(b.trial[2].why, "700 TFLOP/s are 9.2 % less than the 771 of the other 3 NVIDIA H200 of this machine, by their median");
    assert_true(text_starts(b.trial[2].act, "nvidia-smi"));
    for (size_t i = 0; i < 4; i++)
        assert_true(i == 2 || (b.trial[i].verdict == PASS && !b.trial[i].warns));
    make(&b, &product, (const double[]){ 770, 700 }, 2);
    judge_beside(b.trial, &b.report, &arena);
    assert_true(b.trial[1].verdict == PASS && b.trial[1].warns && text_has(b.trial[1].why, "which is as it should be cannot be told"));
    assert_false(b.trial[0].warns);
}

static void what_is_not_alike_or_not_alone_is_left_out(void **state)
{
    struct box b;

    (void)state;
    make(&b, &product, (const double[]){ 770, 772, 700, 771 }, 4);
    b.device[2].foreign = "pid 4242 (python3)";
    judge_beside(b.trial, &b.report, &arena);
    assert_true(b.trial[2].verdict == PASS && !b.trial[2].warns);

    make(&b, &product, (const double[]){ 770, 772, 700, 771 }, 4);
    b.device[2].name = "NVIDIA H100 PCIe";
    judge_beside(b.trial, &b.report, &arena);
    assert_true(b.trial[2].verdict == PASS && !b.trial[2].warns);

    make(&b, &product, (const double[]){ 770, 772, 700, 771 }, 4);
    b.device[2].uuid = "MIG-1";
    judge_beside(b.trial, &b.report, &arena);
    assert_true(b.trial[2].verdict == PASS && !b.trial[2].warns);

    make(&b, &product, (const double[]){ 770, 772, 700, 771 }, 4);
    b.trial[0].figure = b.trial[1].figure = NULL;
    judge_beside(b.trial, &b.report, &arena);
    assert_true(b.trial[2].verdict == PASS && b.trial[2].warns);        /* of two */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_found_of_one_gpu_among_others),
        cmocka_unit_test(of_times_and_of_what_no_datasheet_bounds_nothing_is_said),
        cmocka_unit_test(the_slow_one_fails_and_is_told_beside_how_many),
        cmocka_unit_test(what_is_not_alike_or_not_alone_is_left_out),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
