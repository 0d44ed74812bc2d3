/* The process: who it is, what confines it, and whether the driver can keep what it compiled for it. */
#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"

static const char status[] = "/proc/self/status";

/* The second of "1000 1000 1000 1000": the one that counts for access. */
static const char *effective(struct fact_reader *r, const char *name)
{
    const char *ids = fact_proc_value(r, status, name);

    ids = ids != NULL ? strpbrk(ids, " \t") : NULL;
    return ids != NULL ? arena_copy(r->arena, ids + 1, strcspn(ids + 1, " \t")) : NULL;
}

static void read_identity(struct fact_reader *r)
{
    static const char map[] = "/proc/self/uid_map";
    const char *gid = effective(r, "Gid"), *more = fact_proc_value(r, status, "Groups"), *ids = fact_line(r, map);
    const char *groups = gid != NULL && more != NULL && *more != '\0' ? text_make(r->arena, "%s %s", gid, more) : gid;

    fact_add(r, "process.uid", effective(r, "Uid"), status);
    if (gid != NULL)
        fact_add(r, "process.groups", arena_copy(r->arena, groups, strlen(groups) - text_ends(groups, " ")), status);
    /* All of the ids, each as itself: no namespace of users. */
    if (ids != NULL && strspn(ids, "0123456789 \t") == strlen(ids))
        fact_add(r, "process.userns", text_ends(ids, " 4294967295") && *ids == '0' ? "no" : "yes", map);
    else if (ids != NULL && strchr(ids, '\n') != NULL)
        fact_add(r, "process.userns", "yes", map);
}

/* SELinux's context, or AppArmor's profile. */
static void read_confinement(struct fact_reader *r)
{
    static const char enforce[] = "/sys/fs/selinux/enforce", label[] = "/proc/self/attr/current";

    fact_add(r, "selinux.enforce", fact_line(r, enforce), enforce);
    fact_add(r, "process.label", fact_line(r, label), label);
}

static void read_memory_limits(struct fact_reader *r)
{
    static const char overcommit[] = "/proc/sys/vm/overcommit_memory", memory[] = "/proc/meminfo";

    fact_add(r, "overcommit", fact_line(r, overcommit), overcommit);
    fact_add(r, "memory.commit_limit", fact_proc_value(r, memory, "CommitLimit"), memory);
    fact_add(r, "memory.committed", fact_proc_value(r, memory, "Committed_AS"), memory);
}

/* Of the cache the nearest folder that is there. */
static void read_cache(struct fact_reader *r)
{
    const char *path = environment_get(r->env, "CUDA_CACHE_PATH"), *home = environment_get(r->env, "HOME");
    const char *places[3] = { path, NULL, NULL };
    struct node n;

    if (path == NULL && home != NULL && *home == '/') {
        places[0] = text_join(r->arena, home, ".nv/ComputeCache");
        places[1] = text_join(r->arena, home, ".nv");
    }
    for (size_t i = 0; i < COUNT_OF(places) && places[i] != NULL; i++) {
        if (*places[i] != '/' || !fact_node(r, places[i], false, &n))
            continue;
        fact_add(r, "cache.path", path != NULL ? path : i == 0 ? "~/.nv/ComputeCache" : "~/.nv", "this process's environment");
        fact_add(r, "cache.why_not", n.why_not, "access()");
        if (n.mode != NULL)
            fact_add(r, "cache.uid", text_make(r->arena, "%ld", n.uid), "stat()");
        return;
    }
}

void facts_of_process(struct fact_reader *r)
{
    read_identity(r);
    read_confinement(r);
    read_memory_limits(r);
    read_cache(r);
}
