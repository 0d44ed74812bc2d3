/* What the compiled modules of other packages beside a PyTorch carry code for, and ask of the system, by package. */
#include "discover/installation.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/definitions.h"
#include "discover/elf.h"
#include "discover/inspect.h"
#include "discover/owner.h"
#include "model/gpu_code.h"

/* An environment has some 300 packages, and few of them a module with code for GPUs. */
enum { MODULES_MAX = 400 };

struct codes { struct gpu_code *items; size_t n; const char *path; };

/* What the system offers, and what a package was seen to need beyond it. */
struct needs { const char *offered, *needed, *path; };
struct package_facts { struct codes codes; struct needs glibc, glibcxx; };

/* The stack itself; what has one module for each CUDA, of which one is used; what carries none and is everywhere. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = { "torch", "torchgen", "functorch", "nvidia", "triton", "bitsandbytes", "cusparselt", "numpy", "scipy", "pandas", "pip", "setuptools", "__pycache__" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_is(name, names[i]))
            return true;
    return text_ends(name, ".dist-info") || text_ends(name, ".egg-info");
}

static void keep_unmet(struct needs *n, const char *needed, const char *path)
{
    if (needed == NULL || n->offered == NULL || text_compare_versions(needed, n->offered) <= 0 || (n->needed != NULL && text_compare_versions(needed, n->needed) <= 0))
        return;
    n->needed = needed;
    n->path = path;
}

static void look_at(struct search *s, struct package_facts *f, const char *path)
{
    const int fd = root_fd(s->root, path);
    struct err ignored = { .kind = ERR_NONE };
    struct elf_facts elf;

    if (fd < 0)
        return;
    if (elf_read(&elf, s->arena, fd, &ignored) && elf.bytes_needed <= elf.bytes) {
        keep_unmet(&f->glibc, elf.glibc, path);
        keep_unmet(&f->glibcxx, elf.glibcxx, path);
        for (size_t i = 0; i < (fatbin_read(&elf, s->arena, fd, &ignored) ? elf.n_codes : 0); i++) {
            *ARENA_PUSH(s->arena, f->codes.items, f->codes.n) = elf.codes[i];
            f->codes.path = f->codes.path == NULL ? path : f->codes.path;
        }
    }
    close(fd);
}

static void look_into(struct search *s, struct package_facts *f, const char *dir, bool deeper, size_t *looked)
{
    static const char *const below[] = { "lib", "libs", "ops" };
    char **names;
    size_t n = root_list(s->root, s->arena, dir, &names);

    for (size_t i = 0; i < n && *looked < MODULES_MAX; i++) {
        const char *path = text_join(s->arena, dir, names[i]);

        if (is_library_name(names[i]) && !root_is_folder(s->root, path)) {
            (*looked)++;
            look_at(s, f, path);
        }
        for (size_t b = 0; deeper && b < COUNT_OF(below); b++)
            if (text_is(names[i], below[b]))
                look_into(s, f, path, false, looked);
    }
}

/* "flash-attn 2.5.9" as its record says; else the folder's name up to its first dot. */
static const char *package_of(struct owners *owners, const char *path, const char *folder)
{
    struct arena *a = owners->search.arena;
    const char *real = root_resolve(owners->search.root, a, path), *package = real != NULL ? owner_of(owners, real).package : NULL;

    return package != NULL ? package : arena_copy(a, folder, strcspn(folder, "."));
}

static void state(struct owners *owners, struct stack *stack, const char *what, const char *version, const char *path, const char *folder)
{
    if (path != NULL)
        stack_add_version(stack, owners->search.arena, text_make(owners->search.arena, "%s:%s", what, package_of(owners, path, folder)), version, path);
}

void extensions_read(struct search *s, struct stack *stack, const char *site)
{
    const struct package_facts none = { .glibc.offered = glibc_offered(s).version, .glibcxx.offered = glibcxx_offered(s, stack).version };
    struct owners owners = { .search = *s };
    size_t looked = 0, n;
    char **names;

    n = root_list(s->root, s->arena, site, &names);
    for (size_t i = 0; i < n; i++) {
        const char *path = text_join(s->arena, site, names[i]);
        struct package_facts f = none;

        if (is_left_out(names[i]))
            continue;
        if (root_is_folder(s->root, path))
            look_into(s, &f, path, true, &looked);
        else if (is_library_name(names[i]) && looked++ < MODULES_MAX)
            look_at(s, &f, path);
        state(&owners, stack, "codes", gpu_code_list(s->arena, f.codes.items, f.codes.n), f.codes.path, names[i]);
        state(&owners, stack, "wants:glibc", f.glibc.needed, f.glibc.path, names[i]);
        state(&owners, stack, "wants:glibcxx", f.glibcxx.needed, f.glibcxx.path, names[i]);
    }
}
