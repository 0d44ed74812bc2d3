/* sample_report.h - runs as constructed facts, judged by the product's judge: what the writers and the reader are tested with. */
#ifndef TESTS_SAMPLE_REPORT_H
#define TESTS_SAMPLE_REPORT_H

#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include "base/text.h"
#include "model/judge.h"
#include "model/figures.h"
#include "model/rounds.h"
#include "model/unproved.h"

enum sample { SAMPLE_GOOD, SAMPLE_FAILING, SAMPLE_SKIPPING, SAMPLE_INTERRUPTED, SAMPLE_CUT_SHORT, SAMPLES };

static const char *const sample_names[SAMPLES] = { "good", "failing", "skipping", "interrupted", "cut-short" };

static const struct probe sample_probes[] = {
    { .name = "sample.driver", .claim = "The driver answers.", .scope = SCOPE_MACHINE },
    { .name = "sample.launch", .claim = "A kernel runs and writes every word.", .scope = SCOPE_DEVICE, .needs = NEEDS_CONTEXT },
    { .name = "sample.files", .claim = "Every library file is whole.", .scope = SCOPE_STACK, .stacks = ON_ANY_STACK },
    { .name = "sample.gemm", .claim = "A product of integers is exact.", .scope = SCOPE_STACK_DEVICE, .stacks = ON_ANY_STACK, .needs = NEEDS_CONTEXT },
    { .name = "sample.conv", .claim = "A convolution of integers is exact.", .scope = SCOPE_STACK_DEVICE, .stacks = ON_ANY_STACK, .library = "cudnn", .needs = NEEDS_CONTEXT, .may_skip = true },
    { .name = "sample.network", .claim = "A small network gives the exact logits of integer data.", .scope = SCOPE_STACK_CPU_DEVICE, .stacks = ON_ANY_STACK },
    { .name = "nccl.kernel", .claim = "NCCL runs a reduction kernel on the GPU and its result is exact.", .scope = SCOPE_STACK_DEVICE, .stacks = ON_ANY_STACK, .level = LEVEL_FULL },         /* one that can be required */
    { .name = "sample.copy", .claim = "What one GPU sends another arrives.", .scope = SCOPE_DEVICES, .needs = NEEDS_CONTEXT },
};
static const struct probe *const sample_probe_list[] = {
    &sample_probes[0], &sample_probes[1], &sample_probes[2], &sample_probes[3], &sample_probes[4], &sample_probes[5], &sample_probes[6], &sample_probes[7], NULL,
};

static const struct pci_gpu sample_pci[] = { { "0000:3b:00.0", 0x2335, "nvidia" }, { "0000:5e:00.0", 0x2335, NULL } };
static const struct node sample_nodes[] = {
    { .path = "/dev/nvidia0", .opens = true },
    { .path = "/dev/nvidia1", .why_not = "Permission denied", .mode = "0660", .uid = 0, .gid = 44, .group = "video", .major = 195 },
};
static const struct driver_file sample_drivers[] = {
    { "libcuda.so.1", "/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06", "580.65.06", DRIVER_INSTALLED, true },
    { "libcuda.so.1", "/usr/local/cuda/compat/libcuda.so.1", NULL, NULL, DRIVER_COMPAT, false },
};
static const struct fact sample_facts[] = { { "module.version", "580.65.06", "/sys/module/nvidia/version" }, { "env.LANG", "a\tb \"c\" \xc3\xa4", NULL } };

static const struct machine sample_machine = {
    .hostname = "node12", .os = "Debian GNU/Linux 12 (bookworm)", .os_id = "debian", .kernel = "6.1.0", .arch = "x86_64", .place = PLACE_CONTAINER, .container = "docker",
    .pci = sample_pci, .n_pci = COUNT_OF(sample_pci), .nodes = sample_nodes, .n_nodes = COUNT_OF(sample_nodes),
    .drivers = sample_drivers, .n_drivers = COUNT_OF(sample_drivers), .facts = sample_facts, .n_facts = COUNT_OF(sample_facts),
    .module_loaded = true, .module_version = "580.65.06", .gpu_meant = true, .why_meant = "0000:3b:00.0 is an NVIDIA GPU",
};
static const struct machine sample_laptop = { .os = "Ubuntu 24.04", .kernel = "6.8.0", .arch = "aarch64", .why_not_meant = "no NVIDIA GPU on the PCI bus" };

