/* The verdicts: a table of outcomes, and the exit codes of whole runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "model/judge.h"

static const struct expect expects[] = {
    { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "%s elements differ", .detail = "first" },
    { .key = "ratio", .bound = AT_MOST, .number = 1, .optional = true, .sentence = "%s times too much" },
    { .key = "bad",   .bound = ABSENT, .sentence = "%s" },
    { .key = "version", .bound = SAME_TEXT_AS_FACT, .fact = "module.version", .optional = true, .sentence = "is %s" },
    { .key = NULL },
};

static const struct probe strict = { .name = "t.strict", .claim = "It is so.", .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_CONTEXT, .expects = expects };
static const struct probe lenient = { .name = "t.lenient", .claim = "It is so.", .scope = SCOPE_STACK_DEVICE, .may_skip = true };

static const struct observation fine[] = { { "wrong", "", "0", 0, true } };
static const struct observation one_wrong[] = { { "wrong", "", "1", 1, true }, { "first", "", "y[0] is 1, expected 2", 0, false } };
static const struct observation wrong[] = { { "wrong", "", "3", 3, true }, { "first", "", "y[0] is 1, expected 2", 0, false } };
static const struct observation not_a_number[] = { { "wrong", "", "0", 0, true }, { "ratio", "", "nan", NAN, true } };
static const struct observation infinite[] = { { "wrong", "", "0", 0, true }, { "ratio", "", "inf", INFINITY, true } };
static const struct observation found[] = { { "wrong", "", "0", 0, true }, { "bad", "", "libx.so is cut", 0, false } };
static const struct observation other_version[] = { { "wrong", "", "0", 0, true }, { "version", "", "570.1", 0, false } };
static const struct observation foreign[] = { { "wrong", "", "0", 0, true }, { "foreign", "", "cudnn is served by /x", 0, false } };
static const struct observation guards[] = { { "wrong", "", "0", 0, true }, { "guard.wrong", "", "2", 2, true } };
static const struct observation idle[] = { { "wrong", "", "0", 0, true }, { "unchecked", "", "look looked at 0 of 9 words", 0, false } };
static const struct observation counted[] = { { "wrong", "", "0", 0, true }, { "errors", "", "the GPU counted 3", 0, false } };
static const struct observation unrelated[] = { { "other", "", "1", 1, true } };
static const struct observation warns[] = { { "wrong", "", "0", 0, true }, { "warning", "", "only PTX", 0, false } };
static const struct observation warns_twice[] = { { "wrong", "", "0", 0, true }, { "warning", "", "only PTX", 0, false },
                                                  { "warning", "", "too hot", 0, false }, { "warning", "", "only PTX", 0, false } };
static const struct observation foreign_memory[] = { { "memory.foreign_bytes", "B", "5", 5, true } };

#define SAW(list) .saw = list, .n_saw = COUNT_OF(list)

static const struct {
    const char         *name;
    const struct probe *probe;
    struct outcome      outcome;
    enum verdict        verdict;
    const char         *why;        /* a part of it */
} cases[] = {
    { "all as expected",        &strict,  { .ending = ENDED_CLEAN, SAW(fine) }, PASS, "" },
    { "one wrong element",      &strict,  { .ending = ENDED_CLEAN, SAW(one_wrong) }, FAIL, "1 element differs: y[0] is 1, expected 2" },
    { "wrong elements",         &strict,  { .ending = ENDED_CLEAN, SAW(wrong) }, FAIL, "3 elements differ: y[0] is 1, expected 2" },
    { "NaN never passes",       &strict,  { .ending = ENDED_CLEAN, SAW(not_a_number) }, FAIL, "nan times too much" },
    { "infinity never passes",  &strict,  { .ending = ENDED_CLEAN, SAW(infinite) }, FAIL, "inf times too much" },
    { "a finding",              &strict,  { .ending = ENDED_CLEAN, SAW(found) }, FAIL, "libx.so is cut" },
    { "another version",        &strict,  { .ending = ENDED_CLEAN, SAW(other_version) }, FAIL, "is 570.1: expected 580.65.06" },
    { "a foreign library",      &strict,  { .ending = ENDED_CLEAN, SAW(foreign) }, FAIL, "served by /x" },
    { "spoilt guards",          &strict,  { .ending = ENDED_CLEAN, SAW(guards) }, FAIL, "2 words outside" },
    { "a check that never ran", &strict,  { .ending = ENDED_CLEAN, SAW(idle) }, FAIL, "the GPU did not run a check of our own that was launched: look looked at 0 of 9 words" },
    { "errors were counted",    &strict,  { .ending = ENDED_CLEAN, SAW(counted) }, FAIL, "the GPU counted 3" },
    { "no observation",         &strict,  { .ending = ENDED_CLEAN }, BROKEN, "without any observation" },
    { "not the observation",    &strict,  { .ending = ENDED_CLEAN, SAW(unrelated) }, BROKEN, "without observing wrong" },
    { "a warning",              &strict,  { .ending = ENDED_CLEAN, SAW(warns) }, PASS, "only PTX" },
    { "two warnings",           &strict,  { .ending = ENDED_CLEAN, SAW(warns_twice) }, PASS, "only PTX; too hot" },
    { "cut, and well so far",   &strict,  { .ending = ENDED_CUT, SAW(fine) }, PASS, "" },
    { "cut, and wrong",         &strict,  { .ending = ENDED_CUT, SAW(wrong) }, FAIL, "3 elements differ" },
    { "ended by others",        &strict,  { .ending = ENDED_CRASHED, .status = SIGTERM, .call = "cuInit(0)" }, BROKEN, "somebody else ended the child (SIGTERM)" },
    { "not run",                &strict,  { .ending = ENDED_NOT_RUN, .text = "not reached: x failed" }, SKIP, "not reached: x failed" },
    { "a call failed",          &strict,  { .stop = STOP_CALL, .call = "cuInit(0)", .library = "/l/libcuda.so.1", .code = 999, .text = "CUDA_ERROR_UNKNOWN" }, FAIL, "cuInit failed in /l/libcuda.so.1: CUDA_ERROR_UNKNOWN" },
    { "out of memory, ours",    &strict,  { .stop = STOP_CALL, .call = "cuMemAlloc_v2(p)", .library = "/l/libcuda.so.1", .code = 2, .text = "OOM" }, FAIL, "cuMemAlloc_v2 failed" },
    { "out of memory, theirs",  &strict,  { .stop = STOP_CALL, .call = "cuMemAlloc_v2(p)", .library = "/l/libcuda.so.1", .code = 2, .text = "OOM", SAW(foreign_memory) }, BROKEN, "cuMemAlloc_v2 failed" },
    { "no permission",          &strict,  { .stop = STOP_CALL, .call = "nvmlInit_v2()", .library = "/l/libnvidia-ml.so.1", .code = 4, .text = "Insufficient Permissions" }, BROKEN, "nvmlInit_v2 failed" },
    { "libtorch's words",       &strict,  { .stop = STOP_CALL, .call = "aoti_torch_empty_strided(x)", .library = "/l/libtorch_cpu.so", .code = 1, .text = "libtorch error 1", .said = "noise\n[E] Exception in aoti_torch: Found no NVIDIA driver\nframe #0" }, FAIL, "libtorch_cpu.so: Found no NVIDIA driver" },
    { "NCCL's words",           &strict,  { .stop = STOP_CALL, .call = "ncclGroupEnd()", .library = "/l/libnccl.so.2", .code = 2, .text = "unhandled system error (2)", .said = "NCCL version 2.27\nn:1:1 [0] NCCL WARN Error while creating shared memory segment /dev/shm/nccl-1\n" }, FAIL, "ncclGroupEnd failed in /l/libnccl.so.2: unhandled system error (2): Error while creating shared memory segment /dev/shm/nccl-1" },
    { "NCCL's words, told once", &strict, { .stop = STOP_CALL, .call = "ncclGroupEnd()", .library = "/l/libnccl.so.2", .code = 2, .text = "system error: no route", .said = "NCCL WARN no route\n" }, FAIL, "libnccl.so.2: system error: no route" },
    { "a library is missing",   &strict,  { .stop = STOP_LOAD, .text = "libx.so: cannot open" }, FAIL, "libx.so: cannot open" },
    { "unsupported, allowed",   &lenient, { .stop = STOP_UNSUPPORTED, .text = "too old" }, SKIP, "too old" },
    { "unsupported, not",       &strict,  { .stop = STOP_UNSUPPORTED, .text = "too old" }, FAIL, "not supported: too old" },
    { "our own failure",        &strict,  { .stop = STOP_OURS, .text = "no memory" }, BROKEN, "no memory" },
    { "a bad record",           &strict,  { .ending = ENDED_TIMEOUT, .stop = STOP_BAD_RECORD, .text = "\"x\"" }, BROKEN, "cannot be read" },
    { "crashed in a call",      &strict,  { .ending = ENDED_CRASHED, .status = SIGSEGV, .call = "cudnnCreate(&h)", .library = "/l/libcudnn.so.9" }, FAIL, "crashed (SIGSEGV) in cudnnCreate of /l/libcudnn.so.9" },
    { "crashed outside",        &strict,  { .ending = ENDED_CRASHED, .status = SIGSEGV }, BROKEN, "crashed (SIGSEGV) outside any vendor call" },
    { "killed by others",       &strict,  { .ending = ENDED_CRASHED, .status = SIGKILL, .call = "cudnnCreate(&h)" }, BROKEN, "SIGKILL" },
    { "timed out in a call",    &strict,  { .ending = ENDED_TIMEOUT, .took_ms = 60000, .call = "ncclCommInitAll(x)", .library = "/l/libnccl.so.2" }, FAIL, "did not end within 60 s, in ncclCommInitAll of /l/libnccl.so.2" },
    { "timed out outside",      &strict,  { .ending = ENDED_TIMEOUT, .took_ms = 60000 }, BROKEN, "outside any vendor call" },
    { "stuck in a call",        &strict,  { .ending = ENDED_STUCK, .call = "cuInit(0)" }, FAIL, "stuck in the kernel" },
    { "silent in a call",       &strict,  { .ending = ENDED_SILENT, .status = 3, .call = "cuInit(0)" }, FAIL, "exited with code 3" },
    { "silent outside",         &strict,  { .ending = ENDED_SILENT, .status = 0 }, BROKEN, "exited with code 0" },
};

