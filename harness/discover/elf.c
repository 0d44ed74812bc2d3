#include "discover/elf.h"

#include <gelf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* More of anything than this is garbage, not a library. */
enum { NEEDED_MAX = 512, VERSIONS_MAX = 4096, SECTION_MAX = 1 << 20, STRING_MAX = 4096 };

struct reader {
    struct elf_facts *facts;
    struct arena     *arena;
    Elf              *elf;
    int               fd;
};

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static const char *machine_name(struct arena *a, unsigned machine)
{
    switch (machine) {
    case EM_X86_64:  return "x86_64";
    case EM_AARCH64: return "aarch64";
    case EM_PPC64:   return "ppc64le";
    case EM_386:     return "i386";
    case EM_CUDA:    return "cuda";     /* a cubin: machine code for a GPU alone */
    default:         return text_make(a, "machine %u", machine);
    }
}

/* Where `bytes` bytes at `at` end. What no file can hold counts as the largest
 * file, so that a garbage header reads as a cut file and not as a small one. */
static uint64_t end_of(uint64_t at, uint64_t bytes)
{
    return at <= INT64_MAX && bytes <= INT64_MAX - at ? at + bytes : INT64_MAX;
}

/* A file that begins like ELF and is shorter than its header was cut, too; and
 * a section count kept outside the header must fit the file, because libelf
 * makes room for all of them at once. */
static bool check_header(int fd, uint64_t bytes, struct err *e)
{
    static const char pointer[] = "version https://git-lfs";
    Elf64_Ehdr h;
    Elf64_Shdr first;
    ssize_t got = pread(fd, &h, sizeof h, 0);

    if (got < 0)
        return err_sys(e, "read");
    if (got == 0)
        return err_set(e, ERR_FORMAT, "an empty file");
    if (got >= (ssize_t)sizeof pointer && memcmp(&h, pointer, sizeof pointer - 1) == 0)
        return err_set(e, ERR_FORMAT, "not an ELF file but a pointer of git-lfs: the file itself was not fetched");
    if (got < SELFMAG || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0)
        return err_set(e, ERR_FORMAT, "not an ELF file");
    if (got < (ssize_t)sizeof h)
        return err_set(e, ERR_FORMAT, "cut inside its ELF header, after %zd bytes", got);
    if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_shnum != 0 || h.e_shoff == 0 || h.e_shoff > INT64_MAX)
        return true;
    if (pread(fd, &first, sizeof first, (off_t)h.e_shoff) == (ssize_t)sizeof first
        && first.sh_size > (bytes - h.e_shoff) / sizeof first)
        return err_set(e, ERR_FORMAT, "garbage: more sections than the file has room for");
    return true;
}

/* A string of the file itself; NULL where it does not end within `room`. */
static const char *string_in_file(const struct reader *r, uint64_t at, uint64_t room)
{
    char s[STRING_MAX];
    ssize_t got = at <= INT64_MAX ? pread(r->fd, s, room < sizeof s ? room : sizeof s, (off_t)at) : 0;

    return got > 0 && memchr(s, '\0', (size_t)got) != NULL ? arena_text(r->arena, s) : NULL;
}

/* The segments, and what the headers say the file must hold but for the sections
 * themselves: every segment and the two tables. A file that is cut is shorter. */
static void read_segments(const struct reader *r, const GElf_Ehdr *ehdr)
{
    uint64_t end = end_of(ehdr->e_shoff, (uint64_t)ehdr->e_shnum * ehdr->e_shentsize);
    size_t n = 0;

    end = larger(end, end_of(ehdr->e_phoff, (uint64_t)ehdr->e_phnum * ehdr->e_phentsize));
    if (elf_getphdrnum(r->elf, &n) != 0)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr p;

        if (gelf_getphdr(r->elf, (int)i, &p) == NULL)
            continue;
        end = larger(end, end_of(p.p_offset, p.p_filesz));
        if (p.p_type == PT_INTERP && r->facts->interpreter == NULL)
            r->facts->interpreter = string_in_file(r, p.p_offset, p.p_filesz);
    }
    r->facts->bytes_needed = end;
}

/* The contents of a small section; NULL if it is cut or absurdly large. */
static Elf_Data *small_section(Elf_Scn *scn, const GElf_Shdr *shdr)
{
    return shdr->sh_size <= SECTION_MAX ? elf_getdata(scn, NULL) : NULL;
}

/* A string of the section's string table; NULL if the offset points outside.
 * Read by itself, because libelf would read the whole table: 8 MB of a
 * libtorch_cpu.so, for twenty names. */
static const char *string_at(const struct reader *r, const GElf_Shdr *shdr, uint64_t offset)
{
    Elf_Scn *scn = elf_getscn(r->elf, shdr->sh_link);
    GElf_Shdr table;

    if (scn == NULL || gelf_getshdr(scn, &table) == NULL || table.sh_type != SHT_STRTAB || offset >= table.sh_size
        || end_of(table.sh_offset, table.sh_size) > r->facts->bytes)
        return NULL;
    return string_in_file(r, table.sh_offset + offset, table.sh_size - offset);
}

