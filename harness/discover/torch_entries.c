/* The little program that a release's torch/__init__.py is: which libraries it
 * opens, in which order, with which flags. It is read from that file's text, so
 * that no table of releases is needed. */
#include "discover/python.h"

#include <fnmatch.h>
#include <string.h>

#include "base/text.h"

/* One library to preload: folder "cublas", pattern "libcublas.so.*[0-9]". */
struct preload { const char *folder, *pattern; bool optional; };
struct preloads { struct preload *items; size_t n; };

/* Copies the next string in quotes, of either kind; NULL if the line has no more. */
static const char *next_quoted(struct arena *a, const char **at)
{
    const char *open = strpbrk(*at, "'\""), *close = open != NULL ? strchr(open + 1, *open) : NULL;

    if (close == NULL)
        return NULL;
    *at = close + 1;
    return arena_copy(a, open + 1, (size_t)(close - open - 1));
}

/* The text may be garbage: a pattern of many stars would take fnmatch for ever. */
static bool is_library(const char *pattern)
{
    size_t stars = 0;

    for (const char *at = pattern; at != NULL && *at != '\0'; at++)
        stars += *at == '*';
    return pattern != NULL && text_starts(pattern, "lib") && text_has(pattern, ".so") && stars <= 2;
}

/* `"cublas": "libcublas.so.*[0-9]",`, the same in a tuple or with ' for ", the
 * arguments of a call, or 1.13's os.path.join(nvidia_path, 'cublas', 'lib', 'libcublas.so.11'). */
static bool read_pair(struct arena *a, const char *line, size_t n, struct preload *p)
{
    const char *at = arena_copy(a, line, n);

    p->optional = text_has(at, "required=False");
    p->folder = next_quoted(a, &at);
    p->pattern = p->folder != NULL ? next_quoted(a, &at) : NULL;
    if (text_is(p->pattern, "lib"))
        p->pattern = next_quoted(a, &at);
    return is_library(p->pattern);
}

/* Every pair in the text: rows of the table, or the literal arguments of calls. */
static struct preloads read_pairs(struct arena *a, const char *text, bool calls)
{
    struct preloads all = { NULL, 0 };
    struct preload p;
    const char *line;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        const char *at = line + strspn(line, " \t");
        bool is_call = strncmp(at, "_preload_cuda", strlen("_preload_cuda")) == 0;

        /* An optional library is a call of its own below the table, and belongs to it. */
        if (*at != '#' && read_pair(a, line, n, &p) && (is_call && !p.optional) == calls)
            *ARENA_PUSH(a, all.items, all.n) = p;
    }
    return all;
}

/* What stands between opening libtorch_global_deps and the handler of its failure. */
static const char *after_success(struct arena *a, const char *text)
{
    const char *open = strstr(text, ", mode=ctypes.RTLD_GLOBAL)");
    const char *handler = open != NULL ? strstr(open, "except OSError") : NULL;

    return handler != NULL ? arena_copy(a, open, (size_t)(handler - open)) : "";
}

/* X of `if "X" not in _maps`. */
static const char *map_condition(struct arena *a, const char *text)
{
    const char *not_in = strstr(text, "\" not in _maps"), *open = not_in;

    if (not_in == NULL)
        return NULL;
    while (open > text && open[-1] != '"')
        open--;
    return arena_copy(a, open, (size_t)(not_in - open));
}

/* glob.glob(DIR/libcublas.so.*[0-9]): the first name that fits. */
static const char *glob_in(struct search *s, const char *dir, const char *pattern)
{
    char **names;
    size_t n = root_list(s->root, s->arena, dir, &names);

    for (size_t i = 0; i < n; i++)
        if (fnmatch(pattern, names[i], FNM_PERIOD) == 0)
            return text_join(s->arena, dir, names[i]);
    return NULL;
}

struct reader {
    struct search       *s;
    struct stack        *stack;
    const struct python *py;
    const char          *text;          /* of __init__.py */
    struct entry        *entries;
};

/* The file that this release would preload, by its own rule of search; NULL if it finds none. */
static const char *find_preload(struct reader *r, const struct preload *p)
{
    const char *cuda = stack_version(r->stack, "cuda"), *file;
    bool unified = text_has(r->text, "\"nvidia\", f\"cu{"), bare = text_has(r->text, "os.path.join(path, lib_folder, \"lib\"");
    struct arena *a = r->s->arena;

    for (size_t i = 0; i < r->py->n_path; i++) {
        const char *dir = r->py->path[i];

        file = glob_in(r->s, text_make(a, "%s/nvidia/%s/lib", dir, p->folder), p->pattern);
        if (file == NULL && unified && cuda != NULL)
            file = glob_in(r->s, text_make(a, "%s/nvidia/cu%.*s/lib", dir, (int)strcspn(cuda, "."), cuda), p->pattern);
        if (file == NULL && bare)
            file = glob_in(r->s, text_make(a, "%s/%s/lib", dir, p->folder), p->pattern);
        if (file != NULL)
            return root_outer_path(r->s->root, a, file);
    }
    return NULL;
}

