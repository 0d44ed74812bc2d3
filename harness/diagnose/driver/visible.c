/* CUDA_VISIBLE_DEVICES: which GPUs a program is shown, and by which numbers. */
#include "diagnose/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What becomes of the list: every name up to the first that is none; nothing where one comes twice. */
struct shown {
    size_t      names, good;    /* all, and those before the first that is none */
    const char *bad;            /* that one; NULL: all are good */
    const char *why_bad;
    bool        sure;           /* by its form alone, or by a count that leaves no doubt */
    const char *twice;
};

static size_t count_of(const struct look *l, const char *starts, const char *ends)
{
    size_t n = 0;

    for (size_t i = 0; i < l->r->machine->n_facts; i++)
        n += text_starts(l->r->machine->facts[i].key, starts) && text_ends(l->r->machine->facts[i].key, ends);
    return n;
}

/* How many GPUs there are to choose among; 0: not known. */
static size_t count_gpus(const struct look *l, bool *sure)
{
    const struct machine *m = l->r->machine;
    const char *nvml = report_saw(l->r, "nvml.gpus");
    size_t nodes = 0;

    *sure = nvml != NULL || m->n_pci > 0;
    for (size_t i = 0; i < m->n_nodes; i++)
        nodes += node_is_gpu(&m->nodes[i]);
    if (nvml != NULL)
        return (size_t)strtoull(nvml, NULL, 10);
    return m->n_pci > 0 ? m->n_pci : nodes;
}

static bool is_known_uuid(const struct look *l, const char *name)
{
    for (size_t i = 0; i < l->r->machine->n_facts; i++) {
        const struct fact *f = &l->r->machine->facts[i];

        if (text_starts(f->key, "gpu.") && text_ends(f->key, ".uuid") && text_starts(f->value, name))
            return true;
    }
    return false;
}

/* NULL: it is one, or nobody can tell. */
static const char *why_no_gpu(const struct look *l, const char *name, struct shown *s)
{
    bool counted;
    const size_t gpus = count_gpus(l, &counted), uuids = count_of(l, "gpu.", ".uuid");
    char *end;
    const long index = strtol(name, &end, 10);

    s->sure = true;
    if (text_starts(name, "MIG-"))
        return NULL;
    if (text_starts(name, "GPU-")) {
        s->sure = !is_in_container(l);
        return uuids >= gpus && uuids > 0 && !is_known_uuid(l, name) ? "no GPU here has that UUID" : NULL;
    }
    if (end == name)
        return "that is neither a number nor a UUID";
    if (index < 0)
        return "no GPU has a number below 0";
    s->sure = counted;
    /* Cut into instances they are counted otherwise. */
    if (gpus > 0 && (size_t)index >= gpus && count_of(l, "mig.", "") == 0)
        return text_make(l->a, "there %s %zu, from 0 on", gpus == 1 ? "is" : "are", gpus);
    return NULL;
}

/* Numbers are the same by value, UUIDs by their letters. */
static bool is_same(const char *one, const char *other)
{
    char *end;
    const long number = strtol(one, &end, 10);

    return text_is(one, other) || (end != one && number >= 0 && strtol(other, &end, 10) == number && end != other);
}

static struct shown read_list(const struct look *l, const char *list)
{
    struct shown s = { .sure = true };
    const char **names = NULL;

    for (const char *at = list;; at++) {
        const size_t n = strcspn(at, ",");
        const char *name = arena_copy(l->a, at + strspn(at, " \t"), n - (strspn(at, " \t") < n ? strspn(at, " \t") : n));

        for (size_t i = 0; i < s.good && s.bad == NULL && s.twice == NULL; i++)
            if (is_same(names[i], name))
                s.twice = name;
        if (s.bad == NULL && s.twice == NULL) {
            s.why_bad = why_no_gpu(l, name, &s);
            s.bad = s.why_bad != NULL ? name : NULL;
            if (s.bad == NULL)
                *ARENA_PUSH(l->a, names, s.good) = name;
        }
        s.names++;
        at += n;
        if (*at == '\0' || text_is(at, ","))           /* nothing is named behind the last one */
            return s;
    }
}

/* Where the driver was asked it has the last word. */
static bool is_all_shown(const struct look *l, const struct shown *s)
{
    const char *cuda = report_saw(l->r, "cuda.gpus");

    return cuda != NULL && strtoull(cuda, NULL, 10) >= s->names;
}

/* The driver's own trial was run once more without the variable (verbs/variants.c), and passed. */
static bool is_the_cause(const struct look *l)
{
    return text_is(report_saw(l->r, "without.CUDA_VISIBLE_DEVICES"), "passes");
}

static bool tell_hidden(struct look *l, const char *value)
{
    const struct machine *m = l->r->machine;
    const struct shown s = read_list(l, value);

    if (m->why_not_meant != NULL && text_starts(m->why_not_meant, "CUDA_VISIBLE_DEVICES is") && m->n_nodes > 0)
        found(l, SHOWN, "%s: it hides every GPU from this process", m->why_not_meant);
    else if (*value == '\0' || m->n_nodes == 0 || report_answering(l->r) > 0)
        return false;
    else if (s.twice != NULL)
        found(l, SHOWN, "CUDA_VISIBLE_DEVICES is \"%s\" and names a GPU twice, which hides every GPU from this process", value);
    else if (s.bad != NULL && s.good == 0)
        found(l, s.sure || is_the_cause(l) ? SHOWN : LIKELY, "CUDA_VISIBLE_DEVICES is \"%s\" and hides every GPU from this process: %s", value, s.why_bad);
    else if (is_the_cause(l) || (ended_by(l, "cuInit", 100) != NULL && (value[0] == 'M' || value[0] == 'G')))
        found(l, is_the_cause(l) ? SHOWN : LIKELY, "CUDA_VISIBLE_DEVICES is \"%s\", and the driver knows no GPU of that name", value);
    else
        return false;
    return true;
}

