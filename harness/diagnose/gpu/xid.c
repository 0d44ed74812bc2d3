/* What the driver told the kernel's log of a GPU. A number follows from another one that came before it on the same GPU: 45 ends what was left
 * of a program, 154 announces what has to be done. */
#include "diagnose/gpu/xid.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { GPUS_MAX = 64 };

static const long lost[] = { 79, 0 }, gsp[] = { 119, 120, 0 }, power[] = { 54, 0 }, nvlink[] = { 74, 144, 145, 146, 147, 148, 149, 150, 0 };

/* Engine time-out, exception, page fault, and what a program puts into its queues. */
static const long faults[] = { 8, 13, 31, 32, 69, 0 };

bool is_one_of(long number, const long *numbers)
{
    for (; *numbers != 0; numbers++)
        if (*numbers == number)
            return true;
    return false;
}

static bool read_key(struct logged *x, const struct fact *f, struct arena *a)
{
    const char *rest = text_starts(f->key, "log.xid.") ? f->key + strlen("log.xid.") : NULL, *dot = rest != NULL ? strrchr(rest, '.') : NULL;

    if (dot == NULL || !text_to_long(dot + 1, &x->number))
        return false;
    x->address = arena_copy(a, rest, (size_t)(dot - rest));
    x->text = f->value;
    return true;
}

/* A container's neighbours have faults of their own. */
static bool is_of_neighbour(const struct look *l, const char *address)
{
    if (!is_in_container(l) || report_answering(l->r) == 0)
        return false;
    for (size_t i = 0; i < l->r->n_devices && address != NULL; i++)
        if (text_is(l->r->devices[i].pci, address))
            return false;
    return true;
}

size_t logged_xids(const struct look *l, const struct logged **all)
{
    const struct machine *m = l->r->machine;
    struct logged *list = NULL, x;
    size_t n = 0;

    for (size_t i = 0; i < m->n_facts; i++) {
        if (!read_key(&x, &m->facts[i], l->a) || is_of_neighbour(l, x.address))
            continue;
        x.programs = fact(l, text_make(l->a, "log.programs.%s", m->facts[i].key + strlen("log.xid.")));
        *ARENA_PUSH(l->a, list, n) = x;
    }
    *all = list;
    return n;
}

const char *gpu_at(const struct look *l, const char *address)
{
    const char *model = fact(l, text_make(l->a, "gpu.%s.model", address));

    for (size_t i = 0; i < l->r->n_devices && model == NULL; i++)
        if (text_is(l->r->devices[i].pci, address))
            model = l->r->devices[i].name;
    return model != NULL ? text_make(l->a, "the GPU at %s (%s)", address, model) : text_make(l->a, "the GPU at %s", address);
}

const struct logged *first_logged(const struct look *l, const long *numbers)
{
    const struct logged *all;
    const size_t n = logged_xids(l, &all);

    for (size_t i = 0; i < n; i++)
        if (is_one_of(all[i].number, numbers))
            return &all[i];
    return NULL;
}

void evidence_of_xids(struct look *l, const long *numbers)
{
    const struct logged *all;
    const size_t n = logged_xids(l, &all);

    for (size_t i = 0, told = 0; i < n && told < 8; i++)
        if (is_one_of(all[i].number, numbers)) {
            evidence(l, "/dev/kmsg: %s", all[i].text);
            told++;
        }
}

bool was_reset(const struct look *l, const char *address)
{
    const char *last = fact(l, text_make(l->a, "log.xid.%s.154", address));

    return last != NULL && text_has(last, " to 0x0 ");
}

const char *logged_line(const struct look *l, const char *name)
{
    return is_of_neighbour(l, NULL) ? NULL : fact(l, text_make(l->a, "log.line.%s", name));
}

void evidence_of_line(struct look *l, const char *name)
{
    const char *line = logged_line(l, name);

    if (line != NULL)
        evidence(l, "/dev/kmsg: %s", line);
}

/* ---- What NVML saw ---- */

static const struct observation *saw(const struct look *l, const char *key)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct observation *o = l->r->trials[i].trial.stack == NULL ? outcome_saw(&l->r->trials[i].outcome, key) : NULL;

        if (o != NULL)
            return o;
    }
    return NULL;
}

const struct observation *nvml_saw(const struct look *l, unsigned gpu, const char *key)
{
    return saw(l, text_make(l->a, "nvml%u.%s", gpu, key));
}

const char *nvml_address(const struct look *l, unsigned gpu)
{
    const struct observation *o = nvml_saw(l, gpu, "pci");

    return o != NULL ? o->text : NULL;
}

