/* Which trials there are, and why others are left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "model/plan.h"

static const struct member members[] = { { .family = "cudart" }, { .family = "cublas" }, { .family = "cudnn" }, { .family = "nvrtc" }, { .family = "nccl" }, { .family = "cublasLt" } };
static const struct member torch_members[] = { { .family = "torch_cpu" }, { .family = "cudart" } };

static const struct stack stacks[] = {
    { .name = "toolkit-13.0", .kind = STACK_TOOLKIT, .members = members, .n_members = COUNT_OF(members) },
    { .name = "venv:/a", .kind = STACK_PYTHON, .members = torch_members, .n_members = COUNT_OF(torch_members), .unusable = "a CPU-only build" },
    { .name = "dir:/x", .kind = STACK_TOOLKIT, .broken = "no such folder" },
};
static const struct device devices[] = {
    { .index = 0, .name = "A", .uuid = "GPU-aa", .pci = "0000:01:00.0", .cc = 90, .answers = true },
    { .index = 1, .pci = "0000:02:00.0" },
    { .index = 2, .name = "A", .uuid = "GPU-cc", .pci = "0000:03:00.0", .cc = 90, .answers = true },
    { .index = 3, .name = "A", .uuid = "MIG-dd", .cc = 90, .answers = true },
};
static const struct machine meant = { .arch = "x86_64", .gpu_meant = true, .why_meant = "a test" };
static const struct machine not_meant = { .arch = "x86_64", .why_not_meant = "none here" };

static const struct trial *find(const struct plan *p, const char *id)
{
    for (size_t i = 0; i < p->n_trials; i++)
        if (text_is(p->trials[i].id, id))
            return &p->trials[i];
    return NULL;
}

static struct plan make(struct arena *a, const struct machine *m, size_t n_devices, struct selection pick)
{
    struct plan p;
    struct err e = { .kind = ERR_NONE };

    if (!plan_make(&p, a, m, devices, n_devices, stacks, COUNT_OF(stacks), &pick, &e))
        fail_msg("%s", e.text);
    return p;
}

static void a_probe_of_another_generation_of_gpus_is_left_out(void **state)
{
    struct arena a = { NULL };
    struct plan p = make(&a, &meant, 2, (struct selection){ .no_gpu = false });

    (void)state;
    assert_string_equal(find(&p, "blas.lt.mxfp8@gpu0/toolkit-13.0")->left_out, "it is for compute capability 10.0 and later; this GPU has 9.0");
    assert_null(find(&p, "blas.lt.fp8_block128@gpu0/toolkit-13.0")->left_out);
    assert_true(text_has(find(&p, "blas.lt.fp8_block128@gpu1/toolkit-13.0")->left_out, "does not answer"));
    arena_free(&a);
}

static void every_trial_has_an_id_of_its_own(void **state)
{
    struct arena a = { NULL };
    struct plan p = make(&a, &meant, 2, (struct selection){ .no_gpu = false });

    (void)state;
    for (size_t i = 0; i < p.n_trials; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(p.trials[i].id, p.trials[k].id);
    arena_free(&a);
}

static void foundations_come_before_what_rests_on_them(void **state)
{
    struct arena a = { NULL };
    struct plan p = make(&a, &meant, 2, (struct selection){ .no_gpu = false });

    (void)state;
    for (size_t i = 0; i < p.n_trials; i++)
        for (size_t k = 0; k < COUNT_OF(p.trials[i].probe->rests_on) && p.trials[i].probe->rests_on[k] != NULL; k++) {
            const struct trial *f = plan_foundation(&p, &p.trials[i], p.trials[i].probe->rests_on[k]);

            if (f != NULL && f >= &p.trials[i])
                fail_msg("%s comes after %s", f->id, p.trials[i].id);
        }
    arena_free(&a);
}

static void what_is_left_out_says_why(void **state)
{
    struct arena a = { NULL };
    struct plan p = make(&a, &meant, 2, (struct selection){ .no_gpu = false });

    (void)state;
    assert_null(find(&p, "blas.gemm.fp32@gpu0/toolkit-13.0")->left_out);
    assert_true(text_has(find(&p, "blas.gemm.fp32@gpu1/toolkit-13.0")->left_out, "0000:02:00.0 does not answer"));
    assert_string_equal(find(&p, "blas.gemm.fp32@gpu0/venv:/a")->left_out, "venv:/a has no cublas");
    assert_string_equal(find(&p, "torch.cnn@gpu0/venv:/a")->left_out, "a CPU-only build");
    assert_null(find(&p, "torch.cnn@cpu/venv:/a")->left_out);
    assert_null(find(&p, "torch.cnn@cpu/toolkit-13.0"));
    assert_null(find(&p, "stack.files/dir:/x")->left_out);
    assert_string_equal(find(&p, "blas.gemm.fp32@gpu0/dir:/x")->left_out, "dir:/x cannot be read");
    arena_free(&a);
}

static void what_runs_once_on_a_gpu_runs_with_the_newest_library(void **state)
{
    static const struct member old[] = { { .family = "cublasLt", .version = "12.9.1" } }, new[] = { { .family = "cublasLt", .version = "12.10.0" } };
    const struct stack two[] = { { .name = "toolkit-12.9", .kind = STACK_TOOLKIT, .members = old, .n_members = 1 },
                                 { .name = "venv:/b", .kind = STACK_PYTHON, .members = new, .n_members = 1 } };
    static const char *const only[] = { "soak.own" }, *const picked[] = { "toolkit-*" };
    struct selection soak = { .level = LEVEL_SOAK };
    struct arena a = { NULL };
    struct err e;
    struct plan p;

    (void)state;
    assert_true(plan_make(&p, &a, &meant, devices, 1, two, 2, &soak, &e));
    assert_null(find(&p, "soak.burn@gpu0/venv:/b")->left_out);
    assert_string_equal(find(&p, "soak.burn@gpu0/toolkit-12.9")->left_out,
                        "soak.burn runs once on a GPU: here with venv:/b, whose cublasLt is the newest (-s toolkit-12.9 runs it with this one)");
    assert_string_equal(find(&p, "soak.own@gpu0")->left_out, "soak.burn@gpu0/venv:/b does this, too");
    soak.stacks = picked;
    soak.n_stacks = 1;
    assert_true(plan_make(&p, &a, &meant, devices, 1, two, 2, &soak, &e));
    assert_null(find(&p, "soak.burn@gpu0/toolkit-12.9")->left_out);
    soak = (struct selection){ .probes = only, .n_probes = 1 };
    assert_true(plan_make(&p, &a, &meant, devices, 1, two, 2, &soak, &e));
    assert_null(find(&p, "soak.own@gpu0")->left_out);
    arena_free(&a);
}

static void without_a_gpu_what_needs_one_is_counted_once(void **state)
{
    struct arena a = { NULL };
    struct plan p = make(&a, &not_meant, 0, (struct selection){ .no_gpu = false });

    (void)state;
    assert_string_equal(find(&p, "cuda.launch@gpu")->left_out, "no GPU is meant for this process: none here");
    assert_string_equal(find(&p, "driver.answers")->left_out, "no GPU is meant for this process: none here");
    assert_null(find(&p, "stack.loads/toolkit-13.0")->left_out);
    arena_free(&a);
}

static void a_selected_probe_brings_its_foundations(void **state)
{
    const char *probes[] = { "blas.*" }, *picked[] = { "toolkit-*" };
    struct arena a = { NULL };
    struct plan p = make(&a, &meant, 1, (struct selection){ .probes = probes, .n_probes = 1, .stacks = picked, .n_stacks = 1 });

    (void)state;
    assert_non_null(find(&p, "blas.gemm.fp32@gpu0/toolkit-13.0"));
    assert_non_null(find(&p, "stack.loads/toolkit-13.0"));
    assert_non_null(find(&p, "cuda.launch@gpu0"));
    assert_non_null(find(&p, "driver.answers"));
    assert_null(find(&p, "dnn.conv.fp32@gpu0/toolkit-13.0"));
    assert_null(find(&p, "stack.loads/venv:/a"));
    arena_free(&a);
}

static void a_device_is_known_by_all_its_names(void **state)
{
    static const char *const names[] = { "gpu0", "0", "GPU-aa", "0000:01:00.0", "GPU-*" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct arena a = { NULL };
        struct plan p = make(&a, &meant, 2, (struct selection){ .devices = &names[i], .n_devices = 1 });

        assert_non_null(find(&p, "cuda.launch@gpu0"));
        assert_null(find(&p, "cuda.launch@gpu1"));
        arena_free(&a);
    }
}

static void several_gpus_are_tested_together_where_they_answer_and_are_no_instances(void **state)
{
    struct arena a = { NULL };
    struct plan p = make(&a, &meant, COUNT_OF(devices), (struct selection){ .no_gpu = false });
    const struct trial *t = find(&p, "peer.copy@gpus");

    (void)state;
    assert_null(t->left_out);
    assert_null(t->device);
    assert_int_equal(t->set->n, 2);
    assert_string_equal(gpu_set_names(t->set, &a), "gpu0, gpu2");
    assert_true(trial_is_together(t));
    assert_true(trial_is_under(find(&p, "cuda.launch@gpu0"), t, probe_by_name("cuda.launch")));
    assert_true(trial_is_under(find(&p, "cuda.launch@gpu2"), t, probe_by_name("cuda.launch")));
    assert_false(trial_is_under(find(&p, "cuda.launch@gpu3"), t, probe_by_name("cuda.launch")));
    arena_free(&a);
}

static void nobody_talks_to_himself(void **state)
{
    static const char *const one[] = { "gpu0" }, *const instance[] = { "gpu0", "gpu3" };
    struct arena a = { NULL };
    struct plan alone = make(&a, &meant, 1, (struct selection){ .no_gpu = false });
    struct plan picked = make(&a, &meant, COUNT_OF(devices), (struct selection){ .devices = one, .n_devices = 1 });
    struct plan instances = make(&a, &meant, COUNT_OF(devices), (struct selection){ .devices = instance, .n_devices = 2 });
    struct plan none = make(&a, &not_meant, 0, (struct selection){ .no_gpu = false });

    (void)state;
    assert_string_equal(find(&alone, "peer.copy@gpus")->left_out, "one GPU: there is nobody to talk to");
    assert_string_equal(find(&picked, "peer.copy@gpus")->left_out, "one GPU: there is nobody to talk to");
    assert_null(find(&picked, "peer.copy@gpus")->set);
    assert_string_equal(find(&instances, "peer.copy@gpus")->left_out, "MIG instances do not reach each other");
    assert_string_equal(find(&none, "peer.copy@gpus")->left_out, "no GPU is meant for this process: none here");
    arena_free(&a);
}

static void a_name_that_matches_nothing_is_a_usage_error(void **state)
{
    static const char *const nothing[] = { "nothing" };
    const struct selection picks[] = {
        { .probes = nothing, .n_probes = 1 }, { .devices = nothing, .n_devices = 1 }, { .stacks = nothing, .n_stacks = 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(picks); i++) {
        struct arena a = { NULL };
        struct plan p;
        struct err e = { .kind = ERR_NONE };

        assert_false(plan_make(&p, &a, &meant, devices, 2, stacks, COUNT_OF(stacks), &picks[i], &e));
        assert_int_equal(e.kind, ERR_USAGE);
        assert_true(text_has(e.text, "nothing"));
        arena_free(&a);
    }
}

/* Nothing that measures is run by a level alone; of `gpuvet bench`, what its level has. */
static void measurements_are_of_a_level_and_run_by_bench_or_by_name(void **state)
{
    static const char *const by_name[] = { "bench.cache.read" };
    struct arena a = { NULL };
    const struct plan run = make(&a, &meant, 1, (struct selection){ .level = LEVEL_FULL });
    const struct plan quick = make(&a, &meant, 1, (struct selection){ .measures = true, .level = LEVEL_QUICK });
    const struct plan full = make(&a, &meant, 1, (struct selection){ .measures = true, .level = LEVEL_FULL });
    const struct plan named = make(&a, &meant, 1, (struct selection){ .probes = by_name, .n_probes = 1 });

    (void)state;
    assert_null(find(&run, "bench.memory.read@gpu0"));
    assert_non_null(find(&quick, "bench.memory.read@gpu0"));
    assert_non_null(find(&quick, "memory.pattern@gpu0"));           /* on which it rests */
    assert_non_null(find(&quick, "bench.blas.bf16@gpu0/toolkit-13.0"));
    assert_null(find(&quick, "bench.cache.read@gpu0"));
    assert_non_null(find(&full, "bench.memory.read@gpu0"));
    assert_non_null(find(&full, "bench.cache.read@gpu0"));
    assert_non_null(find(&named, "bench.cache.read@gpu0"));
    assert_null(find(&named, "bench.memory.read@gpu0"));
    arena_free(&a);
}

