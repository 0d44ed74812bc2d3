/* What a container was given beside its GPUs, and what a host gives containers theirs by. */
#include "discover/facts/facts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/text.h"

/* "shm /dev/shm tmpfs rw,size=65536k 0 0" */
static const char *size_of_mount(struct fact_reader *r, const char *file, const char *where)
{
    const char *text = root_read(r->root, r->arena, file, NULL), *line, *size = NULL;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        char *copy = arena_copy(r->arena, line, n), *place = strchr(copy, ' '), *option;

        if (place == NULL || !text_starts(place + 1, where) || place[1 + strlen(where)] != ' ')
            continue;
        option = strstr(place, "size=");
        /* The last mount on a folder is the one that is seen. */
        size = option != NULL && (option[-1] == ',' || option[-1] == ' ') ? arena_copy(r->arena, option + 5, strcspn(option + 5, ", ")) : NULL;
    }
    return size != NULL && text_ends(size, "k") ? arena_copy(r->arena, size, strlen(size) - 1) : NULL;
}

static void read_shared_memory(struct fact_reader *r)
{
    static const char folder[] = "/dev/shm", mounts[] = "/proc/self/mounts";
    const char *kib = size_of_mount(r, mounts, folder);
    struct statvfs fs;

    if (kib == NULL && root_is_this_machine(r->root) && statvfs(folder, &fs) == 0)
        kib = text_make(r->arena, "%llu", (unsigned long long)fs.f_blocks * fs.f_frsize / 1024);
    if (kib != NULL)
        fact_add(r, "shm.size", text_make(r->arena, "%s kB", kib), mounts);
}

/* "/usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06", the first path of libcuda's real file in a specification; NULL: there is none. */
static const char *libcuda_in(struct arena *a, const char *text)
{
    static const char name[] = "libcuda.so.";
    static const char *const ends = " \t\r\n\"',}]";

    for (const char *at = text; (at = strstr(at, name)) != NULL; at += sizeof name - 1) {
        const char *begin = at, *version = at + sizeof name - 1;
        const size_t n = strcspn(version, ends);

        while (begin > text && strchr(ends, begin[-1]) == NULL)
            begin--;
        if (*begin == '/' && memchr(version, '.', n) != NULL)
            return arena_copy(a, begin, (size_t)(version - begin) + n);
    }
    return NULL;
}

/* A specification of the container device interface names the driver's files one by one, as they were when it was written. */
static void read_specifications(struct fact_reader *r, const char *dir)
{
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);

    for (size_t i = 0; i < n; i++) {
        const char *path = text_join(r->arena, dir, names[i]), *text = root_read(r->root, r->arena, path, NULL);
        const char *libcuda = text != NULL && text_has(text, "nvidia.com/gpu") ? libcuda_in(r->arena, text) : NULL;

        if (libcuda == NULL)
            continue;
        fact_add(r, text_make(r->arena, "cdi.%s.libcuda", names[i]), libcuda, path);
        fact_add(r, text_make(r->arena, "cdi.%s.stands", names[i]), root_exists(r->root, libcuda) ? "yes" : "no", libcuda);
    }
}

static void read_runtime(struct fact_reader *r)
{
    static const char *const toolkit[] = { "/usr/bin/nvidia-ctk", "/usr/bin/nvidia-container-runtime-hook", "/usr/bin/nvidia-container-runtime" };
    static const char daemon[] = "/etc/docker/daemon.json";
    const char *settings = root_read(r->root, r->arena, daemon, NULL);

    for (size_t i = 0; i < COUNT_OF(toolkit); i++)
        if (root_exists(r->root, toolkit[i])) {
            fact_add(r, "container.toolkit", "installed", toolkit[i]);
            break;
        }
    if (settings != NULL)
        fact_add(r, "docker.runtime", text_has(settings, "nvidia") ? "nvidia" : "none of nvidia", daemon);
    if (root_exists(r->root, "/snap/docker"))
        fact_add(r, "docker.snap", "installed", "/snap/docker");
}

void facts_of_container(struct fact_reader *r)
{
    read_shared_memory(r);
    read_specifications(r, "/etc/cdi");
    read_specifications(r, "/var/run/cdi");
    read_runtime(r);
}
