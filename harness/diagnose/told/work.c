/* What only the failing program can tell: its processes, its memory, its mistakes, and its installer. Most are found by no rule:
 * messages point to them (message.h). */
#include "diagnose/told/message.h"

#include "base/text.h"

static void by_message(struct look *l)
{
    (void)l;
}

/* It was ended by its time, or says so. */
static bool hangs(const struct complaint *c)
{
    static const char *const words[] = { "hang", "deadlock", "timeout", "timed out", "stuck" };
    const char *number = NULL;
    size_t n = 0;

    if (c == NULL || c->limit_s > 0)
        return c != NULL;
    for (size_t i = 0; i < c->n_lines; i++)
        for (size_t k = 0; k < COUNT_OF(words); k++)
            if (message_has(c->lines[i], words[k], &number, &n))
                return true;
    return false;
}

static void look_for_launch_blocking(struct look *l)
{
    if (!text_is(variable(l, "CUDA_LAUNCH_BLOCKING"), "1") || !hangs(l->r->complaint))
        return;
    found(l, LIKELY, "CUDA_LAUNCH_BLOCKING=1 is set, by which NCCL waits for what was not launched yet: without it the program must not hang");
    evidence_of_fact(l, "env.CUDA_LAUNCH_BLOCKING");
    fix(l, "unset CUDA_LAUNCH_BLOCKING");
}

static void look_for_lazy_loading(struct look *l)
{
    if (!text_is(variable(l, "CUDA_MODULE_LOADING"), "LAZY") || !hangs(l->r->complaint))
        return;
    found(l, LIKELY, "CUDA_MODULE_LOADING=LAZY is set: a kernel may wait for one that is not loaded yet; with all loaded at the start it must not hang");
    evidence_of_fact(l, "env.CUDA_MODULE_LOADING");
    fix(l, "export CUDA_MODULE_LOADING=EAGER");
}

const struct rule work_rules[] = {
    { { "torch-not-installed", LINK_PYTHON, .what = "The Python that runs the program has no PyTorch; another one may.",
        .unlike = "cpu-only-build: there it is installed, without CUDA." }, by_message },
    { { "pip-resolver-pins", LINK_PYTHON, .what = "Each PyTorch pins NVIDIA's packages to exact versions; where another package, a constraint or the index rules one of them out, pip gives up.",
        .unlike = "no-build-for-python: there no wheel fits at all. pins-differ: there they are installed, in other versions." }, by_message },
    { { "cudnn-older-than-needed", LINK_LOADING, .what = "TensorFlow and JAX refuse a cuDNN that is older than the one they were built with; a newer one of the same major version serves.",
        .unlike = "cudnn-8-vs-9: there the major version is another. library-shadowed: there the right one is installed, and another is found first." }, by_message },
    { { "cudnn-for-other-cuda", LINK_LOADING, .what = "cuDNN exists for each major version of CUDA, and looks for the cuBLAS of its own: beside that of another it finds no names.",
        .unlike = "cudnn-sublibrary-missing: there a part of cuDNN itself is not found." }, by_message },
    { { "cublas-release", LINK_WORK, .what = "A release of cuBLAS refuses, or gets wrong, what an earlier and a later one do: its release notes name the GPUs and the shapes.",
        .unlike = "cublas-mismatch: there cuBLAS and cuBLASLt are of two releases, and it fails in the first product. program-fault: an earlier kernel failed, and everything after it does." }, by_message },
    { { "results-of-another-gpu", LINK_WORK, .what = "A library without code for this GPU gives zeros or rubbish, each time the same, where it does not say so.",
        .unlike = "tf32-precision: there one part in a thousand is off. A faulty GPU gives other results each time." }, by_message },
    { { "fork-after-cuda-init", LINK_WORK, .what = "CUDA does not live on in a process that was forked after it had begun: multiprocessing must spawn its processes.",
        .unlike = "uvm-broken: there cuInit answers 3 in a fresh process, too." }, by_message },
    { { "launch-blocking-hang", LINK_WORK, .what = "With CUDA_LAUNCH_BLOCKING=1 each launch waits for its end, and NCCL's kernels wait for those of the other GPUs, which are not launched yet.",
        .unlike = "peer-data-astray hangs without that variable, too." }, look_for_launch_blocking },
    { { "lazy-loading-deadlock", LINK_WORK, .what = "Kernels are loaded at their first launch (https://docs.nvidia.com/cuda/cuda-c-programming-guide/#lazy-loading), and loading may wait for a kernel that runs and waits itself.",
        .unlike = "launch-blocking-hang: there CUDA_LAUNCH_BLOCKING is set. A GPU that hangs does so in other programs, too." }, look_for_lazy_loading },
    { { "out-of-memory", LINK_WORK, .what = "The program needs more memory than the GPU has.",
        .unlike = "memory-held-by-others and memory-in-pieces: the message's own numbers tell them apart." }, by_message },
    { { "memory-held-by-others", LINK_WORK, .what = "Other processes hold the GPU's memory that this one asks for.",
        .unlike = "out-of-memory: there an empty GPU is too small, too." }, by_message },
    { { "memory-in-pieces", LINK_WORK, .what = "PyTorch holds enough memory that it does not use, and no piece of it is as large as what is asked for.",
        .unlike = "out-of-memory: there little is reserved but unallocated." }, by_message },
    { { "memory-refused", LINK_WORK, .what = "The driver reports more free memory than was asked for, and refuses it: a quota (MPS, a hook for sharing GPUs) or another process that was faster.",
        .unlike = "memory-in-pieces: there PyTorch itself holds what is free." }, by_message },
    { { "library-without-memory", LINK_WORK, .what = "cuBLAS and cuDNN need a few hundred MiB of the GPU for themselves, and say \"not initialized\" where they do not get them.",
        .unlike = "cache-not-writable, and a sticky error of an earlier kernel, say the same; files that do not go together fail as they are loaded." }, by_message },
    { { "host-out-of-memory", LINK_WORK, .what = "The kernel, or the container's memory limit, killed the program: the host's memory was used up, not the GPU's.",
        .unlike = "out-of-memory is the GPU's, and says so." }, by_message },
    { { "too-many-files", LINK_WORK, .what = "The process has as many files open as it may: each tensor that DataLoader's workers share is one.",
        .unlike = "shared-memory-small: there space is missing, not numbers." }, by_message },
    { { "device-assert", LINK_WORK, .what = "The program's own check in a kernel failed, mostly an index beyond its table: labels, token ids, positions.",
        .unlike = "program-fault: there a kernel touched memory that is not its own. Neither is a fault of GPU or driver." }, by_message },
    { { "display-watchdog", LINK_WORK, .what = "A GPU that drives a display ends kernels that run for some seconds, so that the screen goes on.",
        .unlike = "A hang: there nothing ends it." }, by_message },
    { { "processor-too-old", LINK_WORK, .what = "The program was ended by an instruction that the processor does not have: a build for AVX2 or AVX-512.",
        .unlike = "CUDA's \"an illegal instruction was encountered\" is the GPU's: program-fault." }, by_message },
    { { "nccl-network", LINK_WORK, .what = "NCCL could not reach the other processes: a firewall, or an interface that leads nowhere.",
        .unlike = "shared-memory-small says the same of one host, and NCCL_DEBUG=WARN names the file." }, by_message },
    { { "tf32-precision", LINK_WORK, .what = "TF32 has float32's range and 10 bits of its precision: products differ by about one part in a thousand, each time the same.",
        .unlike = "A faulty GPU gives other results each time; a library without code for a GPU gives zeros." }, by_message },
    { { .id = NULL }, NULL },
};
