#include "model/plan.h"

#include <string.h>

#include "base/text.h"

struct maker {
    struct plan            *plan;
    struct trial           *trials;
    struct arena           *arena;
    const struct machine   *machine;
    const struct device    *devices;
    size_t                  n_devices;
    const struct stack     *stacks;
    size_t                  n_stacks;
    const struct selection *pick;
    struct gpu_set         *set;            /* the picked GPUs that can work together; NULL: there is no such set */
    const char             *no_set;         /* why */
    const struct device    *member;         /* one of the picked GPUs, one that answers if there is one */
};

static bool any_matches(const char *const *patterns, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (text_matches(patterns[i], name))
            return true;
    return false;
}

static bool device_matches(const char *pattern, const struct device *d)
{
    char number[16], gpu[24];

    text_format(number, sizeof number, "%d", d->index);
    text_format(gpu, sizeof gpu, "gpu%d", d->index);
    return text_matches(pattern, number) || text_matches(pattern, gpu) || text_matches(pattern, d->uuid) || text_matches(pattern, d->pci);
}

static bool device_picked(const struct selection *pick, const struct device *d)
{
    for (size_t i = 0; i < pick->n_devices; i++)
        if (device_matches(pick->devices[i], d))
            return true;
    return pick->n_devices == 0;
}

static bool stack_picked(const struct selection *pick, const struct stack *s)
{
    return pick->n_stacks == 0 || any_matches(pick->stacks, pick->n_stacks, s->name);
}

static bool rests_on(const struct probe *p, const struct probe *foundation)
{
    for (size_t i = 0; i < COUNT_OF(p->rests_on) && p->rests_on[i] != NULL; i++)
        if (p->rests_on[i] == foundation || rests_on(p->rests_on[i], foundation))
            return true;
    return false;
}

static bool on_each_gpu(const struct probe *p)
{
    return p->scope == SCOPE_DEVICE || p->scope == SCOPE_STACK_DEVICE || p->scope == SCOPE_STACK_CPU_DEVICE;
}

static bool on_all_gpus(const struct probe *p)
{
    return p->scope == SCOPE_DEVICES || p->scope == SCOPE_STACK_DEVICES;
}

static bool on_gpu(const struct probe *p)
{
    return on_each_gpu(p) || on_all_gpus(p);
}

/* Picked by name, or a foundation of one that is. What runs on a GPU brings the
 * driver's probes: without them nobody would know which GPUs there are. So does
 * what is judged by the driver's version. */
static bool is_named(const struct selection *pick, const struct probe *p)
{
    return any_matches(pick->probes, pick->n_probes, p->name) || any_matches(pick->also, pick->n_also, p->name)
        || (pick->measures && p->measures != NULL && p->level <= pick->level) || (pick->diagnoses && p->diagnoses);
}

static bool probe_picked(const struct selection *pick, const struct probe *p)
{
    if (is_named(pick, p) || (pick->n_probes == 0 && !pick->measures && !pick->diagnoses && p->level <= pick->level && !p->tests_itself && p->measures == NULL))
        return true;
    for (const struct probe *const *other = all_probes; *other != NULL; other++)
        if (is_named(pick, *other)
            && (rests_on(*other, p) || (p->scope == SCOPE_MACHINE && (on_gpu(*other) || (*other)->hears_driver))))
            return true;
    return false;
}

static bool applies(const struct probe *p, const struct stack *s)
{
    static const unsigned bit[] = { [STACK_TOOLKIT] = ON_TOOLKIT, [STACK_PYTHON] = ON_PYTHON, [STACK_LIBTORCH] = ON_LIBTORCH };

    return (p->stacks & bit[s->kind]) != 0;
}

bool probe_is_for(const struct probe *p, int cc)
{
    return cc >= p->cc_from && (p->cc_to == 0 || cc <= p->cc_to);
}

static const char *why_not_for_gpu(struct arena *a, const struct probe *p, int cc)
{
    const char *until = p->cc_to == p->cc_from ? "" : p->cc_to > 0 ? text_make(a, " to %d.%d", p->cc_to / 10, p->cc_to % 10) : " and later";

    if (probe_is_for(p, cc))
        return NULL;
    return text_make(a, "it is for compute capability %d.%d%s; this GPU has %d.%d", p->cc_from / 10, p->cc_from % 10, until, cc / 10, cc % 10);
}

static const char *why_left_out(const struct maker *m, const struct probe *p, const struct device *d,
                                const struct stack *s, bool wants_gpu)
{
    if (p->scope == SCOPE_MACHINE && !m->machine->gpu_meant)
        wants_gpu = true;               /* there is no driver to ask, and none is missed */
    if (wants_gpu && m->pick->no_gpu)
        return "--no-gpu";
    if (s != NULL && s->broken != NULL && p->scope != SCOPE_STACK)
        return text_make(m->arena, "%s cannot be read", s->name);
    if (s != NULL && s->broken == NULL && p->library != NULL && stack_member(s, p->library) == NULL)
        return text_make(m->arena, "%s has no %s", s->name, p->library);
    if (wants_gpu && s != NULL && s->unusable != NULL)
        return s->unusable;
    if (wants_gpu && d == NULL)
        return m->machine->gpu_meant
            ? "no GPU answers"
            : text_make(m->arena, "no GPU is meant for this process: %s", m->machine->why_not_meant);
    if (wants_gpu && !d->answers)
        return text_make(m->arena, "gpu%d at %s does not answer", d->index, d->pci != NULL ? d->pci : "an unknown address");
    return d != NULL ? why_not_for_gpu(m->arena, p, d->cc) : NULL;
}

