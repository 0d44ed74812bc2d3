/* What a run did not prove is said, each reason once, and nothing of it twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/unproved.h"

static struct arena arena;

static const struct probe driver = { .name = "driver.answers", .scope = SCOPE_MACHINE }, launch = { .name = "cuda.launch", .scope = SCOPE_DEVICE },
                          march = { .name = "memory.march", .scope = SCOPE_DEVICE, .level = LEVEL_FULL },
                          gemm = { .name = "blas.gemm", .scope = SCOPE_STACK_DEVICE, .stacks = ON_ANY_STACK, .library = "cublas" },
                          conv = { .name = "dnn.conv", .scope = SCOPE_STACK_DEVICE, .stacks = ON_ANY_STACK, .library = "cudnn" },
                          versions = { .name = "stack.versions", .scope = SCOPE_STACK, .stacks = ON_ANY_STACK, .library = "cudart" },
                          torch = { .name = "torch.cnn", .scope = SCOPE_STACK_CPU_DEVICE, .stacks = ON_TORCH, .library = "torch_cpu" };
static const struct probe *const probes[] = { &driver, &launch, &march, &gemm, &conv, &versions, &torch, NULL };

static const struct member members[] = { { .family = "cublas" }, { .family = "cublasLt" }, { .family = "cudart" }, { .family = "cudnn" }, { .family = "cudnn_ops" },
                                         { .family = "cufft" }, { .family = "nvrtc" }, { .family = "nvrtc-builtins" }, { .family = "torch_cuda" } };
static const struct stack stacks[] = {
    { .name = "toolkit-13.0", .kind = STACK_TOOLKIT, .members = members, .n_members = COUNT_OF(members) }, { .name = "toolkit-12.4", .kind = STACK_TOOLKIT },
};

/* A machine that can be spoilt: two GPUs, the first tested. */
struct scene {
    struct machine machine;
    struct device  devices[2];
    struct judged  trials[8];
    struct report  r;
};

static void add(struct scene *s, const struct probe *p, int device, int stack, enum verdict v, const char *why)
{
    struct judged *j = &s->trials[s->r.n_trials++];

    *j = (struct judged){ .trial = { .probe = p, .device = device >= 0 ? &s->devices[device] : NULL, .stack = stack >= 0 ? &stacks[stack] : NULL }, .verdict = v, .why = why };
    j->trial.id = p->name;
}

static struct scene *scene(void)
{
    struct scene *s = arena_alloc(&arena, sizeof *s);

    s->devices[0] = (struct device){ .index = 0, .uuid = "GPU-1", .pci = "0000:01:00.0", .answers = true };
    s->devices[1] = (struct device){ .index = 1, .uuid = "GPU-2", .pci = "0000:02:00.0", .answers = true };
    s->r = (struct report){ .machine = &s->machine, .devices = s->devices, .n_devices = 2, .trials = s->trials, .stacks = stacks, .n_stacks = 1 };
    add(s, &driver, -1, -1, PASS, "");
    add(s, &launch, 0, -1, PASS, "");
    add(s, &launch, 1, -1, PASS, "");
    add(s, &gemm, 0, 0, PASS, "");
    add(s, &conv, 0, 0, PASS, "");
    add(s, &versions, -1, 0, PASS, "");
    return s;
}

/* Everything, as one text: "about|why|what,what\n" for each entry. */
static const char *said(struct scene *s)
{
    struct text t = { .arena = &arena };

    unproved_list(&s->r, probes, &arena);
    text_put(&t, "", 0);
    for (size_t i = 0; i < s->r.n_unproved; i++) {
        const struct unproved *u = &s->r.unproved[i];

        text_add(&t, "%d|%s|", (int)u->about, u->why);
        for (size_t k = 0; k < u->n_what; k++)
            text_add(&t, "%s%s", k > 0 ? "," : "", u->what[k]);
        text_add(&t, "\n");
    }
    return t.s;
}

