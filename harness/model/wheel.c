#include "model/wheel.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* PEP 600 gives the older names their numbers. */
static const char *glibc_of(struct arena *a, const char *tag)
{
    static const struct { const char *starts, *glibc; } old[] = {
        { "manylinux1_", "2.5" }, { "manylinux2010_", "2.12" }, { "manylinux2014_", "2.17" },
    };
    char *end, *minor_end;
    unsigned long major, minor;

    for (size_t i = 0; i < COUNT_OF(old); i++)
        if (text_starts(tag, old[i].starts))
            return old[i].glibc;
    if (!text_starts(tag, "manylinux_"))
        return NULL;
    major = strtoul(tag + strlen("manylinux_"), &end, 10);
    if (*end != '_')
        return NULL;
    minor = strtoul(end + 1, &minor_end, 10);
    return minor_end > end + 1 && *minor_end == '_' && major < 100 && minor < 1000 ? text_make(a, "%lu.%lu", major, minor) : NULL;
}

const char *wheel_glibc(struct arena *a, const char *platform)
{
    const char *oldest = NULL;

    while (platform != NULL && *platform != '\0') {
        size_t n = strcspn(platform, ".");
        const char *glibc = glibc_of(a, arena_copy(a, platform, n));

        if (glibc != NULL && (oldest == NULL || text_compare_versions(glibc, oldest) < 0))
            oldest = glibc;
        platform += n + (platform[n] == '.');
    }
    return oldest;
}

/* NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl: neither part has a '-' inside. */
bool wheel_tags(struct wheel *w, struct arena *a, const char *file_name)
{
    char *name = arena_text(a, file_name), *parts[6];
    size_t n = 0;

    if (!text_ends(name, ".whl"))
        return false;
    name[strlen(name) - strlen(".whl")] = '\0';
    for (char *part = name; part != NULL && n < COUNT_OF(parts);) {
        char *dash = strchr(part, '-');

        if (dash != NULL)
            *dash++ = '\0';
        parts[n++] = part;
        part = dash;
    }
    if (n < 5)
        return false;
    w->python = parts[n - 3];
    w->abi = parts[n - 2];
    w->platform = parts[n - 1];
    return true;
}

const char *wheel_arch(const char *platform)
{
    static const char *const known[] = { "x86_64", "aarch64" };

    for (size_t i = 0; platform != NULL && i < COUNT_OF(known); i++)
        if (text_ends(platform, known[i]))
            return known[i];
    return NULL;
}