static const struct fact facts[] = { { "module.version", "580.65.06", "" } };
static const struct machine machine = { .facts = facts, .n_facts = 1, .arch = "x86_64", .gpu_meant = true, .why_meant = "a test" };

static void every_outcome_has_its_verdict(void **state)
{
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct judged j = { .trial = { .probe = cases[i].probe, .id = "t" }, .outcome = cases[i].outcome };

        judge_trial(&j, &machine, &a);
        if (j.verdict != cases[i].verdict || !text_has(j.why, cases[i].why))
            fail_msg("%s: %s, \"%s\"", cases[i].name, verdict_name(j.verdict), j.why);
    }
    arena_free(&a);
}

static void a_version_is_not_judged_where_the_module_is_unknown(void **state)
{
    const struct machine unknown = { .arch = "x86_64" };
    struct judged j = { .trial = { .probe = &strict, .id = "t" }, .outcome = { SAW(other_version) } };
    struct arena a = { NULL };

    (void)state;
    judge_trial(&j, &unknown, &a);
    assert_int_equal(j.verdict, PASS);
    arena_free(&a);
}

static void a_damaged_file_comes_with_the_command_that_mends_it(void **state)
{
    const struct member members[] = {
        { .family = "cudnn", .path = "/e/libcudnn.so.9", .source = "/e/nvidia_cudnn_cu12-9.1.0.70.dist-info" },
        { .family = "torch_cpu", .path = "/e/libtorch_cpu.so", .source = "/e/torch-2.5.1+cu121.dist-info" },
        { .family = "nccl", .path = "/e/libnccl.so.2", .source = "/e/nccl.h" },
    };
    const struct stack venv = { .kind = STACK_PYTHON, .python = "/e/bin/python3", .members = members, .n_members = COUNT_OF(members) };
    const struct { const char *why, *act; } files[] = {
        { "/e/libcudnn.so.9: truncated", "/e/bin/python3 -m pip install --force-reinstall --no-deps nvidia-cudnn-cu12==9.1.0.70" },
        { "/e/libtorch_cpu.so: missing", "/e/bin/python3 -m pip install --force-reinstall --no-deps torch==2.5.1+cu121 --index-url https://download.pytorch.org/whl/cu121" },
        { "/e/libnccl.so.2: empty", NULL },
        { "/elsewhere/libx.so: empty", NULL },
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct judged j = { .trial = { .probe = &strict, .stack = &venv, .id = "t" }, .outcome = { .stop = STOP_LOAD, .text = files[i].why } };

        judge_trial(&j, &machine, &a);
        if (files[i].act == NULL)
            assert_null(j.act);
        else
            assert_string_equal(j.act, files[i].act);
    }
    arena_free(&a);
}

