#include "diagnose/stack/unmet.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool unmet_is_about(const struct unmet *u, const char *start)
{
    const char *name = u->kind == UNMET_SYMBOL ? u->library : u->name;

    return name != NULL && text_starts(name, start);
}

const char *unmet_file(const struct look *l, const char *path, const char *version)
{
    return text_make(l->a, "%s%s%s", text_base_name(path), version != NULL ? " " : "", version != NULL ? version : "");
}

long soname_major(const char *name)
{
    const char *so = name != NULL ? strstr(name, ".so.") : NULL;

    return so != NULL ? strtol(so + 4, NULL, 10) : 0;
}

static void evidence_of_file(struct look *l, const char *path, const char *version, const char *what)
{
    if (path != NULL)
        evidence(l, "%s: %s%s%s", path, what, version != NULL ? ", version " : "", version != NULL ? version : "");
}

void evidence_of_unmet(struct look *l, const struct unmet *u)
{
    evidence_of_file(l, u->file, u->version, text_make(l->a, u->kind == UNMET_SYMBOL ? "wants %s%s%s" : u->kind == UNMET_PART ? "opens %s by name%s%s" : "needs %s%s%s",
                                                       u->name, u->library != NULL ? " of " : "", u->library != NULL ? u->library : ""));
    if (u->taken != NULL)
        evidence_of_file(l, u->taken, u->taken_version, u->how != NULL ? text_make(l->a, "is taken (%s)", u->how) : "is taken");
    else if (u->how != NULL)
        evidence(l, "passed over: %s", u->how);
    evidence_of_file(l, u->own, u->own_version, u->taken != NULL ? "is the stack's own" : "is what the stack has");
}

/* LD_LIBRARY_PATH without that folder, as a command. */
static void fix_library_path(struct look *l, const char *folder)
{
    const char *path = variable(l, "LD_LIBRARY_PATH");
    struct text rest = { .arena = l->a };

    for (const char *at = path; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, ":");
        const char *one = arena_copy(l->a, at, n);

        if (n > 0 && !text_is(one, folder))
            text_add(&rest, "%s%s", rest.n > 0 ? ":" : "", one);
        at += n + (at[n] == ':');
    }
    if (rest.n > 0)
        fix(l, "export LD_LIBRARY_PATH=%s", quoted(l, rest.s));
    else
        fix(l, "unset LD_LIBRARY_PATH");
}

bool fix_way_of(struct look *l, const struct unmet *u)
{
    static const char path[] = "LD_LIBRARY_PATH: ";

    if (u->how == NULL || u->taken == NULL)
        return false;
    if (text_starts(u->how, path)) {
        fix_library_path(l, arena_copy(l->a, u->how + strlen(path), strcspn(u->how + strlen(path), " ")));
    } else if (text_starts(u->how, "preloaded by LD_PRELOAD")) {
        fix(l, "unset LD_PRELOAD");
    } else if (text_starts(u->how, "preloaded by /etc/ld.so.preload")) {
        advise(l, "%stake %s out of /etc/ld.so.preload", is_in_container(l) ? "on the host: " : "", u->taken);
    } else if (u->own != NULL) {
        fix(l, "export LD_LIBRARY_PATH=%s", quoted(l, text_dir_name(l->a, u->own)));
    } else {
        return false;
    }
    return true;
}

static const struct { const char *start, *component, *extra; } components[] = {
    { "libcudart", "cuda-runtime", "cudart" }, { "libcublas", "cublas", "cublas" }, { "libcudnn", "cudnn", NULL }, { "libnvrtc", "cuda-nvrtc", "nvrtc" },
    { "libnccl", "nccl", NULL }, { "libcufft", "cufft", "cufft" }, { "libcurand", "curand", "curand" }, { "libcusolver", "cusolver", "cusolver" },
    { "libcusparseLt", "cusparselt", NULL }, { "libcusparse", "cusparse", "cusparse" }, { "libnvJitLink", "nvjitlink", "nvjitlink" },
    { "libcupti", "cuda-cupti", "cupti" }, { "libnvshmem", "nvshmem", NULL }, { "libcufile", "cufile", "cufile" }, { "libnvToolsExt", "nvtx", "nvtx" },
};

const char *component_of_library(const char *name)
{
    for (size_t i = 0; name != NULL && i < COUNT_OF(components); i++)
        if (text_starts(name, components[i].start))
            return components[i].component;
    return NULL;
}

/* "requires:nvidia-cublas-cu12", and not "requires:nvidia-cublas-dev". */
static bool is_pin_of(const char *what, const char *start)
{
    size_t n = strlen(start);

    return text_starts(what, start) && (what[n] == '\0' || text_starts(what + n, "-cu1"));
}

/* From CUDA 13 on a PyTorch pins them together, by cuda-toolkit. */
static bool fix_by_toolkit(struct look *l, const char *component)
{
    const char *toolkit = stated(l, "requires:cuda-toolkit");

    for (size_t i = 0; toolkit != NULL && i < COUNT_OF(components); i++)
        if (text_is(components[i].component, component) && components[i].extra != NULL)
            return fix_by_pip(l, "--force-reinstall 'cuda-toolkit[%s]==%s'", components[i].extra, toolkit);
    return false;
}

bool fix_by_pin(struct look *l, const char *component)
{
    const char *start = text_make(l->a, "requires:nvidia-%s", component != NULL ? component : "nothing");

    for (size_t i = 0; i < l->stack->n_versions; i++)
        if (is_pin_of(l->stack->versions[i].what, start))
            return fix_by_pip(l, "--force-reinstall --no-deps %s==%s", l->stack->versions[i].what + strlen("requires:"), l->stack->versions[i].version);
    return fix_by_toolkit(l, component);
}
