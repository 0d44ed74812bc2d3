/* What the process's own folder and Python say: files that go before installed packages, what a project asks for. */
#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"
#include "discover/tool_release.h"

/* A PyTorch that is built in its own source tree has its extension there, and is meant. */
static bool is_built_in_place(struct fact_reader *r, const char *dir)
{
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);

    for (size_t i = 0; i < n; i++)
        if (text_starts(names[i], "_C.") && text_ends(names[i], ".so"))
            return true;
    return false;
}

/* Unless that folder is the one of the packages. */
static void fact_of_shadow(struct fact_reader *r, const char *here)
{
    const char *file = text_join(r->arena, here, "torch.py"), *package = text_join(r->arena, here, "torch/__init__.py");

    if (text_ends(here, "-packages"))
        return;
    if (root_exists(r->root, file))
        fact_add(r, "project.shadows", file, file);
    else if (root_exists(r->root, package) && !is_built_in_place(r, text_join(r->arena, here, "torch")))
        fact_add(r, "project.shadows", package, package);
}

/* A project whose setup compiles for CUDA with PyTorch's own tools. */
static void fact_of_build(struct fact_reader *r, const char *here)
{
    const char *path = text_join(r->arena, here, "setup.py"), *text = root_read(r->root, r->arena, path, NULL);

    if (text != NULL && (text_has(text, "CUDAExtension") || text_has(text, "CUDA_HOME") || text_has(text, "cpp_extension")))
        fact_add(r, "project.builds_cuda", path, path);
}

/* ---- The compiler that an extension would be built with, as torch/utils/cpp_extension.py looks for it ---- */

static const char *on_path(struct fact_reader *r, const char *name)
{
    const char *at = environment_get(r->env, "PATH");

    while (at != NULL && *at != '\0') {
        const size_t n = strcspn(at, ":");
        const char *file = text_make(r->arena, "%.*s/%s", (int)n, at, name);

        if (*at == '/' && root_exists(r->root, file))
            return file;
        at += n + (at[n] == ':');
    }
    return NULL;
}

static const char *nvcc_of(struct fact_reader *r)
{
    static const char *const variables[] = { "CUDA_HOME", "CUDA_PATH" };
    const char *file = NULL;

    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        const char *home = environment_get(r->env, variables[i]);

        if (home != NULL && *home == '/')
            return text_join(r->arena, home, "bin/nvcc");
    }
    file = on_path(r, "nvcc");
    return file != NULL ? file : "/usr/local/cuda/bin/nvcc";
}

static void fact_of_compiler(struct fact_reader *r)
{
    const char *nvcc = nvcc_of(r);

    if (!root_exists(r->root, nvcc))
        return;
    fact_add(r, "nvcc", nvcc, nvcc);
    fact_add(r, "nvcc.version", tool_release(r->root, r->arena, nvcc), nvcc);
}

void facts_of_python(struct fact_reader *r)
{
    const char *here = environment_get(r->env, "PWD");

    fact_of_compiler(r);
    if (root_exists(r->root, "/etc/ld.so.cache"))
        fact_add(r, "loader.cache", "yes", "/etc/ld.so.cache");
    if (here == NULL || *here != '/')
        return;
    fact_of_shadow(r, here);
    fact_of_build(r, here);
}
