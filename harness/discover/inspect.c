#include "discover/inspect.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"

/* A file that is cut has no fat binary to speak of: one sentence says it all. */
static void read_gpu_code(const struct inspector *in, struct inspected *one, struct elf_facts *elf, int fd)
{
    struct err e = { .kind = ERR_NONE };

    if (elf->bytes_needed > elf->bytes) {
        one->gpu_code_unknown = "the file is truncated";
        problems_add(&one->problems, in->arena, false, "truncated: %" PRIu64 " of %" PRIu64 " bytes", elf->bytes, elf->bytes_needed);
    } else if (!fatbin_read(elf, in->arena, fd, &e) || !fatbin_read_loose(elf, in->arena, fd, &e)) {
        one->gpu_code_unknown = arena_text(in->arena, e.text);
        problems_add(&one->problems, in->arena, false, "its GPU code cannot be read: %s", e.text);
    }
}

static void read_library(const struct inspector *in, struct inspected *one, int fd)
{
    struct elf_facts *elf = arena_alloc(in->arena, sizeof *elf);
    struct err e = { .kind = ERR_NONE };

    if (!elf_read(elf, in->arena, fd, &e)) {
        problems_add(&one->problems, in->arena, e.kind == ERR_SYS, "%s", e.text);
        return;
    }
    one->elf = elf;
    read_gpu_code(in, one, elf, fd);
}

void inspect_path(const struct inspector *in, struct inspection *all, const char *path)
{
    struct inspected *one = ARENA_PUSH(in->arena, all->files, all->n_files);
    int fd = root_fd(in->root, path);

    one->path = path;
    if (fd < 0) {
        problems_add(&one->problems, in->arena, true, "cannot be opened: %s", strerror(errno));
        return;
    }
    read_library(in, one, fd);
    close(fd);
}
