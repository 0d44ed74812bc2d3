/* Fat binaries: a container is a 16-byte header and entries back to back, each
 * with a header that names its kind and architecture. Layout measured on nvcc
 * 13.0's output and on the libraries of CUDA 11 to 13. */
#include "discover/elf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum {
    CONTAINER_MAGIC = 0xBA55ED50, CONTAINER_BYTES = 16,
    ENTRY_BYTES = 64,
    KIND_PTX = 1, KIND_SASS = 2,
    ENTRIES_MAX = 1 << 20,              /* of one library; real ones have up to 30 000 */
    NAMES_MAX = 1 << 16,
};

#define FLAG_VARIANT_A  UINT64_C(0x100000)
#define FLAG_VARIANT_F  UINT64_C(0x200000)

struct walk {
    int              fd;
    struct arena    *arena;
    struct gpu_code *codes;
    size_t           n_codes;
    size_t           budget;            /* entries still allowed */
    unsigned char    page[4096];        /* headers are small and near one another: one read serves many */
    uint64_t         page_at;
    size_t           page_bytes;
};

static bool read_at(struct walk *w, uint64_t at, void *out, size_t n)
{
    if (at < w->page_at || at + n > w->page_at + w->page_bytes) {
        ssize_t got = at <= INT64_MAX ? pread(w->fd, w->page, sizeof w->page, (off_t)at) : -1;

        w->page_at = at;
        w->page_bytes = got > 0 ? (size_t)got : 0;
        if (w->page_bytes < n)
            return false;
    }
    memcpy(out, w->page + (at - w->page_at), n);
    return true;
}

static uint32_t u32_at(const unsigned char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t u64_at(const unsigned char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static void add_code(struct walk *w, int arch, char variant, bool ptx)
{
    struct gpu_code *c = NULL;

    for (size_t i = 0; i < w->n_codes && c == NULL; i++)
        if (w->codes[i].arch == arch && w->codes[i].variant == variant)
            c = &w->codes[i];
    if (c == NULL)
        c = ARENA_PUSH(w->arena, w->codes, w->n_codes);
    c->arch = arch;
    c->variant = variant;
    c->ptx |= ptx;
    c->sass |= !ptx;
}

static void walk_entries(struct walk *w, uint64_t at, uint64_t end)
{
    unsigned char h[ENTRY_BYTES];

    while (at + ENTRY_BYTES <= end && w->budget > 0 && read_at(w, at, h, sizeof h)) {
        uint32_t kind = u32_at(h) & 0xffff, header = u32_at(h + 4), arch = u32_at(h + 28);
        uint64_t payload = u64_at(h + 8), flags = u64_at(h + 40);

        if (header < ENTRY_BYTES || header > end - at || payload > end - at - header)
            return;
        w->budget--;
        if ((kind == KIND_PTX || kind == KIND_SASS) && arch >= 10 && arch < 1000)
            add_code(w, (int)arch, flags & FLAG_VARIANT_A ? 'a' : flags & FLAG_VARIANT_F ? 'f' : 0, kind == KIND_PTX);
        at += header + payload;
    }
}

static void walk_section(struct walk *w, uint64_t at, uint64_t end)
{
    unsigned char h[CONTAINER_BYTES];
    size_t misses = 0;

    while (at + CONTAINER_BYTES <= end && w->budget > 0 && misses < 4096 && read_at(w, at, h, sizeof h)) {
        uint64_t header = u32_at(h + 4) >> 16, payload = u64_at(h + 8);

        if (u32_at(h) != CONTAINER_MAGIC || header < CONTAINER_BYTES || header > end - at || payload > end - at - header) {
            at += 8;                    /* padding between containers */
            misses++;
            continue;
        }
        misses = 0;
        walk_entries(w, at + header, at + header + payload);
        at += header + payload;
    }
}

static bool holds_code(const char *name)
{
    return strcmp(name, ".nv_fatbin") == 0 || strcmp(name, "__nv_relfatbin") == 0;
}

static int by_arch(const void *x, const void *y)
{
    const struct gpu_code *a = x, *b = y;

    return a->arch != b->arch ? a->arch - b->arch : a->variant - b->variant;
}

/* The section table is read here and not by libelf, which would not tell where
 * in the file a section lies without reading it. */
static bool read_table(struct walk *w, Elf64_Ehdr *h, char **names, size_t *names_bytes)
{
    Elf64_Shdr s;

    if (!read_at(w, 0, h, sizeof *h) || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0
        || h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_shentsize != sizeof s
        || !read_at(w, h->e_shoff + (uint64_t)h->e_shstrndx * sizeof s, &s, sizeof s) || s.sh_size > NAMES_MAX)
        return false;
    *names = arena_alloc(w->arena, s.sh_size + 1);
    *names_bytes = s.sh_size;
    return s.sh_offset <= INT64_MAX && pread(w->fd, *names, s.sh_size, (off_t)s.sh_offset) == (ssize_t)s.sh_size;
}

bool fatbin_read(struct elf_facts *f, struct arena *a, int fd, struct err *e)
{
    struct walk *w = arena_alloc(a, sizeof *w);
    size_t names_bytes = 0;
    char *names = NULL;
    Elf64_Ehdr h;

    w->fd = fd;
    w->arena = a;
    w->budget = ENTRIES_MAX;
    if (!read_table(w, &h, &names, &names_bytes))
        return err_set(e, ERR_FORMAT, "no readable section table");
    for (size_t i = 0; i < h.e_shnum; i++) {
        Elf64_Shdr s;

        if (!read_at(w, h.e_shoff + i * sizeof s, &s, sizeof s))
            return err_set(e, ERR_FORMAT, "the section table is cut");
        if (s.sh_type != SHT_NOBITS && s.sh_name < names_bytes && holds_code(names + s.sh_name)
            && s.sh_offset <= UINT64_MAX - s.sh_size)
            walk_section(w, s.sh_offset, s.sh_offset + s.sh_size);
    }
    if (w->n_codes > 0)
        qsort(w->codes, w->n_codes, sizeof *w->codes, by_arch);
    f->codes = w->codes;
    f->n_codes = w->n_codes;
    return true;
}
