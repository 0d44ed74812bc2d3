#include "discover/wheel_needs.h"

#include <string.h>

#include "base/text.h"
#include "discover/packages.h"

/* "a/b/../c/./d" without its dots; NULL if it leaves the wheel. */
static const char *plain(struct arena *a, const char *path)
{
    char *out = arena_alloc(a, strlen(path) + 2);
    size_t n = 0;

    while (*path != '\0') {
        size_t part = strcspn(path, "/");

        if (part == 2 && memcmp(path, "..", 2) == 0) {
            if (n == 0)
                return NULL;
            while (n > 0 && out[--n] != '/')
                ;
        } else if (part > 0 && !(part == 1 && path[0] == '.')) {
            if (n > 0)
                out[n++] = '/';
            memcpy(out + n, path, part);
            n += part;
        }
        path += part + (path[part] == '/');
    }
    out[n] = '\0';
    return out;
}

static const char *after_origin(const char *entry)
{
    return text_starts(entry, "$ORIGIN") ? entry + 7 : text_starts(entry, "${ORIGIN}") ? entry + 9 : NULL;
}

static bool by_path(struct wheel_need *need, struct arena *a, const struct inspected *one, const struct zip *z)
{
    const char *list = one->elf->runpath != NULL ? one->elf->runpath : one->elf->rpath;
    const char *slash = strrchr(one->path, '/'), *dir = slash != NULL ? arena_copy(a, one->path, (size_t)(slash - one->path)) : "";

    while (list != NULL && *list != '\0') {
        size_t n = strcspn(list, ":");
        const char *entry = arena_copy(a, list, n), *rest = after_origin(entry);
        const char *member = rest != NULL ? plain(a, text_make(a, "%s%s/%s", dir, rest, need->name)) : NULL;

        if (member != NULL && zip_find(z, member) != NULL) {
            need->path = member;
            need->by = one->elf->runpath != NULL ? "runpath" : "rpath";
            need->why = text_make(a, "its %s: %s", one->elf->runpath != NULL ? "RUNPATH" : "RPATH", entry);
            return true;
        }
        list += n + (list[n] == ':');
    }
    return false;
}

static bool elsewhere(struct wheel_need *need, const struct zip *z)
{
    for (size_t i = 0; i < z->n; i++)
        if (text_is(text_base_name(z->members[i].name), need->name)) {
            need->path = z->members[i].name;
            need->by = "wheel";
            need->why = "in this wheel, where no path of its own leads: something has to load it first";
            return true;
        }
    return false;
}

/* cuda-toolkit is a package without files: each of its extras stands for one of NVIDIA's packages, by a name that is mostly its own. */
static const char *distribution_of_extra(struct arena *a, const char *extra, size_t n)
{
    static const struct { const char *extra, *distribution; } others[] = {
        { "cudart", "nvidia-cuda-runtime" }, { "nvrtc", "nvidia-cuda-nvrtc" }, { "cupti", "nvidia-cuda-cupti" },
    };

    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (strlen(others[i].extra) == n && strncmp(extra, others[i].extra, n) == 0)
            return others[i].distribution;
    return text_make(a, "nvidia-%.*s", (int)n, extra);
}

static bool extras_bring(struct arena *a, const char *extras, const char *family)
{
    for (const char *at = extras; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, ", ");

        if (n > 0 && distribution_brings(a, distribution_of_extra(a, at, n), family))
            return true;
        at += n + strspn(at + n, ", ");
    }
    return false;
}

static bool pin_brings(struct arena *a, const struct pin *pin, const char *family)
{
    return text_is(pin->distribution, "cuda-toolkit") ? extras_bring(a, pin->extras, family) : distribution_brings(a, pin->distribution, family);
}

static bool by_package(struct wheel_need *need, struct arena *a, const struct wheel *w)
{
    const char *family = library_family(a, need->name);

    for (size_t i = 0; i < w->n_pins && family != NULL; i++)
        if (pin_brings(a, &w->pins[i], family)) {
            need->by = "package";
            need->why = text_make(a, "not in this wheel: %s %s brings it", w->pins[i].distribution, w->pins[i].version);
            return true;
        }
    return false;
}

/* What PEP 513 lets every wheel count on, and the loader itself. */
static bool is_systems(const char *name)
{
    static const char *const starts[] = { "libc.so.", "libm.so.", "libdl.so.", "librt.so.", "libpthread.so.", "libutil.so.", "libresolv.so.",
                                          "libnsl.so.", "libgcc_s.so.", "libstdc++.so.", "ld-linux" };

    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (text_starts(name, starts[i]))
            return true;
    return false;
}

static void resolve(struct wheel_need *need, struct arena *a, const struct inspected *one, const struct wheel *w, const struct zip *z)
{
    if (by_path(need, a, one, z) || elsewhere(need, z) || by_package(need, a, w))
        return;
    need->by = is_systems(need->name) ? "system" : "unknown";
    need->why = is_systems(need->name) ? "every system has it"
        : text_starts(need->name, "libcuda.so.") || text_starts(need->name, "libnvidia-") ? "not in this wheel: NVIDIA's driver brings it"
        : "not in this wheel, and none of the packages that it fixes is known to bring it";
}

void wheel_needs(struct inspected *one, struct arena *a, const struct wheel *w, const struct zip *z)
{
    struct wheel_need *needs = NULL;

    for (size_t i = 0; i < one->elf->n_needed; i++) {
        struct wheel_need *need = ARENA_PUSH(a, needs, one->n_wheel_needs);

        need->name = one->elf->needed[i];
        resolve(need, a, one, w, z);
    }
    one->wheel_needs = needs;
}
