#include "model/unproved.h"

#include <string.h>

#include "base/text.h"
#include "model/harm.h"

/* An entry while it grows. */
struct reason { enum unproved_about about; const char *why, **what; size_t n_what; };

struct lister {
    const struct report       *r;
    const struct probe *const *probes;
    struct arena              *arena;
    struct reason             *list;
    size_t                     n;
};

/* Adds the name to the entry of that reason; there is one for each reason. */
static void leave_out(struct lister *l, enum unproved_about about, const char *why, const char *what)
{
    struct reason *r = NULL;

    for (size_t i = 0; i < l->n && r == NULL; i++)
        if (l->list[i].about == about && text_is(l->list[i].why, why))
            r = &l->list[i];
    if (r == NULL) {
        r = ARENA_PUSH(l->arena, l->list, l->n);
        r->about = about;
        r->why = why;
    }
    *ARENA_PUSH(l->arena, r->what, r->n_what) = what;
}

static const char *amount(double bytes, struct arena *a)
{
    return bytes < 1 << 30 ? text_make(a, "%.0f MiB", bytes / (1 << 20)) : text_make(a, "%.1f GiB", bytes / (1 << 30));
}

/* ---- GPUs ---- */

static const struct device *device_at(const struct report *r, const char *pci)
{
    for (size_t i = 0; i < r->n_devices; i++)
        if (r->devices[i].pci == NULL || text_is(r->devices[i].pci, pci))
            return &r->devices[i];      /* one without an address may be this one */
    return NULL;
}

/* Where no GPU is meant or answers, the trials say why. */
static void hidden_gpus(struct lister *l)
{
    const struct machine *m = l->r->machine;
    const char *visible = machine_fact(m, "env.CUDA_VISIBLE_DEVICES");

    for (size_t i = 0; i < m->n_pci && l->r->n_devices > 0; i++) {
        const char *why = text_is(m->pci[i].driver, "vfio-pci") ? "given to a virtual machine (vfio-pci)"
            : visible != NULL ? text_make(l->arena, "hidden by CUDA_VISIBLE_DEVICES=%s", visible) : "on the PCI bus, but not seen by this process";

        if (device_at(l->r, m->pci[i].address) == NULL)
            leave_out(l, UNPROVED_GPU, why, m->pci[i].address);
    }
}

static bool has_trial_on(const struct report *r, const struct device *d)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.device == d)
            return true;
    return false;
}

static bool any_ran_on_a_gpu(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.device != NULL && r->trials[i].verdict != SKIP)
            return true;
    return false;
}

static void parts_of_gpus(struct lister *l)
{
    for (size_t i = 0; i < l->r->n_devices; i++) {
        const struct device *d = &l->r->devices[i];
        const char *name = text_make(l->arena, "gpu%d", d->index);

        if (!has_trial_on(l->r, d)) {
            if (!l->r->interrupted && any_ran_on_a_gpu(l->r))
                leave_out(l, UNPROVED_GPU, "not among the GPUs that this run was asked for", name);
            continue;
        }
        if (d->foreign != NULL)
            leave_out(l, UNPROVED_GPU, text_make(l->arena, "in use by others, so that a trial took at most %d MiB of its memory", (int)(HARM_BUSY_BYTES >> 20)),
                      text_make(l->arena, "%s (%s)", name, d->foreign));
        if (d->uuid != NULL && text_starts(d->uuid, "MIG-"))
            leave_out(l, UNPROVED_GPU, "a MIG instance: the rest of its GPU was not looked at", name);
    }
}

/* ---- Memory and multiprocessors: the best that a trial showed of each GPU ---- */

static double number_of(const struct judged *j, const char *key)
{
    const struct observation *o = outcome_saw(&j->outcome, key);

    return o != NULL && o->is_number ? o->number : 0;
}

static const struct judged *most(const struct report *r, const struct device *d, const char *key)
{
    const struct judged *best = NULL;

    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.device == d && outcome_saw(&r->trials[i].outcome, key) != NULL
            && (best == NULL || number_of(&r->trials[i], key) > number_of(best, key)))
            best = &r->trials[i];
    return best;
}

