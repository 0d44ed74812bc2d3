/* A running process, by /proc alone: nothing is attached to it. */
#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"
#include "model/stack.h"

/* Families of libraries that belong to a driver or a stack. */
static bool is_of_interest(const char *family)
{
    static const char *const starts[] = { "cuda", "nvidia-", "cublas", "cudnn", "cufft", "curand", "cusolver", "cusparse", "nccl", "nvrtc", "nvJitLink", "cupti", "torch", "c10", "vgpu" };

    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (text_starts(family, starts[i]))
            return true;
    return false;
}

static bool is_known(const struct fact_reader *r, const char *key, const char *path)
{
    for (size_t i = 0; i < r->m->n_facts; i++)
        if (text_is(r->facts[i].key, key) && text_is(r->facts[i].value, path))
            return true;
    return false;
}

/* "7f12-7f34 r-xp 00000000 08:01 1234    /usr/lib/libcuda.so.580.65.06 (deleted)": the path is what follows the fifth field. */
static const char *path_of_mapping(struct arena *a, const char *line, size_t n)
{
    size_t at = 0;

    for (int field = 0; field < 5; field++) {
        while (at < n && line[at] != ' ')
            at++;
        while (at < n && line[at] == ' ')
            at++;
    }
    return at < n && line[at] == '/' ? arena_copy(a, line + at, n - at) : NULL;
}

/* "mapped.cudnn_ops" is "/opt/lib/libcudnn_ops.so.9", of several of a family one each; with " (deleted)" as the kernel says it. */
static void read_mapped(struct fact_reader *r)
{
    static const char deleted[] = " (deleted)";
    const char *maps = root_read(r->root, r->arena, "/proc/self/maps", NULL), *line;
    size_t n;

    while (text_next_line(&maps, &line, &n)) {
        const char *path = path_of_mapping(r->arena, line, n), *family, *key;
        const size_t length = path != NULL ? strlen(path) : 0;

        if (path == NULL)
            continue;
        family = library_family(r->arena, text_ends(path, deleted) ? arena_copy(r->arena, path, length - (sizeof deleted - 1)) : path);
        if (family == NULL || !is_of_interest(family))
            continue;
        key = text_make(r->arena, "mapped.%s", family);
        if (!is_known(r, key, path))
            fact_add(r, key, path, text_make(r->arena, "/proc/%s/maps", r->root->process));
    }
}

void facts_of_mapped(struct fact_reader *r)
{
    const char *pid = r->root->process, *status = "/proc/self/status";

    if (pid == NULL)
        return;
    fact_add(r, "process.pid", pid, "--pid");
    fact_add(r, "process.name", fact_proc_value(r, status, "Name"), text_make(r->arena, "/proc/%s/status", pid));
    fact_add(r, "process.state", fact_proc_value(r, status, "State"), text_make(r->arena, "/proc/%s/status", pid));
    fact_add(r, "process.exe", root_link(r->root, r->arena, "/proc/self/exe"), text_make(r->arena, "/proc/%s/exe", pid));
    fact_add(r, "process.cwd", root_link(r->root, r->arena, "/proc/self/cwd"), text_make(r->arena, "/proc/%s/cwd", pid));
    read_mapped(r);
}
