/* What the process's own folder and Python say: files that go before installed packages, what a project asks for. */
#include "discover/facts/facts.h"

#include <string.h>

#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"
#include "discover/python.h"
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

/* ---- The Python that a shell would start ---- */

static void facts_of_program(struct fact_reader *r, const char *interpreter)
{
    const char *real = interpreter != NULL ? root_resolve(r->root, r->arena, interpreter) : NULL;
    const int fd = real != NULL ? root_fd(r->root, real) : -1;
    struct err e = { .kind = ERR_NONE };
    struct elf_facts elf;

    if (fd >= 0 && elf_read(&elf, r->arena, fd, &e)) {
        fact_add(r, "python.loader", elf.interpreter, real);
        fact_add(r, "python.machine", elf.machine, real);
    }
    if (fd >= 0)
        close(fd);
}

static void facts_of_interpreter(struct fact_reader *r)
{
    struct search s = { .arena = r->arena, .root = r->root, .env = r->env, .machine = r->m };
    struct python py;

    if (!python_active(&s, &py))
        return;
    fact_add(r, "python", py.interpreter, py.prefix);
    fact_add(r, "python.version", py.version, py.prefix);
    facts_of_program(r, py.interpreter);
    for (size_t i = 0; i < py.n_path; i++)
        if (root_is_folder(r->root, text_join(r->arena, py.path[i], "torch"))) {
            fact_add(r, "python.torch", "yes", py.path[i]);
            return;
        }
}

/* ---- What a project in this folder asks for ---- */

/* Behind the name of a distribution: the end, a version, a condition, a quote; not "torchvision", "torch-scatter". */
static bool ends_name(char c)
{
    return c == '\0' || strchr(" \t\r\n=<>~!;[,\"'", c) != NULL;
}

/* "1.11.0+cu113" of `torch==1.11.0+cu113`, "any" where no one version is asked for; NULL: the line does not ask for torch. */
static const char *torch_asked(struct arena *a, const char *line)
{
    const char *at = line + strspn(line, " \t\"'"), *version;
    size_t n;

    if (strncmp(at, "torch", 5) != 0 || !ends_name(at[5]))
        return NULL;
    version = at + 5 + strspn(at + 5, " \t");
    if (strncmp(version, "==", 2) != 0)
        return strchr("<>~!;,\"'", *version) != NULL ? "any" : NULL;       /* "torch = ..." assigns, "torch is ..." is prose */
    version += 2 + strspn(version + 2, "= \t");
    n = strcspn(version, " \t\r;,\"'*");
    while (n > 0 && version[n - 1] == '.')
        n--;
    return n > 0 && version[0] >= '0' && version[0] <= '9' ? arena_copy(a, version, n) : "any";
}

static void fact_of_wish(struct fact_reader *r, const char *here)
{
    static const char *const names[] = { "requirements.txt", "pyproject.toml" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *path = text_join(r->arena, here, names[i]), *text = root_read(r->root, r->arena, path, NULL), *line, *asked;
        size_t n;

        while (text_next_line(&text, &line, &n)) {
            asked = n < 256 ? torch_asked(r->arena, arena_copy(r->arena, line, n)) : NULL;
            if (asked != NULL) {
                fact_add(r, "project.torch", asked, path);
                return;
            }
        }
    }
}

void facts_of_python(struct fact_reader *r)
{
    const char *here = environment_get(r->env, "PWD");

    fact_of_compiler(r);
    facts_of_interpreter(r);
    if (root_exists(r->root, "/etc/ld.so.cache"))
        fact_add(r, "loader.cache", "yes", "/etc/ld.so.cache");
    if (here == NULL || *here != '/')
        return;
    fact_of_shadow(r, here);
    fact_of_build(r, here);
    fact_of_wish(r, here);
}
