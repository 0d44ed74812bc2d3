/* Opens a stack as its user would: its entries only, in the user's environment;
 * the loader finds the rest. */
#include "child/state.h"

#include <string.h>

#include "base/text.h"

struct mapped_search { const char *part; bool found; };

static void look_for(const char *path, void *arg)
{
    struct mapped_search *s = arg;

    s->found |= text_has(path, s->part);
}

static bool is_mapped(const char *part)
{
    struct mapped_search s = { part, false };

    dl_each_mapped(look_for, &s);
    return s.found;
}

static bool open_entry(struct child *c, const struct entry *e)
{
    char call[CRUMB_CALL];
    void *handle;
    bool ok;

    text_format(call, sizeof call, "dlopen(\"%s\", RTLD_NOW | %s)", e->file, e->global ? "RTLD_GLOBAL" : "RTLD_LOCAL");
    child_enter(c, call, e->file);
    ok = dl_open(&handle, e->file, e->global, &c->err);
    child_leave(c, 0);
    return ok;
}

void child_open_stack(struct child *c)
{
    bool deps_failed = false, group_ended = false;

    if (c->state->stack_open)
        return;
    for (size_t i = 0; i < c->stack->n_entries; i++) {
        const struct entry *e = &c->stack->entries[i];

        switch (e->when) {
        case ENTRY_ALWAYS:
            if (!open_entry(c, e))
                stop_load(c, "%s", c->err.text);
            break;
        case ENTRY_DEPS:
            deps_failed |= !open_entry(c, e);
            break;
        case ENTRY_IF_DEPS_FAILED:
            if (deps_failed && !open_entry(c, e))
                stop_load(c, "%s", c->err.text);
            break;
        case ENTRY_IF_DEPS_OPENED:
            if (deps_failed || group_ended || (e->if_mapped != NULL && !is_mapped(e->if_mapped)))
                break;
            group_ended = !open_entry(c, e);
            break;
        }
    }
    c->state->stack_open = true;
}

/* ---- Binding what the stack has mapped ---- */

/* Some are opened late, by the library that uses them and by its search path,
 * which leads to the stack's own file (NVRTC by libtorch). */
static void open_late(struct child *c, const char *family)
{
    const struct member *m = stack_member(c->stack, family);
    const struct entry late = { .file = m != NULL ? m->path : NULL };

    if (m == NULL)
        stop_load(c, "%s has no lib%s", c->stack->name, family);
    if (!open_entry(c, &late))
        stop_load(c, "%s", c->err.text);
}

static void *handle_of(struct child *c, const char *family)
{
    char path[1024], other[1024];
    void *handle;

    if (!dl_find_mapped(family, path, other)) {
        open_late(c, family);
        if (!dl_find_mapped(family, path, other))
            stop_load(c, "%s: opening lib%s maps no file of that name", c->stack->name, family);
    }
    handle = dl_handle_of_mapped(path);
    if (handle == NULL)
        stop_load(c, "%s is mapped, but the loader does not give a handle of it", path);
    return handle;
}

/* Its calls go through that file as the user's do; each trial that makes them says so. */
static void tell_hook(struct child *c, const struct dl *lib)
{
    if (lib->hook[0] != '\0')
        saw_text(c, "warning", "%s: a preloaded library stands between programs and %s", lib->hook, lib->path);
}

#define BINDER(table, family) \
    void child_bind_##table(struct child *c) \
    { \
        if (c->table.dl.handle == NULL && !table##_bind(&c->table, handle_of(c, family), &c->err)) \
            stop_load(c, "%s", c->err.text); \
        tell_hook(c, &c->table.dl); \
    }

BINDER(cudart, "cudart")
BINDER(cublas, "cublas")
BINDER(cublaslt, "cublasLt")
BINDER(cudnn, "cudnn")
BINDER(cusolver, "cusolver")
BINDER(cusparse, "cusparse")
BINDER(cusparselt, "cusparseLt")
BINDER(nvrtc, "nvrtc")
BINDER(nvjitlink, "nvJitLink")
BINDER(cufft, "cufft")
BINDER(curand, "curand")
BINDER(cupti, "cupti")
BINDER(nccl, "nccl")
BINDER(libc10_cuda, "c10_cuda")

void child_bind_libtorch(struct child *c)
{
    char path[1024], other[1024];

    if (c->libtorch.dl.handle != NULL)
        return;
    if (!libtorch_bind(&c->libtorch, handle_of(c, "torch_cpu"), &c->err))
        stop_load(c, "%s", c->err.text);
    if (dl_find_mapped("torch_cuda", path, other)
        && !libtorch_cuda_bind(&c->libtorch_cuda, handle_of(c, "torch_cuda"), &c->err))
        stop_load(c, "%s", c->err.text);
    c->libtorch_cuda.cpu = &c->libtorch;
}