/* A crash in opening a whole library is that of the damaged one that it opens. */
static void the_damaged_file_is_mended_and_not_the_one_that_opened_it(void **state)
{
    const struct member members[] = {
        { .family = "torch", .path = "/e/libtorch.so", .source = "/e/torch-2.5.1.dist-info" },
        { .family = "cublasLt", .path = "/e/libcublasLt.so.12", .source = "/e/nvidia_cublas_cu12-12.4.5.8.dist-info", .why_bad = "truncated" },
    };
    const struct stack venv = { .kind = STACK_PYTHON, .python = "/e/bin/python3", .members = members, .n_members = COUNT_OF(members) };
    struct judged crash = { .trial = { .probe = &strict, .stack = &venv, .id = "t" }, .outcome = { .stop = STOP_LOAD, .text = "dlopen(/e/libtorch.so): SIGBUS" } };
    struct judged call = { .trial = { .probe = &strict, .stack = &venv, .id = "t" },
                           .outcome = { .stop = STOP_CALL, .code = 500, .call = "cudaGetDeviceCount", .library = "/e/libtorch.so", .text = "named symbol not found" } };
    struct arena a = { NULL };

    (void)state;
    judge_trial(&crash, &machine, &a);
    assert_string_equal(crash.act, "/e/bin/python3 -m pip install --force-reinstall --no-deps nvidia-cublas-cu12==12.4.5.8");
    judge_trial(&call, &machine, &a);
    assert_int_equal(call.verdict, FAIL);
    assert_null(call.act);
    arena_free(&a);
}

