#include "run/job.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "model/harm.h"

enum { CHANGES_MAX = 7 };

struct words { char **items; size_t n; struct arena *arena; };

static void word(struct words *w, const char *s)
{
    *ARENA_PUSH(w->arena, w->items, w->n) = arena_text(w->arena, s != NULL && *s != '\0' ? s : "-");
}

static void number(struct words *w, uint64_t n)
{
    word(w, text_make(w->arena, "%" PRIu64, n));
}

static void stack_words(struct words *w, const struct stack *s)
{
    static const char *const kinds[] = { [STACK_TOOLKIT] = "toolkit", [STACK_PYTHON] = "python", [STACK_LIBTORCH] = "libtorch" };
    static const char *const whens[] = {
        [ENTRY_ALWAYS] = "always", [ENTRY_DEPS] = "deps",
        [ENTRY_IF_DEPS_FAILED] = "if-failed", [ENTRY_IF_DEPS_OPENED] = "if-opened",
    };

    word(w, "--stack");
    word(w, s->name);
    word(w, kinds[s->kind]);
    for (size_t i = 0; i < s->n_entries; i++) {
        word(w, "--entry");
        word(w, whens[s->entries[i].when]);
        word(w, s->entries[i].global ? "global" : "local");
        word(w, s->entries[i].file);
        word(w, s->entries[i].if_mapped);
    }
    for (size_t i = 0; i < s->n_members; i++) {
        word(w, "--member");
        word(w, s->members[i].family);
        word(w, s->members[i].path);
        word(w, s->members[i].version);
        word(w, s->members[i].why_bad);
    }
    for (size_t i = 0; i < s->n_versions; i++) {
        word(w, "--version");
        word(w, s->versions[i].what);
        word(w, s->versions[i].version);
    }
    if (s->python != NULL) {
        word(w, "--python");
        word(w, s->python);
    }
}

static void machine_words(struct words *w, const struct machine *m)
{
    for (size_t i = 0; i < m->n_pci; i++)
        if (!text_is(m->pci[i].driver, "vfio-pci")) {
            word(w, "--meant");
            word(w, m->pci[i].address);
        }
}

static void device_words(struct words *w, const struct job *j)
{
    word(w, "--device");
    word(w, j->device->uuid);
    number(w, (uint64_t)j->device->cc);
    if (j->device->knows_free)
        word(w, "--counters");
}

static void set_words(struct words *w, const struct gpu_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct device *d = set->gpus[i];

        word(w, "--gpu");
        number(w, (uint64_t)d->index);
        word(w, d->uuid);
        number(w, (uint64_t)d->cc);
        number(w, d->foreign != NULL ? HARM_BUSY_BYTES : 0);
        word(w, d->knows_free ? "counters" : NULL);
    }
}

static bool any_beats(const struct job *j)
{
    for (size_t i = 0; i < j->n_probes; i++)
        if (j->probes[i]->beats)
            return true;
    return false;
}

static void level_words(struct words *w, const struct job *j)
{
    for (size_t i = 0; i < j->n_probes; i++)
        if (j->probes[i]->measures != NULL && j->level >= LEVEL_FULL) {
            word(w, "--level");
            word(w, "full");
            return;
        }
}

static void soak_words(struct words *w, const struct job *j)
{
    word(w, "--for");
    number(w, j->soak_s);
    if (j->goes_on)
        word(w, "--go-on");
}

char *const *job_argv(const struct job *j, struct arena *a, bool with_fds)
{
    struct words w = { .arena = a };

    word(&w, j->self);
    word(&w, "child");
    if (j->stack != NULL)
        stack_words(&w, j->stack);
    else
        machine_words(&w, j->machine);
    if (j->device != NULL)
        device_words(&w, j);
    if (j->set != NULL)
        set_words(&w, j->set);
    if ((j->device != NULL || j->set != NULL) && j->kernels != NULL) {
        word(&w, "--kernels");
        word(&w, j->kernels);
    }
    if (j->at_most > 0) {
        word(&w, "--at-most");
        number(&w, j->at_most);
    }
    if (j->libcuda != NULL) {
        word(&w, "--libcuda");
        word(&w, j->libcuda);
    }
    word(&w, "--seed");
    number(&w, j->seed);
    level_words(&w, j);
    if (any_beats(j))
        soak_words(&w, j);
    if (with_fds) {
        word(&w, "--fds");
        number(&w, JOB_RESULT_FD);
        number(&w, JOB_CONTROL_FD);
        number(&w, JOB_CRUMB_FD);
    }
    for (size_t i = 0; i < j->n_probes; i++)
        word(&w, j->probes[i]->name);
    *ARENA_PUSH(a, w.items, w.n) = NULL;
    return w.items;
}

