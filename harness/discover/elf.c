#include "discover/elf.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

/* More of anything than this is garbage, not a library. */
enum { NEEDED_MAX = 512, VERSIONS_MAX = 4096 };

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
    default:         return text_make(a, "machine %u", machine);
    }
}

/* What the headers say the file must hold: every segment, the section table and
 * every section. A file that is cut is shorter. */
static uint64_t extent(Elf *elf, const GElf_Ehdr *ehdr)
{
    uint64_t end = ehdr->e_shoff + (uint64_t)ehdr->e_shnum * ehdr->e_shentsize;
    size_t n = 0;

    if (elf_getphdrnum(elf, &n) != 0)
        n = 0;
    end = larger(end, ehdr->e_phoff + (uint64_t)n * ehdr->e_phentsize);
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr p;

        if (gelf_getphdr(elf, (int)i, &p) != NULL && p.p_filesz <= UINT64_MAX / 2 && p.p_offset <= UINT64_MAX / 2)
            end = larger(end, p.p_offset + p.p_filesz);
    }
    return end;
}

static void read_dynamic(struct elf_facts *f, struct arena *a, Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    const char **needed = NULL;
    size_t n = data != NULL && shdr->sh_entsize > 0 ? data->d_size / shdr->sh_entsize : 0;

    for (size_t i = 0; i < n; i++) {
        GElf_Dyn d;
        const char *s;

        if (gelf_getdyn(data, (int)i, &d) == NULL || d.d_tag == DT_NULL)
            break;
        if (d.d_tag != DT_SONAME && d.d_tag != DT_NEEDED && d.d_tag != DT_RPATH && d.d_tag != DT_RUNPATH)
            continue;
        s = elf_strptr(elf, shdr->sh_link, d.d_un.d_val);
        if (s == NULL)
            continue;
        s = arena_text(a, s);
        if (d.d_tag == DT_SONAME)
            f->soname = s;
        else if (d.d_tag == DT_RPATH)
            f->rpath = s;
        else if (d.d_tag == DT_RUNPATH)
            f->runpath = s;
        else if (f->n_needed < NEEDED_MAX)
            *ARENA_PUSH(a, needed, f->n_needed) = s;
    }
    f->needed = needed;
}

/* The newest GLIBC_x.y among the versions the file asks other libraries for. */
static void read_versions(struct elf_facts *f, struct arena *a, Elf *elf, Elf_Scn *scn, const GElf_Shdr *shdr)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    GElf_Verneed need;
    int at = 0, budget = VERSIONS_MAX;

    while (data != NULL && budget-- > 0 && gelf_getverneed(data, at, &need) != NULL) {
        int aux_at = at + (int)need.vn_aux;
        GElf_Vernaux aux;

        while (budget-- > 0 && gelf_getvernaux(data, aux_at, &aux) != NULL) {
            const char *s = elf_strptr(elf, shdr->sh_link, aux.vna_name);

            if (s != NULL && text_starts(s, "GLIBC_") && s[6] >= '0' && s[6] <= '9'
                && (f->glibc == NULL || text_compare_versions(s + 6, f->glibc) > 0))
                f->glibc = arena_text(a, s + 6);
            if (aux.vna_next == 0)
                break;
            aux_at += (int)aux.vna_next;
        }
        if (need.vn_next == 0)
            break;
        at += (int)need.vn_next;
    }
}

static void read_sections(struct elf_facts *f, struct arena *a, Elf *elf)
{
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
        GElf_Shdr shdr;

        if (gelf_getshdr(scn, &shdr) == NULL)
            continue;
        if (shdr.sh_type != SHT_NOBITS && shdr.sh_offset <= UINT64_MAX / 2 && shdr.sh_size <= UINT64_MAX / 2)
            f->bytes_needed = larger(f->bytes_needed, shdr.sh_offset + shdr.sh_size);
        if (shdr.sh_type == SHT_DYNAMIC)
            read_dynamic(f, a, elf, scn, &shdr);
        if (shdr.sh_type == SHT_GNU_verneed)
            read_versions(f, a, elf, scn, &shdr);
    }
}

bool elf_read(struct elf_facts *f, struct arena *a, int fd, struct err *e)
{
    struct stat st;
    GElf_Ehdr ehdr;
    Elf *elf;

    *f = (struct elf_facts){ .soname = NULL };
    if (fstat(fd, &st) != 0)
        return err_sys(e, "fstat");
    f->bytes = (uint64_t)st.st_size;
    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ, NULL);
    if (elf == NULL || elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &ehdr) == NULL) {
        elf_end(elf);
        return err_set(e, ERR_FORMAT, "not an ELF file");
    }
    f->machine = machine_name(a, ehdr.e_machine);
    f->bytes_needed = extent(elf, &ehdr);
    if (f->bytes_needed <= f->bytes)
        read_sections(f, a, elf);
    elf_end(elf);
    return true;
}