static void shares(struct lister *l)
{
    for (size_t i = 0; i < l->r->n_devices; i++) {
        const struct device *d = &l->r->devices[i];
        const struct judged *tested = most(l->r, d, "memory.tested"), *map = most(l->r, d, "sm.proved");

        if (tested != NULL && number_of(tested, "memory.untested") > 0)
            leave_out(l, UNPROVED_MEMORY, "memory in use, kept free, or more than fits into the time",
                      text_make(l->arena, "gpu%d (%s of %s tested)", d->index, amount(number_of(tested, "memory.tested"), l->arena),
                                amount(number_of(tested, "memory.tested") + number_of(tested, "memory.untested"), l->arena)));
        if (map != NULL && number_of(map, "sm.unproved") > 0)
            leave_out(l, UNPROVED_SM, "multiprocessors that no thread block reached",
                      text_make(l->arena, "gpu%d (%.0f of %.0f)", d->index, number_of(map, "sm.unproved"), number_of(map, "sm.proved") + number_of(map, "sm.unproved")));
    }
}

/* ---- Stacks and their libraries ---- */

static bool has_trial_of(const struct report *r, const struct stack *s)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.stack == s)
            return true;
    return false;
}

static void left_out_stacks(struct lister *l)
{
    for (size_t i = 0; i < l->r->n_stacks && !l->r->interrupted; i++)
        if (!has_trial_of(l->r, &l->r->stacks[i]))
            leave_out(l, UNPROVED_STACK, "not among the stacks that this run was asked for", l->r->stacks[i].name);
}

/* A file and its parts go by one name: "cudnn" of cudnn and cudnn_ops, "nvrtc" of nvrtc-builtins. */
static size_t stem(const char *family)
{
    return strcspn(family, "_-");
}

static bool is_same_library(const char *family, const char *other)
{
    return stem(family) == stem(other) && memcmp(family, other, stem(family)) == 0;
}

/* NVIDIA's libraries by the beginning of their names; PyTorch's own are called torch and c10. */
static bool is_nvidias(const char *family)
{
    return text_starts(family, "cu") || text_starts(family, "nv") || text_starts(family, "nccl");
}

/* By a trial on a GPU, or in a process of its own, for what it opens: what asks for versions or reads files calls nothing. */
static bool is_called(const struct report *r, const struct stack *s, const char *family)
{
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];
        const struct probe *p = j->trial.probe;
        const bool calls = j->trial.device != NULL || p->own_process;

        if (j->trial.stack == s && calls && j->verdict == PASS && p->library != NULL && is_same_library(p->library, family))
            return true;
    }
    return false;
}

static bool is_named_before(const struct stack *s, size_t member)
{
    for (size_t i = 0; i < member; i++)
        if (is_same_library(s->members[i].family, s->members[member].family))
            return true;
    return false;
}

static bool passed_on_a_gpu(const struct report *r, const struct stack *s)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.stack == s && r->trials[i].trial.device != NULL && r->trials[i].verdict == PASS)
            return true;
    return false;
}

/* Where nothing ran on a GPU the trials that were skipped say it. */
static void uncalled_libraries(struct lister *l)
{
    for (size_t i = 0; i < l->r->n_stacks; i++) {
        const struct stack *s = &l->r->stacks[i];
        const char *why = text_make(l->arena, "libraries of %s that no trial used and passed", s->name);

        for (size_t k = 0; k < s->n_members && passed_on_a_gpu(l->r, s); k++) {
            const char *family = s->members[k].family;

            if (is_nvidias(family) && !is_named_before(s, k) && !is_called(l->r, s, family))
                leave_out(l, UNPROVED_LIBRARY, why, arena_copy(l->arena, family, stem(family)));
        }
    }
}

/* ---- Trials that were skipped ---- */

/* Left out because another probe shows the same and more, and that one passed there. */
static bool is_shown_by_another(const struct report *r, const struct judged *skipped)
{
    const struct probe *other = skipped->trial.probe->unless;

    for (size_t i = 0; i < r->n_trials && other != NULL && skipped->outcome.ending == ENDED_NOT_RUN; i++)
        if (r->trials[i].trial.probe == other && r->trials[i].trial.device == skipped->trial.device && r->trials[i].verdict == PASS)
            return true;
    return false;
}

