#include "load/dl.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "base/text.h"
#include "model/stack.h"

_Static_assert(sizeof(void *) == sizeof(void (*)(void)), "dlsym returns functions as data pointers");

bool dl_open(void **handle, const char *file, bool global, struct err *e)
{
    *handle = dlopen(file, RTLD_NOW | (global ? RTLD_GLOBAL : RTLD_LOCAL));
    if (*handle == NULL)
        return err_set(e, ERR_FORMAT, "%s", dlerror());
    return true;
}

/* The map of the file in which an address lies. */
static const struct link_map *home_of(const void *address)
{
    struct link_map *home = NULL;
    Dl_info info;

    return dladdr1(address, &info, (void **)&home, RTLD_DL_LINKMAP) != 0 ? home : NULL;
}

/* LD_PRELOAD and /etc/ld.so.preload put their files right behind the program
 * in the global scope, before what the program itself was linked with. */
static bool is_preloaded(const struct link_map *map)
{
    const struct link_map *at = map;

    while (at->l_prev != NULL)
        at = at->l_prev;
    for (at = at->l_next; at != NULL; at = at->l_next) {
        const char *name = text_base_name(at->l_name);

        if (text_starts(name, "linux-vdso") || text_starts(name, "linux-gate") || *name == '\0')
            continue;
        if (text_starts(name, "libm.so") || text_starts(name, "libc.so") || text_starts(name, "libdl.so"))
            return false;               /* our own libraries begin here */
        if (at == map)
            return true;
    }
    return false;
}

static bool bind_one(struct dl *lib, const struct link_map *own, const struct dl_sym *sym, struct err *e)
{
    void *first = dlsym(RTLD_DEFAULT, sym->name), *address = dlsym(lib->handle, sym->name);
    const struct link_map *home = first != NULL ? home_of(first) : NULL;

    if (home != NULL && home != own && is_preloaded(home)) {
        text_format(lib->hook, sizeof lib->hook, "%s answers %s", home->l_name, sym->name);
        address = first;
    } else if (address != NULL && home_of(address) != own) {
        address = NULL;
    }
    if (address == NULL && sym->need == DL_NEED)
        return err_set(e, ERR_FORMAT, "%s has no %s: it is another version, or not the vendor's", lib->path, sym->name);
    memcpy((char *)lib + sym->at, &address, sizeof address);
    return true;
}

bool dl_bind(struct dl *lib, void *handle, const struct dl_sym *syms, size_t n, struct err *e)
{
    struct link_map *own;

    lib->handle = handle;
    lib->hook[0] = '\0';
    if (dlinfo(handle, RTLD_DI_LINKMAP, &own) != 0)
        return err_set(e, ERR_FORMAT, "%s", dlerror());
    text_format(lib->path, sizeof lib->path, "%s", own->l_name);
    for (size_t i = 0; i < n; i++)
        if (!bind_one(lib, own, &syms[i], e)) {
            lib->handle = NULL;
            return false;
        }
    return true;
}

struct each { void (*call)(const char *path, void *arg); void *arg; };

static int on_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct each *each = arg;

    (void)size;
    if (info->dlpi_name != NULL && text_has(info->dlpi_name, ".so"))
        each->call(info->dlpi_name, each->arg);
    return 0;
}

void dl_each_mapped(void (*call)(const char *path, void *arg), void *arg)
{
    struct each each = { call, arg };

    dl_iterate_phdr(on_object, &each);
}

struct family_search { struct arena arena; const char *family; char *path, *other; };

static void match_family(const char *path, void *arg)
{
    struct family_search *s = arg;

    if (!text_is(library_family(&s->arena, path), s->family))
        return;
    if (s->path[0] == '\0')
        text_format(s->path, 1024, "%s", path);
    else if (s->other[0] == '\0')
        text_format(s->other, 1024, "%s", path);
}

bool dl_find_mapped(const char *family, char path[1024], char other[1024])
{
    struct family_search s = { .family = family, .path = path, .other = other };

    path[0] = other[0] = '\0';
    dl_each_mapped(match_family, &s);
    arena_free(&s.arena);
    return path[0] != '\0';
}

void *dl_handle_of_mapped(const char *path)
{
    return dlopen(path, RTLD_NOW | RTLD_NOLOAD);
}
