/* Python environments, by their files: no interpreter is run. */
#include "discover/python.h"

#include <string.h>

#include "base/text.h"
#include "discover/installation.h"

static const char *name_of(struct search *s, const struct python *py, const char *site)
{
    const char *home = environment_get(s->env, "HOME");

    if (py->prefix != NULL && py->is_conda)
        return text_make(s->arena, "conda:%s", root_exists(s->root, text_join(s->arena, py->prefix, "condabin"))
                         ? "base" : text_base_name(py->prefix));
    if (py->prefix != NULL && py->is_venv)
        return text_make(s->arena, "venv:%s", py->prefix);
    if (home != NULL && *home != '\0' && text_starts(site, text_join(s->arena, home, ".local/")))
        return text_make(s->arena, "user-site:%s", text_dir_name(s->arena, site));
    return text_make(s->arena, "python:%s", site);
}

static bool has_torch(struct search *s, const char *site)
{
    return root_exists(s->root, text_join(s->arena, site, "torch/version.py"))
        || root_is_folder(s->root, text_join(s->arena, site, "torch/lib"));
}

void members_add_folder(struct search *s, struct stack *stack, const char *dir)
{
    char **names;
    size_t n = root_list(s->root, s->arena, dir, &names);

    for (size_t i = 0; i < n; i++)
        if (library_family(s->arena, names[i]) != NULL && !text_has(names[i], ".alt.so"))
            member_add(s, stack, text_join(s->arena, dir, names[i]));
}

static void add_nvidia_packages(struct search *s, struct stack *stack, const char *site)
{
    const char *nvidia = text_join(s->arena, site, "nvidia");
    char **names;
    size_t n = root_list(s->root, s->arena, nvidia, &names);

    for (size_t i = 0; i < n; i++)
        members_add_folder(s, stack, text_make(s->arena, "%s/%s/lib", nvidia, names[i]));
    members_add_folder(s, stack, text_join(s->arena, site, "cusparselt/lib"));
}

/* Conda puts every library into one folder: only the vendor's are the stack's. */
static void add_conda_libraries(struct search *s, struct stack *stack, const char *prefix)
{
    static const char *const starts[] = {
        "libcudart", "libcublas", "libcudnn", "libcufft", "libcurand", "libcusolver", "libcusparse", "libnccl",
        "libnvrtc", "libnvJitLink", "libcupti", "libtorch", "libc10",
    };
    const char *lib = text_join(s->arena, prefix, "lib");
    char **names;
    size_t n = root_list(s->root, s->arena, lib, &names);

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < COUNT_OF(starts); k++)
            if (text_starts(names[i], starts[k]) && library_family(s->arena, names[i]) != NULL && !text_has(names[i], ".alt.so"))
                member_add(s, stack, text_join(s->arena, lib, names[i]));
}

/* "cudnn-9.1.0.70-h1.json": conda's own name of the package and its version. */
static void add_conda_packages(struct packages *p, struct search *s, const char *prefix)
{
    static const struct { const char *name, *component; } known[] = {
        { "cudnn", "cudnn" }, { "libcudnn", "cudnn" }, { "nccl", "nccl" }, { "libcublas", "cublas" }, { "cuda-cudart", "cuda_runtime" },
        { "cuda-nvrtc", "cuda_nvrtc" }, { "libcufft", "cufft" }, { "libcurand", "curand" }, { "libcusolver", "cusolver" },
        { "libcusparse", "cusparse" }, { "libnvjitlink", "nvjitlink" }, { "cuda-cupti", "cuda_cupti" },
    };
    const char *meta = text_join(s->arena, prefix, "conda-meta");
    char **names;
    size_t n = root_list(s->root, s->arena, meta, &names);

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < COUNT_OF(known); k++) {
            size_t length = strlen(known[k].name);
            const char *version = names[i] + length + 1;

            if (text_starts(names[i], known[k].name) && names[i][length] == '-' && version[0] >= '0' && version[0] <= '9')
                packages_add(p, s->arena, known[k].component, arena_copy(s->arena, version, strcspn(version, "-")),
                             text_join(s->arena, meta, names[i]));
        }
}

