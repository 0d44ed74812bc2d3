/* Fat binaries: a container is a 16-byte header and entries back to back, each
 * with a header that names its kind and architecture. Layout measured on nvcc
 * 13.0's output and on the libraries of CUDA 11 to 13. */
#include "discover/elf.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CONTAINER_BYTES = 16, PADDING_BYTES = 8,
    ENTRY_BYTES = 64,
    KIND_PTX = 1, KIND_SASS = 2,
    HEADERS_MAX = 1 << 20,              /* of one library; real ones have up to 30 000 */
    CODES_MAX = 256,                    /* distinct ones; real libraries have up to 16 */
    NAMES_MAX = 1 << 16,
};

#define CONTAINER_MAGIC 0xBA55ED50u
#define FLAG_VARIANT_A  UINT64_C(0x100000)
#define FLAG_VARIANT_F  UINT64_C(0x200000)

struct walk {
    int              fd;
    struct arena    *arena;
    struct gpu_code *codes;
    size_t           n_codes;
    size_t           budget;            /* headers still allowed */
    uint64_t         file_bytes;
    unsigned char    page[4096];        /* headers are small and near one another: one read serves many */
    uint64_t         page_at;
    size_t           page_bytes;
};

static bool read_at(struct walk *w, uint64_t at, void *out, size_t n)
{
    if (at > w->file_bytes || n > w->file_bytes - at)
        return false;
    if (at < w->page_at || at + n > w->page_at + w->page_bytes) {
        ssize_t got = pread(w->fd, w->page, sizeof w->page, (off_t)at);

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

static bool add_code(struct walk *w, int arch, char variant, bool ptx)
{
    struct gpu_code *c = NULL;

    for (size_t i = 0; i < w->n_codes && c == NULL; i++)
        if (w->codes[i].arch == arch && w->codes[i].variant == variant)
            c = &w->codes[i];
    if (c == NULL && w->n_codes == CODES_MAX)
        return false;
    if (c == NULL)
        c = ARENA_PUSH(w->arena, w->codes, w->n_codes);
    c->arch = arch;
    c->variant = variant;
    c->ptx |= ptx;
    c->sass |= !ptx;
    return true;
}

static char variant_of(uint64_t flags)
{
    return flags & FLAG_VARIANT_A ? 'a' : flags & FLAG_VARIANT_F ? 'f' : 0;
}

static bool damaged(uint64_t at, struct err *e)
{
    return err_set(e, ERR_FORMAT, "its fat binary makes no sense at byte %" PRIu64, at);
}

/* Other kinds (LTO code, say) are stepped over: no driver runs them as they are. */
static bool walk_entries(struct walk *w, uint64_t at, uint64_t end, struct err *e)
{
    unsigned char h[ENTRY_BYTES];

    while (at < end) {
        uint32_t kind, header, arch;
        uint64_t payload;

        if (end - at < ENTRY_BYTES || w->budget-- == 0 || !read_at(w, at, h, sizeof h))
            return damaged(at, e);
        kind = u32_at(h) & 0xffff;
        header = u32_at(h + 4);
        payload = u64_at(h + 8);
        arch = u32_at(h + 28);
        if (header < ENTRY_BYTES || header > end - at || payload > end - at - header)
            return damaged(at, e);
        if ((kind == KIND_PTX || kind == KIND_SASS)
            && (arch < 10 || arch >= 1000 || !add_code(w, (int)arch, variant_of(u64_at(h + 40)), kind == KIND_PTX)))
            return damaged(at, e);
        at += header + payload;
    }
    return true;
}

/* Containers lie back to back (measured on 40 libraries: not one gap), but an
 * object linked by hand may be padded with zeros to its alignment. */
static bool walk_section(struct walk *w, uint64_t at, uint64_t end, struct err *e)
{
    unsigned char h[CONTAINER_BYTES];

    while (end - at >= CONTAINER_BYTES) {
        uint64_t header, payload;

        if (w->budget-- == 0 || !read_at(w, at, h, sizeof h))
            return damaged(at, e);
        if (u64_at(h) == 0) {
            at += PADDING_BYTES;
            continue;
        }
        header = u32_at(h + 4) >> 16;
        payload = u64_at(h + 8);
        if (u32_at(h) != CONTAINER_MAGIC || header < CONTAINER_BYTES || header > end - at || payload > end - at - header)
            return damaged(at, e);
        if (!walk_entries(w, at + header, at + header + payload, e))
            return false;
        at += header + payload;
    }
    return true;
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
 * in the file a section lies without reading it. No table, or a 32-bit file's:
 * no names and true, for nvcc makes neither. */
static bool read_table(struct walk *w, Elf64_Ehdr *h, char **names, size_t *names_bytes, struct err *e)
{
    Elf64_Shdr s;

    if (!read_at(w, 0, h, sizeof *h) || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
        return err_set(e, ERR_FORMAT, "not an ELF file");
    if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_shoff == 0 || h->e_shnum == 0)
        return true;
    if (h->e_shentsize != sizeof s || h->e_shoff > w->file_bytes
        || !read_at(w, h->e_shoff + (uint64_t)h->e_shstrndx * sizeof s, &s, sizeof s)
        || s.sh_size > NAMES_MAX || s.sh_offset > w->file_bytes || s.sh_size > w->file_bytes - s.sh_offset)
        return err_set(e, ERR_FORMAT, "no readable section table");
    *names = arena_alloc(w->arena, s.sh_size + 1);
    *names_bytes = s.sh_size;
    if (pread(w->fd, *names, s.sh_size, (off_t)s.sh_offset) != (ssize_t)s.sh_size)
        return err_set(e, ERR_FORMAT, "no readable section names");
    return true;
}

static bool walk_sections(struct walk *w, struct err *e)
{
    size_t names_bytes = 0;
    char *names = NULL;
    Elf64_Ehdr h;

    if (!read_table(w, &h, &names, &names_bytes, e))
        return false;
    for (size_t i = 0; i < h.e_shnum && names_bytes > 0; i++) {
        Elf64_Shdr s;

        if (!read_at(w, h.e_shoff + i * sizeof s, &s, sizeof s))
            return err_set(e, ERR_FORMAT, "the section table is cut");
        if (s.sh_type == SHT_NOBITS || s.sh_name >= names_bytes || !holds_code(names + s.sh_name))
            continue;
        if (s.sh_offset > w->file_bytes || s.sh_size > w->file_bytes - s.sh_offset)
            return err_set(e, ERR_FORMAT, "the file ends inside %s", names + s.sh_name);
        if (!walk_section(w, s.sh_offset, s.sh_offset + s.sh_size, e))
            return false;
    }
    return true;
}

bool fatbin_read(struct elf_facts *f, struct arena *a, int fd, struct err *e)
{
    struct walk *w = arena_alloc(a, sizeof *w);
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(e, ERR_FORMAT, "not a regular file");
    w->fd = fd;
    w->arena = a;
    w->budget = HEADERS_MAX;
    w->file_bytes = (uint64_t)st.st_size;
    if (!walk_sections(w, e))
        return false;
    if (w->n_codes > 0)
        qsort(w->codes, w->n_codes, sizeof *w->codes, by_arch);
    f->codes = w->codes;
    f->n_codes = w->n_codes;
    return true;
}