static const struct device sample_devices[] = {
    { .index = 0, .name = "NVIDIA H200", .uuid = "GPU-1f0a", .pci = "0000:3b:00.0", .cc = 90, .sms = 132, .clock_mhz = 1980, .memory_bytes = UINT64_C(150754820096),
      .free_bytes = UINT64_C(140000000000), .knows_free = true, .foreign = "pid 4242 (python3) with 9216 MiB", .answers = true },
    { .index = 1, .pci = "0000:5e:00.0" },
};

static const struct device *const sample_able[] = { &sample_devices[0] };
static const struct gpu_set sample_set = { sample_able, 1, "gpu1 (sample.launch@gpu1 failed)" };

static const struct elf_facts sample_elf = { .soname = "libcudnn.so.9" };
static const struct stack_version sample_versions[] = { { "torch", "2.5.1+cu124", "/opt/app/torch/version.py" }, { "cuda", "12.4", NULL } };
static const struct member sample_members[] = {
    { "cudnn", "/opt/app/libcudnn.so.9", "/opt/app/libcudnn.so.9", "9.1.0.70", "dist-info", &sample_elf, NULL },
    { "cudnn_ops", "/opt/app/libcudnn_ops.so.9", "/opt/app/libcudnn_ops.so.9", NULL, NULL, NULL, "truncated: 4096 of 47000000 bytes" },
};
static const struct unmet sample_unmet[] = {
    { UNMET_SYMBOL, "/opt/app/libcusparse.so.12", "12.3.1.170", NULL, "__nvJitLinkComplete_12_4", "libnvJitLink.so.12", "/usr/local/cuda/lib64/libnvJitLink.so.12",
      "12.1.105", "LD_LIBRARY_PATH: /usr/local/cuda/lib64", "/opt/app/libnvJitLink.so.12", "12.4.127", NULL },
    { UNMET_SYMBOL, "/opt/app/x.so", NULL, "x 1.0", "_ZN3c105ErrorC2ESs", NULL, NULL, NULL, NULL, NULL, NULL, "_ZN3c105ErrorC2ENSt7__cxx1112basic_stringE" },
};
static const struct stack sample_stacks[] = {
    { .name = "venv:/opt/app", .kind = STACK_PYTHON, .prefix = "/opt/app", .python = "/opt/app/bin/python3", .found_by = "active venv", .versions = sample_versions,
      .n_versions = COUNT_OF(sample_versions), .members = sample_members, .n_members = COUNT_OF(sample_members),
      .unmet = sample_unmet, .n_unmet = COUNT_OF(sample_unmet) },
    { .name = "venv:/opt/cpu", .kind = STACK_PYTHON, .prefix = "/opt/cpu", .found_by = "--stack", .unusable = "CPU-only build" },
    { .name = "dir:/opt/none", .kind = STACK_LIBTORCH, .broken = "/opt/none: no such folder" },
};

static const struct observation sample_saw[] = {
    { "driver.version", "", "580.65.06", 0, false }, { "cuda.driver", "", "13.0", 0, false }, { "rate", "TFLOP/s", "612.5", 612.5, true },
    { "sum.compared", "", "262144", 262144, true }, { "third", "", "0.333333333333333", 1.0 / 3, true },
    { "almost", "ms", "3", 2.9999999999999996, true }, { "huge", "", "1e+300", 1e300, true }, { "tiny", "", "5e-324", 5e-324, true },
    { "lost", "", "nan", (double)NAN, true },
};

static const double sample_rounds[] = { 4420, 4400.5, 4410.25 };
static const double sample_clocks[] = { 1515, 1500, 1530 };
static struct figure sample_figure = {
    .unit = "GB/s", .rounds = sample_rounds, .n = COUNT_OF(sample_rounds), .clocks = sample_clocks, .n_clocks = COUNT_OF(sample_clocks), .attainable = 4500, .peak = 4814, .peak_of = "the datasheet",
    .least = 4332.6, .least_source = "https://example.org/table",
    .disturbed = "another process computed on it", .disturbed_rounds = 2,
};

struct sample_trial { int probe, device, stack; struct outcome outcome; };       /* device, stack: -1 is none; device -2: several */

#define RAN .took_ms = 12.5, .rerun = "gpuvet child sample"
#define SAW .saw = sample_saw, .n_saw = COUNT_OF(sample_saw)
#define NOT_RUN(reason) { .ending = ENDED_NOT_RUN, .text = reason }

static const struct observation sample_warning[] = { { "warning", "", "the link runs at half its width", 0, false } };

static const struct observation sample_foreign[] = { { "memory.foreign_bytes", "B", "80000000000", 8e10, true } };

