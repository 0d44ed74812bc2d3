/* Which of the driver's libraries the dynamic loader gives a program, and what is preloaded before them. */
#include "discover/facts/facts.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/definitions.h"
#include "discover/driver_files.h"
#include "discover/loader.h"
#include "discover/loader_search.h"

enum { CUDA, CUDA_FOR_LINKING, JIT, NAMES };

static const char *const names[NAMES] = {
    [CUDA] = "libcuda.so.1", [CUDA_FOR_LINKING] = "libcuda.so", [JIT] = "libnvidia-ptxjitcompiler.so.1",
};

/* ---- Which file wins, and why ---- */

/* The file of /etc/ld.so.conf.d, or ld.so.conf itself, that puts a folder into the loader's cache. */
static const char *configured_by(const struct fact_reader *r, const char *dir)
{
    static const char folder[] = "/etc/ld.so.conf.d";
    char **files;
    size_t n = root_list(r->root, r->arena, folder, &files);

    for (size_t i = 0; i <= n; i++) {
        const char *path = i < n ? text_join(r->arena, folder, files[i]) : "/etc/ld.so.conf", *line;
        const char *text = i == n || text_ends(path, ".conf") ? root_read(r->root, r->arena, path, NULL) : NULL;
        size_t length;

        while (text_next_line(&text, &line, &length)) {
            char *entry = arena_copy(r->arena, line, length);

            entry[strcspn(entry, "# \t\r")] = '\0';
            if (text_is(entry, dir) || (*entry == '/' && text_is(root_resolve(r->root, r->arena, entry), root_resolve(r->root, r->arena, dir))))
                return path;
        }
    }
    return NULL;
}

static const char *by(const struct loading *l)
{
    return l->by == FOUND_PRELOAD ? l->whose : l->by == FOUND_LIBRARY_PATH ? "LD_LIBRARY_PATH" : l->by == FOUND_CACHE ? "/etc/ld.so.cache" : "a default folder";
}

static void tell_libcuda(struct fact_reader *r, const struct loading *l)
{
    const char *why = loading_why(r->arena, l), *real, *dir;

    if (l->path == NULL) {
        fact_add(r, "driver.library.refused", l->passed_over, "the search of the dynamic loader");
        return;
    }
    real = root_resolve(r->root, r->arena, l->path);
    dir = text_dir_name(r->arena, l->path);
    fact_add(r, "driver.library", l->path, why);
    fact_add(r, "driver.library.file", real, l->path);
    fact_add(r, "driver.library.version", real != NULL ? driver_file_version(r->arena, real) : NULL, real);
    fact_add(r, "driver.library.by", by(l), why);
    fact_add(r, "driver.library.entry", l->entry, by(l));
    fact_add(r, "driver.library.conf", l->by == FOUND_CACHE ? configured_by(r, dir) : NULL, dir);
    fact_add(r, "driver.library.cached", loader_cache_find(r->root, r->arena, names[CUDA], r->m->arch), "/etc/ld.so.cache");
}

/* The libcuda that belongs to the loaded module: of its version, or where Windows puts it. */
static void tell_own(struct fact_reader *r)
{
    const struct machine *m = r->m;

    for (size_t i = 0; i < m->n_drivers; i++) {
        const struct driver_file *f = &m->drivers[i];

        if (!text_is(f->soname, names[CUDA]) || (m->place == PLACE_WSL ? f->kind != DRIVER_WSL
                                                 : f->kind != DRIVER_INSTALLED || !text_is(f->version, m->module_version)))
            continue;
        fact_add(r, "driver.library.own", f->real, f->path);
        return;
    }
}

static void tell_jit(struct fact_reader *r, const struct loading *l)
{
    const char *real = l->path != NULL ? root_resolve(r->root, r->arena, l->path) : NULL;

    fact_add(r, "driver.jit", l->path, loading_why(r->arena, l));
    fact_add(r, "driver.jit.version", real != NULL ? driver_file_version(r->arena, real) : NULL, real);
}

/* ---- What comes before it ---- */

static bool goes_on_capital(const char *name, const char *prefix)
{
    const char next = text_starts(name, prefix) ? name[strlen(prefix)] : '\0';

    return next >= 'A' && next <= 'Z';
}

/* Who answers these stands between programs and the driver. */
static bool is_of_driver(const char *name)
{
    return text_is(name, "dlsym") || goes_on_capital(name, "cu") || goes_on_capital(name, "nvml");
}

static void look_at_preloaded(struct fact_reader *r, const char *path, const char *whose)
{
    const int fd = *path == '/' ? root_fd(r->root, path) : -1;
    const char *first;
    char start[4];

    if (*path != '/')
        return;                         /* a name alone is looked for, and most often found */
    if (fd < 0 || read(fd, start, sizeof start) != sizeof start || memcmp(start, "\177ELF", sizeof start) != 0) {
        fact_add(r, "preload.unusable", text_make(r->arena, "%s: %s", path, fd < 0 ? "it cannot be opened" : "not an ELF file"), whose);
    } else {
        first = elf_first_export(r->arena, fd, is_of_driver);
        fact_add(r, "preload.hook", first != NULL ? text_make(r->arena, "%s, which defines %s", path, first) : NULL, whose);
    }
    if (fd >= 0)
        close(fd);
}

static void look_at_preloads(struct fact_reader *r, const char *list, const char *whose)
{
    while (list != NULL && *(list += strspn(list, ": \t\n")) != '\0') {
        size_t n = strcspn(list, ": \t\n");

        look_at_preloaded(r, arena_copy(r->arena, list, n), whose);
        list += n;
    }
}

/* NULL: none is. */
static const char *recorded_by_name(const struct fact_reader *r)
{
    const struct machine *m = r->m;

    for (size_t i = 0; i < m->n_drivers; i++)
        if (text_is(m->drivers[i].soname, names[CUDA]) && fact_is_name_alone(r, m->drivers[i].path))
            return m->drivers[i].path;
    return NULL;
}

/* What the loader does with files, where they are files. */
static void tell_answers(struct fact_reader *r)
{
    struct loading answers[NAMES];

    loader_answers(answers, names, NAMES, r->arena, r->root, r->env, r->m->arch);
    tell_libcuda(r, &answers[CUDA]);
    fact_add(r, "driver.library.for_linking", answers[CUDA_FOR_LINKING].path, loading_why(r->arena, &answers[CUDA_FOR_LINKING]));
    tell_jit(r, &answers[JIT]);
}

void facts_of_libraries(struct fact_reader *r)
{
    const char *recorded = recorded_by_name(r);

    fact_add(r, "driver.library.recorded", recorded, recorded);
    if (recorded == NULL)
        tell_answers(r);
    tell_own(r);
    look_at_preloads(r, environment_get(r->env, "LD_PRELOAD"), "LD_PRELOAD");
    look_at_preloads(r, root_read(r->root, r->arena, "/etc/ld.so.preload", NULL), "/etc/ld.so.preload");
}
