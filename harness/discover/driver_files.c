#include "discover/driver_files.h"

#include <string.h>

#include "base/text.h"
#include "discover/loader.h"

static const char *const sonames[] = { "libcuda.so.1", "libnvidia-ml.so.1" };

static const char *const dirs[] = {
    "/usr/lib/wsl/lib", "/usr/local/nvidia/lib64", "/usr/local/nvidia/lib", "/run/opengl-driver/lib",
    "/usr/lib64", "/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib/x86_64-linux-gnu/nvidia/current",
};

struct finder {
    struct machine     *m;
    struct arena       *arena;
    const struct root  *root;
    struct driver_file *list;
};

const char *driver_file_version(struct arena *a, const char *real)
{
    const char *so = strstr(text_base_name(real), ".so.");

    return so != NULL && strchr(so + 4, '.') != NULL ? arena_text(a, so + 4) : NULL;
}

static void add(struct finder *f, const char *soname, const char *path, bool in_cache)
{
    const char *real = root_resolve(f->root, f->arena, path);

    if (real == NULL)
        return;
    for (size_t i = 0; i < f->m->n_drivers; i++)
        if (text_is(f->list[i].real, real) && text_is(f->list[i].soname, soname)) {
            f->list[i].in_cache |= in_cache;
            return;
        }
    *ARENA_PUSH(f->arena, f->list, f->m->n_drivers) = (struct driver_file){
        .soname = soname, .path = path, .real = real, .version = driver_file_version(f->arena, real), .kind = driver_file_kind(path), .in_cache = in_cache };
}

static void add_folder(struct finder *f, const char *dir)
{
    for (size_t i = 0; i < COUNT_OF(sonames); i++)
        add(f, sonames[i], text_join(f->arena, dir, sonames[i]), false);
}

static void add_library_path(struct finder *f, const char *at)
{
    while (at != NULL && *at != '\0') {
        size_t n = strcspn(at, ":");

        if (n > 0 && *at == '/')
            add_folder(f, arena_copy(f->arena, at, n));
        at += n + (at[n] == ':');
    }
}

/* Toolkits bring stubs for linking and packages for forward compatibility. */
static void add_of_toolkits(struct finder *f)
{
    static const char *const inside[] = { "compat", "lib64/stubs", "lib/stubs", "targets/x86_64-linux/lib/stubs", "targets/sbsa-linux/lib/stubs" };
    char **names;
    size_t n = root_list(f->root, f->arena, "/usr/local", &names);

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < COUNT_OF(inside) && text_starts(names[i], "cuda"); k++)
            add_folder(f, text_make(f->arena, "/usr/local/%s/%s", names[i], inside[k]));
}

void driver_files_find(struct machine *m, struct arena *a, const struct root *root, const struct environment *env)
{
    struct finder f = { m, a, root, NULL };

    add_library_path(&f, environment_get(env, "LD_LIBRARY_PATH"));
    for (size_t i = 0; i < COUNT_OF(sonames); i++) {
        const char *cached = loader_cache_find(root, a, sonames[i], m->arch);

        if (cached != NULL)
            add(&f, sonames[i], cached, true);
    }
    for (size_t i = 0; i < COUNT_OF(dirs); i++)
        add_folder(&f, dirs[i]);
    add_of_toolkits(&f);
    m->drivers = f.list;
}