static void look_for_hidden(struct look *l)
{
    const char *value = variable(l, "CUDA_VISIBLE_DEVICES");
    const struct judged *told = ended_by(l, "cuInit", 100);

    /* One that is set and empty is told by the machine alone: nothing is no fact. */
    if (!tell_hidden(l, value != NULL ? value : ""))
        return;
    evidence(l, "this process's environment, and %s is there", l->r->machine->nodes[0].path);
    if (told != NULL)
        evidence_of_call(l, told);
    if (is_the_cause(l))
        evidence(l, "without it the driver begins, and sees a GPU");
    fix(l, "unset CUDA_VISIBLE_DEVICES");
    /* Slurm's word for a job without one. */
    if (text_is(value, "NoDevFiles"))
        advise(l, "the job was given no GPU: ask Slurm for one (--gres=gpu:1)");
}

static void look_for_cut(struct look *l)
{
    const char *value = variable(l, "CUDA_VISIBLE_DEVICES");
    struct shown s;

    if (value == NULL || *value == '\0')
        return;
    s = read_list(l, value);
    if (s.bad == NULL || s.good == 0 || is_all_shown(l, &s))
        return;
    found(l, s.sure ? SHOWN : LIKELY, "CUDA_VISIBLE_DEVICES is \"%s\", of which \"%s\" is no GPU: it and what comes after it is hidden, and %zu of %zu remain", value, s.bad, s.good, s.names);
    evidence(l, "\"%s\": %s", s.bad, s.why_bad);
    fix(l, "unset CUDA_VISIBLE_DEVICES");
}

/* Shown GPUs are counted anew from 0. */
static void look_for_ordinal(struct look *l)
{
    const struct judged *told = ended_by(l, NULL, 101);
    const char *value = variable(l, "CUDA_VISIBLE_DEVICES");

    if (told == NULL || value == NULL || *value == '\0')
        return;
    found(l, SHOWN, "a program asks for a GPU by a number that CUDA_VISIBLE_DEVICES leaves none for: of \"%s\" the first is 0, the second 1, and so on", value);
    evidence_of_call(l, told);
    evidence(l, "CUDA_VISIBLE_DEVICES=%s", value);
    fix(l, "unset CUDA_VISIBLE_DEVICES");
}

/* By what it says of itself; 0: it says nothing. */
static double speed(const struct look *l, size_t gpu)
{
    const char *units = report_saw(l->r, text_make(l->a, "gpu%zu.sms", gpu)), *clock = report_saw(l->r, text_make(l->a, "gpu%zu.clock", gpu));

    return units != NULL && clock != NULL ? strtod(units, NULL) * strtod(clock, NULL) : 0;
}

/* CUDA counts the fastest first unless told otherwise, NVML and nvidia-smi by the place on the bus; so do our own trials. */
static void look_for_order(struct look *l)
{
    const char *order = variable(l, "CUDA_DEVICE_ORDER"), *n = report_saw(l->r, "cuda.gpus");
    const double first = speed(l, 0);
    enum { CLEARLY = 2 };               /* what counts as fast is the driver's to say: half as fast is slower by any measure */

    if (order != NULL || n == NULL || variable(l, "CUDA_VISIBLE_DEVICES") != NULL || first <= 0)
        return;
    for (size_t i = 1; i < strtoull(n, NULL, 10); i++) {
        if (speed(l, i) < CLEARLY * first)
            continue;
        found(l, LIKELY, "GPU 0 is another one to CUDA than to nvidia-smi: CUDA counts the fastest first, and here that is %zu by the bus", i);
        for (size_t k = 0; k <= i; k += i)
            evidence(l, "GPU %zu by the bus: %s, %s multiprocessors at %s MHz", k, report_saw(l->r, text_make(l->a, "gpu%zu.name", k)), report_saw(l->r, text_make(l->a, "gpu%zu.sms", k)),
                     report_saw(l->r, text_make(l->a, "gpu%zu.clock", k)));
        evidence(l, "CUDA_DEVICE_ORDER is not set");
        fix(l, "export CUDA_DEVICE_ORDER=PCI_BUS_ID");
        return;
    }
}

const struct rule visible_rules[] = {
    { { "gpus-hidden", LINK_DRIVER, .what = "CUDA shows a process only what CUDA_VISIBLE_DEVICES names, and here that is none: it is empty, begins with what is no GPU, or names one twice "
        "(https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables).",
        .unlike = "container-without-gpu: there no node exists. visible-list-cut: there some are shown." }, look_for_hidden },
    { { "visible-list-cut", LINK_DRIVER, .what = "CUDA reads CUDA_VISIBLE_DEVICES up to the first name that is no GPU here, and hides that one and all after it.",
        .unlike = "gpus-hidden: there none is left. gpu-lost: there the driver cannot reach one that it had." }, look_for_cut },
    { { "ordinal-not-visible", LINK_WORK, .what = "With CUDA_VISIBLE_DEVICES set, a process counts the GPUs that it is shown from 0 on; with \"4,5\" there is no GPU 4, and the driver answers 101.",
        .unlike = "visible-list-cut: there the list itself is wrong." }, look_for_ordinal },
    { { "device-order", LINK_WORK, .may_be_well = true, .what = "Of several kinds of GPUs CUDA makes the fastest number 0, nvidia-smi the first on the bus: the same number is two GPUs.",
        .unlike = "ordinal-not-visible: there a number is none." }, look_for_order },
    { { .id = NULL }, NULL },
};
