/* How long a bench takes at most: the sum of what its probes declare, and the rounds that fit into a level's time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "model/duration.h"

static const struct probe proof = { .name = "cuda.launch", .scope = SCOPE_DEVICE };
static const struct probe paced = { .name = "bench.a", .scope = SCOPE_DEVICE, .measures = "rate", .besides_ms = 600, .more_paces = 1 };
static const struct probe alone = { .name = "bench.b", .scope = SCOPE_DEVICE, .measures = "rate", .besides_ms = 100, .alone = true };
static const struct probe start = { .name = "bench.c", .scope = SCOPE_STACK_DEVICE, .measures = "time", .unpaced = true, .besides_ms = 1500, .own_process = true };
static const struct probe all = { .name = "bench.d", .scope = SCOPE_DEVICES, .measures = "rate", .besides_ms = 5000 };

static const struct device gpus[] = { { .index = 0 }, { .index = 1 } };
static const struct device *const both[] = { &gpus[0], &gpus[1] };
static const struct gpu_set set = { .gpus = both, .n = 2 };
static const struct stack stack = { .name = "toolkit" };

static bool is_near(double x, double y)
{
    return fabs(x - y) < 1e-9;
}

/* Windows of 250 ms, four at most, and of 500 ms, six; after each 20 ms with NVML. */
static void a_measurement_takes_its_windows_and_what_it_declares_besides(void **state)
{
    (void)state;
    assert_true(is_near(trial_duration_ms(&proof, LEVEL_QUICK), 333));
    assert_true(is_near(trial_duration_ms(&paced, LEVEL_QUICK), 4 * 270 + 600));
    assert_true(is_near(trial_duration_ms(&paced, LEVEL_FULL), 2 * 6 * 520 + 600));
    assert_true(is_near(trial_duration_ms(&start, LEVEL_FULL), 1500));
}

static void a_round_takes_a_gpu_all_its_trials_and_the_machine_the_longest_and_what_is_apart(void **state)
{
    const struct trial trials[] = {
        { .probe = &proof, .device = &gpus[0] }, { .probe = &paced, .device = &gpus[0] }, { .probe = &paced, .device = &gpus[1] },
        { .probe = &alone, .device = &gpus[0] }, { .probe = &alone, .device = &gpus[1] }, { .probe = &start, .device = &gpus[0], .stack = &stack },
        { .probe = &all, .set = &set }, { .probe = &all, .left_out = "there is none" },
    };
    const struct plan p = { trials, sizeof trials / sizeof *trials };
    const double one = 500 + 333 + 1680, apart = 500 + 1180, together = 500 + 6080, of_stack = 1500 + 1500;
    const struct duration d = plan_duration(&p, LEVEL_QUICK);

    (void)state;
    assert_true(is_near(d.gpu_s, (one + apart + of_stack + together) / 1000));
    assert_true(is_near(d.all_s, (one + of_stack + 2 * apart + together) / 1000));
    assert_true(is_near(plan_may_take_s(&p, LEVEL_QUICK), 180));
    assert_true(is_near(plan_may_take_s(&(struct plan){ trials, 0 }, LEVEL_FULL), 480));
}

static void a_round_begins_if_it_ends_in_time_and_two_are_had_in_any_case(void **state)
{
    (void)state;
    assert_true(duration_allows_round(90, 80, 80, 1));
    assert_false(duration_allows_round(90, 60, 31, 2));
    assert_true(duration_allows_round(90, 60, 30, 2));
}

static const struct member members[] = { { .family = "cudart" }, { .family = "cublas" }, { .family = "cublasLt" }, { .family = "cudnn" }, { .family = "nccl" } };
static const struct stack toolkit = { .name = "toolkit-13.0", .kind = STACK_TOOLKIT, .members = members, .n_members = sizeof members / sizeof *members };
static const struct device server[] = {
    { .index = 0, .name = "A", .uuid = "GPU-0", .pci = "0000:01:00.0", .cc = 90, .answers = true },
    { .index = 1, .name = "A", .uuid = "GPU-1", .pci = "0000:02:00.0", .cc = 90, .answers = true },
};
static const struct machine meant = { .arch = "x86_64", .gpu_meant = true, .why_meant = "a test" };

static double longest_s(enum level level, size_t n_gpus)
{
    const struct selection pick = { .measures = true, .level = level };
    struct arena a = { NULL };
    struct err e = { .kind = ERR_NONE };
    struct plan p;
    double took;

    if (!plan_make(&p, &a, &meant, server, n_gpus, &toolkit, 1, &pick, &e))
        fail_msg("%s", e.text);
    took = plan_duration(&p, level).gpu_s;
    arena_free(&a);
    return took;
}

/* Whatever the windows say: a server's GPU is through in three rounds at quick, and in three at full. */
static void what_a_level_measures_fits_into_its_time(void **state)
{
    (void)state;
    assert_true(3 * longest_s(LEVEL_QUICK, 1) <= level_allows_s(LEVEL_QUICK));
    assert_true(3 * longest_s(LEVEL_FULL, 1) <= level_allows_s(LEVEL_FULL));
    assert_true(2 * longest_s(LEVEL_QUICK, 2) <= level_allows_s(LEVEL_QUICK));
    assert_true(2 * longest_s(LEVEL_FULL, 2) <= level_allows_s(LEVEL_FULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measurement_takes_its_windows_and_what_it_declares_besides),
        cmocka_unit_test(a_round_takes_a_gpu_all_its_trials_and_the_machine_the_longest_and_what_is_apart),
        cmocka_unit_test(a_round_begins_if_it_ends_in_time_and_two_are_had_in_any_case),
        cmocka_unit_test(what_a_level_measures_fits_into_its_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