bool nvml_says(const struct look *l, const char *key, const char *text, unsigned *gpu)
{
    for (unsigned i = 0; i < GPUS_MAX; i++) {
        const struct observation *o = nvml_address(l, i) != NULL ? nvml_saw(l, i, key) : NULL;

        if (o == NULL || (text != NULL ? !text_is(o->text, text) : !o->is_number || o->number < 1))
            continue;
        *gpu = i;
        return true;
    }
    return false;
}

/* ---- The GPU is gone, or does not answer the driver ---- */

/* NVML_ERROR_GPU_IS_LOST, of a call that ended a trial, or of one of several GPUs that a trial asked for. */
static bool says_lost(const struct outcome *o)
{
    const struct observation *refused = outcome_saw(o, "nvml.refuses");

    return (o->stop == STOP_CALL && o->call != NULL && text_starts(o->call, "nvml") && o->code == 15)
        || (refused != NULL && refused->is_number && (long)refused->number == 15);
}

static const struct judged *trial_that_lost(const struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++)
        if (says_lost(&l->r->trials[i].outcome))
            return &l->r->trials[i];
    return NULL;
}

static void look_for_lost(struct look *l)
{
    const struct logged *x = first_logged(l, lost);
    const struct judged *told = trial_that_lost(l);
    const bool line = logged_line(l, "fallen-off") != NULL;

    if (x == NULL && told == NULL && !line)
        return;
    found(l, SHOWN, "%s has fallen off the bus: the driver can no longer reach it", x != NULL ? gpu_at(l, x->address) : "a GPU");
    evidence_of_xids(l, lost);
    if (x == NULL)
        evidence_of_line(l, "fallen-off");
    if (told != NULL)
        evidence(l, "%s: NVML answers 15 (GPU is lost)%s%s", told->trial.id, *told->why != '\0' ? "; " : "", told->why);
    fix_on_host(l, "sudo reboot");
    advise(l, "switch the power off and on rather than reboot, where that is possible; if it comes again, its power cables, riser, slot, cooling or the board is bad");
}

static void look_for_gsp(struct look *l)
{
    const struct logged *x = first_logged(l, gsp);

    if (x != NULL ? was_reset(l, x->address) : logged_line(l, "gsp-timeout") == NULL)
        return;
    found(l, SHOWN, "the system processor (GSP) of %s stopped answering the driver: what uses it hangs or fails until it is reset", x != NULL ? gpu_at(l, x->address) : "a GPU");
    evidence_of_xids(l, gsp);
    if (x == NULL)
        evidence_of_line(l, "gsp-timeout");
    fix_on_host(l, "sudo reboot");
    advise(l, "if it comes again, install another release of the driver's branch; where the proprietary kernel module serves this GPU, its option "
              "NVreg_EnableGpuFirmware=0 does without the GSP");
}

static void look_for_power(struct look *l)
{
    const struct logged *x = first_logged(l, power);

    if (x == NULL)
        return;
    found(l, SHOWN, "%s says that an auxiliary power cable is not connected", gpu_at(l, x->address));
    evidence_of_xids(l, power);
    advise(l, "switch the machine off and connect all of the GPU's power cables, each with its own line to the power supply");
}

static void look_for_nvlink(struct look *l)
{
    const struct logged *x = first_logged(l, nvlink);

    if (x == NULL && logged_line(l, "nvswitch-error") == NULL)
        return;
    found(l, x != NULL ? SHOWN : LIKELY, "%s had errors that could not be corrected: work over NVLink hangs or is lost",
          x != NULL ? text_make(l->a, "an NVLink of %s", gpu_at(l, x->address)) : "an NVSwitch");
    evidence_of_xids(l, nvlink);
    evidence_of_line(l, "nvswitch-error");
    fix_on_host(l, "sudo reboot");
    advise(l, "take the machine out of service first; if it comes again after the reboot, run NVIDIA's field diagnostic: bridge, cable, switch or board is bad");
}

/* ---- A program, or the GPU ---- */

/* Names of a GPU's programs that faulted, each once. */
struct gpu_faults { const char *address; const char *programs[16]; size_t n; size_t kinds; };

static void add_programs(struct gpu_faults *g, const char *programs, struct arena *a)
{
    for (const char *at = programs; at != NULL && *at != '\0';) {
        const size_t n = strcspn(at, ",");
        const char *name = arena_copy(a, at, n);
        bool known = false;

        for (size_t i = 0; i < g->n; i++)
            known |= text_is(g->programs[i], name);
        if (!known && g->n < COUNT_OF(g->programs))
            g->programs[g->n++] = name;
        at += n + strspn(at + n, ", ");
    }
}

