#include "verbs/crosscheck.h"

#include <string.h>

#include "base/text.h"
#include "discover/definitions.h"
#include "discover/packages.h"
#include "model/crosscheck.h"

/* What the driver's own trials of the census saw; NULL if they did not. */
static const char *census_saw(const struct session *s, const char *key)
{
    for (size_t i = 0; i < s->plan.n_trials; i++) {
        const struct observation *o = s->has_outcome[i] ? outcome_saw(&s->judged[i].outcome, key) : NULL;

        if (o != NULL)
            return o->text;
    }
    return NULL;
}

static struct host host_of(const struct session *s)
{
    struct host h = { .arch = s->machine.arch, .tegra = s->machine.place == PLACE_TEGRA,
                      .driver = census_saw(s, "driver.version"), .driver_cuda = census_saw(s, "cuda.driver") };
    struct fit_gpu *gpus = NULL;

    if (h.driver == NULL)
        h.driver = s->machine.module_version;
    for (size_t i = 0; i < s->machine.n_drivers; i++)
        if (s->machine.drivers[i].kind == DRIVER_COMPAT && text_starts(s->machine.drivers[i].soname, "libcuda."))
            h.compat = s->machine.drivers[i].path;
    for (size_t i = 0; i < s->n_devices; i++)
        if (s->devices[i].answers)
            *ARENA_PUSH(s->arena, gpus, h.n_gpus) = (struct fit_gpu){ s->devices[i].name, s->devices[i].cc };
    h.gpus = gpus;
    return h;
}

/* The toolkit that CUDA_HOME names; else the first that was found. */
static void add_toolkit(struct host *h, const struct session *s)
{
    const char *home = environment_get(&s->environment, "CUDA_HOME"), *asked;

    if (home == NULL || *home == '\0')
        home = environment_get(&s->environment, "CUDA_PATH");
    asked = home != NULL ? root_resolve(&s->root, s->arena, home) : NULL;
    for (size_t i = 0; i < s->n_stacks; i++) {
        const struct stack *t = &s->stacks[i];
        const char *version = t->kind == STACK_TOOLKIT ? stack_version(t, "cuda") : NULL;

        if (version == NULL || h->toolkit_asked || (h->toolkit != NULL && !text_is(asked, t->prefix)))
            continue;
        h->toolkit = version;
        h->toolkit_dir = t->prefix;
        h->toolkit_asked = text_is(asked, t->prefix);
    }
}

static void add_offered(struct host *h, const struct search *search, const struct stack *stack)
{
    const struct offered glibc = glibc_offered(search), glibcxx = glibcxx_offered(search, stack), cxxabi = cxxabi_offered(search, stack);

    h->glibc = glibc.version;
    h->glibc_file = glibc.file;
    h->glibcxx = glibcxx.version;
    h->glibcxx_file = glibcxx.file;
    h->cxxabi = cxxabi.version;
}

struct known { struct fact *items; size_t n; };

static void know(struct known *k, struct arena *a, const char *key, const char *value, const char *file)
{
    if (value != NULL)
        *ARENA_PUSH(a, k->items, k->n) = (struct fact){ key, value, text_make(a, "this program's table %s", file) };
}

static void know_gpu(struct known *k, struct arena *a, const struct expected *x, const char *key, const char *model)
{
    const char *gpu = arena_copy(a, key, strlen(key) - strlen(".model"));
    const struct gpu_arch *arch;

    for (size_t i = 0; i < x->n_gpus; i++) {
        if (!text_is(x->gpus[i].gpu, model))
            continue;
        arch = expected_arch(x, x->gpus[i].cc);
        know(k, a, text_make(a, "%s.kind", gpu), x->gpus[i].kind, "gpus.json");
        know(k, a, text_make(a, "%s.last_driver", gpu), arch != NULL && arch->last_driver > 0 ? text_make(a, "%d", arch->last_driver) : NULL, "archs.json");
        return;
    }
}

static const char *numbers(struct arena *a, const int *list, size_t n)
{
    struct text t = { .arena = a };

    for (size_t i = 0; i < n; i++)
        text_add(&t, "%s%d", i > 0 ? " " : "", list[i]);
    return t.s;
}

static void know_compat(struct known *k, struct arena *a, const struct expected *x, const char *version)
{
    const struct driver_branch *branch = expected_branch(x, (int)text_version_major(version));

    for (size_t i = 0; i < x->n_compat && branch != NULL; i++) {
        if (!text_is(x->compat[i].cuda, branch->cuda))
            continue;
        know(k, a, "compat.package", x->compat[i].package, "compat.json");
        know(k, a, "compat.branches", numbers(a, x->compat[i].branches, x->compat[i].n_branches), "compat.json");
        return;
    }
}

void crosscheck_machine(struct session *s, const struct expected *x)
{
    struct machine *m = &s->machine;
    const char *version = machine_fact(m, "driver.library.version"), *path = machine_fact(m, "driver.library");
    struct known k = { NULL, 0 };

    for (size_t i = 0; i < m->n_facts; i++)
        *ARENA_PUSH(s->arena, k.items, k.n) = m->facts[i];
    for (size_t i = 0; i < m->n_facts; i++)
        if (text_starts(m->facts[i].key, "gpu.") && text_ends(m->facts[i].key, ".model"))
            know_gpu(&k, s->arena, x, m->facts[i].key, m->facts[i].value);
    if (version != NULL && driver_file_kind(path) == DRIVER_COMPAT)
        know_compat(&k, s->arena, x, version);
    m->facts = k.items;
    m->n_facts = k.n;
}

void crosscheck_stacks(struct session *s, const struct expected *x, const struct want *want)
{
    const struct search search = { .arena = s->arena, .root = &s->root, .env = &s->environment, .machine = &s->machine };
    struct host host = host_of(s);

    add_toolkit(&host, s);
    for (size_t i = 0; i < s->n_stacks; i++) {
        struct stack *stack = &s->stacks[i];
        struct stack_version *facts;
        size_t n;

        if (stack->kind == STACK_TOOLKIT)
            continue;
        add_offered(&host, &search, stack);
        n = crosscheck_facts(&facts, s->arena, x, stack, &host, want);
        for (size_t k = 0; k < n; k++)
            stack_add_version(stack, s->arena, facts[k].what, facts[k].version, facts[k].source);
    }
}

void crosscheck_project(struct session *s, const struct expected *x)
{
    struct machine *m = &s->machine;
    const char *wanted = machine_fact(m, "project.torch"), *pythons;
    struct fact *facts;

    if (wanted == NULL || m->arch == NULL)
        return;
    pythons = crosscheck_pythons(s->arena, x, wanted, text_make(s->arena, "linux-%s", m->arch));
    if (pythons == NULL)
        return;
    facts = arena_grown(s->arena, (void *)(uintptr_t)m->facts, m->n_facts, sizeof *facts);
    facts[m->n_facts++] = (struct fact){ "project.torch.python", pythons, x->where };
    m->facts = facts;
}
