/* CUDA toolkits: a runfile's or NVIDIA's packages' /usr/local/cuda-X.Y, the
 * distribution's own in /usr/lib, and whatever CUDA_HOME or nvcc point to. */
#include "discover/stacks.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "discover/loader.h"
#include "discover/packages.h"

static const char *const families[] = {
    "cudart", "cublas", "cublasLt", "cufft", "cufftw", "curand", "cusolver", "cusolverMg", "cusparse", "cusparseLt",
    "nvJitLink", "nvrtc", "nvrtc-builtins", "nccl", "cupti",
};

/* What programs built with a toolkit open themselves. */
static const char *const tops[] = { "cudart", "cublas", "cudnn", "nvrtc", "nccl" };

static bool belongs(const char *family)
{
    for (size_t i = 0; i < COUNT_OF(families); i++)
        if (text_is(family, families[i]))
            return true;
    return text_is(family, "cudnn") || text_starts(family, "cudnn_");
}

static const char *const lib_dirs[] = { "lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib", "targets/aarch64-linux/lib" };

/* The folder of a toolkit that holds libcudart.so.N. */
static const char *lib_dir_of(struct search *s, const char *dir)
{
    for (size_t i = 0; i < COUNT_OF(lib_dirs); i++) {
        const char *lib = text_join(s->arena, dir, lib_dirs[i]);
        char **names;
        size_t n = root_list(s->root, s->arena, lib, &names);

        for (size_t k = 0; k < n; k++)
            if (text_starts(names[k], "libcudart.so."))
                return root_resolve(s->root, s->arena, lib);
    }
    return NULL;
}

/* version.json: { "cuda": {"version": "13.0.1"}, "libcublas": {"version": ...} } */
static const char *read_version_json(struct packages *p, struct search *s, const char *path)
{
    static const struct { const char *key, *component; } keys[] = {
        { "cuda_cudart", "cuda_runtime" }, { "libcublas", "cublas" }, { "cuda_nvrtc", "cuda_nvrtc" }, { "libcufft", "cufft" },
        { "libcurand", "curand" }, { "libcusolver", "cusolver" }, { "libcusparse", "cusparse" },
        { "libnvjitlink", "nvjitlink" }, { "cuda_cupti", "cuda_cupti" },
    };
    const char *text = root_read(s->root, s->arena, path, NULL), *version;
    json_t *all = text != NULL ? json_loads(text, 0, NULL) : NULL;

    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        version = json_string_value(json_object_get(json_object_get(all, keys[i].key), "version"));
        if (version != NULL)
            packages_add(p, s->arena, keys[i].component, arena_text(s->arena, version), path);
    }
    version = arena_text(s->arena, json_string_value(json_object_get(json_object_get(all, "cuda"), "version")));
    json_decref(all);
    return version;
}

static const char *version_from_header(struct search *s, const char *path)
{
    const char *text = root_read(s->root, s->arena, path, NULL);
    const char *number = text != NULL ? header_number(s->arena, text, "CUDA_VERSION") : NULL;
    long n;

    if (number == NULL || !text_to_long(number, &n))
        return NULL;
    return text_make(s->arena, "%ld.%ld", n / 1000, n % 1000 / 10);
}

static void add_header_version(struct packages *p, struct search *s, const char *path, const char *component,
                               const char *major, const char *minor, const char *patch)
{
    const char *text = root_read(s->root, s->arena, path, NULL), *x, *y, *z;

    if (text == NULL)
        return;
    x = header_number(s->arena, text, major);
    y = header_number(s->arena, text, minor);
    z = header_number(s->arena, text, patch);
    if (x != NULL && y != NULL && z != NULL)
        packages_add(p, s->arena, component, text_make(s->arena, "%s.%s.%s", x, y, z), path);
}

static void read_headers(struct packages *p, struct search *s, const char *include)
{
    add_header_version(p, s, text_join(s->arena, include, "cudnn_version.h"), "cudnn", "CUDNN_MAJOR", "CUDNN_MINOR", "CUDNN_PATCHLEVEL");
    add_header_version(p, s, text_join(s->arena, include, "nccl.h"), "nccl", "NCCL_MAJOR", "NCCL_MINOR", "NCCL_PATCH");
    add_header_version(p, s, text_join(s->arena, include, "cublas_api.h"), "cublas", "CUBLAS_VER_MAJOR", "CUBLAS_VER_MINOR", "CUBLAS_VER_PATCH");
}

/* A file name with digits right behind ".so." is the library itself; the bare
 * ".so" is the link for linking. */
static bool is_library_name(const char *name)
{
    const char *so = strstr(name, ".so.");

    return so != NULL && so[4] >= '0' && so[4] <= '9' && !text_has(name, ".alt.so");
}

static void add_members(struct search *s, struct stack *stack, const char *dir)
{
    char **names;
    size_t n = root_list(s->root, s->arena, dir, &names);

    for (size_t i = 0; i < n; i++) {
        const char *family = library_family(s->arena, names[i]);

        if (family != NULL && belongs(family) && is_library_name(names[i]))
            member_add(s, stack, text_join(s->arena, dir, names[i]));
    }
}

/* cuDNN and NCCL come as packages of their own and lie where the loader finds
 * them: they are the toolkit's if nothing in its own folder is. */