static const struct sample_trial sample_good[] = {
    { 0, -1, -1, { RAN, SAW } }, { 1, 0, -1, { RAN, SAW } }, { 2, -1, 0, { RAN, SAW } }, { 3, 0, 0, { RAN, SAW } },
    { 4, 0, 0, { RAN, .saw = sample_warning, .n_saw = 1 } }, { 5, -1, 0, { RAN, SAW } }, { 5, 0, 0, { RAN, SAW } },
};

static const struct sample_trial sample_failing[] = {
    { 0, -1, -1, { RAN, SAW } },
    { 1, 0, -1, { RAN, .stop = STOP_CALL, .call = "cuLaunchKernel(f, 1, 1, 1)", .library = "/usr/lib/libcuda.so.1", .code = 719,
                         .text = "CUDA_ERROR_LAUNCH_FAILED", .said = "first\nsecond \x01\n" } },
    { 1, 1, -1, NOT_RUN("gpu1 does not answer") },
    { 1, 0, 0, { RAN, .stop = STOP_CALL, .call = "cuMemAlloc_v2(&p, n)", .library = "/usr/lib/libcuda.so.1", .code = 2,
                 .text = "CUDA_ERROR_OUT_OF_MEMORY", .saw = sample_foreign, .n_saw = COUNT_OF(sample_foreign) } },
    { 2, -1, 0, { RAN, .stop = STOP_LOAD, .text = "/opt/app/libcudnn_ops.so.9: truncated: 4096 of 47000000 bytes" } },
    { 3, 0, 0, { RAN, .ending = ENDED_CRASHED, .status = SIGSEGV, .call = "cublasSgemm_v2(h)", .library = "/opt/app/libcublas.so.12",
                        .blamed = "/opt/app/libcublasLt.so.12", .fault = "SIGSEGV at address 0x0", .said = "a \xff b" } },
    { 4, 0, 0, { .ending = ENDED_TIMEOUT, .took_ms = 60000, .rerun = "gpuvet child sample", .call = "cudnnConvolutionForward(h)", .library = "/opt/app/libcudnn.so.9" } },
    { 5, -1, 0, { RAN, .ending = ENDED_STUCK, .call = "aoti_torch_zero_(t)" } },
    { 5, 0, 0, { RAN, .ending = ENDED_SILENT, .status = 3 } },
    { 2, -1, 1, { RAN, .stop = STOP_OURS, .text = "cannot start a child: Resource temporarily unavailable" } },
    { 3, 0, 1, NOT_RUN("CPU-only build") },
    { 4, 0, 1, NOT_RUN("CPU-only build") },
    { 5, -1, 1, { RAN, .stop = STOP_BAD_RECORD, .text = "\"nonsense\"" } },
    { 2, -1, 2, { .stop = STOP_LOAD, .text = "/opt/none: no such folder" } },
    { 7, -2, -1, { RAN, SAW } },
    { 4, 0, 2, { RAN, .stop = STOP_UNSUPPORTED, .text = "this cuDNN has no fp32 convolution" } },
};

static const struct sample_trial sample_skipping[] = {
    { 0, -1, -1, NOT_RUN("no GPU is meant for this process") }, { 1, -1, -1, NOT_RUN("no GPU is meant for this process") },
    { 2, -1, 0, { RAN, SAW } }, { 3, -1, 0, NOT_RUN("no GPU is meant for this process") },
    { 4, -1, 0, NOT_RUN("no GPU is meant for this process") }, { 5, -1, 0, { RAN, SAW } },
};

static const struct sample_trial sample_interrupted[] = {
    { 0, -1, -1, { RAN, SAW } }, { 1, 0, -1, { RAN, SAW } }, { 2, -1, 0, { RAN, SAW } }, { 3, 0, 0, NOT_RUN("interrupted") },
    { 4, 0, 0, NOT_RUN("interrupted") }, { 6, 0, 0, NOT_RUN("interrupted") },
};

static const struct { const struct sample_trial *trials; size_t n; } sample_trials[SAMPLES] = {
    { sample_good, COUNT_OF(sample_good) }, { sample_failing, COUNT_OF(sample_failing) },
    { sample_skipping, COUNT_OF(sample_skipping) }, { sample_interrupted, COUNT_OF(sample_interrupted) },
    { sample_interrupted, 1 },                          /* what a journal holds: the trials that ended */
};

