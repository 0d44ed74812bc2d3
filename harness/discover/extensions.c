/* Compiled modules of other packages in the same site-packages, that want PyTorch's libraries or CUDA's. */
#include "discover/linking.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"
#include "discover/inspect.h"

/* An environment has some 300 packages; a module of these takes 0.1 ms to look at. */
enum { MODULES_MAX = 400 };

/* Which have no such module, or are the stack itself. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = { "torch", "torchgen", "functorch", "nvidia", "triton", "numpy", "scipy", "pandas", "pip", "setuptools", "__pycache__",
                                         "bin", "include", "share", "cusparselt" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_is(name, names[i]))
            return true;
    return text_ends(name, ".libs") || text_ends(name, ".dist-info") || text_ends(name, ".egg-info");
}

static bool is_wanted(const char *needed, struct arena *a)
{
    const char *family = library_family(a, needed);

    return family != NULL && (family_is_vendors(family) || text_starts(family, "torch") || text_starts(family, "c10"));
}

/* Of a module that wants none of it nothing is said. */
static bool is_of_interest(struct linking *k, const char *path)
{
    int fd = root_fd(k->s->root, path);
    struct elf_facts elf;
    struct err ignored;
    bool is = false;

    if (fd < 0)
        return false;
    if (elf_read(&elf, k->own, fd, &ignored) && elf.bytes_needed <= elf.bytes)
        for (size_t i = 0; i < elf.n_needed && !is; i++)
            is = is_wanted(elf.needed[i], k->own);
    close(fd);
    return is;
}

/* As its package calls itself; else the folder's name will do. */
static const char *package_of(struct linking *k, const char *path, const char *folder)
{
    const char *real = root_resolve(k->s->root, k->own, path);
    const char *package = real != NULL ? owner_of(&k->owners, real).package : NULL;
    const char *dot = strstr(folder, "."), *name = package != NULL ? package : arena_copy(k->own, folder, dot != NULL ? (size_t)(dot - folder) : strlen(folder));

    return linking_text(k, name);
}

/* Opened after the stack, and forgotten again: the next one finds the stack as it was. */
static void look_at(struct linking *k, const char *path, const char *folder)
{
    size_t objects = k->l.n_objects, answers = k->l.n_answers, told = k->n;
    struct object *module;
    struct err ignored;

    k->package = folder;
    module = loader_open(&k->l, path, NULL, &ignored);
    if (module != NULL) {
        linking_check_needs(k, objects, answers);
        for (size_t i = objects, n = k->l.n_objects; i < n; i++)
            linking_check_parts(k, k->l.objects[i]);
        linking_check_symbols(k, objects);
    }
    k->l.n_objects = objects;
    k->l.n_answers = answers;
    for (size_t i = told; i < k->n; i++)
        k->list[i].package = package_of(k, path, folder);
    k->package = NULL;
}

/* Copies of CUDA's libraries, which a package's wheel brings in a folder beside it: its modules may want them through others of that folder. */
static bool brings_copies(struct linking *k, const char *dir)
{
    char **names;
    size_t n = root_list(k->s->root, k->own, text_make(k->own, "%s.libs", dir), &names);

    for (size_t i = 0; i < n; i++)
        if (family_is_vendors(library_family(k->own, names[i])))
            return true;
    return false;
}

static void look_into(struct linking *k, const char *dir, const char *folder, bool deeper, size_t *looked)
{
    bool of_interest = deeper && brings_copies(k, dir);
    static const char *const below[] = { "lib", "libs", "capi", "ops" };
    char **names;
    size_t n = root_list(k->s->root, k->own, dir, &names);

    for (size_t i = 0; i < n && *looked < MODULES_MAX; i++) {
        const char *path = text_join(k->own, dir, names[i]);

        if (is_library_name(names[i]) && !root_is_folder(k->s->root, path)) {
            (*looked)++;
            if ((of_interest || is_of_interest(k, path)))
                look_at(k, path, folder != NULL ? folder : names[i]);
        }
        for (size_t b = 0; deeper && b < COUNT_OF(below); b++)
            if (text_is(names[i], below[b]))
                look_into(k, path, folder, false, looked);
    }
}

void linking_check_extensions(struct linking *k)
{
    const char *site = text_dir_name(k->own, text_dir_name(k->own, k->stack->lib_dir));
    size_t looked = 0;
    char **names;
    size_t n;

    if (k->stack->kind != STACK_PYTHON)
        return;
    look_into(k, site, NULL, false, &looked);
    n = root_list(k->s->root, k->own, site, &names);
    for (size_t i = 0; i < n; i++)
        if (!is_left_out(names[i]) && strchr(names[i], '-') == NULL)
            look_into(k, text_join(k->own, site, names[i]), names[i], true, &looked);
}
