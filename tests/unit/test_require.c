/* Order sheets: what is read, what meets them, what does not, and what nobody knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "model/alike.h"
#include "model/judge.h"
#include "store/sheet.h"

static struct arena arena;

/* ---- A machine of four GPUs ---- */

static const struct observation driver[] = { { "driver.version", "", "580.65.06", 0, false }, { "cuda.driver", "", "13.0", 0, false } };
static const struct observation usual[] = {
    { "memory.total", "B", "150754820096", 150754820096.0, true }, { "ecc", "", "on", 0, false }, { "vbios", "", "96.00.9F", 0, false },
    { "power.limit", "W", "700", 700, true }, { "pcie.width", "lanes", "16", 16, true }, { "nvlink.up", "", "18", 18, true },
};
static const struct observation odd[] = {
    { "memory.total", "B", "150754820096", 150754820096.0, true }, { "ecc", "", "off", 0, false }, { "vbios", "", "96.00.9F", 0, false },
    { "power.limit", "W", "700", 700, true }, { "pcie.width", "lanes", "8", 8, true }, { "nvlink.up", "", "18", 18, true },
};

static const struct member blas = { .family = "cublas" }, torch = { .family = "torch_cpu" };
static const struct stack_version versions[] = { { "torch", "2.4.1", "" }, { "build:version", "2.4.1+cu124", "" } };
static const struct stack stacks[] = {
    { .name = "toolkit-13.0", .members = &blas, .n_members = 1 },
    { .name = "venv:/opt/app", .kind = STACK_PYTHON, .members = &torch, .n_members = 1, .versions = versions, .n_versions = COUNT_OF(versions) },
};
static const struct machine machine = { .gpu_meant = true, .why_meant = "it is" };

enum { GPUS = 4, TRIALS = 1 + 2 * GPUS + 3 };

struct sample { struct device devices[GPUS]; struct judged trials[TRIALS]; struct report r; };

static struct judged passed(const char *probe, const struct device *d, const struct stack *s)
{
    return (struct judged){ .trial = { .probe = probe_by_name(probe), .device = d, .stack = s, .id = probe }, .verdict = PASS, .why = "" };
}

static void make(struct sample *s)
{
    size_t n = 0;

    memset(s, 0, sizeof *s);
    s->trials[n] = passed("driver.nvml", NULL, NULL);
    s->trials[n++].outcome = (struct outcome){ .saw = driver, .n_saw = COUNT_OF(driver) };
    for (int i = 0; i < GPUS; i++) {
        s->devices[i] = (struct device){ .index = i, .name = "NVIDIA H200", .pci = "0000:01:00.0", .cc = 90, .answers = true };
        s->trials[n] = passed("device.facts", &s->devices[i], NULL);
        s->trials[n++].outcome = (struct outcome){ .saw = usual, .n_saw = COUNT_OF(usual) };
        s->trials[n++] = passed("cuda.launch", &s->devices[i], NULL);
    }
    s->trials[n++] = passed("blas.gemm.fp32", &s->devices[0], &stacks[0]);
    s->trials[n] = passed("nccl.kernel", &s->devices[0], &stacks[0]);      /* which has none */
    s->trials[n].verdict = SKIP;
    s->trials[n++].why = "toolkit-13.0 has no nccl";
    s->trials[n++] = passed("torch.cnn", &s->devices[0], &stacks[1]);
    s->r = (struct report){ .machine = &machine, .devices = s->devices, .n_devices = GPUS, .stacks = stacks, .n_stacks = COUNT_OF(stacks),
                            .trials = s->trials, .n_trials = n };
    assert_int_equal(n, TRIALS);
}

static struct judged *trial_of(struct sample *s, const char *probe, int gpu)
{
    for (size_t i = 0; i < TRIALS; i++)
        if (text_is(s->trials[i].trial.probe->name, probe) && (gpu < 0 || s->trials[i].trial.device == &s->devices[gpu]))
            return &s->trials[i];
    fail_msg("no trial of %s", probe);
    return NULL;
}

