/* The child's door: the one place that reads what run/job.c wrote. */
#include "verbs/verbs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "child/state.h"

struct reading {
    struct child   *c;
    struct arena   *arena;
    struct stack   *stack;
    struct entry   *entries;
    struct member  *members;
    struct stack_version *versions;
    const struct probe **probes;
    size_t          n_probes;
    struct child_gpu *gpus;
    const char    **meant;
    size_t          n_meant;
    int             result, control, crumb;     /* -1: run by hand */
};

static const char *or_null(const char *s)
{
    return strcmp(s, "-") == 0 ? NULL : s;
}

static bool pick(const char *s, const char *const *names, size_t n, int *out)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(s, names[i])) {
            *out = (int)i;
            return true;
        }
    return false;
}

static bool read_stack(struct reading *r, char **v)
{
    static const char *const kinds[] = { [STACK_TOOLKIT] = "toolkit", [STACK_PYTHON] = "python", [STACK_LIBTORCH] = "libtorch" };
    int kind;

    if (!pick(v[1], kinds, COUNT_OF(kinds), &kind))
        return false;
    r->stack->name = v[0];
    r->stack->kind = (enum stack_kind)kind;
    r->c->stack = r->stack;
    return true;
}

static bool read_entry(struct reading *r, char **v)
{
    static const char *const whens[] = {
        [ENTRY_ALWAYS] = "always", [ENTRY_DEPS] = "deps",
        [ENTRY_IF_DEPS_FAILED] = "if-failed", [ENTRY_IF_DEPS_OPENED] = "if-opened",
    };
    int when;

    if (!pick(v[0], whens, COUNT_OF(whens), &when))
        return false;
    *ARENA_PUSH(r->arena, r->entries, r->stack->n_entries) = (struct entry){
        .file = v[2], .global = text_is(v[1], "global"), .when = (enum entry_when)when, .if_mapped = or_null(v[3]) };
    return true;
}

static bool read_member(struct reading *r, char **v)
{
    *ARENA_PUSH(r->arena, r->members, r->stack->n_members) = (struct member){
        .family = v[0], .path = v[1], .place = v[1], .version = or_null(v[2]), .why_bad = or_null(v[3]) };
    return true;
}

static bool read_version(struct reading *r, char **v)
{
    *ARENA_PUSH(r->arena, r->versions, r->stack->n_versions) = (struct stack_version){ .what = v[0], .version = v[1] };
    return true;
}

static bool read_python(struct reading *r, char **v)
{
    r->stack->python = v[0];
    return true;
}

static bool read_device(struct reading *r, char **v)
{
    *ARENA_PUSH(r->arena, r->gpus, r->c->n_gpus) = (struct child_gpu){ .uuid = v[0], .cc = atoi(v[1]) };
    return r->c->n_gpus == 1;
}

static bool read_counters(struct reading *r, char **v)
{
    (void)v;
    if (r->c->n_gpus != 1)
        return false;
    r->gpus[0].nvml_answers = true;
    return true;
}

static bool read_at_most(struct reading *r, char **v)
{
    if (r->c->n_gpus != 1)
        return false;
    r->gpus[0].at_most = strtoull(v[0], NULL, 10);
    return true;
}

static bool read_gpu(struct reading *r, char **v)
{
    *ARENA_PUSH(r->arena, r->gpus, r->c->n_gpus) = (struct child_gpu){
        .index = atoi(v[0]), .uuid = v[1], .cc = atoi(v[2]), .at_most = strtoull(v[3], NULL, 10), .nvml_answers = or_null(v[4]) != NULL };
    return r->c->n_gpus <= GPU_SET_MAX;
}

static bool read_kernels(struct reading *r, char **v)
{
    r->c->kernels = v[0];
    return text_is(v[0], "sass") || text_is(v[0], "ptx");
}

static bool read_meant(struct reading *r, char **v)
{
    *ARENA_PUSH(r->arena, r->meant, r->n_meant) = v[0];
    return true;
}

static bool read_libcuda(struct reading *r, char **v)
{
    r->c->libcuda = v[0];
    return true;
}

static bool read_seed(struct reading *r, char **v)
{
    r->c->seed = strtoull(v[0], NULL, 10);
    return true;
}

