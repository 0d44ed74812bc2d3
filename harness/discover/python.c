/* Python environments, by their files: no interpreter is run. */
#include "discover/python.h"

#include <string.h>

#include "base/text.h"

struct paths { const char **items; size_t n; };

static void add_path(struct search *s, struct paths *p, const char *dir)
{
    const char *real = root_resolve(s->root, s->arena, dir);

    if (real == NULL || !root_is_folder(s->root, real))
        return;
    for (size_t i = 0; i < p->n; i++)
        if (text_is(p->items[i], real))
            return;
    *ARENA_PUSH(s->arena, p->items, p->n) = real;
}

/* A .pth file adds the folders it names, one a line; lines of code are passed over. */
static void add_pth_files(struct search *s, struct paths *p, const char *site)
{
    char **names;
    size_t n = root_list(s->root, s->arena, site, &names);

    for (size_t i = 0; i < n; i++) {
        const char *text = text_ends(names[i], ".pth") ? root_read(s->root, s->arena, text_join(s->arena, site, names[i]), NULL) : NULL;
        const char *line;
        size_t length;

        while (text_next_line(&text, &line, &length)) {
            char *dir = arena_copy(s->arena, line, length);

            dir[strcspn(dir, "\r")] = '\0';
            if (*dir == '\0' || *dir == '#' || text_starts(dir, "import ") || text_starts(dir, "import\t"))
                continue;
            add_path(s, p, *dir == '/' ? dir : text_join(s->arena, site, dir));
        }
    }
}

/* lib/python3.X/{site,dist}-packages and their kin below a prefix. */
static void add_sites(struct search *s, struct paths *p, const char *prefix, const char **version)
{
    static const char *const libs[] = { "lib", "lib64", "local/lib", "local/lib64" };

    for (size_t i = 0; i < COUNT_OF(libs); i++) {
        const char *lib = text_join(s->arena, prefix, libs[i]);
        char **names;
        size_t n = root_list(s->root, s->arena, lib, &names);

        for (size_t k = n; k-- > 0;) {
            const char *dir = text_join(s->arena, lib, names[k]);
            size_t before = p->n;

            if (!text_starts(names[k], "python3"))
                continue;
            add_path(s, p, text_join(s->arena, dir, "site-packages"));
            add_path(s, p, text_join(s->arena, dir, "dist-packages"));
            if (*version == NULL && p->n > before && names[k][7] == '.')
                *version = arena_text(s->arena, names[k] + 6);
        }
    }
}

static void add_python_path(struct search *s, struct paths *p)
{
    const char *at = environment_get(s->env, "PYTHONPATH");

    while (at != NULL && *at != '\0') {
        size_t n = strcspn(at, ":");

        if (n > 0 && *at == '/')
            add_path(s, p, arena_copy(s->arena, at, n));
        at += n + (at[n] == ':');
    }
}

static const char *user_site(struct search *s, const char *version)
{
    const char *home = environment_get(s->env, "HOME");

    if (home == NULL || version == NULL || environment_get(s->env, "PYTHONNOUSERSITE") != NULL)
        return NULL;
    return text_make(s->arena, "%s/.local/lib/python%s/site-packages", home, version);
}

/* Of a virtual environment, whether it sees the system's packages. */
static bool sees_system(struct search *s, const char *prefix)
{
    const char *cfg = root_read(s->root, s->arena, text_join(s->arena, prefix, "pyvenv.cfg"), NULL);
    const char *line = cfg != NULL ? strstr(cfg, "include-system-site-packages") : NULL;
    size_t n = line != NULL ? strcspn(line, "\n") : 0;

    return n > 0 && text_has(arena_copy(s->arena, line, n), "true");
}

static const char *base_prefix(struct search *s, const char *prefix)
{
    const char *cfg = root_read(s->root, s->arena, text_join(s->arena, prefix, "pyvenv.cfg"), NULL), *line;
    size_t n;

    while (text_next_line(&cfg, &line, &n)) {
        char *copy = arena_copy(s->arena, line, n), *value = strchr(copy, '=');

        if (!text_starts(copy, "home") || value == NULL)
            continue;
        value += 1 + strspn(value + 1, " ");
        return text_dir_name(s->arena, value);          /* home is the base's bin */
    }
    return NULL;
}

static const char *interpreter_of(struct search *s, const char *prefix)
{
    static const char *const names[] = { "bin/python3", "bin/python" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *path = text_join(s->arena, prefix, names[i]);

        if (root_exists(s->root, path))
            return path;
    }
    return NULL;
}