static void every_probe_declares_what_it_must(void **state)
{
    (void)state;
    for (const struct probe *const *p = all_probes; *p != NULL; p++) {
        bool on_stack = (*p)->scope >= SCOPE_STACK;

        assert_non_null((*p)->run);
        assert_non_null((*p)->expects);
        assert_true(text_ends((*p)->claim, "."));
        if (on_stack != ((*p)->stacks != 0))
            fail_msg("%s: scope and kinds of stack do not fit", (*p)->name);
        for (const char *c = (*p)->name; *c != '\0'; c++)
            assert_non_null(strchr("abcdefghijklmnopqrstuvwxyz0123456789._", *c));
        assert_ptr_equal(probe_by_name((*p)->name), *p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_of_another_generation_of_gpus_is_left_out),
        cmocka_unit_test(every_trial_has_an_id_of_its_own),
        cmocka_unit_test(foundations_come_before_what_rests_on_them),
        cmocka_unit_test(what_is_left_out_says_why),
        cmocka_unit_test(what_runs_once_on_a_gpu_runs_with_the_newest_library),
        cmocka_unit_test(without_a_gpu_what_needs_one_is_counted_once),
        cmocka_unit_test(a_selected_probe_brings_its_foundations),
        cmocka_unit_test(a_device_is_known_by_all_its_names),
        cmocka_unit_test(several_gpus_are_tested_together_where_they_answer_and_are_no_instances),
        cmocka_unit_test(nobody_talks_to_himself),
        cmocka_unit_test(a_name_that_matches_nothing_is_a_usage_error),
        cmocka_unit_test(measurements_are_of_a_level_and_run_by_bench_or_by_name),
        cmocka_unit_test(every_probe_declares_what_it_must),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
