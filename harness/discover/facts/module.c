/* The kernel module: loaded, of which version and kind, and the GPUs that it drives. */
#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"

static bool has_module(const char *modules, const char *name)
{
    const char *line;
    size_t n, length = strlen(name);

    while (text_next_line(&modules, &line, &n))
        if (n > length && strncmp(line, name, length) == 0 && line[length] == ' ')
            return true;
    return false;
}

/* "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build ..." */
static const char *version_in(struct arena *a, const char *text)
{
    for (const char *at = text; *at != '\0' && *at != '\n'; at++) {
        size_t n = strspn(at, "0123456789.");

        if (n >= 5 && memchr(at, '.', n) != NULL && at > text && at[-1] == ' ' && (at[n] == ' ' || at[n] == '\n' || at[n] == '\0'))
            return arena_copy(a, at, n);
        at += n > 0 ? n - 1 : 0;
    }
    return NULL;
}

static void read_loaded(struct fact_reader *r)
{
    static const char proc[] = "/proc/driver/nvidia/version";
    const char *modules = root_read(r->root, r->arena, "/proc/modules", NULL), *text;
    struct machine *m = r->m;

    m->module_loaded = (modules != NULL && has_module(modules, "nvidia")) || root_exists(r->root, proc)
        || root_exists(r->root, "/sys/module/nvidia");
    m->nouveau_loaded = modules != NULL && has_module(modules, "nouveau");
    m->module_version = fact_line(r, "/sys/module/nvidia/version");
    text = root_read(r->root, r->arena, proc, NULL);
    if (m->module_version == NULL && text != NULL)
        m->module_version = version_in(r->arena, text);
    fact_add(r, "module.version", m->module_version, "/sys/module/nvidia/version");
    if (text != NULL)
        fact_add(r, "module.flavor", text_has(text, "Open Kernel Module") ? "open" : "proprietary", proc);
    if (modules != NULL) {
        fact_add(r, "module.loaded", m->module_loaded ? "yes" : "no", "/proc/modules");
        fact_add(r, "module.uvm", has_module(modules, "nvidia_uvm") ? "yes" : "no", "/proc/modules");
        fact_add(r, "nouveau.loaded", m->nouveau_loaded ? "yes" : "no", "/proc/modules");
    }
}

/* Model and UUID of each GPU that the module drives. */
static void read_driven(struct fact_reader *r)
{
    static const char dir[] = "/proc/driver/nvidia/gpus";
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);

    for (size_t i = 0; i < n; i++) {
        const char *path = text_make(r->arena, "%s/%s/information", dir, names[i]);

        fact_add(r, text_make(r->arena, "gpu.%s.model", names[i]), fact_proc_value(r, path, "Model"), path);
        fact_add(r, text_make(r->arena, "gpu.%s.uuid", names[i]), fact_proc_value(r, path, "GPU UUID"), path);
    }
}

void facts_of_module(struct fact_reader *r)
{
    read_loaded(r);
    read_driven(r);
}
