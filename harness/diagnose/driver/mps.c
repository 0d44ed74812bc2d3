/* GPUs that are shared or kept: MPS, by which processes compute on one together, and compute modes, which keep others out. */
#include "diagnose/look.h"

#include "base/text.h"

/* "no daemon runs that serves it", ...; NULL: files do not tell. */
static const char *why_unreachable(const struct look *l)
{
    const char *daemon = fact(l, "mps.daemon"), *owner = fact(l, "mps.daemon.user"), *user = fact(l, "process.uid");

    if (fact(l, "mps.missing") != NULL)
        return text_make(l->a, "the folder of its pipes, %s, does not exist", fact(l, "mps.missing"));
    if (text_is(daemon, "none"))
        return is_in_container(l) ? "no daemon that serves its folder of pipes is seen in this container" : "its folder of pipes is there, and no daemon that serves it runs";
    if (owner == NULL)
        owner = fact(l, "mps.owner");
    if (owner != NULL && user != NULL && !text_is(owner, user) && !text_is(owner, "0"))
        return text_make(l->a, "it runs for user %s, and this process is user %s", owner, user);
    return NULL;
}

static void evidence_of_mps(struct look *l, const struct judged *told)
{
    const struct judged *without = passes_with(l, "without.MPS");

    if (told != NULL)
        evidence_of_call(l, told);
    if (without != NULL)
        evidence(l, "%s: with CUDA_MPS_PIPE_DIRECTORY=/nonexistent it passes", without->trial.id);
    evidence_of_fact(l, fact(l, "mps.missing") != NULL ? "mps.missing" : "mps.pipe");
    evidence_of_fact(l, "mps.daemon");
    if (fact(l, "mps.daemon.user") != NULL)
        evidence_of_fact(l, "mps.daemon.user");
    else if (fact(l, "mps.daemon") == NULL)
        evidence_of_fact(l, "mps.owner");
}

/* A program from before an update runs on from a file that is gone: "nvidia-cuda-mps-control (deleted)". */
static bool is_stale(const struct look *l)
{
    const char *daemon = fact(l, "mps.daemon.program"), *server = fact(l, "mps.server.program");

    return (daemon != NULL && text_ends(daemon, "(deleted)")) || (server != NULL && text_ends(server, "(deleted)"));
}

static void fix_without(struct look *l)
{
    fix(l, "export CUDA_MPS_PIPE_DIRECTORY=/nonexistent");
    advise(l, "that does without MPS; to use it, start nvidia-cuda-mps-control -d as the user whose processes it is to serve");
}

static void fix_anew(struct look *l)
{
    fix(l, "echo quit | nvidia-cuda-mps-control; nvidia-cuda-mps-control -d");
    advise(l, "as the user whom MPS runs for; it ends the work of all its clients");
}

static void look_for_version(struct look *l)
{
    const struct judged *told = NULL;

    for (long code = 805; code <= 807 && told == NULL; code++)
        told = ended_by(l, "cuInit", code);
    if (told == NULL || !is_stale(l))
        return;
    found(l, SHOWN, "MPS still runs from before the driver was changed: its program's file is replaced");
    evidence_of_mps(l, told);
    evidence_of_fact(l, "mps.daemon.program");
    fix_anew(l);
}

static void look_for_unreachable(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 805), *without = passes_with(l, "without.MPS");
    const char *why = why_unreachable(l);

    for (long code = 806; code <= 809; code++)
        if (ended_by(l, "cuInit", code) != NULL)
            return;
    if ((told == NULL && without == NULL) || is_stale(l))
        return;
    found(l, SHOWN, "CUDA goes through MPS here, and its control daemon does not answer%s%s", why != NULL ? ": " : "", why != NULL ? why : "");
    evidence_of_mps(l, told != NULL ? told : without->outcome.stop == STOP_CALL ? without : NULL);
    fix_without(l);
}

/* Each code has one meaning: https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TYPES.html */
static void look_for_code(struct look *l, long code, const char *cause)
{
    const struct judged *told = ended_by(l, NULL, code);

    if (told == NULL || is_stale(l))
        return;
    found(l, SHOWN, "%s", cause);
    evidence_of_mps(l, told);
    fix_anew(l);
}

static void look_for_failed(struct look *l) { look_for_code(l, 806, "the server of MPS that serves this GPU has failed"); }
static void look_for_not_ready(struct look *l) { look_for_code(l, 807, "the server of MPS takes no clients now: it is ending, or begins again after a client's fault"); }

static void look_for_full(struct look *l)
{
    const struct judged *told = ended_by(l, NULL, 808);

    if (told == NULL)
        told = ended_by(l, NULL, 809);
    if (told == NULL)
        return;
    found(l, SHOWN, "the server of MPS has as many clients, or connections of them, as it can serve");
    evidence_of_mps(l, told);
    fix_without(l);
}