/* What one demand comes to: "met", "unknown: why" or "why". */
static const char *answer(struct sample *s, const char *demand)
{
    struct require q = { NULL, 0 };
    struct err e;
    const struct requirement *got;

    if (!require_parse(&q, &arena, demand, &e))
        fail_msg("\"%s\": %s", demand, e.text);
    judge_report(&s->r, &q, false, &arena);
    assert_int_equal(s->r.n_requires, 1);
    got = &s->r.requires[0];
    return got->met ? "met" : got->unknown ? text_make(&arena, "unknown: %s", got->why) : got->why;
}

/* ---- Reading ---- */

static void what_makes_no_sense_is_refused(void **state)
{
    static const struct { const char *line, *why; } bad[] = {
        { "", "no requirement" }, { "gpus", "no requirement" }, { "no.such.probe", "no requirement" }, { "gpu.colour = red", "no requirement" },
        { "gpu =", "is missing" }, { "gpu = 0", "no number" }, { "gpu=1.5", "no number" }, { "gpu=-1", "no number" }, { "gpu = nan", "no number" },
        { "gpu.name", "needs a value" }, { "gpu.name >= A", "= alone" }, { "gpu.ecc <= on", "= alone" }, { "gpu > 3", "use =" }, { "gpu < 3", "use =" },
        { "gpu.memory_gib = much", "no number" }, { "gpu.nvlinks >= inf", "no number" }, { "driver", "needs a value" }, { "driver >= new", "no version" }, { "driver >= 5x", "no version" }, { "driver = .5", "no version" },
        { "devices.alike = yes", "takes no value" }, { "cuda.launch = 3", "takes no value" }, { "stack >= toolkit", "= alone" }, { "torch=2.4", "not understood" }, { "torchvision==0.19", "no requirement" }, { "= 3", "no requirement" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct require q = { NULL, 0 };
        struct err e;

        if (require_parse(&q, &arena, bad[i].line, &e))
            fail_msg("\"%s\" was accepted", bad[i].line);
        assert_int_equal(e.kind, ERR_USAGE);
        if (!text_has(e.text, bad[i].why))
            fail_msg("\"%s\": %s", bad[i].line, e.text);
    }
}

static void a_sheet_is_read_line_by_line_without_its_comments(void **state)
{
    static const char text[] = "# from a good node\n\n  gpu=4 # all of them\r\n\tgpu.name = \"NVIDIA H200\"\nstack = venv:/opt/a#b\nstack = \"venv:/opt/my #1\" # quoted\nblas.*";
    static const char *const lines[] = { "gpu=4", "gpu.name = \"NVIDIA H200\"", "stack = venv:/opt/a#b", "stack = \"venv:/opt/my #1\"", "blas.*" };
    struct require q = { NULL, 0 };
    struct err e;

    (void)state;
    assert_true(sheet_parse(&q, &arena, text, "node.sheet", &e));
    assert_int_equal(q.n, COUNT_OF(lines));
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        assert_string_equal(q.demands[i].text, lines[i]);
    assert_string_equal(q.demands[1].value, "NVIDIA H200");
    assert_string_equal(q.demands[2].value, "venv:/opt/a#b");
    assert_string_equal(q.demands[3].value, "venv:/opt/my #1");
    assert_true(require_wants_gpu(&q));
}

static void a_bad_sheet_is_refused_with_its_line(void **state)
{
    struct require q = { NULL, 0 };
    struct err e;

    (void)state;
    assert_false(sheet_parse(&q, &arena, "gpu = 4\n\ngpu.ecc\n", "node.sheet", &e));
    assert_true(text_starts(e.text, "node.sheet:3: \"gpu.ecc\" needs a value"));
    assert_false(sheet_parse(&q, &arena, "# nothing\n\n", "node.sheet", &e));
    assert_true(text_has(e.text, "no demand"));
}

static void only_some_demands_ask_for_a_gpu(void **state)
{
    static const struct { const char *line; bool wants; } cases[] = {
        { "gpu", true }, { "gpu.ecc = on", true }, { "driver >= 580", true }, { "devices.alike", true }, { "stack", false }, { "stack.files", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct require q = { NULL, 0 };
        struct err e;

        assert_true(require_parse(&q, &arena, cases[i].line, &e));
        assert_int_equal(require_wants_gpu(&q), cases[i].wants);
    }
}

/* ---- Judging ---- */

static void a_good_machine_meets_what_it_has(void **state)
{
    static const struct { const char *demand, *answer; } cases[] = {
        { "gpu", "met" }, { "gpu = 4", "met" }, { "gpu>=4", "met" }, { "gpu <= 4", "met" }, { "gpu = 8", "GPUs that answer: 4, proved: 4" },
        { "gpu.name = NVIDIA H200", "met" }, { "gpu.name = NVIDIA H100", "gpu0 (0000:01:00.0): gpu.name is NVIDIA H200" },
        { "gpu.compute_capability = 9.0", "met" }, { "gpu.memory_gib >= 140", "met" }, { "gpu.memory_gib >= 141", "gpu0 (0000:01:00.0): gpu.memory_gib is 140.401" },
        { "gpu.ecc = on", "met" }, { "gpu.ecc = off", "gpu0 (0000:01:00.0): gpu.ecc is on" }, { "gpu.nvlinks = 18", "met" },
        { "gpu.part_number = X", "gpu0 does not tell its part_number" }, { "gpu.power_limit_w <= 700", "met" },
        { "driver >= 580", "met" }, { "driver >= 580.65.06", "met" }, { "driver = 580.65.06", "met" }, { "driver = 580", "met" }, { "driver = 58", "it is 580.65.06" }, { "driver = 580.65.06.1", "it is 580.65.06" },
        { "driver >= 580.100", "it is 580.65.06" }, { "driver <= 590", "met" }, { "driver.cuda >= 12.8", "met" }, { "driver.cuda >= 13.1", "it is 13.0" },
        { "devices.alike", "met" }, { "stack", "met" }, { "stack = toolkit-*", "met" }, { "stack = venv:/opt/app", "met" },
        { "torch", "met" }, { "torch==2.4.1+cu124", "met" }, { "torch >= 2.4, < 2.6", "met" }, { "torch==2.5", "venv:/opt/app is PyTorch 2.4.1+cu124" },
        { "stack = conda:base", "there is no such stack" }, { "cuda.launch", "met" }, { "blas.*", "met" }, { "dnn.*", "no trial of it is in this run" },
        { "nccl.kernel", "nccl.kernel: toolkit-13.0 has no nccl" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sample s;

        make(&s);
        if (!text_is(answer(&s, cases[i].demand), cases[i].answer))
            fail_msg("%s: \"%s\", expected \"%s\"", cases[i].demand, answer(&s, cases[i].demand), cases[i].answer);
        assert_int_equal(s.r.exit_code, text_is(cases[i].answer, "met") ? 0 : 1);
    }
}

/* One trial comes to something else; what do the demands come to? */
static void what_is_skipped_is_refused_and_what_is_broken_is_not_known(void **state)
{
    static const struct { const char *probe; int gpu; enum verdict verdict; const char *demand, *answer; int exit_code; } cases[] = {
        { "cuda.launch",    2,  SKIP,   "cuda.launch",           "cuda.launch: so", 1 },
        { "cuda.launch",    2,  SKIP,   "gpu = 4",               "GPUs that answer: 4, proved: 3", 1 },
        { "cuda.launch",    2,  BROKEN, "cuda.launch",           "unknown: cuda.launch: so", 3 },
        { "cuda.launch",    2,  BROKEN, "gpu = 4",               "unknown: GPUs that answer: 4, proved: 3", 3 },
        { "cuda.launch",    2,  BROKEN, "gpu = 5",               "GPUs that answer: 4, proved: 3", 1 },
        { "cuda.launch",    2,  FAIL,   "gpu = 4",               "GPUs that answer: 4, proved: 3", 1 },
        { "torch.cnn",      0,  SKIP,   "stack = venv:/opt/app", "torch.cnn: so", 1 },
        { "torch.cnn",      0,  BROKEN, "stack = venv:*",        "unknown: torch.cnn: so", 3 },
        { "blas.gemm.fp32", 0,  FAIL,   "stack = toolkit-13.0",  "blas.gemm.fp32: so", 1 },
        { "device.facts",   1,  BROKEN, "devices.alike",         "unknown: device.facts: so", 3 },
        { "device.facts",   1,  SKIP,   "devices.alike",         "device.facts: so", 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sample s;
        struct judged *j;
        const char *got;

        make(&s);
        j = trial_of(&s, cases[i].probe, cases[i].gpu);
        j->verdict = cases[i].verdict;
        j->why = "so";
        got = answer(&s, cases[i].demand);
        if (!text_is(got, cases[i].answer) || s.r.exit_code != cases[i].exit_code)
            fail_msg("%zu: %s: \"%s\", exit code %d", i, cases[i].demand, got, s.r.exit_code);
    }
}

static void what_was_not_reached_before_an_interruption_is_not_refused(void **state)
{
    struct sample s;
    struct judged *j;

    (void)state;
    make(&s);
    s.r.interrupted = true;
    s.r.signo = 2;
    j = trial_of(&s, "blas.gemm.fp32", 0);
    j->verdict = SKIP;
    j->why = "interrupted";
    assert_string_equal(answer(&s, "blas.*"), "unknown: blas.gemm.fp32: interrupted");
    assert_int_equal(s.r.exit_code, 130);
}

/* Somebody else holds the GPU's memory: what rests on the context says nothing about the stack. */
static void what_rests_on_something_broken_is_not_known(void **state)
{
    struct sample s;
    struct judged *launch, *gemm;

    (void)state;
    make(&s);
    launch = trial_of(&s, "cuda.launch", 0);
    launch->verdict = BROKEN;
    launch->why = "busy";
    gemm = trial_of(&s, "blas.gemm.fp32", 0);
    gemm->verdict = SKIP;
    gemm->why = "not reached: cuda.launch is broken";
    assert_string_equal(answer(&s, "stack = toolkit-13.0"), "unknown: blas.gemm.fp32: not reached: cuda.launch is broken");
    assert_string_equal(answer(&s, "blas.*"), "unknown: blas.gemm.fp32: not reached: cuda.launch is broken");
    assert_int_equal(s.r.exit_code, 3);
    launch->verdict = FAIL;
    assert_string_equal(answer(&s, "blas.*"), "blas.gemm.fp32: not reached: cuda.launch is broken");
}

static void a_saved_run_says_nothing_of_what_it_was_not_asked(void **state)
{
    struct sample s;

    (void)state;
    make(&s);
    assert_string_equal(answer(&s, "dnn.*"), "no trial of it is in this run");
    s.r.earlier = "PASS";
    assert_string_equal(answer(&s, "dnn.*"), "unknown: no trial of it is in this run");
    assert_string_equal(answer(&s, "stack = conda:base"), "there is no such stack");
}

static void a_gpu_that_was_not_asked_is_refused(void **state)
{
    struct sample s;

    (void)state;
    make(&s);
    trial_of(&s, "device.facts", 3)->trial.probe = probe_by_name("cuda.context");
    assert_string_equal(answer(&s, "gpu.ecc = on"), "gpu3 was not asked in this run");
    assert_string_equal(answer(&s, "devices.alike"), "not every GPU was asked in this run");
}

static void a_gpu_that_does_not_answer_is_refused(void **state)
{
    struct sample s;
    struct judged *j;

    (void)state;
    make(&s);
    s.devices[3] = (struct device){ .index = 3, .pci = "0000:9b:00.0" };
    j = trial_of(&s, "device.facts", 3);
    j->outcome = (struct outcome){ .ending = ENDED_NOT_RUN };
    j->verdict = SKIP;
    j->why = "gpu3 at 0000:9b:00.0 does not answer";
    assert_string_equal(answer(&s, "gpu.name = NVIDIA H200"), "device.facts: gpu3 at 0000:9b:00.0 does not answer");
    assert_string_equal(answer(&s, "gpu = 4"), "GPUs that answer: 3, proved: 4");
}

/* ---- Alike ---- */

static void the_odd_gpu_is_named_with_what_is_odd(void **state)
{
    struct sample s;
    struct odd *found;

    (void)state;
    make(&s);
    trial_of(&s, "device.facts", 2)->outcome = (struct outcome){ .saw = odd, .n_saw = COUNT_OF(odd) };
    assert_int_equal(alike_find(&found, &arena, &s.r, false), 2);
    assert_int_equal(found[0].device->index, 2);
    assert_string_equal(found[0].sentence, "gpu2 (0000:01:00.0): gpu.ecc is off, and on for the other 3 NVIDIA H200");
    assert_string_equal(found[1].sentence, "gpu2 (0000:01:00.0): gpu.pcie_width is 8, and 16 for the other 3 NVIDIA H200");
    alike_warn(s.trials, &s.r, &arena);
    assert_true(trial_of(&s, "device.facts", 2)->warns);
    assert_false(trial_of(&s, "device.facts", 1)->warns);
    assert_true(text_has(trial_of(&s, "device.facts", 2)->why, "gpu.ecc is off") && text_has(trial_of(&s, "device.facts", 2)->why, "pcie_width is 8"));
    assert_true(text_has(answer(&s, "devices.alike"), "gpu.ecc is off, and on for the other 3 NVIDIA H200; and 1 more differences"));
    assert_int_equal(s.r.exit_code, 1);
    assert_string_equal(answer(&s, "gpu"), "met");
    assert_int_equal(s.r.exit_code, 0);                                 /* a warning, and no more */
}

static void where_no_value_has_a_majority_nobody_is_called_odd(void **state)
{
    struct sample s;
    struct odd *found;

    (void)state;
    make(&s);
    for (int i = 2; i < GPUS; i++)
        trial_of(&s, "device.facts", i)->outcome = (struct outcome){ .saw = odd, .n_saw = 2 };
    assert_int_equal(alike_find(&found, &arena, &s.r, false), 1);
    assert_string_equal(found[0].sentence, "gpu.ecc differs, and no value has a majority: gpu0 on, gpu1 on, gpu2 off, gpu3 off");
}

static void gpus_of_another_model_are_only_odd_where_one_model_is_asked_for(void **state)
{
    struct sample s;
    struct odd *found;

    (void)state;
    make(&s);
    s.devices[1].name = "NVIDIA A2";
    trial_of(&s, "device.facts", 1)->outcome = (struct outcome){ .saw = odd, .n_saw = COUNT_OF(odd) };
    assert_int_equal(alike_find(&found, &arena, &s.r, false), 0);
    assert_int_equal(alike_find(&found, &arena, &s.r, true), 1);
    assert_string_equal(found[0].sentence, "gpu1 (0000:01:00.0): gpu.name is NVIDIA A2, and NVIDIA H200 for the other 3 GPUs");
}

static void what_a_gpu_does_not_tell_is_not_compared(void **state)
{
    struct sample s;
    struct odd *found;

    (void)state;
    make(&s);
    trial_of(&s, "device.facts", 0)->outcome = (struct outcome){ .saw = usual, .n_saw = 1 };
    assert_int_equal(alike_find(&found, &arena, &s.r, true), 0);
}

#define CASE cmocka_unit_test

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_makes_no_sense_is_refused),
        CASE(a_sheet_is_read_line_by_line_without_its_comments),
        CASE(a_bad_sheet_is_refused_with_its_line),
        CASE(only_some_demands_ask_for_a_gpu),
        CASE(a_good_machine_meets_what_it_has),
        CASE(what_is_skipped_is_refused_and_what_is_broken_is_not_known),
        CASE(what_was_not_reached_before_an_interruption_is_not_refused),
        CASE(what_rests_on_something_broken_is_not_known),
        CASE(a_saved_run_says_nothing_of_what_it_was_not_asked),
        CASE(a_gpu_that_was_not_asked_is_refused),
        CASE(a_gpu_that_does_not_answer_is_refused),
        CASE(the_odd_gpu_is_named_with_what_is_odd),
        CASE(where_no_value_has_a_majority_nobody_is_called_odd),
        CASE(gpus_of_another_model_are_only_odd_where_one_model_is_asked_for),
        CASE(what_a_gpu_does_not_tell_is_not_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
