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

#include "base/text.h"

enum {
    CONTAINER_BYTES = 16, PADDING_BYTES = 8,
    ENTRY_BYTES = 64,
    KIND_PTX = 1, KIND_SASS = 2, KIND_LTO = 8,
    HEADERS_MAX = 1 << 20,              /* of one library; real ones have up to 30 000 */
    CODES_MAX = 256,                    /* distinct ones; real libraries have up to 16 */
    NAMES_MAX = 1 << 16,
};

#define CONTAINER_MAGIC 0xBA55ED50u
#define FLAG_COMPRESSED UINT64_C(0xa000)        /* LZ4 0x2000, zstd 0x8000: nvcc's --compress-mode speed and size */
#define FLAG_VARIANT_A  UINT64_C(0x100000)
#define FLAG_VARIANT_F  UINT64_C(0x200000)

struct code_list { struct gpu_code items[CODES_MAX]; size_t n; };

struct walk {
    int              fd;
    struct arena    *arena;
    struct code_list codes;
    struct code_list tried;             /* of a container that may turn out to be none */
    size_t           n_containers, n_images, n_compressed;
    size_t           budget;            /* headers still allowed */
    uint64_t         data_left;         /* bytes of data still to be looked through: sections do not overlap */
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

static bool add_code(struct code_list *list, const struct gpu_code *code)
{
    struct gpu_code *c = NULL;

    for (size_t i = 0; i < list->n && c == NULL; i++)
        if (list->items[i].arch == code->arch && list->items[i].variant == code->variant)
            c = &list->items[i];
    if (c == NULL && list->n == CODES_MAX)
        return false;
    if (c == NULL) {
        c = &list->items[list->n++];
        *c = (struct gpu_code){ .arch = code->arch, .variant = code->variant };
    }
    c->ptx |= code->ptx;
    c->sass |= code->sass;
    c->lto |= code->lto;
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

static bool walk_images(struct walk *w, uint64_t at, uint64_t end, struct code_list *codes, struct err *e)
{
    unsigned char h[ENTRY_BYTES];

    while (at < end) {
        uint32_t kind, header, arch;
        uint64_t payload, flags;

        if (end - at < ENTRY_BYTES || w->budget == 0 || !read_at(w, at, h, sizeof h))
            return damaged(at, e);
        w->budget--;
        kind = u32_at(h) & 0xffff;
        header = u32_at(h + 4);
        payload = u64_at(h + 8);
        arch = u32_at(h + 28);
        flags = u64_at(h + 40);
        if (header < ENTRY_BYTES || header > end - at || payload > end - at - header)
            return damaged(at, e);
        if (kind == KIND_PTX || kind == KIND_SASS || kind == KIND_LTO) {
            const struct gpu_code code = { .arch = (int)(arch & 0xffff), .variant = variant_of(flags), .sass = kind == KIND_SASS,
                                           .ptx = kind == KIND_PTX, .lto = kind == KIND_LTO };

            if (arch < 10 || arch >= 1000 || !add_code(codes, &code))
                return damaged(at, e);
        }
        w->n_images++;
        w->n_compressed += (flags & FLAG_COMPRESSED) != 0;
        at += header + payload;
    }
    return true;
}

/* The bytes of the container there, and of its header; 0 if there is none. */
static uint64_t container_at(struct walk *w, uint64_t at, uint64_t end, uint64_t *header)
{
    unsigned char h[CONTAINER_BYTES];
    uint64_t payload;

    if (end - at < sizeof h || w->budget == 0 || !read_at(w, at, h, sizeof h))
        return 0;
    w->budget--;
    *header = u32_at(h + 4) >> 16;
    payload = u64_at(h + 8);
    if (u32_at(h) != CONTAINER_MAGIC || *header < CONTAINER_BYTES || *header > end - at || payload > end - at - *header)
        return 0;
    return *header + payload;
}

/* Containers lie back to back (measured on 40 libraries: not one gap), but an
 * object linked by hand may be padded with zeros to its alignment. */
static bool walk_section(struct walk *w, uint64_t at, uint64_t end, struct err *e)
{
    while (end - at >= CONTAINER_BYTES) {
        unsigned char word[PADDING_BYTES];
        uint64_t header, bytes;

        if (w->budget > 0 && read_at(w, at, word, sizeof word) && u64_at(word) == 0) {
            w->budget--;
            at += PADDING_BYTES;
            continue;
        }
        bytes = container_at(w, at, end, &header);
        if (bytes == 0)
            return damaged(at, e);
        if (!walk_images(w, at + header, at + bytes, &w->codes, e))
            return false;
        w->n_containers++;
        at += bytes;
    }
    return true;
}

/* The next place from `at` on where a container may begin: every one seen is
 * aligned to 8 bytes. `end` if there is none. */
static uint64_t next_magic(struct walk *w, uint64_t at, uint64_t end)
{
    uint32_t first;

    for (at = (at + 7) & ~UINT64_C(7); at + sizeof first <= end && read_at(w, at, &first, sizeof first); at = (at + 7) & ~UINT64_C(7)) {
        const uint64_t page_end = w->page_at + w->page_bytes, stop = page_end < end ? page_end : end;

        for (; at + sizeof first <= stop; at += 8)
            if (u32_at(w->page + (at - w->page_at)) == CONTAINER_MAGIC)
                return at;
    }
    return end;
}

/* Data may hold the magic by chance: what does not hold together to its end is
 * no container, and no damage. */
static bool walk_data(struct walk *w, uint64_t at, uint64_t end, struct err *e)
{
    if (end - at > w->data_left)
        return err_set(e, ERR_FORMAT, "its sections of data have more bytes than the file");
    w->data_left -= end - at;
    for (at = next_magic(w, at, end); at < end; at = next_magic(w, at, end)) {
        uint64_t header, bytes = container_at(w, at, end, &header);
        struct err chance;

        if (w->budget == 0)
            return err_set(e, ERR_LIMIT, "its data holds more than %d headers of GPU code", HEADERS_MAX);
        w->tried.n = 0;
        if (bytes == 0 || !walk_images(w, at + header, at + bytes, &w->tried, &chance)) {
            at += 8;
            continue;
        }
        for (size_t i = 0; i < w->tried.n; i++)
            if (!add_code(&w->codes, &w->tried.items[i]))
                return damaged(at, e);
        w->n_containers++;
        at += bytes;
    }
    return true;
}

static bool holds_code(const char *name)
{
    return strcmp(name, ".nv_fatbin") == 0 || strcmp(name, "__nv_relfatbin") == 0;
}

static bool may_hold_code(const char *name)
{
    return text_starts(name, ".data") || text_starts(name, ".rodata") || text_starts(name, ".ldata") || text_starts(name, ".lrodata");
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

/* Walks every section of that kind; where `in` is given, the first that held code is named there. */
static bool walk_sections(struct walk *w, bool (*is_one)(const char *), bool (*one)(struct walk *, uint64_t, uint64_t, struct err *),
                          const char **in, struct err *e)
{
    size_t names_bytes = 0;
    char *names = NULL;
    Elf64_Ehdr h;

    if (!read_table(w, &h, &names, &names_bytes, e))
        return false;
    for (size_t i = 0; i < h.e_shnum && names_bytes > 0; i++) {
        const size_t before = w->n_containers;
        Elf64_Shdr s;

        if (!read_at(w, h.e_shoff + i * sizeof s, &s, sizeof s))
            return err_set(e, ERR_FORMAT, "the section table is cut");
        if (s.sh_type == SHT_NOBITS || s.sh_name >= names_bytes || !is_one(names + s.sh_name))
            continue;
        if (s.sh_offset > w->file_bytes || s.sh_size > w->file_bytes - s.sh_offset)
            return err_set(e, ERR_FORMAT, "the file ends inside %s", names + s.sh_name);
        if (!one(w, s.sh_offset, s.sh_offset + s.sh_size, e))
            return false;
        if (in != NULL && *in == NULL && w->n_containers > before)
            *in = names + s.sh_name;
    }
    return true;
}

static struct walk *begin(struct arena *a, int fd, struct err *e)
{
    struct walk *w = arena_alloc(a, sizeof *w);
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        err_set(e, ERR_FORMAT, "not a regular file");
        return NULL;
    }
    w->fd = fd;
    w->arena = a;
    w->budget = HEADERS_MAX;
    w->file_bytes = w->data_left = (uint64_t)st.st_size;
    return w;
}

/* The codes in order, in the arena; NULL if there are none. */
static const struct gpu_code *sorted(struct walk *w)
{
    struct gpu_code *codes = arena_alloc(w->arena, w->codes.n * sizeof *codes);

    if (w->codes.n == 0)
        return NULL;
    memcpy(codes, w->codes.items, w->codes.n * sizeof *codes);
    qsort(codes, w->codes.n, sizeof *codes, by_arch);
    return codes;
}

bool fatbin_read(struct elf_facts *f, struct arena *a, int fd, struct err *e)
{
    struct walk *w = begin(a, fd, e);

    if (w == NULL || !walk_sections(w, holds_code, walk_section, NULL, e))
        return false;
    f->codes = sorted(w);
    f->n_codes = w->codes.n;
    f->n_images = w->n_images;
    f->n_compressed = w->n_compressed;
    return true;
}

bool fatbin_read_loose(struct elf_facts *f, struct arena *a, int fd, struct err *e)
{
    struct walk *w = begin(a, fd, e);
    const char *in = NULL;

    if (w == NULL || !walk_sections(w, may_hold_code, walk_data, &in, e))
        return false;
    f->loose = sorted(w);
    f->n_loose = w->codes.n;
    f->loose_in = in;
    return true;
}
