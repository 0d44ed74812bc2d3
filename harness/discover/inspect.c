#include "discover/inspect.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"
#include "discover/loader_search.h"

void inspector_begin(struct inspector *in, struct arena *a, const struct root *root, const struct environment *env)
{
    struct utsname machine;
    char folder[PATH_MAX];

    *in = (struct inspector){ .arena = a, .root = root, .env = env, .folder = "/" };
    in->owners.search = (struct search){ .arena = a, .root = root, .env = env };
    if (!root_is_this_machine(root))
        return;
    if (uname(&machine) == 0)
        in->arch = arena_text(a, machine.machine);
    if (getcwd(folder, sizeof folder) != NULL)
        in->folder = arena_text(a, folder);
}

/* A file that is cut has no fat binary to speak of: one sentence says it all. */
static void read_gpu_code(struct arena *a, struct inspected *one, struct elf_facts *elf, int fd)
{
    struct err e = { .kind = ERR_NONE };

    if (elf->bytes_needed > elf->bytes) {
        one->gpu_code_unknown = "the file is truncated";
        problems_add(&one->problems, a, WRONG, "truncated: %" PRIu64 " of %" PRIu64 " bytes", elf->bytes, elf->bytes_needed);
    } else if (!fatbin_read(elf, a, fd, &e) || !fatbin_read_loose(elf, a, fd, &e)) {
        one->gpu_code_unknown = arena_text(a, e.text);
        problems_add(&one->problems, a, e.kind == ERR_LIMIT ? UNKNOWN : WRONG, "its GPU code cannot be read: %s", e.text);
    }
}

void inspect_bytes(struct arena *a, struct inspected *one, int fd)
{
    struct elf_facts *elf = arena_alloc(a, sizeof *elf);
    struct err e = { .kind = ERR_NONE };

    if (elf_read(elf, a, fd, &e)) {
        one->elf = elf;
        read_gpu_code(a, one, elf, fd);
    } else {
        problems_add(&one->problems, a, e.kind == ERR_SYS ? UNKNOWN : WRONG, "%s", e.text);
    }
}

/* Where it came from, and whether it is still what came. */
static void read_owner(struct inspector *in, struct inspected *one)
{
    const struct owner o = owner_of(&in->owners, one->place);

    one->version = o.version;
    one->version_source = o.source;
    one->package = o.package;
    if (o.bytes >= 0 && one->elf != NULL && one->elf->bytes != (uint64_t)o.bytes)
        problems_add(&one->problems, in->arena, WRONG, "%" PRIu64 " bytes, but the RECORD of %s says %ld: replaced or damaged",
                     one->elf->bytes, o.package, o.bytes);
}

/* Every machine without a driver lacks these; a container gets them when it starts. */
static bool is_drivers(const char *name)
{
    return text_starts(name, "libcuda.so.") || text_starts(name, "libnvidia-") || text_starts(name, "libcudadebugger.so.");
}

static bool asks_itself(const struct inspected *one, const char *name)
{
    for (size_t i = 0; i < one->elf->n_needed; i++)
        if (text_is(one->elf->needed[i], name))
            return true;
    return false;
}

/* Nobody asked: the program that would open the file is taken to need libc. */
static void judge_need(struct inspector *in, struct inspected *one, const struct loading *l)
{
    const char *asks = l->asked_by != NULL ? l->asked_by : one->path;
    const char *name = l->depth > 1 ? text_make(in->arena, "%s, which %s needs,", l->name, asks) : l->name;

    if (l->by != FOUND_NOT || (l->asked_by == NULL && !asks_itself(one, l->name)))
        return;
    if (is_drivers(l->name))
        problems_add(&one->problems, in->arena, NOTED, "%s is found nowhere: it comes with NVIDIA's driver", name);
    else if (l->passed_over != NULL)
        problems_add(&one->problems, in->arena, WRONG, "%s is found nowhere: %s was passed over", name, l->passed_over);
    else
        problems_add(&one->problems, in->arena, WRONG, "%s is found nowhere", name);
    one->problems.items[one->problems.n - 1].key = text_make(in->arena, "%s %s", l->name, text_base_name(asks));
}

/* A file for another machine is right as it is; where its needs lie is told there. */
static void read_needs(struct inspector *in, struct inspected *one, const char *path)
{
    struct err e = { .kind = ERR_NONE };
    struct loading *needs;

    if (in->arch != NULL && !text_is(one->elf->machine, in->arch))
        one->needs_unknown = text_make(in->arena, "made for %s, this machine is %s", one->elf->machine, in->arch);
    else if (one->elf->bytes_needed > one->elf->bytes)
        one->needs_unknown = "the file is truncated";
    else if (!loader_search(&needs, &one->n_needs, in->arena, in->root, in->env, path, &e))
        one->needs_unknown = arena_text(in->arena, e.text);
    else
        one->needs = needs;
    for (size_t i = 0; i < one->n_needs; i++)
        judge_need(in, one, &one->needs[i]);
}

static void cannot_open(struct inspector *in, struct inspection *all, const char *shown)
{
    int code = errno;
    struct inspected *one = ARENA_PUSH(in->arena, all->files, all->n_files);

    one->path = shown;
    problems_add(&one->problems, in->arena, UNKNOWN, "cannot be opened: %s", strerror(code));
}

void inspect_file(struct inspector *in, struct inspection *all, const char *path, const char *shown)
{
    int fd = root_fd(in->root, path);
    struct inspected *one;
    struct stat st;

    if (fd < 0) {
        cannot_open(in, all, shown);
        return;
    }
    if (is_wheel(path, fd)) {
        inspect_wheel(in, all, fd, shown);
        close(fd);
        return;
    }
    one = ARENA_PUSH(in->arena, all->files, all->n_files);
    one->path = shown;
    one->place = root_resolve(in->root, in->arena, path);
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
        problems_add(&one->problems, in->arena, WRONG, "not a regular file");
    else
        inspect_bytes(in->arena, one, fd);
    close(fd);
    if (one->place != NULL && one->elf != NULL) {
        read_owner(in, one);
        read_needs(in, one, path);
    }
}

void inspect_path(struct inspector *in, struct inspection *all, const char *path)
{
    const char *whole = path[0] == '/' ? path : text_join(in->arena, in->folder, path);

    if (root_is_folder(in->root, whole))
        inspect_folder(in, all, path);
    else
        inspect_file(in, all, whole, path);
}