static void add_versions(struct search *s, struct stack *stack, const struct python *py, const struct packages *p)
{
    static const char *const components[] = { "cudnn", "nccl", "cublas", "cuda_runtime" };

    for (size_t i = 0; i < COUNT_OF(components); i++)
        for (size_t k = 0; k < p->n; k++)
            if (text_is(p->items[k].component, components[i]))
                stack_add_version(stack, s->arena, components[i], p->items[k].version, p->items[k].source);
    stack_add_version(stack, s->arena, "python", py->version, py->prefix);
}

static void add_stack(struct search *s, const struct python *py, const char *site, const char *found_by)
{
    const char *torch_dir = text_join(s->arena, site, "torch"), *lib = text_join(s->arena, torch_dir, "lib");
    struct packages packages = { NULL, 0 };
    struct stack *stack;

    if (stack_is_known(s, lib))
        return;
    stack = ARENA_PUSH(s->arena, s->found.items, s->found.n);
    *stack = (struct stack){ .name = name_of(s, py, site), .kind = STACK_PYTHON, .lib_dir = lib, .python = py->interpreter,
                             .prefix = py->prefix != NULL ? py->prefix : site, .found_by = found_by };
    torch_versions(s, stack, text_join(s->arena, torch_dir, "version.py"));
    members_add_folder(s, stack, lib);
    add_nvidia_packages(s, stack, site);                /* the rpaths of torch/lib lead here */
    for (size_t i = 0; i < py->n_path; i++) {
        add_nvidia_packages(s, stack, py->path[i]);
        packages_add_folder(&packages, s, py->path[i]);
    }
    if (py->is_conda) {
        add_conda_libraries(s, stack, py->prefix);
        add_conda_packages(&packages, s, py->prefix);
    }
    add_versions(s, stack, py, &packages);
    packages_check_records(&packages, s, stack);
    packages_version_members(&packages, s->arena, stack);
    torch_needs(s, stack, py, torch_dir, &packages);
    torch_entries(s, stack, py, torch_dir);
    installation_read(s, stack, py, site, &packages);
    companions_read(s, stack, py, &packages);
    extensions_read(s, stack, site);
    if (stack_member(stack, "torch_hip") != NULL)
        stack->unusable = "a ROCm build of PyTorch: it cannot use an NVIDIA GPU";
    else if (stack_member(stack, "torch_cuda") == NULL && stack_version(stack, "cuda") == NULL)
        stack->unusable = "a CPU-only build of PyTorch (no libtorch_cuda.so): it cannot use a GPU";
}

static bool add_environment(struct search *s, const struct python *py, const char *found_by)
{
    for (size_t i = 0; i < py->n_path; i++)
        if (has_torch(s, py->path[i])) {
            add_stack(s, py, py->path[i], found_by);
            return true;                /* the first on sys.path is what `import torch` takes */
        }
    return false;
}

/* The prefix of ".../lib/python3.11/site-packages" and its Python's version;
 * NULL for any other folder. */
static const char *prefix_of_site(struct search *s, const char *site, const char **version)
{
    const char *python = text_dir_name(s->arena, site), *lib = text_dir_name(s->arena, python);

    if (!text_ends(site, "-packages") || !text_starts(text_base_name(python), "python3"))
        return NULL;
    *version = text_starts(text_base_name(python), "python3.") ? text_base_name(python) + strlen("python") : NULL;
    return text_dir_name(s->arena, lib);
}

/* That very site-packages folder: it goes first, whatever the environment's own
 * order is. */
