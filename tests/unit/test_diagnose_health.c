/* What the kernel's log and NVML say of a GPU, told apart: which Xid is the cause, a program's fault or the GPU's, and wrong results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "diagnose/look.h"

static struct arena arena;

static const struct probe machine_probe = { .name = "driver.nvml", .claim = "It answers.", .scope = SCOPE_MACHINE };
static const struct probe device_probe = { .name = "cuda.sum", .claim = "It adds.", .scope = SCOPE_DEVICE };
static const struct probe stack_probe = { .name = "blas.gemm", .claim = "It multiplies.", .scope = SCOPE_STACK_DEVICE };

/* The first cause; NULL: none. */
static const char *cause_of(const struct fact *facts, size_t n_facts, const struct judged *trials, size_t n_trials, const struct stack *stack)
{
    struct machine *m = arena_alloc(&arena, sizeof *m);
    struct report *r = arena_alloc(&arena, sizeof *r);
    struct diagnoses d;

    *m = (struct machine){ .place = PLACE_HOST, .gpu_meant = true, .module_loaded = true, .facts = facts, .n_facts = n_facts };
    *r = (struct report){ .machine = m, .trials = trials, .n_trials = n_trials, .stacks = stack, .n_stacks = stack != NULL, .closing = "", .exit_code = 0 };
    diagnose(&d, r, &arena);
    return d.n > 0 ? d.list[0].ailment->id : NULL;
}

#define XID(number, text) { "log.xid.0000:18:00.0." #number, "1: NVRM: Xid (PCI:0000:18:00): " #number ", " text, "/dev/kmsg" }