static const char *visible(const struct gpu_set *set, struct arena *a)
{
    struct text t = { .arena = a };

    text_add(&t, "CUDA_VISIBLE_DEVICES=");
    for (size_t i = 0; i < set->n; i++)
        text_add(&t, "%s%s", i > 0 ? "," : "", set->gpus[i]->uuid);
    return t.s;
}

static bool is_set(const struct job *j, const char *name)
{
    const size_t n = strlen(name);

    for (char *const *v = j->env; *v != NULL; v++)
        if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
            return true;
    return false;
}

/* What we set on top of the user's environment, or take out of it. */
static size_t changes(const struct job *j, struct arena *a, const char *set[CHANGES_MAX])
{
    size_t n = 0;

    if (j->device != NULL)
        set[n++] = text_make(a, "CUDA_VISIBLE_DEVICES=%s", j->device->uuid);
    else if (j->set != NULL)
        set[n++] = visible(j->set, a);
    else if (j->stack == NULL)
        set[n++] = "CUDA_DEVICE_ORDER=PCI_BUS_ID";
    if (j->set != NULL && j->stack != NULL && !is_set(j, "NCCL_DEBUG"))
        set[n++] = "NCCL_DEBUG=WARN";                  /* why it fails is said there, and no call returns it */
    if (j->launch_blocking)
        set[n++] = "CUDA_LAUNCH_BLOCKING=1";
    if (j->with != NULL)
        set[n++] = j->with;
    if (j->surroundings == CLEAN) {
        set[n++] = text_make(a, "LD_LIBRARY_PATH=%s", j->link_dir);
        set[n++] = "LD_PRELOAD=";
    }
    return n;
}

static bool same_name(const char *x, const char *y)
{
    size_t n = strcspn(x, "=");

    return strncmp(x, y, n + 1) == 0;
}

static bool is_taken_out(const struct job *j, const char *variable)
{
    const size_t n = j->without != NULL ? strlen(j->without) : 0;

    return n > 0 && strncmp(variable, j->without, n) == 0 && variable[n] == '=';
}

char *const *job_env(const struct job *j, struct arena *a)
{
    struct words w = { .arena = a };
    const char *set[CHANGES_MAX];
    size_t n = changes(j, a, set);

    for (char *const *v = j->env; *v != NULL; v++) {
        bool ours = is_taken_out(j, *v);

        for (size_t i = 0; i < n; i++)
            ours |= same_name(set[i], *v);
        if (!ours)
            *ARENA_PUSH(a, w.items, w.n) = *v;
    }
    for (size_t i = 0; i < n; i++)
        *ARENA_PUSH(a, w.items, w.n) = arena_text(a, set[i]);
    *ARENA_PUSH(a, w.items, w.n) = NULL;
    return w.items;
}

static void quoted(struct text *t, const char *s)
{
    text_add_quoted(t, s);
    text_put(t, " ", 1);
}

const char *job_rerun_line(const struct job *j, const struct probe *p, struct arena *a)
{
    struct job alone = *j;
    struct text t = { .arena = a };
    const char *set[CHANGES_MAX];
    size_t n = changes(j, a, set);

    alone.probes = &p;
    alone.n_probes = 1;
    for (size_t i = 0; i < n; i++)
        quoted(&t, set[i]);
    for (char *const *word_at = job_argv(&alone, a, false); *word_at != NULL; word_at++)
        quoted(&t, *word_at);
    t.s[--t.n] = '\0';
    return t.s;
}
