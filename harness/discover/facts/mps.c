/* MPS, the service by which processes share a GPU: its folder of pipes, its processes, and for whom they run. */
#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"

/* "1000" of "Uid:	1000	1000	1000	1000". */
static const char *user_of(const struct fact_reader *r, const char *status)
{
    const char *ids = fact_proc_value(r, status, "Uid");

    return ids != NULL ? arena_copy(r->arena, ids, strspn(ids, "0123456789")) : NULL;
}

static bool is_number(const char *s)
{
    return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

/* The kernel keeps 15 bytes of a process's name: "nvidia-cuda-mps-control" and "-server" are both "nvidia-cuda-mps". */
static void tell_process(struct fact_reader *r, const char *pid)
{
    const char *dir = text_join(r->arena, "/proc", pid), *line = root_read(r->root, r->arena, text_join(r->arena, dir, "cmdline"), NULL);
    const bool is_server = line != NULL && text_has(line, "mps-server");
    const char *key = is_server ? "mps.server" : "mps.daemon", *program = root_link_name(r->root, r->arena, text_join(r->arena, dir, "exe"));

    fact_add(r, key, pid, text_join(r->arena, dir, "comm"));
    fact_add(r, text_make(r->arena, "%s.user", key), user_of(r, text_join(r->arena, dir, "status")), text_join(r->arena, dir, "status"));
    fact_add(r, text_make(r->arena, "%s.program", key), program, text_join(r->arena, dir, "exe"));
}

static void tell_processes(struct fact_reader *r)
{
    char **entries;
    size_t n = root_list(r->root, r->arena, "/proc", &entries);
    bool any = false, lists = false;

    for (size_t i = 0; i < n; i++) {
        const char *name = is_number(entries[i]) ? fact_line(r, text_make(r->arena, "/proc/%s/comm", entries[i])) : NULL;

        lists |= name != NULL;
        if (name == NULL || !text_starts(name, "nvidia-cuda-mps"))
            continue;
        any = true;
        tell_process(r, entries[i]);
    }
    if (lists && !any)
        fact_add(r, "mps.daemon", "none", "/proc");
}

/* Only where its folder exists: there, CUDA goes through it. Processes are looked through for nothing else. */
void facts_of_mps(struct fact_reader *r)
{
    static const char variable[] = "CUDA_MPS_PIPE_DIRECTORY";
    const char *named = environment_get(r->env, variable), *dir = named != NULL && *named == '/' ? named : "/tmp/nvidia-mps";
    struct stat st;

    if (!root_is_folder(r->root, dir)) {
        fact_add(r, "mps.missing", dir == named ? named : NULL, variable);
        return;
    }
    fact_add(r, "mps.pipe", dir, dir == named ? variable : "CUDA's own default");
    fact_add(r, "mps.control", root_exists(r->root, text_join(r->arena, dir, "control")) ? "present" : "absent", dir);
    if (root_stat(r->root, dir, &st))
        fact_add(r, "mps.owner", text_make(r->arena, "%u", (unsigned)st.st_uid), dir);
    tell_processes(r);
}