/* Of each GPU that has one of `faults`; how many these are. */
static size_t faults_by_gpu(const struct look *l, struct gpu_faults *list, size_t room)
{
    const struct logged *all;
    const size_t n = logged_xids(l, &all);
    size_t gpus = 0;

    for (size_t i = 0; i < n; i++) {
        size_t g = 0;

        if (!is_one_of(all[i].number, faults))
            continue;
        while (g < gpus && !text_is(list[g].address, all[i].address))
            g++;
        if (g == room)
            continue;
        if (g == gpus)
            list[gpus++] = (struct gpu_faults){ .address = all[i].address };
        list[g].kinds++;
        add_programs(&list[g], all[i].programs, l->a);
    }
    return gpus;
}

/* The one GPU on which several programs faulted; NULL: there is none. */
static const struct gpu_faults *suspect(const struct gpu_faults *list, size_t n)
{
    return n == 1 && list[0].n >= 2 ? &list[0] : NULL;
}

static void look_for_suspect(struct look *l)
{
    struct gpu_faults list[GPUS_MAX];
    const size_t n = faults_by_gpu(l, list, COUNT_OF(list));
    const struct gpu_faults *one = suspect(list, n);

    if (one == NULL)
        return;
    found(l, LIKELY, "%zu different programs faulted on %s%s: that is rather the GPU than the programs", one->n, gpu_at(l, one->address),
          l->r->machine->n_pci > 1 ? ", and none on the others" : "");
    evidence_of_xids(l, faults);
    for (size_t i = 0; i < one->n; i++)
        evidence(l, "%s faulted on it", one->programs[i]);
    fix_on_host(l, "nvidia-smi -q -d ECC,ROW_REMAPPER,CLOCK -i %s", one->address);
    advise(l, "run the same program on another GPU, and gpuvet torture on this one; if only this one faults, have the board replaced");
}

static void look_for_program(struct look *l)
{
    struct gpu_faults list[GPUS_MAX];
    const size_t n = faults_by_gpu(l, list, COUNT_OF(list));
    const char *program = n > 0 && list[0].n > 0 ? list[0].programs[0] : NULL;

    if (n == 0 || suspect(list, n) != NULL)
        return;
    found(l, LIKELY, "%s did on %s what a GPU does not allow%s: a fault of that program, or of a library that it uses",
          program != NULL ? text_make(l->a, "the program %s", program) : "a program", gpu_at(l, list[0].address), n > 1 ? text_make(l->a, " and on %zu more", n - 1) : "");
    evidence_of_xids(l, faults);
    fix(l, "compute-sanitizer COMMAND");
    advise(l, "end the program and start it anew, for after such a fault its results are worthless; CUDA_LAUNCH_BLOCKING=1 makes its error come from the call that caused it");
}

const struct rule xid_rules[] = {
    { { "power-cable-missing", LINK_BUS, .though_it_answers = true, .what = "Xid 54: the board's auxiliary power is not connected, and it runs slowly or not at all.",
        .unlike = "A power limit that holds it back shows in nvidia-smi -q -d PERFORMANCE, and not in the kernel's log." }, look_for_power },
    { { "gpu-lost", LINK_BUS, .though_it_answers = true,
        .what = "The driver can no longer reach a GPU (Xid 79): power, heat, the riser or slot, or the board. https://docs.nvidia.com/deploy/xid-errors/.",
        .unlike = "nodes-missing and cgroup-denies-gpu: there the driver has nothing against it, and the kernel's log says nothing. gsp-timeout: there the GPU is still on the bus." }, look_for_lost },
    { { "gsp-timeout", LINK_BUS, .though_it_answers = true,
        .what = "Newer GPUs run a part of the driver on a processor of their own, the GSP. Where it stops answering (Xid 119, 120), calls hang, and other Xids (8, 109, 154) follow from it.",
        .unlike = "gpu-lost: there the GPU is gone from the bus. A first call that takes long because persistence mode is off ends, and logs nothing." }, look_for_gsp },
    { { "nvlink-error", LINK_DRIVER, .needs_gpu = true,
        .what = "Xid 74 and 144 to 150 are errors of NVLink that could not be corrected; the Xid 45 of other GPUs that follow are its echo.",
        .unlike = "fabric-restarted: there the links are well, and what the fabric manager had set up is gone." }, look_for_nvlink },
    { { "gpu-suspect", LINK_GPU, .general = true, .needs_gpu = true,
        .what = "A program's mistake follows the program to any GPU; a broken GPU faults with any program.",
        .unlike = "program-fault: one program, on whichever GPU. overclocked: there the clocks are raised. memory-error: there ECC says so." }, look_for_suspect },
    { { "program-fault", LINK_WORK,
        .what = "Xid 13, 31, 32, 69 and 8 are mostly a program that reads or writes where it must not, or never ends; it gets error 700, 716, 719 or the like, and nothing that it computes afterwards is right.",
        .unlike = "gpu-suspect: there several programs fault on one GPU. memory-error: there ECC found it." }, look_for_program },
    { { .id = NULL }, NULL },
};