static void read_prefix(struct search *s, struct python *py, const char *prefix)
{
    struct paths p = { NULL, 0 };

    *py = (struct python){ .prefix = prefix, .interpreter = interpreter_of(s, prefix) };
    py->is_venv = root_exists(s->root, text_join(s->arena, prefix, "pyvenv.cfg"));
    py->is_conda = root_is_folder(s->root, text_join(s->arena, prefix, "conda-meta"));
    add_python_path(s, &p);
    if (py->is_venv) {
        add_sites(s, &p, prefix, &py->version);
    } else {
        struct paths own = { NULL, 0 };

        add_sites(s, &own, prefix, &py->version);
        if (user_site(s, py->version) != NULL)
            add_path(s, &p, user_site(s, py->version));
        for (size_t i = 0; i < own.n; i++)
            add_path(s, &p, own.items[i]);
    }
    if (py->is_venv && sees_system(s, prefix) && base_prefix(s, prefix) != NULL) {
        if (user_site(s, py->version) != NULL)
            add_path(s, &p, user_site(s, py->version));
        add_sites(s, &p, base_prefix(s, prefix), &py->version);
    }
    for (size_t i = 0, n = p.n; i < n; i++)
        add_pth_files(s, &p, p.items[i]);
    py->path = p.items;
    py->n_path = p.n;
}

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

/* What torch's own METADATA pins: "Requires-Dist: nvidia-cudnn-cu12 (==9.1.0.70) ; ..." */
static void add_requirements(struct search *s, struct stack *stack, const struct packages *p)
{
    const struct package *torch = packages_of_distribution(p, "torch");
    const char *path = torch != NULL ? text_join(s->arena, torch->source, "METADATA") : NULL;
    const char *text = path != NULL ? root_read(s->root, s->arena, path, NULL) : NULL, *line;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        char *copy = arena_copy(s->arena, line, n), *equals = strstr(copy, "==");

        if (!text_starts(copy, "Requires-Dist: nvidia-") || equals == NULL)
            continue;
        stack_add_version(stack, s->arena,
                          text_make(s->arena, "requires:%.*s", (int)strcspn(copy + 15, " (=;<>!"), copy + 15),
                          arena_copy(s->arena, equals + 2, strspn(equals + 2, "0123456789.")), path);
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
    add_requirements(s, stack, p);
}

static bool is_known(const struct search *s, const char *lib_dir)
{
    for (size_t i = 0; i < s->found.n; i++)
        if (text_is(s->found.items[i].lib_dir, lib_dir))
            return true;
    return false;
}

static void add_stack(struct search *s, const struct python *py, const char *site, const char *found_by)
{
    const char *torch_dir = text_join(s->arena, site, "torch"), *lib = text_join(s->arena, torch_dir, "lib");
    struct packages packages = { NULL, 0 };
    struct stack *stack;

    if (is_known(s, lib))
        return;
    stack = ARENA_PUSH(s->arena, s->found.items, s->found.n);
    *stack = (struct stack){ .name = name_of(s, py, site), .kind = STACK_PYTHON, .lib_dir = lib, .python = py->interpreter,
                             .prefix = py->prefix != NULL ? py->prefix : site, .found_by = found_by };
    torch_versions(s, stack, text_join(s->arena, torch_dir, "version.py"));
    members_add_folder(s, stack, lib);
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
    packages_version_members(&packages, stack);
    torch_entries(s, stack, py, torch_dir);
    if (stack_member(stack, "torch_hip") != NULL)
        stack->unusable = "a ROCm build of PyTorch: it cannot use an NVIDIA GPU";
    else if (stack_member(stack, "torch_cuda") == NULL)
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

/* The prefix of ".../lib/python3.11/site-packages", NULL for any other folder. */
static const char *prefix_of_site(struct search *s, const char *site)
{
    const char *python = text_dir_name(s->arena, site), *lib = text_dir_name(s->arena, python);

    if (!text_ends(site, "-packages") || !text_starts(text_base_name(python), "python3"))
        return NULL;
    return text_dir_name(s->arena, lib);
}

bool python_in(struct search *s, const char *dir, const char *found_by)
{
    struct python py;
    const char *prefix;

    if (text_starts(text_base_name(dir), "python") && !root_is_folder(s->root, dir))
        dir = text_dir_name(s->arena, text_dir_name(s->arena, dir));
    if (text_is(text_base_name(dir), "torch") && root_exists(s->root, text_join(s->arena, dir, "version.py")))
        dir = text_dir_name(s->arena, dir);
    if (!root_is_folder(s->root, dir))
        return false;
    read_prefix(s, &py, root_resolve(s->root, s->arena, dir));
    if (add_environment(s, &py, found_by))
        return true;
    if (!has_torch(s, dir))
        return false;
    dir = root_resolve(s->root, s->arena, dir);
    prefix = prefix_of_site(s, dir);
    if (prefix != NULL) {
        read_prefix(s, &py, prefix);
        if (add_environment(s, &py, found_by))
            return true;
    }
    py = (struct python){ .path = &dir, .n_path = 1 };
    return add_environment(s, &py, found_by);
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

static void find_user_sites(struct search *s)
{
    const char *home = environment_get(s->env, "HOME");
    const char *lib = home != NULL && *home == '/' ? text_join(s->arena, home, ".local/lib") : NULL;
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
