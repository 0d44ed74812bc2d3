/* For which GPUs the compiled modules of other packages beside a PyTorch carry code, by package. */
#include "discover/installation.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"
#include "discover/inspect.h"
#include "discover/owner.h"
#include "model/gpu_code.h"

/* An environment has some 300 packages, and few of them a module with code for GPUs. */
enum { MODULES_MAX = 400 };

struct codes { struct gpu_code *items; size_t n; const char *path; };

/* The stack itself; what has one module for each CUDA, of which one is used; what carries none and is everywhere. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = { "torch", "torchgen", "functorch", "nvidia", "triton", "bitsandbytes", "cusparselt", "numpy", "scipy", "pandas", "pip", "setuptools", "__pycache__" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_is(name, names[i]))
            return true;
    return strchr(name, '-') != NULL;
}

static void add_codes(struct search *s, struct codes *all, const char *path)
{
    const int fd = root_fd(s->root, path);
    struct err ignored = { .kind = ERR_NONE };
    struct elf_facts elf;

    if (fd < 0)
        return;
    if (elf_read(&elf, s->arena, fd, &ignored) && elf.bytes_needed <= elf.bytes && fatbin_read(&elf, s->arena, fd, &ignored))
        for (size_t i = 0; i < elf.n_codes; i++) {
            *ARENA_PUSH(s->arena, all->items, all->n) = elf.codes[i];
            all->path = all->path == NULL ? path : all->path;
        }
    close(fd);
}

static void look_into(struct search *s, struct codes *all, const char *dir, bool deeper, size_t *looked)
{
    static const char *const below[] = { "lib", "libs", "ops" };
    char **names;
    size_t n = root_list(s->root, s->arena, dir, &names);

    for (size_t i = 0; i < n && *looked < MODULES_MAX; i++) {
        const char *path = text_join(s->arena, dir, names[i]);

        if (is_library_name(names[i]) && !root_is_folder(s->root, path)) {
            (*looked)++;
            add_codes(s, all, path);
        }
        for (size_t b = 0; deeper && b < COUNT_OF(below); b++)
            if (text_is(names[i], below[b]))
                look_into(s, all, path, false, looked);
    }
}

/* "flash-attn 2.5.9" as its record says; else the folder's name up to its first dot. */
static const char *package_of(struct owners *owners, const char *path, const char *folder)
{
    struct arena *a = owners->search.arena;
    const char *real = root_resolve(owners->search.root, a, path), *package = real != NULL ? owner_of(owners, real).package : NULL;

    return package != NULL ? package : arena_copy(a, folder, strcspn(folder, "."));
}

void extension_codes_read(struct search *s, struct stack *stack, const char *site)
{
    struct owners owners = { .search = *s };
    size_t looked = 0, n;
    char **names;

    n = root_list(s->root, s->arena, site, &names);
    for (size_t i = 0; i < n; i++) {
        const char *path = text_join(s->arena, site, names[i]);
        struct codes all = { NULL, 0, NULL };

        if (is_left_out(names[i]))
            continue;
        if (root_is_folder(s->root, path))
            look_into(s, &all, path, true, &looked);
        else if (is_library_name(names[i]) && looked++ < MODULES_MAX)
            add_codes(s, &all, path);
        if (all.n > 0)
            stack_add_version(stack, s->arena, text_make(s->arena, "codes:%s", package_of(&owners, all.path, names[i])),
                              gpu_code_list(s->arena, all.items, all.n), all.path);
    }
}