static const struct { enum sample of; const char *demand; } sample_requires[] = {
    { SAMPLE_GOOD, "gpu = 1" }, { SAMPLE_GOOD, "stack" }, { SAMPLE_FAILING, "gpu" }, { SAMPLE_FAILING, "stack" }, { SAMPLE_INTERRUPTED, "nccl.kernel" },
    { SAMPLE_CUT_SHORT, "nccl.kernel" },
};

static const char *const sample_command[] = { "gpuvet", "run", "--stack", "/opt/my app", "-o", "run.json" };

/* The good machine is good three times. */
static void sample_repeat(struct judged *j, unsigned rounds, struct arena *a)
{
    struct judged sum = { .rounds = 0 };

    for (unsigned round = 1; round <= rounds; round++)
        rounds_add(&sum, j, round);
    if (rounds > 0) {
        rounds_close(&sum, a);
        *j = sum;
    }
}

static struct report sample_report(enum sample which, struct arena *a)
{
    struct require require = { NULL, 0 };
    struct err e;
    bool laptop = which == SAMPLE_SKIPPING, failing = which == SAMPLE_FAILING;
    struct judged *all = arena_alloc(a, sample_trials[which].n * sizeof *all);
    struct report r = {
        .version = "1.2.3", .began = "2031-02-03T04:05:06Z", .took_ms = 1234.5, .command = sample_command, .n_command = COUNT_OF(sample_command),
        .machine = laptop ? &sample_laptop : &sample_machine, .devices = sample_devices, .n_devices = laptop ? 0 : failing ? 2 : 1,
        .stacks = sample_stacks, .n_stacks = failing ? 3 : 1, .trials = all, .n_trials = sample_trials[which].n,
        .earlier = laptop ? "PASS - 1 GPU proved" : NULL, .rounds = which == SAMPLE_GOOD ? 3 : 0, .interrupted = which >= SAMPLE_INTERRUPTED, .signo = which == SAMPLE_INTERRUPTED ? SIGINT : 0,
    };

    for (size_t i = 0; i < r.n_trials; i++) {
        const struct sample_trial *t = &sample_trials[which].trials[i];
        const struct device *device = t->device >= 0 ? &sample_devices[t->device] : NULL;
        const struct stack *stack = t->stack >= 0 ? &sample_stacks[t->stack] : NULL;
        const char *where = device != NULL ? text_make(a, "@gpu%d", device->index) : t->device == -2 ? "@gpus" : "";

        all[i].trial = (struct trial){ .probe = &sample_probes[t->probe], .device = device, .stack = stack, .set = t->device == -2 ? &sample_set : NULL };
        all[i].trial.id = text_make(a, "%s%s%s%s", sample_probes[t->probe].name, where, stack != NULL ? "/" : "", stack != NULL ? stack->name : "");
        all[i].outcome = t->outcome;
        judge_trial(&all[i], r.machine, a);
        sample_repeat(&all[i], r.rounds, a);
        figure_settle(&sample_figure);
        all[i].figure = which == SAMPLE_GOOD && i == 1 ? &sample_figure : NULL;
    }
    for (size_t i = 0; i < COUNT_OF(sample_requires); i++)
        if (sample_requires[i].of == which && !require_parse(&require, a, sample_requires[i].demand, &e))
            abort();
    judge_report(&r, &require, false, a);
    unproved_list(&r, sample_probe_list, a);
    return r;
}

static const char *const sample_lines[] = { "Traceback \"x\" \xff\tand a tab", "RuntimeError: CUDA error: device-side assert triggered" };
static const char *const sample_failing_command[] = { "python3", "train me.py" };
static const struct complaint sample_complaints[SAMPLES] = {
    { .source = COMPLAINT_TEXT, .lines = sample_lines, .n_lines = 2 },
    { .source = COMPLAINT_COMMAND, .lines = sample_lines, .n_lines = 2, .command = sample_failing_command, .n_command = 2, .signo = SIGSEGV },
    { .source = COMPLAINT_COMMAND, .lines = sample_lines, .n_lines = 1, .command = sample_failing_command, .n_command = 1, .exit_code = 1 },
    { .source = COMPLAINT_COMMAND, .command = sample_failing_command, .n_command = 1, .limit_s = 120 },
    { .source = COMPLAINT_LOG, .lines = sample_lines, .n_lines = 1 },
};

/* The same, as the doctor keeps it: with what it was told. */
static __attribute__((unused)) struct report sample_complained(enum sample which, struct arena *a)
{
    struct report r = sample_report(which, a);

    r.complaint = &sample_complaints[which];
    return r;
}

#endif
