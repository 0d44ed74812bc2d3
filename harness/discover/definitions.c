#include "discover/definitions.h"

#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"
#include "discover/loader.h"

/* More than this is garbage: libc.so.6 defines about 40. */
enum { DEFINITIONS_MAX = 4096, SECTION_MAX = 1 << 20 };

/* Offsets are checked against the section before libelf takes them as int. */
static void read_definitions(const char **newest, Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr, const char *prefix)
{
    Elf_Data *data = shdr->sh_size <= SECTION_MAX ? elf_getdata(scn, NULL) : NULL;
    size_t size = data != NULL ? data->d_size : 0;
    int budget = DEFINITIONS_MAX;
    GElf_Verdef def;

    for (uint64_t at = 0; at < size && budget-- > 0 && gelf_getverdef(data, (int)at, &def) != NULL;) {
        GElf_Verdaux aux;

        if (at + def.vd_aux < size && gelf_getverdaux(data, (int)(at + def.vd_aux), &aux) != NULL)
            elf_keep_newest(newest, prefix, elf_strptr(elf, shdr->sh_link, aux.vda_name));
        if (def.vd_next == 0)
            break;
        at += def.vd_next;
    }
}

const char *elf_newest_definition(struct arena *a, int fd, const char *prefix)
{
    const char *newest = NULL;
    struct elf_facts whole;
    struct err e;
    Elf *elf;

    if (!elf_read(&whole, a, fd, &e) || whole.bytes_needed > whole.bytes)
        return NULL;                    /* what garbage would make libelf do is looked at there */
    elf = elf_begin(fd, ELF_C_READ, NULL);
    for (Elf_Scn *scn = NULL; elf != NULL && elf_kind(elf) == ELF_K_ELF && (scn = elf_nextscn(elf, scn)) != NULL;) {
        GElf_Shdr shdr;

        if (gelf_getshdr(scn, &shdr) != NULL && shdr.sh_type == SHT_GNU_verdef) {
            read_definitions(&newest, elf, scn, &shdr, prefix);
            break;
        }
    }
    if (newest != NULL)
        newest = arena_text(a, newest);         /* libelf's own until it ends */
    elf_end(elf);
    return newest;
}

static const char *first_export(Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr, bool (*is_meant)(const char *name))
{
    Elf_Data *data = shdr->sh_size <= SECTION_MAX && shdr->sh_entsize > 0 ? elf_getdata(scn, NULL) : NULL;
    const size_t n = data != NULL ? data->d_size / shdr->sh_entsize : 0;

    for (size_t i = 0; i < n; i++) {
        const char *name;
        GElf_Sym symbol;

        if (gelf_getsym(data, (int)i, &symbol) == NULL || symbol.st_shndx == SHN_UNDEF || GELF_ST_BIND(symbol.st_info) == STB_LOCAL)
            continue;
        name = elf_strptr(elf, shdr->sh_link, symbol.st_name);
        if (name != NULL && is_meant(name))
            return name;
    }
    return NULL;
}

const char *elf_first_export(struct arena *a, int fd, bool (*is_meant)(const char *name))
{
    const char *found = NULL;
    struct elf_facts whole;
    struct err e;
    Elf *elf;

    if (!elf_read(&whole, a, fd, &e) || whole.bytes_needed > whole.bytes)
        return NULL;
    elf = elf_begin(fd, ELF_C_READ, NULL);
    for (Elf_Scn *scn = NULL; elf != NULL && elf_kind(elf) == ELF_K_ELF && found == NULL && (scn = elf_nextscn(elf, scn)) != NULL;) {
        GElf_Shdr shdr;

        if (gelf_getshdr(scn, &shdr) != NULL && shdr.sh_type == SHT_DYNSYM)
            found = first_export(elf, scn, &shdr, is_meant);
    }
    if (found != NULL)
        found = arena_text(a, found);
    elf_end(elf);
    return found;
}

static struct offered offered_by(const struct search *s, const char *file, const char *prefix)
{
    int fd = file != NULL ? root_fd(s->root, file) : -1;
    struct offered o = { NULL, NULL };

    if (fd < 0)
        return o;
    o.version = elf_newest_definition(s->arena, fd, prefix);
    close(fd);
    if (o.version != NULL)
        o.file = file;
    return o;
}

struct offered glibc_offered(const struct search *s)
{
    return offered_by(s, loader_cache_find(s->root, s->arena, "libc.so.6", s->machine->arch), "GLIBC_");
}

/* "libstdc++.so.6" of the first folder of LD_LIBRARY_PATH that has one. */
static const char *in_library_path(const struct search *s, const char *name)
{
    const char *path = environment_get(s->env, "LD_LIBRARY_PATH");

    while (path != NULL && *path != '\0') {
        size_t n = strcspn(path, ":");
        const char *file = text_join(s->arena, arena_copy(s->arena, path, n), name);

        if (*path == '/' && root_exists(s->root, file))
            return file;
        path += n + (path[n] == ':');
    }
    return NULL;
}

/* A Python of conda finds the libraries beside it by its own RPATH, in a venv that was made from it as well. */
static const char *beside_python(const struct search *s, const struct stack *stack, const char *name)
{
    const char *real = stack->python != NULL ? root_resolve(s->root, s->arena, stack->python) : NULL;
    const char *prefix = real != NULL ? text_dir_name(s->arena, text_dir_name(s->arena, real)) : stack->prefix, *file;

    if (prefix == NULL || !root_is_folder(s->root, text_join(s->arena, prefix, "conda-meta")))
        return NULL;
    file = text_make(s->arena, "%s/lib/%s", prefix, name);
    return root_exists(s->root, file) ? file : NULL;
}

static struct offered offered_of_cxx(const struct search *s, const struct stack *stack, const char *prefix)
{
    static const char name[] = "libstdc++.so.6";
    const char *file = beside_python(s, stack, name);

    if (file == NULL)
        file = in_library_path(s, name);
    if (file == NULL)
        file = loader_cache_find(s->root, s->arena, name, s->machine->arch);
    return offered_by(s, file, prefix);
}

struct offered glibcxx_offered(const struct search *s, const struct stack *stack)
{
    return offered_of_cxx(s, stack, "GLIBCXX_");
}

struct offered cxxabi_offered(const struct search *s, const struct stack *stack)
{
    return offered_of_cxx(s, stack, "CXXABI_");
}