/* ---- Compute modes ---- */

enum { PROHIBITED = 2, EXCLUSIVE_PROCESS = 3 };

/* NVML's word on the GPU of a trial; -1: it was not asked. */
static long mode_of(const struct look *l, const struct judged *told)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const struct observation *mode = j->trial.device == told->trial.device ? outcome_saw(&j->outcome, "compute_mode") : NULL;

        if (mode != NULL && mode->is_number)
            return (long)mode->number;
    }
    return -1;
}

static void evidence_of_busy(struct look *l, const struct judged *told, long mode)
{
    const struct device *d = told->trial.device;

    evidence_of_call(l, told);
    if (mode >= 0)
        evidence(l, "NVML: the compute mode is %ld%s", mode, mode == EXCLUSIVE_PROCESS ? " (exclusive process)" : mode == PROHIBITED ? " (prohibited)" : mode == 0 ? " (default)" : "");
    if (d != NULL && d->foreign != NULL)
        evidence(l, "NVML: on gpu%d computes %s", d->index, d->foreign);
}

static void look_for_exclusive(struct look *l)
{
    const struct judged *told = ended_by(l, NULL, 46);
    const long mode = told != NULL ? mode_of(l, told) : -1;
    const struct device *d = told != NULL ? told->trial.device : NULL;
    const char *gpu = d != NULL ? text_make(l->a, "%d", d->index) : "0";

    if (told == NULL || (mode >= 0 && mode != PROHIBITED && mode != EXCLUSIVE_PROCESS))
        return;
    found(l, mode == PROHIBITED || (mode == EXCLUSIVE_PROCESS && d != NULL && d->foreign != NULL) ? SHOWN : LIKELY, "gpu%s %s%s%s", gpu,
          mode == PROHIBITED ? "is in the compute mode that prohibits computing" : "lets one process compute at a time, and another one does",
          d != NULL && d->foreign != NULL ? ": " : "", d != NULL && d->foreign != NULL ? d->foreign : "");
    evidence_of_busy(l, told, mode);
    fix_on_host(l, "sudo nvidia-smi -i %s -c 0", gpu);
    advise(l, "%s", mode == PROHIBITED ? "whoever set that mode had a reason: ask first on a machine that is shared" : "or wait for the other process, use another GPU, or share this one by MPS");
}

static void look_for_unavailable(struct look *l)
{
    const struct judged *told = ended_by(l, NULL, 46);

    if (told == NULL || mode_of(l, told) < 0 || mode_of(l, told) == PROHIBITED || mode_of(l, told) == EXCLUSIVE_PROCESS)
        return;
    found(l, LIKELY, "the GPU takes no process though its compute mode lets all in: a reset is due, an earlier process is stuck in the driver, or a vGPU has no licence");
    evidence_of_busy(l, told, mode_of(l, told));
    fix_on_host(l, "nvidia-smi -q | grep -i -e 'recovery action' -e 'license status'");
}

const struct rule mps_rules[] = {
    { { "mps-version", LINK_DRIVER, .what = "MPS still runs from before the driver was changed.", .unlike = "driver-library-mismatch: there nothing begins, with MPS or without." }, look_for_version },
    { { "mps-unreachable", LINK_DRIVER, .what = "CUDA goes through MPS where its pipe folder exists (CUDA_MPS_PIPE_DIRECTORY, else /tmp/nvidia-mps), whether a daemon serves it or not (805).",
        .unlike = "gpu-exclusive answers 46." }, look_for_unreachable },
    { { "mps-failed", LINK_DRIVER, .what = "A client's fault ends the MPS server of its GPU for all (806).", .unlike = "mps-unreachable: there no daemon answers." }, look_for_failed },
    { { "mps-not-ready", LINK_DRIVER, .what = "The MPS server refuses new clients while it ends or begins again (807).", .unlike = "mps-failed: there a client's connection broke." },
      look_for_not_ready },
    { { "mps-full", LINK_DRIVER, .what = "An MPS server serves a limited number of clients and connections (808, 809).", .unlike = "mps-not-ready: that passes by itself." }, look_for_full },
    { { "gpu-exclusive", LINK_DRIVER, .needs_gpu = true, .what = "The compute mode is exclusive or prohibited, as batch systems set it.",
        .unlike = "gpu-unavailable: there the mode lets all in." }, look_for_exclusive },
    { { "gpu-unavailable", LINK_DRIVER, .general = true, .needs_gpu = true, .what = "CUDA_ERROR_DEVICE_UNAVAILABLE (46) without an exclusive mode: the driver gives the GPU to nobody.",
        .unlike = "gpu-exclusive: there NVML tells the mode." }, look_for_unavailable },
    { { .id = NULL }, NULL },
};