static void read_dynamic(const struct reader *r, Elf_Scn *scn, const GElf_Shdr *shdr)
{
    struct elf_facts *f = r->facts;
    Elf_Data *data = small_section(scn, shdr);
    const char **needed = NULL;
    size_t n = data != NULL && shdr->sh_entsize > 0 ? data->d_size / shdr->sh_entsize : 0;

    for (size_t i = 0; i < n && f->n_needed < NEEDED_MAX; i++) {
        GElf_Dyn d;
        const char *s;

        if (gelf_getdyn(data, (int)i, &d) == NULL || d.d_tag == DT_NULL)
            break;
        if (d.d_tag == DT_FLAGS_1)
            f->no_default_folders = (d.d_un.d_val & DF_1_NODEFLIB) != 0;
        if (d.d_tag != DT_SONAME && d.d_tag != DT_NEEDED && d.d_tag != DT_RPATH && d.d_tag != DT_RUNPATH)
            continue;
        s = string_at(r, shdr, d.d_un.d_val);
        if (s == NULL)
            continue;
        if (d.d_tag == DT_SONAME)
            f->soname = s;
        else if (d.d_tag == DT_RPATH)
            f->rpath = s;
        else if (d.d_tag == DT_RUNPATH)
            f->runpath = s;
        else
            *ARENA_PUSH(r->arena, needed, f->n_needed) = s;
    }
    f->needed = needed;
}

void elf_keep_newest(const char **newest, const char *prefix, const char *version)
{
    size_t n = strlen(prefix);

    if (version == NULL || !text_starts(version, prefix) || version[n] < '0' || version[n] > '9')
        return;
    if (*newest == NULL || text_compare_versions(version + n, *newest) > 0)
        *newest = version + n;
}

static void keep_version(struct elf_facts *f, const char *version)
{
    elf_keep_newest(&f->glibc, "GLIBC_", version);
    elf_keep_newest(&f->glibcxx, "GLIBCXX_", version);
    elf_keep_newest(&f->cxxabi, "CXXABI_", version);
}

/* The newest of each kind among the versions the file asks other libraries for.
 * Offsets are checked against the section before libelf takes them as int. */
static void read_versions(const struct reader *r, Elf_Scn *scn, const GElf_Shdr *shdr)
{
    Elf_Data *data = small_section(scn, shdr);
    size_t size = data != NULL ? data->d_size : 0;
    int budget = VERSIONS_MAX;
    GElf_Verneed need;

    for (uint64_t at = 0; at < size && budget-- > 0 && gelf_getverneed(data, (int)at, &need) != NULL;) {
        GElf_Vernaux aux;

        for (uint64_t in = at + need.vn_aux; in < size && budget-- > 0 && gelf_getvernaux(data, (int)in, &aux) != NULL;) {
            keep_version(r->facts, string_at(r, shdr, aux.vna_name));
            if (aux.vna_next == 0)
                break;
            in += aux.vna_next;
        }
        if (need.vn_next == 0)
            break;
        at += need.vn_next;
    }
}

/* A library has one dynamic section and one of versions; the first of each is
 * read, so that the work stays small whatever the table says. */
static void read_sections(const struct reader *r)
{
    struct elf_facts *f = r->facts;
    bool dynamic = false, versions = false;

    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(r->elf, scn)) != NULL;) {
        GElf_Shdr shdr;

        if (gelf_getshdr(scn, &shdr) == NULL)
            continue;
        if (shdr.sh_type != SHT_NOBITS && shdr.sh_type != SHT_NULL)
            f->bytes_needed = larger(f->bytes_needed, end_of(shdr.sh_offset, shdr.sh_size));
        if (shdr.sh_type == SHT_DYNAMIC && !dynamic) {
            dynamic = true;
            read_dynamic(r, scn, &shdr);
        }
        if (shdr.sh_type == SHT_GNU_verneed && !versions) {
            versions = true;
            read_versions(r, scn, &shdr);
        }
    }
}

bool elf_read(struct elf_facts *f, struct arena *a, int fd, struct err *e)
{
    struct reader r = { .facts = f, .arena = a, .fd = fd };
    struct stat st;
    GElf_Ehdr ehdr;

    *f = (struct elf_facts){ .soname = NULL };
    if (fstat(fd, &st) != 0)
        return err_sys(e, "fstat");
    f->bytes = (uint64_t)st.st_size;
    if (!check_header(fd, f->bytes, e))
        return false;
    elf_version(EV_CURRENT);
    r.elf = elf_begin(fd, ELF_C_READ, NULL);
    if (r.elf == NULL || elf_kind(r.elf) != ELF_K_ELF || gelf_getehdr(r.elf, &ehdr) == NULL) {
        elf_end(r.elf);
        return err_set(e, ERR_FORMAT, "not an ELF file");
    }
    f->machine = machine_name(a, ehdr.e_machine);
    f->is_32_bit = gelf_getclass(r.elf) == ELFCLASS32;
    read_segments(&r, &ehdr);
    read_sections(&r);
    elf_end(r.elf);
    return true;
}