static bool read_level(struct reading *r, char **v)
{
    r->c->level = text_is(v[0], "full") ? LEVEL_FULL : LEVEL_QUICK;
    return text_is(v[0], "full") || text_is(v[0], "quick");
}

static bool read_for(struct reading *r, char **v)
{
    r->c->soak_s = (unsigned)strtoul(v[0], NULL, 10);
    return r->c->soak_s > 0;
}

static bool read_go_on(struct reading *r, char **v)
{
    (void)v;
    r->c->goes_on = true;
    return true;
}

static bool read_fds(struct reading *r, char **v)
{
    r->result = atoi(v[0]);
    r->control = atoi(v[1]);
    r->crumb = atoi(v[2]);
    return true;
}

static const struct { const char *name; int values; bool (*read)(struct reading *r, char **v); } words[] = {
    { "--stack", 2, read_stack }, { "--entry", 4, read_entry }, { "--member", 4, read_member }, { "--version", 2, read_version }, { "--python", 1, read_python },
    { "--device", 2, read_device }, { "--counters", 0, read_counters }, { "--at-most", 1, read_at_most }, { "--gpu", 5, read_gpu }, { "--kernels", 1, read_kernels },
    { "--meant", 1, read_meant }, { "--libcuda", 1, read_libcuda }, { "--seed", 1, read_seed }, { "--level", 1, read_level },
    { "--for", 1, read_for }, { "--go-on", 0, read_go_on },
    { "--fds", 3, read_fds },
};

static bool read_job(struct reading *r, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        const struct probe *p = probe_by_name(argv[i]);
        size_t k = 0;

        if (p != NULL) {
            *ARENA_PUSH(r->arena, r->probes, r->n_probes) = p;
            continue;
        }
        while (k < COUNT_OF(words) && !text_is(argv[i], words[k].name))
            k++;
        if (k == COUNT_OF(words) || i + words[k].values >= argc || !words[k].read(r, argv + i + 1))
            return false;
        i += words[k].values;
    }
    r->stack->entries = r->entries;
    r->stack->members = r->members;
    r->stack->versions = r->versions;
    if (r->gpus == NULL)                /* no GPU is named: by hand, the driver's first */
        *ARENA_PUSH(r->arena, r->gpus, r->c->n_gpus) = (struct child_gpu){ .uuid = NULL };
    r->c->gpus = r->gpus;
    child_choose_gpu(r->c, 0);
    r->c->meant = r->meant;
    r->c->n_meant = r->n_meant;
    return r->n_probes > 0;
}

/* Out of the way of libraries that close what they do not know. */
static int keep_high(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 700);

    if (high < 0)
        high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
    if (high < 0)
        return fd;
    close(fd);
    return high;
}

static bool open_channels(struct reading *r)
{
    struct child *c = r->c;

    c->fd = STDOUT_FILENO;
    c->state->crumb_fd = -1;
    if (r->result >= 0) {
        c->fd = keep_high(r->result);
        r->control = keep_high(r->control);
        c->state->crumb_fd = keep_high(r->crumb);
    }
    c->crumb = mmap(NULL, sizeof *c->crumb, PROT_READ | PROT_WRITE,
                    c->state->crumb_fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, c->state->crumb_fd, 0);
    return c->crumb != MAP_FAILED;
}

/* What to do next: 'r' run, 's' pass over, 'q' or the end of the pipe: stop. By hand: run all. */
static char next_command(const struct reading *r)
{
    char what = 'q';

    if (r->control < 0)
        return 'r';
    return read(r->control, &what, 1) == 1 ? what : 'q';
}

int verb_child(int argc, char **argv, char *const *env)
{
    static struct child_state state;
    static struct child child;
    static struct stack stack;
    struct reading r = { .c = &child, .arena = &state.lasting, .stack = &stack, .result = -1, .control = -1, .crumb = -1 };
    struct rlimit no_core = { 0, 0 };

    child.state = &state;
    child.env = env;
    if (!read_job(&r, argc, argv) || !open_channels(&r))
        return 2;
    setrlimit(RLIMIT_CORE, &no_core);
    for (size_t i = 0; i < r.n_probes; i++) {
        char what = next_command(&r);

        if (what == 'q')
            break;
        if (what == 'r')
            child_run_trial(&child, r.probes[i], (long)i);
    }
    _exit(0);                           /* no atexit: that is vendor code too */
}