static void add(struct maker *m, const struct probe *p, const struct device *d, const struct stack *s, bool wants_gpu)
{
    struct trial *t = ARENA_PUSH(m->arena, m->trials, m->plan->n_trials);
    struct text id = { .arena = m->arena };

    text_add(&id, "%s", p->name);
    if (d != NULL)
        text_add(&id, "@gpu%d", d->index);
    else if (wants_gpu)
        text_add(&id, "@gpu");
    else if (p->scope == SCOPE_STACK_CPU_DEVICE)
        text_add(&id, "@cpu");
    if (s != NULL)
        text_add(&id, "/%s", s->name);
    *t = (struct trial){ .probe = p, .device = d, .stack = s, .id = id.s,
                         .left_out = why_left_out(m, p, d, s, wants_gpu) };
}

/* One trial for each picked GPU; one without a GPU if there is none, so that
 * what was not proven is counted. */
static void add_on_devices(struct maker *m, const struct probe *p, const struct stack *s)
{
    if (m->n_devices == 0)
        add(m, p, NULL, s, true);
    for (size_t i = 0; i < m->n_devices; i++)
        if (device_picked(m->pick, &m->devices[i]))
            add(m, p, &m->devices[i], s, true);
}

/* ---- All GPUs together ---- */

/* NVIDIA's MIG guide: no peer-to-peer between instances, over PCIe or NVLink; NCCL needs that or one GPU per rank. */
static bool is_mig(const struct device *d)
{
    return d->uuid != NULL && text_starts(d->uuid, "MIG-");
}

static void find_set(struct maker *m)
{
    const struct device **gpus = NULL;
    size_t n = 0, instances = 0;

    for (size_t i = 0; i < m->n_devices; i++) {
        const struct device *d = &m->devices[i];

        if (!device_picked(m->pick, d))
            continue;
        if (m->member == NULL || (d->answers && !m->member->answers))
            m->member = d;
        instances += is_mig(d);
        if (d->answers && !is_mig(d))
            *ARENA_PUSH(m->arena, gpus, n) = d;
    }
    if (n > GPU_SET_MAX)
        m->no_set = text_make(m->arena, "%zu GPUs: more than the %d that are tested together (-d picks some)", n, GPU_SET_MAX);
    else if (n < 2)
        m->no_set = instances > 0 ? "MIG instances do not reach each other" : "one GPU: there is nobody to talk to";
    if (m->no_set != NULL)
        return;
    m->set = arena_alloc(m->arena, sizeof *m->set);
    *m->set = (struct gpu_set){ .gpus = gpus, .n = n };
}

static void add_together(struct maker *m, const struct probe *p, const struct stack *s)
{
    struct trial *t = ARENA_PUSH(m->arena, m->trials, m->plan->n_trials);
    const char *why = why_left_out(m, p, m->member, s, true);

    *t = (struct trial){ .probe = p, .stack = s, .set = m->set, .left_out = why != NULL ? why : m->no_set,
                         .id = text_make(m->arena, "%s@gpus%s%s", p->name, s != NULL ? "/" : "", s != NULL ? s->name : "") };
}

static void add_driver_together(struct maker *m)
{
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if ((*p)->scope == SCOPE_DEVICES && probe_picked(m->pick, *p))
            add_together(m, *p, NULL);
}

static void add_device(struct maker *m, const struct device *d)
{
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if ((*p)->scope == SCOPE_DEVICE && probe_picked(m->pick, *p))
            add(m, *p, d, NULL, true);
}

static void add_stack(struct maker *m, const struct stack *s)
{
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if (probe_picked(m->pick, *p) && applies(*p, s)
            && ((*p)->scope == SCOPE_STACK || (*p)->scope == SCOPE_STACK_CPU_DEVICE))
            add(m, *p, NULL, s, false);
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if (probe_picked(m->pick, *p) && applies(*p, s) && on_each_gpu(*p) && (*p)->scope != SCOPE_DEVICE)
            add_on_devices(m, *p, s);
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if (probe_picked(m->pick, *p) && applies(*p, s) && (*p)->scope == SCOPE_STACK_DEVICES)
            add_together(m, *p, s);
}

/* ---- What is left out because another trial does it ---- */

static bool is_newer(const struct trial *x, const struct trial *than)
{
    const struct member *mine = stack_member(x->stack, x->probe->library), *other = stack_member(than->stack, than->probe->library);
    const char *version = mine->version != NULL ? mine->version : "0", *other_version = other->version != NULL ? other->version : "0";

    return text_compare_versions(version, other_version) > 0;
}

