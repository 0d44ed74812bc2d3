#include "discover/symbols.h"

#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"

/* A libtorch_cpu.so has 11 MB of names for 160 000 symbols; nodes are numbered in 15 bits. */
enum { TABLE_MAX = 256 << 20, NODES_MAX = 4096, NODE_MASK = 0x7fff, FIRST_NODE = 2 };

struct node { const char *name, *library; };

struct table {
    Elf_Data   *symbols, *numbers;
    const char *names;  size_t n_names;
    struct node nodes[NODES_MAX];
};

static const char *name_at(const struct table *t, uint64_t offset)
{
    return offset < t->n_names ? t->names + offset : NULL;
}

static void add_node(struct table *t, unsigned number, const char *name, const char *library)
{
    number &= NODE_MASK;
    if (number >= FIRST_NODE && number < NODES_MAX)
        t->nodes[number] = (struct node){ name, library };
}

static void read_wanted_nodes(struct table *t, Elf_Data *data)
{
    size_t size = data != NULL ? data->d_size : 0;
    int budget = NODES_MAX;
    GElf_Verneed need;

    for (uint64_t at = 0; at < size && budget-- > 0 && gelf_getverneed(data, (int)at, &need) != NULL; at += need.vn_next) {
        GElf_Vernaux aux;

        for (uint64_t in = at + need.vn_aux; in < size && budget-- > 0 && gelf_getvernaux(data, (int)in, &aux) != NULL; in += aux.vna_next) {
            add_node(t, aux.vna_other, name_at(t, aux.vna_name), name_at(t, need.vn_file));
            if (aux.vna_next == 0)
                break;
        }
        if (need.vn_next == 0)
            break;
    }
}

static void read_defined_nodes(struct table *t, Elf_Data *data)
{
    size_t size = data != NULL ? data->d_size : 0;
    int budget = NODES_MAX;
    GElf_Verdef def;

    for (uint64_t at = 0; at < size && budget-- > 0 && gelf_getverdef(data, (int)at, &def) != NULL; at += def.vd_next) {
        GElf_Verdaux aux;

        if (at + def.vd_aux < size && gelf_getverdaux(data, (int)(at + def.vd_aux), &aux) != NULL)
            add_node(t, def.vd_ndx, name_at(t, aux.vda_name), NULL);
        if (def.vd_next == 0)
            break;
    }
}

/* libelf reads a section whole: one that is cut, or larger than any, is none. */
static Elf_Data *whole_section(Elf_Scn *scn, const GElf_Shdr *shdr, uint64_t bytes)
{
    return shdr->sh_size <= TABLE_MAX && shdr->sh_offset <= bytes && shdr->sh_size <= bytes - shdr->sh_offset ? elf_getdata(scn, NULL) : NULL;
}

static bool read_table(struct table *t, Elf *elf, uint64_t bytes)
{
    Elf_Data *wanted = NULL, *defined = NULL, *names = NULL;
    GElf_Shdr shdr;

    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
        Elf_Scn *strings;
        GElf_Shdr of;

        if (gelf_getshdr(scn, &shdr) == NULL)
            continue;
        if (shdr.sh_type == SHT_GNU_versym)
            t->numbers = whole_section(scn, &shdr, bytes);
        else if (shdr.sh_type == SHT_GNU_verneed)
            wanted = whole_section(scn, &shdr, bytes);
        else if (shdr.sh_type == SHT_GNU_verdef)
            defined = whole_section(scn, &shdr, bytes);
        else if (shdr.sh_type == SHT_DYNSYM && t->symbols == NULL) {
            t->symbols = whole_section(scn, &shdr, bytes);
            strings = elf_getscn(elf, shdr.sh_link);
            names = strings != NULL && gelf_getshdr(strings, &of) != NULL && of.sh_type == SHT_STRTAB ? whole_section(strings, &of, bytes) : NULL;
        }
    }
    if (t->symbols == NULL || names == NULL || names->d_size == 0 || ((const char *)names->d_buf)[names->d_size - 1] != '\0')
        return false;
    t->names = names->d_buf;
    t->n_names = names->d_size;
    read_wanted_nodes(t, wanted);
    read_defined_nodes(t, defined);
    return true;
}

static void each(const struct table *t, void (*visit)(void *arg, const struct symbol *s), void *arg)
{
    size_t n = t->symbols->d_size / sizeof(Elf64_Sym);
    GElf_Sym sym;

    for (size_t i = 1; i < n && gelf_getsym(t->symbols, (int)i, &sym) != NULL; i++) {
        bool defined = sym.st_shndx != SHN_UNDEF;
        GElf_Versym number = 0;
        struct symbol s = { .name = name_at(t, sym.st_name), .defined = defined };

        if (s.name == NULL || GELF_ST_BIND(sym.st_info) == STB_LOCAL || (!defined && GELF_ST_BIND(sym.st_info) == STB_WEAK))
            continue;
        if (t->numbers != NULL && gelf_getversym(t->numbers, (int)i, &number) != NULL && (number & NODE_MASK) < NODES_MAX) {
            s.version = t->nodes[number & NODE_MASK].name;
            s.library = defined ? NULL : t->nodes[number & NODE_MASK].library;
        }
        visit(arg, &s);
    }
}

bool symbols_of(int fd, void (*visit)(void *arg, const struct symbol *s), void *arg)
{
    struct arena a = { NULL };
    struct table *t = arena_alloc(&a, sizeof *t);
    struct elf_facts whole;
    struct err ignored;
    Elf *elf = NULL;
    bool ok = false;

    /* What garbage would make libelf do is looked at there. */
    if (elf_read(&whole, &a, fd, &ignored) && whole.bytes_needed <= whole.bytes)
        elf = elf_begin(fd, ELF_C_READ, NULL);
    if (elf != NULL && elf_kind(elf) == ELF_K_ELF && gelf_getclass(elf) == ELFCLASS64 && read_table(t, elf, whole.bytes)) {
        each(t, visit, arg);
        ok = true;
    }
    elf_end(elf);
    arena_free(&a);
    return ok;
}

bool symbols_each(const struct root *root, const char *path, void (*visit)(void *arg, const struct symbol *s), void *arg)
{
    int fd = root_fd(root, path);
    bool ok = fd >= 0 && symbols_of(fd, visit, arg);

    if (fd >= 0)
        close(fd);
    return ok;
}
