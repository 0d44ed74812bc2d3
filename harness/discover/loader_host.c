#include "discover/loader_host.h"

#include <string.h>

#include "base/text.h"

/* What each level asks for beyond the one before, in the words of /proc/cpuinfo
 * (x86-64 psABI: pni is SSE3, abm is LZCNT). */
static const struct { const char *name, *flags; } levels[] = {
    { "x86-64-v2", "cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2" },
    { "x86-64-v3", "avx avx2 bmi1 bmi2 f16c fma abm movbe" },
    { "x86-64-v4", "avx512f avx512bw avx512cd avx512dq avx512vl" },
};

static const char *usual_interpreter(const char *arch)
{
    return text_is(arch, "x86_64")  ? "/lib64/ld-linux-x86-64.so.2"
         : text_is(arch, "aarch64") ? "/lib/ld-linux-aarch64.so.1"
         : text_is(arch, "ppc64le") ? "/lib64/ld64.so.2"
         : text_is(arch, "i386")    ? "/lib/ld-linux.so.2" : NULL;
}

static bool has_word(const char *words, const char *word, size_t n)
{
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\n' || at[n] == '\0'))
            return true;
    return false;
}

static bool has_all(struct arena *a, const char *words, const char *wanted)
{
    for (const char *at = wanted; *at != '\0';) {
        size_t n = strcspn(at, " ");

        if (!has_word(words, arena_copy(a, at, n), n))
            return false;
        at += n + strspn(at + n, " ");
    }
    return true;
}

/* The first processor's line of that name, without the name; NULL if there is none. */
static const char *cpu_line(struct arena *a, const char *cpuinfo, const char *name)
{
    const char *line;
    size_t n;

    while (cpuinfo != NULL && text_next_line(&cpuinfo, &line, &n))
        if (text_starts(line, name)) {
            const char *colon = memchr(line, ':', n);

            return colon != NULL ? arena_copy(a, colon, n - (size_t)(colon - line)) : NULL;
        }
    return NULL;
}

static void read_processor(struct loader_host *h, struct arena *a, const struct root *root)
{
    const char *cpuinfo = text_is(h->arch, "x86_64") ? root_read(root, a, "/proc/cpuinfo", NULL) : NULL;
    const char *flags = cpu_line(a, cpuinfo, "flags"), *vendor = cpu_line(a, cpuinfo, "vendor_id");
    size_t reached = 0;

    h->platform = h->arch;
    if (flags == NULL)
        return;
    while (reached < COUNT_OF(levels) && has_all(a, flags, levels[reached].flags))
        reached++;
    for (size_t i = reached; i > 0; i--)
        h->levels[h->n_levels++] = levels[i - 1].name;
    /* glibc renames Intel's processors since Haswell, and no others. */
    if (vendor != NULL && text_has(vendor, "GenuineIntel") && has_all(a, flags, "avx2 bmi1 bmi2 abm movbe popcnt fma"))
        h->platform = "haswell";
}

static bool is_folder_name(const char *s)
{
    size_t n = strlen(s);

    for (size_t i = 0; i < n; i++)
        if (s[i] <= ' ' || s[i] > '~')
            return false;
    return n > 4 && n < 256 && s[0] == '/' && s[n - 1] == '/';
}

/* They stand in the loader's constants one behind the other, each with a '/' at
 * both ends: "/lib64/", "/usr/lib64/". The first such row with a lib in it is them. */
static void read_folders(struct loader_host *h, struct arena *a, const char *bytes, size_t n)
{
    const char **folders = NULL;
    size_t found = 0;
    bool lib = false;

    for (size_t at = 0; at < n; at += strlen(bytes + at) + 1) {
        const char *s = bytes + at;

        if (!is_folder_name(s)) {
            if (lib)
                break;
            found = 0;
            continue;
        }
        lib = lib || text_starts(s, "/lib") || text_starts(s, "/usr/lib");
        *ARENA_PUSH(a, folders, found) = arena_copy(a, s, strlen(s) - 1);
    }
    if (lib) {
        h->folders = folders;
        h->n_folders = found;
    }
}

static void guess_folders(struct loader_host *h, struct arena *a, const struct root *root)
{
    const char *debian = text_make(a, "/usr/lib/%s-linux-gnu", h->arch), **folders = NULL;

    if (root_is_folder(root, debian)) {
        *ARENA_PUSH(a, folders, h->n_folders) = text_make(a, "/lib/%s-linux-gnu", h->arch);
        *ARENA_PUSH(a, folders, h->n_folders) = debian;
        *ARENA_PUSH(a, folders, h->n_folders) = "/lib";
        *ARENA_PUSH(a, folders, h->n_folders) = "/usr/lib";
    } else if (!text_is(h->arch, "i386")) {
        *ARENA_PUSH(a, folders, h->n_folders) = "/lib64";
        *ARENA_PUSH(a, folders, h->n_folders) = "/usr/lib64";
    } else {
        *ARENA_PUSH(a, folders, h->n_folders) = "/lib";
        *ARENA_PUSH(a, folders, h->n_folders) = "/usr/lib";
    }
    h->folders = folders;
}

void loader_host_read(struct loader_host *h, struct arena *a, const struct root *root, const char *arch, const char *interpreter)
{
    const char *first, *bytes = NULL;
    size_t n = 0;

    *h = (struct loader_host){ .arch = arch, .interpreter = interpreter != NULL ? interpreter : usual_interpreter(arch) };
    if (h->interpreter != NULL)
        bytes = root_read(root, a, h->interpreter, &n);
    if (bytes != NULL)
        read_folders(h, a, bytes, n);
    if (h->n_folders == 0)
        guess_folders(h, a, root);
    read_processor(h, a, root);
    if (bytes != NULL && memmem(bytes, n, "glibc-hwcaps", strlen("glibc-hwcaps")) == NULL)
        h->n_levels = 0;
    first = h->folders[0];
    h->lib = text_starts(first, "/usr/") ? first + strlen("/usr/") : first + 1;
}
