/* What a code of the driver means wherever it comes from: those that have one cause, or nearly. */
#include "diagnose/look.h"

#include "base/text.h"

/* call NULL: any of the driver's or the runtime's. */
struct meaning { const char *call; long code; enum certainty certainty; const char *cause, *fix; };

static void look_for_code(struct look *l, const struct meaning *m)
{
    const struct judged *told = ended_by(l, m->call, m->code);

    if (told == NULL)
        return;
    found(l, m->certainty, "%s", m->cause);
    evidence_of_call(l, told);
    fix(l, "%s", m->fix);
}

#define MEANS(id, ...) static void look_for_##id(struct look *l) { look_for_code(l, &(const struct meaning){ __VA_ARGS__ }); }

MEANS(hmm, "cuInit", 3, LIKELY, "nvidia_uvm is loaded and cannot begin, as with heterogeneous memory management on some kernels",
      "echo 'options nvidia_uvm uvm_disable_hmm=1' | sudo tee /etc/modprobe.d/nvidia-uvm-hmm.conf && sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm")
MEANS(unknown, "cuInit", 999, LIKELY, "the driver cannot begin: mostly /dev/nvidia-uvm is missing or was left in disorder by a suspend",
      "sudo rmmod nvidia_uvm; sudo modprobe nvidia_uvm && sudo nvidia-modprobe -u -c=0")
MEANS(exclusive, NULL, 46, LIKELY, "the GPU lets one process compute at a time, or none, and another one does",
      "nvidia-smi --query-gpu=index,compute_mode --format=csv; then, to let several compute: sudo nvidia-smi -c 0")
MEANS(no_code, NULL, 209, SHOWN, "a library has no code for this GPU: neither machine code for its compute capability nor PTX", "gpuvet matrix")
MEANS(no_jit, NULL, 221, SHOWN, "libnvidia-ptxjitcompiler.so.1, by which the driver compiles PTX, is missing or of another version than the driver",
      "install the driver's libraries whole; in a container: -e NVIDIA_DRIVER_CAPABILITIES=compute,utility")
MEANS(new_ptx, NULL, 222, SHOWN, "a library carries only PTX for this GPU, of a newer CUDA than the driver is for", "gpuvet matrix")
MEANS(mps, "cuInit", 805, LIKELY, "the control daemon of MPS does not answer, or runs for another user",
      "echo quit | nvidia-cuda-mps-control; or, to do without it: CUDA_MPS_PIPE_DIRECTORY=/nonexistent COMMAND")
MEANS(mps_server, "cuInit", 806, LIKELY, "the server of MPS that serves this GPU has failed", "echo quit | nvidia-cuda-mps-control; then start it again as the same user")
MEANS(mps_version, "cuInit", 807, SHOWN, "the server of MPS is of another driver's version", "echo quit | nvidia-cuda-mps-control; then start it again")

const struct rule code_rules[] = {
    { { "uvm-broken", LINK_DRIVER, .what = "cuInit answers 3 (not initialized) in a fresh process: seen with nvidia_uvm's heterogeneous memory management.",
        .unlike = "3 in a process that was forked after it had used CUDA is that program's fault." }, look_for_hmm },
    { { "driver-cannot-begin", LINK_DRIVER, .general = true, .what = "cuInit answers 999, which names no cause: the memory module nvidia_uvm comes first.",
        .unlike = "nodes-missing, nodes-denied, cgroup-denies-gpu and gpu-lost answer the same, and are found by their own signs." }, look_for_unknown },
    { { "mps-unreachable", LINK_DRIVER, .what = "CUDA goes through MPS where its pipe folder exists (CUDA_MPS_PIPE_DIRECTORY, else /tmp/nvidia-mps), whether a daemon serves it or not.",
        .unlike = "gpu-exclusive answers 46." }, look_for_mps },
    { { "mps-failed", LINK_DRIVER, .what = "A client's fault ends the MPS server of its GPU for all.", .unlike = "mps-unreachable: there no daemon answers." }, look_for_mps_server },
    { { "mps-version", LINK_DRIVER, .what = "MPS still runs from before the driver was changed.", .unlike = "driver-library-mismatch: there nothing begins, with MPS or without." }, look_for_mps_version },
    { { "gpu-exclusive", LINK_DRIVER, .general = true, .needs_gpu = true, .what = "The compute mode is exclusive or prohibited.",
        .unlike = "A process that is stuck, a vGPU without a licence and a GPU that waits for a reset answer 46, too." }, look_for_exclusive },
    { { "jit-missing", LINK_DRIVER, .needs_gpu = true, .what = "The driver's compiler for PTX is a library of its own.", .unlike = "ptx-too-new answers 222." }, look_for_no_jit },
    { { "gpu-not-covered", LINK_BUILD, .needs_gpu = true, .what = "\"no kernel image is available\": the build was made for other GPUs, newer or older ones.",
        .unlike = "ptx-too-new: there PTX is carried." }, look_for_no_code },
    { { "ptx-too-new", LINK_BUILD, .needs_gpu = true, .what = "Machine code would run on an older driver of the same major; PTX must not be newer than the driver.",
        .unlike = "driver-too-old: there nothing of the build runs." }, look_for_new_ptx },
    { { .id = NULL }, NULL },
};
