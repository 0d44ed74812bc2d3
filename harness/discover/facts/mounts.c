/* Where a container has its driver's libraries from: the runtime mounts the host's, file by file; an image may bring others. */
#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"

/* The fifth word of a line of /proc/self/mountinfo is where it is mounted (proc(5)). */
static bool is_mounted(const char *mounts, const char *path)
{
    const char *line;
    size_t n;

    while (text_next_line(&mounts, &line, &n)) {
        const char *at = line, *end = line + n;

        for (int word = 1; word < 5 && at < end; at++)
            word += *at == ' ';
        if ((size_t)(end - at) > strlen(path) && strncmp(at, path, strlen(path)) == 0 && at[strlen(path)] == ' ')
            return true;
    }
    return false;
}

void facts_of_mounts(struct fact_reader *r)
{
    static const char file[] = "/proc/self/mountinfo";
    const char *mounts = r->m->place == PLACE_CONTAINER ? root_read(r->root, r->arena, file, NULL) : NULL;

    for (size_t i = 0; i < r->m->n_drivers && mounts != NULL && *mounts != '\0'; i++) {
        const struct driver_file *d = &r->m->drivers[i];

        if (d->kind == DRIVER_INSTALLED)
            fact_add(r, text_make(r->arena, "container.%s", d->soname), is_mounted(mounts, d->real) ? "mounted" : "of the image", file);
    }
}