static void add_from_cache(struct search *s, struct stack *stack, const char *family, const char *starts)
{
    const char **paths;
    size_t n;

    if (stack_member(stack, family) != NULL)
        return;
    n = loader_cache_list(s->root, s->arena, starts, s->machine->arch, &paths);
    for (size_t i = 0; i < n; i++)
        if (is_library_name(text_base_name(paths[i])))
            member_add(s, stack, paths[i]);
}

static void add_entries(struct search *s, struct stack *stack)
{
    struct entry *entries = NULL;

    for (size_t i = 0; i < COUNT_OF(tops); i++) {
        const struct member *m = stack_member(stack, tops[i]);

        if (m != NULL)
            *ARENA_PUSH(s->arena, entries, stack->n_entries) = (struct entry){ .file = m->path, .when = ENTRY_ALWAYS };
    }
    stack->entries = entries;
}

static bool is_known(const struct search *s, const char *lib_dir)
{
    for (size_t i = 0; i < s->found.n; i++)
        if (text_is(s->found.items[i].lib_dir, lib_dir))
            return true;
    return false;
}

static void add_toolkit(struct search *s, const char *prefix, const char *lib, const char *include, const char *found_by)
{
    struct stack *stack = ARENA_PUSH(s->arena, s->found.items, s->found.n);
    const char *json_path = text_join(s->arena, prefix, "version.json"), *cuda_h = text_join(s->arena, include, "cuda.h");
    struct packages packages = { NULL, 0 };
    const char *version = read_version_json(&packages, s, json_path), *source = json_path;

    if (version == NULL) {
        version = version_from_header(s, cuda_h);
        source = cuda_h;
    }
    packages_add_folder(&packages, s, text_join(s->arena, prefix, "dist-info"));
    read_headers(&packages, s, include);
    *stack = (struct stack){ .kind = STACK_TOOLKIT, .prefix = prefix, .lib_dir = lib, .found_by = found_by };
    stack_add_version(stack, s->arena, "cuda", version, source);
    add_members(s, stack, lib);
    add_from_cache(s, stack, "cudnn", "libcudnn");
    add_from_cache(s, stack, "nccl", "libnccl.so.");
    read_headers(&packages, s, "/usr/include");
    packages_version_members(&packages, stack);
    add_entries(s, stack);
    if (version == NULL && packages_of_family(&packages, "cudart") != NULL)
        version = packages_of_family(&packages, "cudart")->version;
    stack->name = text_make(s->arena, "toolkit-%s", version != NULL ? version : text_base_name(prefix));
}

bool toolkit_in(struct search *s, const char *dir, const char *found_by)
{
    const char *prefix = root_resolve(s->root, s->arena, dir), *lib;

    if (prefix == NULL)
        return false;
    lib = lib_dir_of(s, prefix);
    if (lib == NULL)
        return false;
    if (!is_known(s, lib))
        add_toolkit(s, prefix, lib, text_join(s->arena, prefix, "include"), found_by);
    return true;
}

static void find_by_environment(struct search *s)
{
    static const char *const names[] = { "CUDA_HOME", "CUDA_PATH", "CUDA_ROOT" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *dir = environment_get(s->env, names[i]);

        if (dir != NULL && *dir != '\0')
            toolkit_in(s, dir, names[i]);
    }
}

static void find_by_nvcc(struct search *s)
{
    const char *path = environment_get(s->env, "PATH");

    while (path != NULL && *path != '\0') {
        size_t n = strcspn(path, ":");
        const char *nvcc = root_resolve(s->root, s->arena, text_make(s->arena, "%.*s/nvcc", (int)n, path));

        if (nvcc != NULL)
            toolkit_in(s, text_dir_name(s->arena, text_dir_name(s->arena, nvcc)), "nvcc on PATH");
        path += n + (path[n] == ':');
    }
}

static void find_in_folder(struct search *s, const char *dir)
{
    char **names;
    size_t n = root_list(s->root, s->arena, dir, &names);

    for (size_t i = n; i-- > 0;)                /* newest name first */
        if (text_is(names[i], "cuda") || text_starts(names[i], "cuda-"))
            toolkit_in(s, text_join(s->arena, dir, names[i]), dir);
}

/* Debian's and Ubuntu's own packages put the libraries among all others. */
static void find_of_distribution(struct search *s)
{
    const char *cudart = loader_cache_find(s->root, s->arena, "libcudart.so.11.0", s->machine->arch);
    const char *dir;

    if (cudart == NULL)
        cudart = loader_cache_find(s->root, s->arena, "libcudart.so.12", s->machine->arch);
    if (cudart == NULL)
        cudart = loader_cache_find(s->root, s->arena, "libcudart.so.13", s->machine->arch);
    if (cudart == NULL)
        return;
    cudart = root_resolve(s->root, s->arena, cudart);
    dir = cudart != NULL ? text_dir_name(s->arena, cudart) : NULL;
    if (dir != NULL && !is_known(s, dir))
        add_toolkit(s, text_starts(dir, "/usr/lib") ? "/usr" : text_dir_name(s->arena, dir), dir, "/usr/include", "ld.so.cache");
}

void toolkits_find(struct search *s)
{
    find_by_environment(s);
    find_by_nvcc(s);
    find_in_folder(s, "/usr/local");
    find_in_folder(s, "/opt");
    find_of_distribution(s);
}
