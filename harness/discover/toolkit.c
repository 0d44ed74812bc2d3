/* CUDA toolkits: a runfile's or NVIDIA's packages' /usr/local/cuda-X.Y, the
 * distribution's own in /usr/lib, and whatever CUDA_HOME or nvcc point to. */
#include "discover/stacks.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "discover/loader.h"
#include "discover/packages.h"
#include "discover/toolkit.h"

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

/* NULL if there is none. JSON may hold control characters, as \u0001. */
static const char *version_of(struct arena *a, const json_t *all, const char *key)
{
    char *version = arena_text(a, json_string_value(json_object_get(json_object_get(all, key), "version")));

    if (version != NULL)
        text_clean(version);
    return version;
}

const char *toolkit_read_versions(struct packages *p, struct search *s, const char *path)
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
        version = version_of(s->arena, all, keys[i].key);
        if (version != NULL)
            packages_add(p, s->arena, keys[i].component, version, path);
    }
    version = version_of(s->arena, all, "cuda");
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

void toolkit_read_headers(struct packages *p, struct search *s, const char *include)
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

    return so != NULL && so[4] >= '0' && so[4] <= '9';
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

void toolkit_add_entries(struct search *s, struct stack *stack)
{
    struct entry *entries = NULL;

    stack->n_entries = 0;
    for (size_t i = 0; i < COUNT_OF(tops); i++) {
        const struct member *m = stack_member(stack, tops[i]);

        if (m != NULL)
            *ARENA_PUSH(s->arena, entries, stack->n_entries) = (struct entry){ .file = m->path, .when = ENTRY_ALWAYS };
    }
    stack->entries = entries;
}

/* "12.4" of "12.4.1"; the same text if it has no second dot. */
static const char *release_of(struct arena *a, const char *version)
{
    const char *dot = strchr(version, '.'), *second = dot != NULL ? strchr(dot + 1, '.') : NULL;

    return second != NULL ? arena_copy(a, version, (size_t)(second - version)) : version;
}

/* What states the release, best first; the folder's own name only names it. */
static void add_release(struct search *s, struct stack *stack, struct packages *p, const char *include)
{
    const char *json = text_join(s->arena, stack->prefix, "version.json"), *txt = text_join(s->arena, stack->prefix, "version.txt");
    const char *cuda_h = text_join(s->arena, include, "cuda.h"), *folder = text_base_name(stack->prefix);
    const char *version = toolkit_read_versions(p, s, json), *source = json;
    const struct member *cudart = stack_member(stack, "cudart");

    if (version == NULL) {
        source = cuda_h;
        version = version_from_header(s, cuda_h);
    }
    if (version == NULL) {
        source = txt;
        version = root_read_line(s->root, s->arena, txt);
        version = version != NULL && text_starts(version, "CUDA Version ") ? version + strlen("CUDA Version ") : NULL;
    }
    if (version == NULL && cudart != NULL) {
        packages_version_members(p, s->arena, stack);
        version = cudart->version;
        source = cudart->source;
    }
    stack_add_version(stack, s->arena, "cuda", version, source);
    version = stack_version(stack, "cuda");
    if (version == NULL)
        version = text_starts(folder, "cuda-") ? folder + strlen("cuda-") : folder;
    stack->name = text_make(s->arena, "toolkit-%s", release_of(s->arena, version));
}

static void add_toolkit(struct search *s, const char *prefix, const char *lib, const char *include, const char *found_by)
{
    struct stack *stack = ARENA_PUSH(s->arena, s->found.items, s->found.n);
    struct packages packages = { NULL, 0 };

    *stack = (struct stack){ .kind = STACK_TOOLKIT, .prefix = prefix, .lib_dir = lib, .found_by = found_by };
    add_members(s, stack, lib);
    add_members(s, stack, text_join(s->arena, prefix, "extras/CUPTI/lib64"));     /* where a runfile puts it */
    packages_add_folder(&packages, s, text_join(s->arena, prefix, "dist-info"));
    add_release(s, stack, &packages, include);
    toolkit_read_headers(&packages, s, include);
    packages_version_members(&packages, s->arena, stack);
    toolkit_add_entries(s, stack);
}

bool toolkit_in(struct search *s, const char *dir, const char *found_by)
{
    const char *prefix = root_resolve(s->root, s->arena, dir), *lib;

    if (prefix == NULL)
        return false;
    lib = lib_dir_of(s, prefix);
    if (lib == NULL)
        return false;
    if (!stack_is_known(s, lib))
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

/* ".../cuda-12.4/targets/x86_64-linux/lib" and ".../lib64" lie in ".../cuda-12.4";
 * Debian's and Ubuntu's own packages put the libraries among all others in /usr. */
static const char *prefix_of_lib(struct search *s, const char *lib)
{
    const char *above = text_dir_name(s->arena, lib), *targets = text_dir_name(s->arena, above);

    if (text_starts(lib, "/usr/lib"))
        return "/usr";
    return text_is(text_base_name(targets), "targets") ? text_dir_name(s->arena, targets) : above;
}

static void find_in_cache(struct search *s)
{
    const char **paths;
    size_t n = loader_cache_list(s->root, s->arena, "libcudart.so.", s->machine->arch, &paths);

    for (size_t i = 0; i < n; i++) {
        const char *real = root_resolve(s->root, s->arena, paths[i]);
        const char *lib = real != NULL ? text_dir_name(s->arena, real) : NULL, *prefix;

        if (lib == NULL || stack_is_known(s, lib) || stack_has_any(s, real))
            continue;
        prefix = prefix_of_lib(s, lib);
        add_toolkit(s, prefix, lib, text_join(s->arena, prefix, "include"), "ld.so.cache");
    }
}

void toolkits_find(struct search *s)
{
    find_by_environment(s);
    find_by_nvcc(s);
    find_in_folder(s, "/usr/local");
    find_in_folder(s, "/opt");
    find_in_cache(s);
    toolkits_adopt(s);
}