/* ---- Whole runs ---- */

static const struct device gpu = { .index = 0, .name = "G", .answers = true };
static const struct stack stack = { .name = "s" };

static struct judged trial(enum verdict v, const struct device *d, bool warn)
{
    return (struct judged){ .trial = { .probe = &strict, .device = d, .stack = &stack, .id = "x" }, .verdict = v, .why = "because", .warns = warn };
}

static const struct machine no_gpu = { .arch = "x86_64", .why_not_meant = "none here" };

static int exit_code(const struct machine *m, const struct device *d, enum verdict x, enum verdict y, const char *require, bool strictly)
{
    struct arena a = { NULL };
    struct judged trials[] = { trial(x, d, false), trial(y, d, strictly) };
    struct report r = { .machine = m, .devices = d, .n_devices = d != NULL, .stacks = &stack, .n_stacks = 1, .trials = trials, .n_trials = 2 };
    struct require q = { NULL, 0 };
    struct err e;

    if (require != NULL)
        assert_true(require_parse(&q, &a, require, &e));
    judge_report(&r, &q, strictly, &a);
    assert_non_null(r.closing);
    arena_free(&a);
    return r.exit_code;
}

static void exit_codes_follow_the_table(void **state)
{
    (void)state;
    assert_int_equal(exit_code(&machine, &gpu, PASS, PASS, NULL, false), 0);
    assert_int_equal(exit_code(&machine, &gpu, PASS, SKIP, NULL, false), 0);
    assert_int_equal(exit_code(&machine, &gpu, PASS, FAIL, NULL, false), 1);
    assert_int_equal(exit_code(&machine, &gpu, BROKEN, FAIL, NULL, false), 1);
    assert_int_equal(exit_code(&machine, &gpu, PASS, BROKEN, NULL, false), 3);
    assert_int_equal(exit_code(&no_gpu, NULL, PASS, SKIP, NULL, false), 77);
    assert_int_equal(exit_code(&no_gpu, NULL, PASS, FAIL, NULL, false), 1);
    assert_int_equal(exit_code(&no_gpu, NULL, PASS, BROKEN, NULL, false), 3);
    assert_int_equal(exit_code(&machine, &gpu, PASS, PASS, "gpu", false), 0);
    assert_int_equal(exit_code(&machine, &gpu, PASS, PASS, "gpu=1", false), 0);
    assert_int_equal(exit_code(&machine, &gpu, PASS, PASS, "gpu=2", false), 1);
    assert_int_equal(exit_code(&machine, &gpu, SKIP, SKIP, "gpu", false), 1);
    assert_int_equal(exit_code(&machine, &gpu, PASS, PASS, NULL, true), 1);
}

