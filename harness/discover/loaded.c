#include "discover/loaded.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"

/* What a name that a file needs and a folder on its path cost of the budget,
 * beside a file that is tried. */
enum { NAME_COSTS = 10, FOLDER_COSTS = 8 };

const char *loaded_absolute(const struct loaded *l, const char *path)
{
    while (text_starts(path, "./"))
        path += 2;
    return path[0] == '/' ? path : text_join(l->arena, l->current, path);
}

struct object *loaded_match(const struct loaded *l, const char *name)
{
    for (size_t i = 0; i < l->n_objects; i++) {
        struct object *o = l->objects[i];

        if (text_is(o->path, name) || text_is(o->elf.soname, name))
            return o;
        for (size_t k = 0; k < o->n_names; k++)
            if (text_is(o->names[k], name))
                return o;
    }
    return NULL;
}

static struct object *match_file(const struct loaded *l, const struct loader_file *file)
{
    for (size_t i = 0; i < l->n_objects; i++)
        if (l->objects[i]->path != NULL && l->objects[i]->inode == file->inode && l->objects[i]->device == file->device)
            return l->objects[i];
    return NULL;
}

static void add_name(struct loaded *l, struct object *o, const char *name)
{
    *ARENA_PUSH(l->arena, o->names, o->n_names) = name;
}

struct object *loaded_add(struct loaded *l, struct loader_file *file, const char *path, const char *name, struct object *asker)
{
    struct object *o = arena_alloc(l->arena, sizeof *o);
    struct err ignored;

    *ARENA_PUSH(l->arena, l->objects, l->n_objects) = o;
    o->path = path;
    o->asker = asker;
    o->device = file->device;
    o->inode = file->inode;
    o->preloaded_by = asker != NULL ? asker->preloaded_by : NULL;
    o->preload = asker != NULL ? asker->preload : NULL;
    /* What the loader maps may still be garbage to us: then it needs nothing. */
    if (!elf_read(&o->elf, l->arena, file->fd, &ignored))
        o->elf = (struct elf_facts){ .soname = NULL };
    close(file->fd);
    file->fd = -1;
    o->tokens = (struct path_tokens){ text_dir_name(l->arena, path), l->host.lib, l->host.platform };
    l->budget -= NAME_COSTS * (long)o->elf.n_needed;
    add_name(l, o, name);
    return o;
}

/* Beside a RUNPATH, a file's RPATH does not count. */
static void read_paths(struct loaded *l, struct object *o)
{
    if (o->paths_read)
        return;
    o->paths_read = true;
    if (o->elf.runpath != NULL)
        o->runpath = search_path_of(l->arena, o->elf.runpath, ":", &o->tokens, l->current);
    else if (o->elf.rpath != NULL)
        o->rpath = search_path_of(l->arena, o->elf.rpath, ":", &o->tokens, l->current);
    l->budget -= FOLDER_COSTS * (long)(o->rpath.n + o->runpath.n);
}

/* One search: what it came to, in `loading`. */
struct hunt { struct loaded *loaded; const char *name; struct loading loading; struct loader_file file; };

/* True when the search is over: the file is taken, or the loader stops at it. */
static bool try_file(struct hunt *h, const char *path, enum found_by by)
{
    struct loaded *l = h->loaded;

    l->budget--;
    h->file = loader_file_open(l->root, l->arena, path, &l->kind);
    if (h->file.why != NULL && (h->loading.passed_over == NULL || h->file.takes == LOADER_STOPS))
        h->loading.passed_over = text_make(l->arena, "%s: %s%s", path, h->file.why,
                                           h->file.takes == LOADER_STOPS ? ", where the loader stops" : "");
    if (h->file.takes != LOADER_TAKES_IT)
        return h->file.takes == LOADER_STOPS;
    h->loading.by = by;
    h->loading.path = arena_text(l->arena, path);
    return true;
}