static void must_say(struct scene *s, const char *line)
{
    if (!text_has(said(s), line))
        fail_msg("\"%s\" is not among:\n%s", line, said(s));
}

static void must_not_say(struct scene *s, const char *part)
{
    if (text_has(said(s), part))
        fail_msg("\"%s\" is among:\n%s", part, said(s));
}

static void libraries_that_no_passing_trial_on_a_gpu_used_are_named_once(void **state)
{
    struct scene *s = scene();

    (void)state;
    must_say(s, "libraries of toolkit-13.0 that no trial used and passed|cublasLt,cudart,cufft,nvrtc\n");
    s->trials[4].verdict = FAIL;
    must_say(s, "|cublasLt,cudart,cudnn,cufft,nvrtc\n");
    s->trials[3].verdict = SKIP;
    s->trials[3].why = "no GPU";
    must_not_say(s, "libraries of");            /* the trials say why nothing of it ran */
    must_say(s, "no GPU|blas.gemm\n");
}

static void probes_that_have_no_trial_are_of_a_deeper_level_or_have_nothing_to_look_at(void **state)
{
    struct scene *s = scene();

    (void)state;
    must_say(s, "only with --level full|memory.march\n");
    must_say(s, "no stack that they are for is in this run|torch.cnn\n");
    s->r.n_trials -= 2;
    must_say(s, "not among the probes that this run was asked for|memory.march,dnn.conv,stack.versions\n");
    must_not_say(s, "--level full");
    s->r.interrupted = true;
    must_say(s, "the run was cut short before them, or did not have them|memory.march,dnn.conv,stack.versions,torch.cnn\n");
    s->r.n_stacks = 0;
    s->r.interrupted = false;
    s->r.n_trials = 3;
    must_say(s, "no stack was found|blas.gemm,dnn.conv,stack.versions,torch.cnn\n");
}

static void stacks_and_gpus_that_were_not_asked_for_are_named(void **state)
{
    struct scene *s = scene();

    (void)state;
    must_not_say(s, "asked for");
    s->r.n_stacks = 2;
    must_say(s, "not among the stacks that this run was asked for|toolkit-12.4\n");
    s->trials[2].trial.device = &s->devices[0];
    must_say(s, "not among the GPUs that this run was asked for|gpu1\n");
}

static void gpus_that_are_hidden_passed_through_shared_or_in_use_are_named(void **state)
{
    static const struct pci_gpu pci[] = { { "0000:01:00.0", 1, "nvidia" }, { "0000:02:00.0", 1, "nvidia" }, { "0000:03:00.0", 1, "nvidia" }, { "0000:04:00.0", 1, "vfio-pci" } };
    static const struct fact visible = { "env.CUDA_VISIBLE_DEVICES", "0,1", NULL };
    struct scene *s = scene();

    (void)state;
    s->machine.pci = pci;
    s->machine.n_pci = COUNT_OF(pci);
    must_say(s, "on the PCI bus, but not seen by this process|0000:03:00.0\n");
    must_say(s, "given to a virtual machine (vfio-pci)|0000:04:00.0\n");
    s->machine.facts = &visible;
    s->machine.n_facts = 1;
    must_say(s, "hidden by CUDA_VISIBLE_DEVICES=0,1|0000:03:00.0\n");
    s->devices[1].pci = NULL;                   /* it may be any of them */
    must_not_say(s, "0000:03:00.0");
    s->devices[0].foreign = "pid 7 (python3) with 100 MiB";
    s->devices[1].uuid = "MIG-1";
    must_say(s, "in use by others, so that a trial took at most 256 MiB of its memory|gpu0 (pid 7 (python3) with 100 MiB)\n");
    must_say(s, "a MIG instance: the rest of its GPU was not looked at|gpu1\n");
}

