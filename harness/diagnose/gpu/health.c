/* A GPU's memory, and the state in which it is, from the kernel's log and from NVML. */
#include "diagnose/gpu/xid.h"

#include "base/text.h"

/* Uncorrectable errors of memory: found, contained, not contained, not recovered. 171 comes beside 48. */
static const long memory[] = { 48, 94, 95, 140, 171, 0 };
static const long remapped[] = { 63, 0 }, not_remapped[] = { 64, 0 };

/* What leaves a GPU unusable until it is reset: its controllers, context switches, security, link training, start. */
static const long halts[] = { 61, 62, 109, 110, 136, 143, 0 };

/* What is explained by another ailment, and is followed by 154 or one of those. */
static const long explain[] = { 48, 64, 74, 79, 94, 95, 119, 120, 140, 144, 145, 146, 147, 148, 149, 150, 171, 0 };

/* "the GPU at ..." of NVML's. */
static const char *gpu_of_nvml(const struct look *l, unsigned gpu)
{
    return gpu_at(l, nvml_address(l, gpu));
}

static void evidence_of_nvml(struct look *l, unsigned gpu, const char *key, const char *what)
{
    const struct observation *o = nvml_saw(l, gpu, key);

    if (o != NULL)
        evidence(l, "NVML of %s: %s %s", nvml_address(l, gpu), o->text, what);
}

/* Resets the GPU where that is known, and says what it ends. */
static void fix_by_reset(struct look *l, const char *address)
{
    if (address != NULL)
        fix_on_host(l, "sudo nvidia-smi -r -i %s", address);
    else
        fix_on_host(l, "sudo reboot");
}

static void look_for_failed_remap(struct look *l)
{
    const struct logged *x = first_logged(l, not_remapped);
    unsigned gpu = 0;
    const bool by_nvml = nvml_says(l, "rows.failed", NULL, &gpu);

    if (x == NULL && !by_nvml)
        return;
    found(l, SHOWN, "%s could not replace a bad row of its memory: its spare rows are used up, and the board has to be replaced",
          x != NULL ? gpu_at(l, x->address) : gpu_of_nvml(l, gpu));
    evidence_of_xids(l, not_remapped);
    if (by_nvml)
        evidence_of_nvml(l, gpu, "rows.failed", "is the count of rows that could not be remapped");
    advise(l, "take it out of service, run NVIDIA's field diagnostic, and have the board replaced; of a cloud's machine, stop it and take another");
}

static void look_for_memory(struct look *l)
{
    const struct judged *told = ended_by(l, NULL, 214);
    const struct logged *x = first_logged(l, memory);
    unsigned gpu = 0, waits = 0;
    const bool by_nvml = nvml_says(l, "ecc.uncorrected", NULL, &gpu);
    const char *address = x != NULL ? x->address : by_nvml ? nvml_address(l, gpu) : NULL;

    if (told == NULL && x == NULL && !by_nvml)
        return;
    found(l, SHOWN, "the memory of %s had an error that ECC cannot correct: what computed with it is lost", address != NULL ? gpu_at(l, address) : "a GPU");
    evidence_of_xids(l, memory);
    evidence_of_xids(l, remapped);
    if (told != NULL)
        evidence_of_call(l, told);
    if (by_nvml)
        evidence_of_nvml(l, gpu, "ecc.uncorrected", "uncorrectable errors since the driver was loaded");
    if (nvml_says(l, "rows.pending", NULL, &waits))
        evidence_of_nvml(l, waits, "rows.pending", "is the count of rows that wait for a reset to be replaced");
    fix_by_reset(l, address);
    advise(l, "end what uses the GPU first, for the reset ends it; a reset or a reboot lets spare rows take the bad ones' place. If errors come again after it, have the board replaced");
}

/* NVML knows of that GPU's rows, and none waits: it was reset since. */
static bool waits_for_none(const struct look *l, const char *address)
{
    for (unsigned i = 0; nvml_address(l, i) != NULL; i++) {
        const struct observation *o = text_is(nvml_address(l, i), address) ? nvml_saw(l, i, "rows.pending") : NULL;

        if (o != NULL && o->is_number && o->number < 1)
            return true;
    }
    return false;
}

static void look_for_pending(struct look *l)
{
    const struct logged *x = first_logged(l, remapped);
    unsigned gpu = 0;
    const bool rows = nvml_says(l, "rows.pending", NULL, &gpu), pages = !rows && nvml_says(l, "pages.pending", NULL, &gpu), by_nvml = rows || pages;

    if (!by_nvml && (x == NULL || waits_for_none(l, x->address)))
        return;
    found(l, by_nvml ? SHOWN : LIKELY, "%s found a bad row of its memory, and replaces it at its next reset", x != NULL ? gpu_at(l, x->address) : gpu_of_nvml(l, gpu));
    evidence_of_xids(l, remapped);
    if (by_nvml)
        evidence_of_nvml(l, gpu, rows ? "rows.pending" : "pages.pending", rows ? "is the count of rows that wait for a reset" : "is the count of pages that wait for a reset");
    fix_by_reset(l, x != NULL ? x->address : nvml_address(l, gpu));
    advise(l, "end what uses the GPU first, for the reset ends it; until then it computes, and may meet the bad row again");
}