static void look_at_folder(const struct loaded *l, struct search_folder *folder)
{
    if (folder->state != FOLDER_UNSEEN)
        return;
    folder->state = !root_is_folder(l->root, folder->dir) ? FOLDER_MISSING
                  : l->host.n_levels > 0 && root_is_folder(l->root, text_join(l->arena, folder->dir, "glibc-hwcaps")) ? FOLDER_HWCAPS
                  : FOLDER_THERE;
}

static bool try_folder(struct hunt *h, struct search_folder *folder, enum found_by by)
{
    const struct loaded *l = h->loaded;
    const char *slash = text_is(folder->dir, "/") ? "" : "/";
    char path[PATH_MAX];

    look_at_folder(l, folder);
    if (folder->state == FOLDER_MISSING)
        return false;
    for (size_t i = 0; folder->state == FOLDER_HWCAPS && i < l->host.n_levels; i++)
        if (text_format(path, sizeof path, "%s%sglibc-hwcaps/%s/%s", folder->dir, slash, l->host.levels[i], h->name)
            && try_file(h, path, by))
            return true;
    return text_format(path, sizeof path, "%s%s%s", folder->dir, slash, h->name) && try_file(h, path, by);
}

static bool try_path(struct hunt *h, struct search_path *path, enum found_by by, const char *whose)
{
    for (size_t i = 0; i < path->n && h->loaded->budget > 0; i++) {
        h->loaded->budget--;
        if (!try_folder(h, &path->folders[i], by))
            continue;
        h->loading.entry = path->folders[i].entry;
        h->loading.whose = whose;
        return true;
    }
    return false;
}

/* The asker's RPATH, then that of the one for whose sake it was loaded, and on
 * up to the program's. None of them if the asker has a RUNPATH. */
static bool try_rpaths(struct hunt *h, struct object *asker)
{
    if (asker->elf.runpath != NULL)
        return false;
    for (struct object *o = asker; o != NULL; o = o->asker) {
        read_paths(h->loaded, o);
        if (try_path(h, &o->rpath, FOUND_RPATH, o->path))
            return true;
    }
    return false;
}

/* Linked with -z nodefaultlib, a file does without the default folders, and
 * without what the cache has from them. */
static bool try_cache(struct hunt *h, const struct object *asker)
{
    const struct loaded *l = h->loaded;
    const char *path = loader_cache_best(l->cache, h->name, l->host.arch, l->host.levels, l->host.n_levels);

    for (size_t i = 0; path != NULL && asker->elf.no_default_folders && i < l->defaults.n; i++)
        if (text_starts(path, l->defaults.folders[i].dir) && path[strlen(l->defaults.folders[i].dir)] == '/')
            return false;
    return path != NULL && try_file(h, path, FOUND_CACHE);
}

static void hunt_it(struct hunt *h, struct object *asker)
{
    if (strchr(h->name, '/') != NULL) {
        (void)try_file(h, loaded_absolute(h->loaded, h->name), FOUND_PATH);
        return;
    }
    read_paths(h->loaded, asker);
    (void)(try_rpaths(h, asker)
           || try_path(h, &h->loaded->environment, FOUND_LIBRARY_PATH, NULL)
           || try_path(h, &asker->runpath, FOUND_RUNPATH, asker->path)
           || try_cache(h, asker)
           || (!asker->elf.no_default_folders && try_path(h, &h->loaded->defaults, FOUND_DEFAULT, NULL)));
}

struct object *loaded_find(struct loaded *l, const char *name, struct object *asker)
{
    struct hunt h = { .loaded = l, .name = name, .file = { .fd = -1 } };
    struct object *o;

    h.loading = (struct loading){ .name = name, .asked_by = asker->path, .by = FOUND_NOT };
    hunt_it(&h, asker);
    o = h.loading.by != FOUND_NOT ? match_file(l, &h.file) : NULL;
    if (o != NULL) {
        add_name(l, o, name);
        close(h.file.fd);
    } else if (h.loading.by != FOUND_NOT) {
        o = loaded_add(l, &h.file, h.loading.path, name, asker);
    }
    *ARENA_PUSH(l->arena, l->answers, l->n_answers) = (struct answer){ asker, o, h.loading };
    return o;
}