static bool site_in(struct search *s, const char *site, const char *found_by)
{
    const char *version = NULL, *prefix = prefix_of_site(s, site, &version), **path = NULL;
    struct python py = { .prefix = NULL };
    size_t n = 0;

    if (!has_torch(s, site))
        return false;
    if (prefix != NULL)
        python_read(s, &py, prefix, version);
    *ARENA_PUSH(s->arena, path, n) = site;
    for (size_t i = 0; i < py.n_path; i++)
        if (!text_is(py.path[i], site))
            *ARENA_PUSH(s->arena, path, n) = py.path[i];
    py.path = path;
    py.n_path = n;
    return add_environment(s, &py, found_by);
}

bool python_in(struct search *s, const char *dir, const char *found_by)
{
    struct python py;

    if (text_starts(text_base_name(dir), "python") && root_exists(s->root, dir) && !root_is_folder(s->root, dir))
        dir = text_dir_name(s->arena, text_dir_name(s->arena, dir));
    if (text_is(text_base_name(dir), "torch") && root_exists(s->root, text_join(s->arena, dir, "version.py")))
        dir = text_dir_name(s->arena, dir);
    if (!root_is_folder(s->root, dir))
        return false;
    dir = root_resolve(s->root, s->arena, dir);
    python_read(s, &py, dir, NULL);
    return add_environment(s, &py, found_by) || site_in(s, dir, found_by);
}

static void find_by_variable(struct search *s, const char *name, const char *found_by)
{
    const char *dir = environment_get(s->env, name);

    if (dir != NULL && *dir != '\0')
        python_in(s, dir, found_by);
}

/* A venv's bin/python3 is a link to the base's: the folder it is found in counts. */
static void find_on_path(struct search *s)
{
    static const char *const names[] = { "python3", "python" };
    const char *path = environment_get(s->env, "PATH");

    while (path != NULL && *path != '\0') {
        size_t n = strcspn(path, ":");

        for (size_t i = 0; i < COUNT_OF(names) && n > 1; i++) {
            const char *file = text_make(s->arena, "%.*s/%s", (int)n, path, names[i]), *real;

            if (!root_exists(s->root, file))
                continue;
            python_in(s, text_dir_name(s->arena, text_dir_name(s->arena, file)), "python3 on PATH");
            real = root_resolve(s->root, s->arena, file);
            if (real != NULL)
                python_in(s, text_dir_name(s->arena, text_dir_name(s->arena, real)), "python3 on PATH");
        }
        path += n + (path[n] == ':');
    }
}

/* A folder that a variable names, else the first python3 on PATH. */
static const char *active_prefix(struct search *s)
{
    static const char *const variables[] = { "VIRTUAL_ENV", "CONDA_PREFIX" };
    const char *path = environment_get(s->env, "PATH");

    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        const char *dir = environment_get(s->env, variables[i]);

        if (dir != NULL && root_is_folder(s->root, dir))
            return dir;
    }
    while (path != NULL && *path != '\0') {
        size_t n = strcspn(path, ":");
        const char *file = text_make(s->arena, "%.*s/python3", (int)n, path);

        if (n > 1 && root_exists(s->root, file))
            return text_dir_name(s->arena, text_dir_name(s->arena, file));
        path += n + (path[n] == ':');
    }
    return NULL;
}

bool python_active(struct search *s, struct python *py)
{
    const char *prefix = active_prefix(s);

    if (prefix != NULL)
        python_read(s, py, prefix, NULL);
    return prefix != NULL;
}

static void find_user_sites(struct search *s)
{
    const char *base = python_user_base(s), *lib = base != NULL ? text_join(s->arena, base, "lib") : NULL;
    char **names;
    size_t n = lib != NULL ? root_list(s->root, s->arena, lib, &names) : 0;

    for (size_t i = n; i-- > 0;)
        if (text_starts(names[i], "python3"))
            python_in(s, text_make(s->arena, "%s/%s/site-packages", lib, names[i]), "user site");
}

void pythons_find(struct search *s)
{
    find_by_variable(s, "VIRTUAL_ENV", "active venv");
    find_by_variable(s, "CONDA_PREFIX", "active conda");
    find_on_path(s);
    python_in(s, "/usr", "system Python");
    find_user_sites(s);
}