/* A driver that could not be asked has refused nothing: only what was shown may drain a node. */
static void gpus_that_could_not_be_counted_are_not_missing(void **state)
{
    static const struct probe asks = { .name = "t.asks", .claim = "It answers.", .scope = SCOPE_MACHINE };
    static const struct { enum verdict verdict; bool interrupted; int exit_code; } table[] = {
        { BROKEN, false, 3 }, { SKIP, true, 130 }, { FAIL, false, 1 }, { PASS, false, 1 }, { PASS, true, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++)
        for (size_t n = 0; n < 2; n++) {
            struct arena a = { NULL };
            struct judged trials[] = { { .trial = { .probe = &asks, .id = "t.asks" }, .verdict = table[i].verdict, .why = "because" } };
            struct report r = { .machine = &machine, .devices = &gpu, .n_devices = n, .trials = trials, .n_trials = 1,
                                .interrupted = table[i].interrupted, .signo = SIGINT };
            struct require q = { .n = 0 };
            struct err e;

            assert_true(require_parse(&q, &a, n > 0 ? "gpu = 2" : "gpu", &e));
            judge_report(&r, &q, false, &a);
            /* No GPU by then: one could still have come. */
            assert_int_equal(r.exit_code, n == 0 && table[i].interrupted ? 128 + SIGINT : table[i].exit_code);
            arena_free(&a);
        }
}

/* A run in which nothing was proved may never end in 0. */
static void nothing_proved_is_never_zero(void **state)
{
    (void)state;
    assert_int_not_equal(exit_code(&machine, &gpu, SKIP, SKIP, NULL, false), 0);
    assert_int_not_equal(exit_code(&machine, NULL, SKIP, SKIP, NULL, false), 0);
    assert_int_not_equal(exit_code(&no_gpu, NULL, SKIP, SKIP, NULL, false), 0);
    assert_int_equal(exit_code(&machine, NULL, SKIP, SKIP, NULL, false), 3);
}

static void an_interrupted_run_says_so(void **state)
{
    struct arena a = { NULL };
    struct judged trials[] = { trial(PASS, &gpu, false) };
    struct report r = { .machine = &machine, .devices = &gpu, .n_devices = 1, .trials = trials, .n_trials = 1, .interrupted = true, .signo = SIGINT };
    const struct require none = { NULL, 0 };

    (void)state;
    judge_report(&r, &none, false, &a);
    assert_int_equal(r.exit_code, 130);
    assert_true(text_has(r.closing, "INTERRUPTED"));
    arena_free(&a);
}

static void requirements_are_read_strictly(void **state)
{
    static const char *const bad[] = { "gpu=0", "gpu=-1", "gpu=x", "gpu=", "gpus", "", "no.such.probe" };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct require q = { NULL, 0 };
        struct err e;

        if (require_parse(&q, &a, bad[i], &e))
            fail_msg("\"%s\" was accepted", bad[i]);
        assert_int_equal(e.kind, ERR_USAGE);
    }
    arena_free(&a);
}