static void the_xid_that_came_first_explains_those_that_follow(void **state)
{
    static const struct { const char *id; struct fact facts[4]; size_t n; } cases[] = {
        { "gpu-lost",            { XID(79, "a"), XID(154, "a to 0x2 (Node Reboot Required)") }, 2 },
        { "gpu-lost",            { XID(119, "a"), XID(79, "a") }, 2 },
        { "gsp-timeout",         { XID(119, "a"), XID(8, "a"), XID(109, "a"), XID(154, "a to 0x1 (GPU Reset Required)") }, 4 },
        { "gpu-needs-reset",     { XID(62, "a"), XID(154, "a to 0x1 (GPU Reset Required)") }, 2 },
        { "gpu-needs-reset",     { XID(109, "a"), XID(45, "a") }, 2 },
        { "nvlink-error",        { XID(145, "a"), XID(45, "a"), XID(154, "a to 0x1 (GPU Reset Required)") }, 3 },
        { "memory-error",        { XID(48, "a"), XID(63, "a"), XID(45, "a") }, 3 },
        { "row-remap-failed",    { XID(48, "a"), XID(64, "a") }, 2 },
        { "row-remap-pending",   { XID(63, "a") }, 1 },
        { "power-cable-missing", { XID(54, "a") }, 1 },
        { "program-fault",       { XID(31, "a"), XID(45, "a") }, 2 },
        { NULL,                  { XID(45, "a"), XID(43, "a"), XID(38, "a"), XID(121, "a") }, 4 },
        { NULL,                  { XID(119, "a"), XID(154, "a to 0x0 (None)") }, 2 },
        { NULL,                  { XID(62, "a"), XID(154, "a to 0x0 (None)") }, 2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *id = cause_of(cases[i].facts, cases[i].n, NULL, 0, NULL);

        if (cases[i].id == NULL ? id != NULL : !text_is(id, cases[i].id))
            fail_msg("%zu: %s, and not %s", i, id != NULL ? id : "nothing", cases[i].id != NULL ? cases[i].id : "nothing");
    }
}

static void several_programs_on_one_gpu_are_the_gpus_fault_and_one_program_on_several_its_own(void **state)
{
    static const struct fact one[] = { XID(31, "a"), { "log.programs.0000:18:00.0.31", "train", "/dev/kmsg" }, XID(13, "a"), { "log.programs.0000:18:00.0.13", "train", "/dev/kmsg" } };
    static const struct fact several[] = { XID(31, "a"), { "log.programs.0000:18:00.0.31", "train, serve", "/dev/kmsg" } };
    static const struct fact two_gpus[] = { XID(31, "a"), { "log.programs.0000:18:00.0.31", "train, serve", "/dev/kmsg" },
                                            { "log.xid.0000:3b:00.0.31", "1: a", "/dev/kmsg" }, { "log.programs.0000:3b:00.0.31", "serve", "/dev/kmsg" } };

    (void)state;
    assert_string_equal(cause_of(one, COUNT_OF(one), NULL, 0, NULL), "program-fault");
    assert_string_equal(cause_of(several, COUNT_OF(several), NULL, 0, NULL), "gpu-suspect");
    assert_string_equal(cause_of(two_gpus, COUNT_OF(two_gpus), NULL, 0, NULL), "program-fault");
}

static void keys_that_are_no_xid_are_none(void **state)
{
    static const struct fact facts[] = { { "log.xid.", "1: a", NULL }, { "log.xid.79", "1: a", NULL }, { "log.xid.a.b", "1: a", NULL }, { "log.readable", "yes", NULL } };

    (void)state;
    assert_null(cause_of(facts, COUNT_OF(facts), NULL, 0, NULL));
}

static void raised_clocks_are_a_cause_only_of_faults(void **state)
{
    static const struct observation saw[] = { { "nvml0.pci", "", "0000:18:00.0", 0, false }, { "nvml0.offset.core", "MHz", "150", 150, true } };
    const struct judged nvml = { .trial = { .id = "driver.nvml", .probe = &machine_probe }, .verdict = PASS, .why = "", .outcome = { .saw = saw, .n_saw = COUNT_OF(saw) } };
    const struct judged fault = { .trial = { .id = "cuda.sum@gpu0", .probe = &device_probe }, .verdict = FAIL, .why = "x",
                                  .outcome = { .stop = STOP_CALL, .call = "cuCtxSynchronize()", .code = 715 } };
    const struct judged both[] = { nvml, fault };

    (void)state;
    assert_null(cause_of(NULL, 0, &nvml, 1, NULL));
    assert_string_equal(cause_of(NULL, 0, both, 2, NULL), "overclocked");
}

static void wrong_results_of_our_own_kernels_are_the_gpus_and_of_a_library_alone_its_own(void **state)
{
    static const struct observation wrong = { "wrong", "", "7", 7, true }, right = { "wrong", "", "0", 0, true };
    static const struct stack stack = { .name = "venv:/opt/app", .prefix = "/opt/app" };
    const struct judged ours = { .trial = { .id = "cuda.sum@gpu0", .probe = &device_probe }, .verdict = FAIL, .why = "x", .outcome = { .saw = &wrong, .n_saw = 1 } };
    const struct judged ours_right = { .trial = { .id = "cuda.sum@gpu0", .probe = &device_probe }, .verdict = PASS, .why = "", .outcome = { .saw = &right, .n_saw = 1 } };
    const struct judged its = { .trial = { .id = "blas.gemm@gpu0/app", .probe = &stack_probe, .stack = &stack }, .verdict = FAIL, .why = "y", .outcome = { .saw = &wrong, .n_saw = 1 } };
    const struct judged gpu[] = { ours, its }, library[] = { ours_right, its };

    (void)state;
    assert_string_equal(cause_of(NULL, 0, gpu, 2, &stack), "gpu-computes-wrongly");
    assert_string_equal(cause_of(NULL, 0, library, 2, &stack), "library-computes-wrongly");
    assert_null(cause_of(NULL, 0, &ours_right, 1, &stack));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_xid_that_came_first_explains_those_that_follow),
        cmocka_unit_test(several_programs_on_one_gpu_are_the_gpus_fault_and_one_program_on_several_its_own),
        cmocka_unit_test(keys_that_are_no_xid_are_none),
        cmocka_unit_test(raised_clocks_are_a_cause_only_of_faults),
        cmocka_unit_test(wrong_results_of_our_own_kernels_are_the_gpus_and_of_a_library_alone_its_own),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
