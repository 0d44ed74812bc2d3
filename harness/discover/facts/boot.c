/* What may be loaded into the running kernel: NVIDIA's modules on disk, who builds them, and what keeps them out. */
#include "discover/facts/facts.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { DEEPEST = 3 };

static const char modules[] = "/lib/modules";

/* ---- Modules on disk ---- */

/* nvidia.ko, and as distributions rename it: nvidia-current.ko.xz, nvidia_367.ko. The others come with it. */
static bool is_module(const char *name)
{
    static const char *const others[] = { "uvm", "drm", "modeset", "peermem" };
    const char *end = strstr(name, ".ko"), *rest = name + 6;

    if (!text_starts(name, "nvidia") || end == NULL || (end[3] != '\0' && end[3] != '.'))
        return false;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if ((size_t)(end - name) > strlen(others[i]) && strncmp(end - strlen(others[i]), others[i], strlen(others[i])) == 0)
            return false;
    return rest == end || ((*rest == '-' || *rest == '_')
        && (text_starts(rest + 1, "current") || text_starts(rest + 1, "tesla") || text_starts(rest + 1, "legacy") || (rest[1] >= '0' && rest[1] <= '9')));
}

static const char *find_below(const struct fact_reader *r, const char *dir, int deep)
{
    const char *found = NULL;
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);

    for (size_t i = 0; i < n && found == NULL; i++) {
        const char *path = text_join(r->arena, dir, names[i]);

        if (is_module(names[i]))
            found = path;
        else if (deep > 0 && !text_has(names[i], ".ko") && root_is_folder(r->root, path))
            found = find_below(r, path, deep - 1);
    }
    return found;
}

/* Where packages and installers put it: whole kernels are not searched, they hold thousands of folders. */
static const char *module_of(const struct fact_reader *r, const char *kernel)
{
    static const char *const built[] = { "updates", "extra", "weak-updates", "extramodules", "misc", "kernel/drivers/video", "kernel/drivers/char/drm", "video" };
    const char *dir = text_join(r->arena, modules, kernel), *found = NULL;
    char **names;
    size_t n;

    for (size_t i = 0; i < COUNT_OF(built) && found == NULL; i++)
        found = find_below(r, text_join(r->arena, dir, built[i]), text_starts(built[i], "kernel/") ? 0 : DEEPEST);
    dir = text_join(r->arena, dir, "kernel");
    n = found == NULL ? root_list(r->root, r->arena, dir, &names) : 0;
    for (size_t i = 0; i < n && found == NULL; i++)
        if (text_starts(names[i], "nvidia"))            /* Ubuntu's own: kernel/nvidia-580-open */
            found = find_below(r, text_join(r->arena, dir, names[i]), 1);
    return found;
}

/* What scripts/sign-file of the kernel writes at the end. A compressed one does not show it. */
static const char *is_signed(const struct fact_reader *r, const char *path)
{
    static const char mark[] = "~Module signature appended~\n";
    char end[sizeof mark - 1];
    struct stat st;
    int fd = text_ends(path, ".ko") && !fact_is_name_alone(r, path) ? root_fd(r->root, path) : -1;
    bool known, found;

    if (fd < 0)
        return NULL;
    known = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
    found = known && st.st_size >= (off_t)sizeof end && pread(fd, end, sizeof end, st.st_size - (off_t)sizeof end) == (ssize_t)sizeof end
         && memcmp(end, mark, sizeof end) == 0;
    close(fd);
    return !known ? NULL : found ? "yes" : "no";
}

static void read_modules(struct fact_reader *r)
{
    const char *kernel = r->m->kernel, *file;
    struct text others = { .arena = r->arena };
    char **names;
    size_t n = root_list(r->root, r->arena, modules, &names);

    if (n == 0 || kernel == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        if (!text_is(names[i], kernel) && module_of(r, names[i]) != NULL)
            text_add(&others, "%s%s", others.n > 0 ? " " : "", names[i]);
    file = module_of(r, kernel);
    fact_add(r, "module.file", file, file);
    if (file != NULL)
        fact_add(r, "module.file.signed", is_signed(r, file), file);
    fact_add(r, "module.file.other_kernels", others.s, modules);
    fact_add(r, "kernel.modules", root_is_folder(r->root, text_join(r->arena, modules, kernel)) ? "yes" : "no", text_join(r->arena, modules, kernel));
    fact_add(r, "kernel.headers", root_exists(r->root, text_make(r->arena, "%s/%s/build", modules, kernel)) ? "yes" : "no",
             text_make(r->arena, "%s/%s/build", modules, kernel));
}

/* ---- Who builds them ---- */

/* /var/lib/dkms/nvidia/580.65.06/6.8.0-45-generic/x86_64, and .../build where a build was broken off. */
static void read_dkms_version(struct fact_reader *r, const char *dir, struct text *versions, struct text *kernels)
{
    const char *log = text_join(r->arena, dir, "build/make.log");
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);

    text_add(versions, "%s%s", versions->n > 0 ? " " : "", text_base_name(dir));
    for (size_t i = 0; i < n; i++)
        if (names[i][0] >= '0' && names[i][0] <= '9')
            text_add(kernels, "%s%s/%s", kernels->n > 0 ? " " : "", text_base_name(dir), names[i]);
    if (root_exists(r->root, log))
        fact_add(r, "dkms.failed", text_base_name(dir), log);
}