/* The one trial of a probe that runs once on a GPU; NULL where none can. */
static const struct trial *chosen(const struct maker *m, const struct probe *p, const struct device *d)
{
    const struct trial *best = NULL;

    for (size_t i = 0; i < m->plan->n_trials; i++) {
        const struct trial *t = &m->trials[i];

        if (t->probe == p && t->device == d && t->left_out == NULL && (best == NULL || is_newer(t, best)))
            best = t;
    }
    return best;
}

static void run_once(const struct maker *m, struct trial *t)
{
    const struct trial *instead = chosen(m, t->probe, t->device);

    if (t->left_out == NULL && instead != t)
        t->left_out = text_make(m->arena, "%s runs once on a GPU: here with %s, whose %s is the newest (-s %s runs it with this one)",
                                t->probe->name, instead->stack->name, t->probe->library, t->stack->name);
}

static void leave_out_what_others_do(const struct maker *m)
{
    for (size_t i = 0; i < m->plan->n_trials; i++)
        if (m->trials[i].probe->once)
            run_once(m, &m->trials[i]);
    for (size_t i = 0; i < m->plan->n_trials; i++) {
        struct trial *t = &m->trials[i];
        const struct trial *instead = t->probe->unless != NULL ? chosen(m, t->probe->unless, t->device) : NULL;

        if (t->left_out == NULL && instead != NULL)
            t->left_out = text_make(m->arena, "%s does this, too", instead->id);
    }
}

static bool check_names(const struct maker *m, struct err *e)
{
    const struct selection *pick = m->pick;

    for (size_t i = 0; i < pick->n_probes; i++) {
        const struct probe *const *p = all_probes;

        while (*p != NULL && !text_matches(pick->probes[i], (*p)->name))
            p++;
        if (*p == NULL)
            return err_set(e, ERR_USAGE, "no probe is called \"%s\"; `gpuvet list probes` names them all", pick->probes[i]);
    }
    for (size_t i = 0; i < pick->n_stacks; i++) {
        size_t k = 0;

        while (k < m->n_stacks && !text_matches(pick->stacks[i], m->stacks[k].name))
            k++;
        if (k == m->n_stacks)
            return err_set(e, ERR_USAGE, "no stack is called \"%s\"; `gpuvet list` names those found, --stack DIR adds one",
                           pick->stacks[i]);
    }
    /* Where one is meant and none is found, that is the finding, and not the name. */
    for (size_t i = 0; i < pick->n_devices && (m->n_devices > 0 || !m->machine->gpu_meant); i++) {
        size_t k = 0;

        while (k < m->n_devices && !device_matches(pick->devices[i], &m->devices[k]))
            k++;
        if (k == m->n_devices)
            return err_set(e, ERR_USAGE, "no GPU is called \"%s\": %zu found; `gpuvet list` names them",
                           pick->devices[i], m->n_devices);
    }
    return true;
}

bool plan_make(struct plan *plan, struct arena *a, const struct machine *machine,
               const struct device *devices, size_t n_devices,
               const struct stack *stacks, size_t n_stacks,
               const struct selection *pick, struct err *e)
{
    struct maker m = { plan, NULL, a, machine, devices, n_devices, stacks, n_stacks, pick, NULL, NULL, NULL };

    *plan = (struct plan){ NULL, 0 };
    if (!check_names(&m, e))
        return false;
    find_set(&m);
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if (((*p)->scope == SCOPE_MACHINE || (*p)->scope == SCOPE_PROGRAM) && probe_picked(pick, *p))
            add(&m, *p, NULL, NULL, false);
    if (n_devices == 0)
        add_device(&m, NULL);
    for (size_t i = 0; i < n_devices; i++)
        if (device_picked(pick, &devices[i]))
            add_device(&m, &devices[i]);
    add_driver_together(&m);
    for (size_t i = 0; i < n_stacks; i++)
        if (stack_picked(pick, &stacks[i]))
            add_stack(&m, &stacks[i]);
    leave_out_what_others_do(&m);
    plan->trials = m.trials;
    if (plan->n_trials == 0)
        return err_set(e, ERR_USAGE, "this selection leaves nothing to do: those probes apply to none of the %zu stacks found", n_stacks);
    return true;
}

bool trial_is_together(const struct trial *t)
{
    return on_all_gpus(t->probe);
}

bool trial_is_under(const struct trial *f, const struct trial *t, const struct probe *probe)
{
    const bool on_stack = probe->scope >= SCOPE_STACK;

    if (f->probe != probe || (on_stack && f->stack != t->stack))
        return false;
    if (t->set != NULL && on_each_gpu(probe))
        return f->device != NULL && gpu_set_has(t->set, f->device);
    if (t->device == NULL && (probe->scope == SCOPE_DEVICE || probe->scope == SCOPE_STACK_DEVICE))
        return false;                   /* on the CPU: no GPU is under it */
    return !on_each_gpu(probe) || f->device == t->device;
}

const struct trial *plan_foundation(const struct plan *plan, const struct trial *t, const struct probe *probe)
{
    for (size_t i = 0; i < plan->n_trials; i++)
        if (trial_is_under(&plan->trials[i], t, probe))
            return &plan->trials[i];
    return NULL;
}