static void who_did_not_take_part_is_told(void **state)
{
    static const struct device gpus[] = { { .index = 0 }, { .index = 1 } };
    static const struct device *const able[] = { &gpus[0], &gpus[1] };
    static const struct gpu_set whole = { able, 2, NULL }, part = { able, 2, "gpu2 (cuda.launch@gpu2 failed)" };
    const struct outcome good = { SAW(fine) }, bad = { SAW(wrong) }, warning = { SAW(warns) }, left_out = { .ending = ENDED_NOT_RUN, .text = "not reached: x" };
    const struct { const struct gpu_set *set; const struct outcome *outcome; enum verdict verdict; const char *why; } rows[] = {
        { &whole, &good, PASS, "" },
        { &part, &good, PASS, "without gpu2 (cuda.launch@gpu2 failed)" },
        { &part, &warning, PASS, "only PTX; without gpu2 (cuda.launch@gpu2 failed)" },
        { &part, &bad, FAIL, "3 elements differ: y[0] is 1, expected 2; without gpu2 (cuda.launch@gpu2 failed)" },
        { &part, &left_out, SKIP, "not reached: x" },
    };
    struct arena a = { NULL };
    const struct machine m = { .arch = "x86_64" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct judged j = { .trial = { .probe = &strict, .set = rows[i].set }, .outcome = *rows[i].outcome };

        judge_trial(&j, &m, &a);
        assert_int_equal(j.verdict, rows[i].verdict);
        assert_string_equal(j.why, rows[i].why);
        assert_int_equal(j.warns, j.verdict == PASS && *j.why != '\0');
    }
    arena_free(&a);
}

static void shared_memory_that_is_too_small_has_a_remedy(void **state)
{
    struct arena a = { NULL };
    const struct machine m = { .arch = "x86_64" };
    struct judged j = { .trial = { .probe = &strict }, .outcome = {
        .stop = STOP_CALL, .call = "ncclGroupEnd()", .library = "/l/libnccl.so.2", .code = 2, .text = "unhandled system error (2)",
        .said = "NCCL WARN Error: failed to extend /dev/shm/nccl-a to 9637892 bytes\n" } };

    (void)state;
    judge_trial(&j, &m, &a);
    assert_true(text_has(j.act, "--shm-size"));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_did_not_take_part_is_told),
        cmocka_unit_test(shared_memory_that_is_too_small_has_a_remedy),
        cmocka_unit_test(every_outcome_has_its_verdict),
        cmocka_unit_test(a_version_is_not_judged_where_the_module_is_unknown),
        cmocka_unit_test(a_damaged_file_comes_with_the_command_that_mends_it),
        cmocka_unit_test(the_damaged_file_is_mended_and_not_the_one_that_opened_it),
        cmocka_unit_test(exit_codes_follow_the_table),
        cmocka_unit_test(gpus_that_could_not_be_counted_are_not_missing),
        cmocka_unit_test(nothing_proved_is_never_zero),
        cmocka_unit_test(an_interrupted_run_says_so),
        cmocka_unit_test(requirements_are_read_strictly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