static void the_share_of_memory_and_of_multiprocessors_is_the_best_that_a_trial_had(void **state)
{
    static const struct observation few[] = { { "memory.tested", "B", "", 1 << 30, true }, { "memory.untested", "B", "", 3.0 * (1 << 30), true } },
                                    more[] = { { "memory.tested", "B", "", 3.0 * (1 << 30), true }, { "memory.untested", "B", "", 1 << 30, true } },
                                    sms[] = { { "sm.proved", "", "", 130, true }, { "sm.unproved", "", "", 2, true } };
    struct scene *s = scene();

    (void)state;
    must_not_say(s, "memory in use");
    s->trials[1].outcome = (struct outcome){ .saw = few, .n_saw = 2 };
    must_say(s, "gpu0 (1.0 GiB of 4.0 GiB tested)\n");
    add(s, &march, 0, -1, PASS, "");
    s->trials[s->r.n_trials - 1].outcome = (struct outcome){ .saw = more, .n_saw = 2 };
    must_say(s, "memory in use, kept free, or more than fits into the time|gpu0 (3.0 GiB of 4.0 GiB tested)\n");
    must_not_say(s, "1.0 GiB of");
    s->trials[2].outcome = (struct outcome){ .saw = sms, .n_saw = 2 };
    must_say(s, "multiprocessors that no thread block reached|gpu1 (2 of 132)\n");
}

static void what_another_probe_showed_on_that_gpu_is_not_left_open(void **state)
{
    static const struct probe burn = { .name = "soak.burn", .scope = SCOPE_STACK_DEVICE, .stacks = ON_ANY_STACK },
                              own = { .name = "soak.own", .scope = SCOPE_DEVICE, .unless = &burn };
    struct scene *s = scene();

    (void)state;
    add(s, &burn, 0, 0, PASS, "");
    add(s, &own, 0, -1, SKIP, "soak.burn@gpu0 does this, too");
    s->trials[s->r.n_trials - 1].outcome.ending = ENDED_NOT_RUN;
    must_not_say(s, "does this, too");
    s->trials[s->r.n_trials - 2].verdict = FAIL;
    must_say(s, "soak.burn@gpu0 does this, too|soak.own\n");
}

static void what_failed_on_each_of_several_gpus_is_one_reason(void **state)
{
    struct scene *s = scene();

    (void)state;
    s->trials[1].trial.id = "cuda.launch@gpu0";
    s->trials[2].trial.id = "cuda.launch@gpu1";
    s->trials[1].verdict = s->trials[2].verdict = FAIL;
    add(s, &march, 0, -1, SKIP, "not reached: cuda.launch@gpu0 failed");
    add(s, &march, 1, -1, SKIP, "not reached: cuda.launch@gpu1 failed");
    must_say(s, "not reached: cuda.launch failed there|memory.march,memory.march\n");
    must_not_say(s, "cuda.launch@gpu");
    s->r.n_devices = 1;
    must_say(s, "not reached: cuda.launch@gpu0 failed|memory.march\n");
}

static void a_run_that_left_nothing_out_has_an_empty_list(void **state)
{
    static const struct probe *const none[] = { NULL };
    struct scene *s = scene();

    (void)state;
    s->r.n_stacks = 0;
    unproved_list(&s->r, none, &arena);
    assert_int_equal(s->r.n_unproved, 0);
    assert_true(unproved_is_asked(&s->r));
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libraries_that_no_passing_trial_on_a_gpu_used_are_named_once),
        cmocka_unit_test(probes_that_have_no_trial_are_of_a_deeper_level_or_have_nothing_to_look_at),
        cmocka_unit_test(stacks_and_gpus_that_were_not_asked_for_are_named),
        cmocka_unit_test(gpus_that_are_hidden_passed_through_shared_or_in_use_are_named),
        cmocka_unit_test(what_another_probe_showed_on_that_gpu_is_not_left_open),
        cmocka_unit_test(what_failed_on_each_of_several_gpus_is_one_reason),
        cmocka_unit_test(the_share_of_memory_and_of_multiprocessors_is_the_best_that_a_trial_had),
        cmocka_unit_test(a_run_that_left_nothing_out_has_an_empty_list),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