static void add(struct reader *r, const char *file, bool global, enum entry_when when, const char *if_mapped)
{
    *ARENA_PUSH(r->s->arena, r->entries, r->stack->n_entries) =
        (struct entry){ .file = file, .global = global, .when = when, .if_mapped = if_mapped };
}

static void add_preloads(struct reader *r, const struct preloads *p, enum entry_when when, const char *if_mapped)
{
    for (size_t i = 0; i < p->n; i++) {
        const char *file = find_preload(r, &p->items[i]);

        /* Not there: opening the pattern fails and names it, as the release does. */
        if (file != NULL || !p->items[i].optional)
            add(r, file != NULL ? file : p->items[i].pattern, false, when, if_mapped);
    }
}

static void add_global_deps(struct reader *r, const char *deps)
{
    struct arena *a = r->s->arena;
    struct preloads table = read_pairs(a, r->text, false), calls;
    const char *good = after_success(a, r->text), *if_mapped = map_condition(a, good);

    add(r, deps, true, ENTRY_DEPS, NULL);
    add_preloads(r, &table, ENTRY_IF_DEPS_FAILED, NULL);
    add(r, deps, true, ENTRY_IF_DEPS_FAILED, NULL);
    calls = read_pairs(a, good, true);
    add_preloads(r, &calls, ENTRY_IF_DEPS_OPENED, if_mapped);
    if (text_has(good, "_preload_cuda_deps()"))
        add_preloads(r, &table, ENTRY_IF_DEPS_OPENED, if_mapped);
}

/* In every C program, or never the cause of what we look for. */
static bool is_system_library(const char *soname)
{
    static const char *const starts[] = { "libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libstdc++.so", "libgcc_s.so", "ld-linux" };

    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (text_starts(soname, starts[i]))
            return true;
    return false;
}

/* `from torch._C import *` brings libtorch_python and all it needs. That one
 * wants Python's own symbols, so what it needs is opened instead. */
static void add_needed_by_extension(struct reader *r)
{
    static const char *const plain[] = { "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so" };
    const struct member *python = stack_member(r->stack, "torch_python");
    const char *const *names = plain;
    size_t n = COUNT_OF(plain);

    if (python != NULL && python->elf != NULL && python->elf->n_needed > 0) {
        names = python->elf->needed;
        n = python->elf->n_needed;
    }
    for (int beside = 1; beside >= 0; beside--)
        for (size_t i = 0; i < n; i++) {
            const char *real = root_resolve(r->s->root, r->s->arena, text_join(r->s->arena, r->stack->lib_dir, names[i]));

            if (is_system_library(names[i]) || (real != NULL) != (beside == 1) || (real == NULL && names == plain))
                continue;
            add(r, real != NULL ? root_outer_path(r->s->root, r->s->arena, real) : names[i], false, ENTRY_ALWAYS, NULL);
        }
}

void torch_entries(struct search *s, struct stack *stack, const struct python *py, const char *torch_dir)
{
    struct reader r = { .s = s, .stack = stack, .py = py };
    const char *deps = root_resolve(s->root, s->arena, text_join(s->arena, stack->lib_dir, "libtorch_global_deps.so"));

    r.text = root_read(s->root, s->arena, text_join(s->arena, torch_dir, "__init__.py"), NULL);
    if (r.text == NULL)
        r.text = "";
    if (deps != NULL)
        add_global_deps(&r, root_outer_path(s->root, s->arena, deps));
    add_needed_by_extension(&r);
    stack->entries = r.entries;
}

const char *python_assigned(struct arena *a, const char *text, const char *name)
{
    const char *line;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        char *copy = arena_copy(a, line, n), *equals = strchr(copy, '='), *quote;

        if (!text_starts(copy, name) || strchr(" :=", copy[strlen(name)]) == NULL || copy[strlen(name)] == '\0' || equals == NULL)
            continue;
        quote = strpbrk(equals, "'\"");
        if (quote == NULL)
            return NULL;
        return arena_copy(a, quote + 1, strcspn(quote + 1, "'\""));
    }
    return NULL;
}

bool torch_versions(struct search *s, struct stack *stack, const char *path)
{
    const char *text = root_read(s->root, s->arena, path, NULL);

    if (text == NULL)
        return false;
    stack_add_version(stack, s->arena, "torch", python_assigned(s->arena, text, "__version__"), path);
    stack_add_version(stack, s->arena, "cuda", python_assigned(s->arena, text, "cuda"), path);
    stack_add_version(stack, s->arena, "hip", python_assigned(s->arena, text, "hip"), path);
    stack_add_version(stack, s->arena, "git", python_assigned(s->arena, text, "git_version"), path);
    return true;
}