/* Whether something before it on that GPU explains it. */
static bool is_explained_by_xid(const struct look *l, const struct logged *x)
{
    const struct logged *all;
    const size_t n = logged_xids(l, &all);

    for (size_t i = 0; i < n; i++) {
        if (all[i].number == x->number && text_is(all[i].address, x->address))
            return false;
        if (is_one_of(all[i].number, explain) && text_is(all[i].address, x->address))
            return true;
    }
    return false;
}

/* 154 alone says what has to be done, and nothing of why. */
static bool halts_gpu(const struct look *l, const struct logged *x)
{
    const bool by_gsp = logged_line(l, "gsp-timeout") != NULL && (x->number == 109 || x->number == 154);

    return (is_one_of(x->number, halts) || x->number == 154) && !by_gsp && !was_reset(l, x->address) && !is_explained_by_xid(l, x);
}

static void look_for_reset(struct look *l)
{
    const struct logged *all;
    const size_t n = logged_xids(l, &all);

    for (size_t i = 0; i < n; i++) {
        const long numbers[] = { all[i].number, all[i].number != 154 ? 154 : 0, 0 };

        if (!halts_gpu(l, &all[i]))
            continue;
        found(l, SHOWN, "%s has halted (Xid %ld) and has to be reset: every call fails until then", gpu_at(l, all[i].address), all[i].number);
        evidence_of_xids(l, numbers);
        fix_by_reset(l, all[i].address);
        advise(l, "where the reset is refused, reboot; if it comes again with another program, too, try another release of the driver, then another board");
        return;
    }
}

/* ---- Clocks ---- */

/* Errors that come out of a GPU that computes wrongly, as of a program that does: 700 to 719, without time-outs and peers. */
static const struct judged *random_fault(const struct look *l)
{
    static const long codes[] = { 700, 713, 714, 715, 716, 717, 718, 719 };

    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const struct judged *told = ended_by(l, NULL, codes[i]);

        if (told != NULL)
            return told;
    }
    return NULL;
}

static bool is_raised(const struct look *l, unsigned *gpu, const char **key)
{
    static const char *const keys[] = { "offset.core", "offset.memory" };

    for (size_t k = 0; k < COUNT_OF(keys); k++)
        for (unsigned i = 0; nvml_address(l, i) != NULL; i++) {
            const struct observation *o = nvml_saw(l, i, keys[k]);

            if (o == NULL || !o->is_number || !(o->number > 0 || o->number < 0))
                continue;
            *gpu = i;
            *key = keys[k];
            return true;
        }
    return false;
}

/* Raised clocks alone are nobody's fault: only with what unstable ones do. */
static void look_for_overclock(struct look *l)
{
    static const long faults[] = { 13, 31, 32, 69, 0 };
    const struct judged *told = random_fault(l);
    const struct logged *x = first_logged(l, faults);
    const char *key = NULL;
    unsigned gpu = 0;

    if ((told == NULL && x == NULL) || !is_raised(l, &gpu, &key))
        return;
    found(l, LIKELY, "%s runs at other clocks than it was made for, and programs fault on it", gpu_of_nvml(l, gpu));
    evidence(l, "NVML of %s: its %s clock is set off by %s MHz", nvml_address(l, gpu), text_is(key, "offset.core") ? "core" : "memory", nvml_saw(l, gpu, key)->text);
    evidence_of_xids(l, faults);
    if (told != NULL)
        evidence_of_call(l, told);
    fix_on_host(l, "sudo nvidia-smi -rgc -i %s && sudo nvidia-smi -rmc -i %s", nvml_address(l, gpu), nvml_address(l, gpu));
    advise(l, "take the offsets back in the tool that set them (nvidia-settings, LACT, Afterburner), for they come again with it; then run gpuvet torture");
}

const struct rule health_rules[] = {
    { { "row-remap-failed", LINK_DRIVER, .needs_gpu = true,
        .what = "Xid 64: ECC memory has spare rows for those that go bad, and none is left. https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/.",
        .unlike = "row-remap-pending: there a spare row is found, and waits for a reset." }, look_for_failed_remap },
    { { "memory-error", LINK_DRIVER, .needs_gpu = true, .what = "ECC found what it cannot correct (Xid 48, 94, 95; error 214): the work that met it is lost.",
        .unlike = "A program that writes where it must not (Xid 13, 31) answers 700 or 716, at another place each time. After a reboot the counters begin at 0 again." }, look_for_memory },
    { { "gpu-needs-reset", LINK_DRIVER, .needs_gpu = true,
        .what = "Xid 61, 62, 109, 110, 136 and 143 leave a GPU that answers nothing right until it is reset; Xid 154 announces that.",
        .unlike = "gsp-timeout, nvlink-error and memory-error end in the same Xid 154: there another Xid came before it. A program's own fault (Xid 13, 31) needs no reset." }, look_for_reset },
    { { "row-remap-pending", LINK_GPU, .needs_gpu = true, .what = "Xid 63: a spare row or page takes the place of a bad one, from the GPU's next reset on.",
        .unlike = "row-remap-failed: there no spare row is left. Counters of a board without ECC mean nothing." }, look_for_pending },
    { { "overclocked", LINK_GPU, .needs_gpu = true, .what = "A GPU whose clocks are raised, or whose voltage is lowered, may compute wrongly under load: errors 700, 715 or 718 in another kernel each time.",
        .unlike = "memory-error: there ECC says so. program-fault: there the same place fails at any clock." }, look_for_overclock },
    { { .id = NULL }, NULL },
};
