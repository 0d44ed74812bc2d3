/* libtorch without Python: an unpacked zip, or the distribution's packages. */
#include "discover/python.h"

#include <string.h>

#include "base/text.h"
#include "discover/loader.h"

static void add_entries(struct search *s, struct stack *stack)
{
    static const char *const families[] = { "c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch" };
    struct entry *entries = NULL;

    for (size_t i = 0; i < COUNT_OF(families); i++) {
        const struct member *m = stack_member(stack, families[i]);

        if (m != NULL)
            *ARENA_PUSH(s->arena, entries, stack->n_entries) = (struct entry){ .file = m->path, .when = ENTRY_ALWAYS };
    }
    stack->entries = entries;
    if (stack_member(stack, "torch_hip") != NULL)
        stack->unusable = "a ROCm build of libtorch: it cannot use an NVIDIA GPU";
    else if (stack_member(stack, "torch_cuda") == NULL)
        stack->unusable = "a CPU-only build of libtorch (no libtorch_cuda.so): it cannot use a GPU";
}

static bool holds_libtorch(const struct search *s, const char *lib)
{
    return root_exists(s->root, text_join(s->arena, lib, "libtorch_cpu.so"))
        || root_exists(s->root, text_join(s->arena, lib, "libtorch.so"));
}

bool libtorch_in(struct search *s, const char *dir, const char *found_by)
{
    const char *prefix = root_resolve(s->root, s->arena, dir), *lib;
    struct stack *stack;

    if (prefix == NULL)
        return false;
    lib = text_join(s->arena, prefix, "lib");
    if (!holds_libtorch(s, lib) && !holds_libtorch(s, lib = prefix))
        return false;
    if (stack_is_known(s, lib))
        return true;
    stack = ARENA_PUSH(s->arena, s->found.items, s->found.n);
    *stack = (struct stack){ .name = text_make(s->arena, "libtorch:%s", prefix), .kind = STACK_LIBTORCH,
                             .prefix = prefix, .lib_dir = lib, .found_by = found_by };
    stack_add_version(stack, s->arena, "torch", root_read_line(s->root, s->arena, text_join(s->arena, prefix, "build-version")),
                      text_join(s->arena, prefix, "build-version"));
    members_add_folder(s, stack, lib);
    torch_needs_of_system(s, stack);
    add_entries(s, stack);
    return true;
}

/* Debian's and Ubuntu's libtorch: its files lie among all others. */
void libtorches_find(struct search *s)
{
    const char **paths;
    size_t n = loader_cache_list(s->root, s->arena, "libtorch_cpu.so.", s->machine->arch, &paths);
    const char *real = n > 0 ? root_resolve(s->root, s->arena, paths[0]) : NULL, *dir;
    struct stack *stack;
    char **names;

    if (real == NULL)
        return;
    dir = text_dir_name(s->arena, real);
    if (stack_is_known(s, dir))
        return;
    stack = ARENA_PUSH(s->arena, s->found.items, s->found.n);
    *stack = (struct stack){ .name = "libtorch:system", .kind = STACK_LIBTORCH, .prefix = dir, .lib_dir = dir, .found_by = "ld.so.cache" };
    n = root_list(s->root, s->arena, dir, &names);
    for (size_t i = 0; i < n; i++)
        if ((text_starts(names[i], "libtorch") || text_starts(names[i], "libc10")) && text_has(names[i], ".so."))
            member_add(s, stack, text_join(s->arena, dir, names[i]));
    /* The soname's digits are the release: libtorch_cpu.so.1.13. */
    stack_add_version(stack, s->arena, "torch", strstr(real, ".so.") + 4, real);
    add_entries(s, stack);
}