static void read_dkms(struct fact_reader *r)
{
    static const char dkms[] = "/var/lib/dkms";
    struct text versions = { .arena = r->arena }, kernels = { .arena = r->arena };
    const char *source = NULL;
    char **names, **below;
    size_t n = root_list(r->root, r->arena, dkms, &names), n_below;

    for (size_t i = 0; i < n; i++) {
        const char *dir = text_join(r->arena, dkms, names[i]);

        if (!text_starts(names[i], "nvidia"))
            continue;
        n_below = root_list(r->root, r->arena, dir, &below);
        for (size_t k = 0; k < n_below; k++)
            if (text_version_length(below[k]) > 3) {
                source = dir;
                read_dkms_version(r, text_join(r->arena, dir, below[k]), &versions, &kernels);
            }
    }
    fact_add(r, "dkms.versions", versions.s, source);
    fact_add(r, "dkms.built", kernels.s, source);
}

/* ---- What keeps them out ---- */

static void read_secure_boot(struct fact_reader *r)
{
    static const char variable[] = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    static const char *const keys[] = { "/var/lib/shim-signed/mok/MOK.der", "/var/lib/dkms/mok.pub", "/etc/pki/akmods/certs/public_key.der" };
    const char *lockdown = fact_line(r, "/sys/kernel/security/lockdown"), *bytes;
    size_t n;

    bytes = root_read(r->root, r->arena, variable, &n);
    if (bytes != NULL && n == 5)                /* four bytes of attributes come first */
        fact_add(r, "boot.secure", bytes[4] == 1 ? "on" : "off", variable);
    if (lockdown != NULL && (text_has(lockdown, "[integrity]") || text_has(lockdown, "[confidentiality]")))
        fact_add(r, "boot.lockdown", text_has(lockdown, "[integrity]") ? "integrity" : "confidentiality", "/sys/kernel/security/lockdown");
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (root_exists(r->root, keys[i])) {
            fact_add(r, "boot.key", keys[i], keys[i]);
            return;
        }
}

/* The words of a line, each behind one blank and the last before one: " blacklist nvidia ". */
static const char *words_of(struct arena *a, const char *line, size_t n)
{
    struct text t = { .arena = a };

    text_put(&t, " ", 1);
    for (size_t i = 0; i < n && line[i] != '#'; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            text_put(&t, &line[i], 1);
        else if (t.s[t.n - 1] != ' ')
            text_put(&t, " ", 1);
    if (t.s[t.n - 1] != ' ')
        text_put(&t, " ", 1);
    return t.s;
}

/* "install" runs another command in its place, and "off" is a module that does not exist. */
static bool keeps_out(const char *words, struct arena *a, const char *module)
{
    return text_is(words, text_make(a, " blacklist %s ", module)) || text_is(words, text_make(a, " alias %s off ", module))
        || (text_starts(words, text_make(a, " install %s ", module)) && (text_has(words, "/false ") || text_has(words, "/true ")));
}

static void read_blacklist(struct fact_reader *r, const char *path)
{
    static const char *const names[] = { "nvidia", "nouveau" };
    const char *text = root_read(r->root, r->arena, path, NULL), *line;
    size_t n;

    while (text_next_line(&text, &line, &n))
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            char *words = text_make(r->arena, "%s", words_of(r->arena, line, n));

            if (!keeps_out(words, r->arena, names[i]))
                continue;
            words[strlen(words) - 1] = '\0';
            fact_add(r, text_make(r->arena, "%s.blacklisted", names[i]), words + 1, path);
        }
}

static void read_blacklists(struct fact_reader *r)
{
    static const char *const dirs[] = { "/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d" };
    char **names;

    for (size_t i = 0; i < COUNT_OF(dirs); i++) {
        size_t n = root_list(r->root, r->arena, dirs[i], &names);

        if (i == 3 && text_is(root_resolve(r->root, r->arena, dirs[i]), dirs[2]))
            return;
        for (size_t k = 0; k < n; k++)
            if (text_ends(names[k], ".conf"))
                read_blacklist(r, text_join(r->arena, dirs[i], names[k]));
    }
}

/* The kernel's options that decide on modules and on addresses of the bus; the others are nobody's business. */
static void read_options(struct fact_reader *r)
{
    static const char *const kept[] = { "iommu", "nvidia", "nouveau", "module", "lockdown", "pci=", "pcie", "nomodeset" };
    const char *line = fact_line(r, "/proc/cmdline");
    struct text all = { .arena = r->arena };
    char *word, *rest;

    for (word = line != NULL ? strtok_r(arena_text(r->arena, line), " \t\n", &rest) : NULL; word != NULL; word = strtok_r(NULL, " \t\n", &rest))
        for (size_t i = 0; i < COUNT_OF(kept); i++)
            if (text_has(word, kept[i])) {
                text_add(&all, "%s%s", all.n > 0 ? " " : "", word);
                break;
            }
    fact_add(r, "boot.options", all.s, "/proc/cmdline");
}

/* The firmware that the loaded module's own version brings. */
static void read_firmware(struct fact_reader *r)
{
    const char *version = r->m->module_version, *dir = version != NULL ? text_join(r->arena, "/lib/firmware/nvidia", version) : NULL;
    bool found = false;
    char **names;
    size_t n;

    if (dir == NULL || !root_is_folder(r->root, "/lib/firmware"))
        return;
    n = root_list(r->root, r->arena, dir, &names);
    for (size_t i = 0; i < n; i++)
        found |= text_starts(names[i], "gsp_") && text_has(names[i], ".bin");
    fact_add(r, "firmware.gsp", found ? "yes" : "no", dir);
}

/* In a container these are the image's, and mean nothing. */
void facts_of_boot(struct fact_reader *r)
{
    if (r->m->place != PLACE_HOST)
        return;
    read_modules(r);
    read_dkms(r);
    read_secure_boot(r);
    read_blacklists(r);
    read_options(r);
    read_firmware(r);
}