/* Where each of several GPUs failed by itself the reasons differ only in its name, and eight of them would hide the others. */
static const char *why_skipped(const struct lister *l, const struct judged *j)
{
    static const char begins[] = "not reached: ";
    const char *id = text_starts(j->why, begins) ? j->why + sizeof begins - 1 : NULL;

    for (size_t i = 0; i < l->r->n_trials && id != NULL && l->r->n_devices > 1 && j->trial.device != NULL; i++) {
        const struct judged *below = &l->r->trials[i];
        const size_t n = strlen(below->trial.id);

        if (below->trial.device == j->trial.device && text_starts(id, below->trial.id) && (text_is(id + n, " failed") || text_is(id + n, " is broken")))
            return text_make(l->arena, "%s%s%s there", begins, below->trial.probe->name, id + n);
    }
    return j->why;
}

static void skipped_trials(struct lister *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++)
        if (l->r->trials[i].verdict == SKIP && !is_shown_by_another(l->r, &l->r->trials[i]))
            leave_out(l, UNPROVED_TRIAL, why_skipped(l, &l->r->trials[i]), l->r->trials[i].trial.id);
}

/* ---- Probes that have no trial at all ---- */

static bool is_in(const struct report *r, const struct probe *p)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (text_is(r->trials[i].trial.probe->name, p->name))
            return true;
    return false;
}

/* Not gpuvet's own detectors, nor how fast something is. */
static bool proves(const struct probe *p)
{
    return !p->tests_itself && p->measures == NULL;
}

bool unproved_is_asked(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (!proves(r->trials[i].trial.probe))
            return false;
    return true;
}

/* Whether the run could have had a trial of it. */
static bool applies(const struct report *r, const struct probe *p)
{
    static const unsigned bit[] = { [STACK_TOOLKIT] = ON_TOOLKIT, [STACK_PYTHON] = ON_PYTHON, [STACK_LIBTORCH] = ON_LIBTORCH };

    if (p->scope == SCOPE_MACHINE || p->scope == SCOPE_DEVICE || p->scope == SCOPE_DEVICES)
        return true;
    for (size_t i = 0; i < r->n_stacks; i++)
        if ((p->stacks & bit[r->stacks[i].kind]) != 0 && has_trial_of(r, &r->stacks[i]))
            return true;
    return false;
}

/* The selection is not part of a run: what is missing from it tells. */
static bool was_selective(const struct lister *l)
{
    for (const struct probe *const *p = l->probes; *p != NULL; p++)
        if ((*p)->level == LEVEL_QUICK && proves(*p) && applies(l->r, *p) && !is_in(l->r, *p))
            return true;
    return false;
}

static void absent_probes(struct lister *l)
{
    const bool cut_short = l->r->interrupted && l->r->signo == 0, selective = was_selective(l);

    for (const struct probe *const *p = l->probes; *p != NULL; p++) {
        if (is_in(l->r, *p) || !proves(*p))
            continue;
        if (cut_short)
            leave_out(l, UNPROVED_PROBE, "the run was cut short before them, or did not have them", (*p)->name);
        else if (!applies(l->r, *p))
            leave_out(l, UNPROVED_PROBE, l->r->n_stacks == 0 ? "no stack was found" : "no stack that they are for is in this run", (*p)->name);
        else if (selective)
            leave_out(l, UNPROVED_PROBE, "not among the probes that this run was asked for", (*p)->name);
        else
            leave_out(l, UNPROVED_LEVEL, (*p)->level == LEVEL_SOAK ? "only with --level soak" : "only with --level full", (*p)->name);
    }
}

void unproved_list(struct report *r, const struct probe *const *probes, struct arena *a)
{
    struct lister l = { .r = r, .probes = probes, .arena = a };
    struct unproved *list;

    hidden_gpus(&l);
    parts_of_gpus(&l);
    if (unproved_is_asked(r)) {
        shares(&l);
        left_out_stacks(&l);
    }
    skipped_trials(&l);
    if (unproved_is_asked(r)) {
        uncalled_libraries(&l);
        absent_probes(&l);
    }
    list = arena_alloc(a, l.n * sizeof *list + 1);
    for (size_t i = 0; i < l.n; i++)
        list[i] = (struct unproved){ l.list[i].about, l.list[i].why, l.list[i].what, l.list[i].n_what };
    r->unproved = list;
    r->n_unproved = l.n;
}
