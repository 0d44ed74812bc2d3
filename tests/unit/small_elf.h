/* small_elf.h - a whole shared library in 2 KB, with everything the ELF readers
 * look at: tests change one field of it and read the result back. */
#ifndef TESTS_SMALL_ELF_H
#define TESTS_SMALL_ELF_H

#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SMALL_PTX = 1, SMALL_SASS = 2, SMALL_LTO = 8, SMALL_A = 0x100000, SMALL_F = 0x200000 };
enum small_section { IN_NULL, IN_DYNAMIC, IN_VERSIONS, IN_FATBIN, IN_RELFATBIN, IN_STRINGS, IN_BSS, IN_NAMES, SMALL_SECTIONS };
enum small_dynamic { DYN_SONAME, DYN_NEEDED, DYN_NEEDED_2, DYN_RPATH, DYN_RUNPATH, DYN_END, SMALL_DYNAMICS };

struct small_entry {
    uint16_t kind, one;
    uint32_t header;
    uint64_t payload;
    uint32_t compressed, options;
    uint16_t minor, major;
    uint32_t arch, name, name_bytes;
    uint64_t flags, unknown, uncompressed;
    uint64_t code;                      /* the payload */
};

struct small_container {
    uint32_t magic;
    uint16_t version, header;
    uint64_t payload;
    struct small_entry entries[4];
};

struct small_elf {
    Elf64_Ehdr             header;
    Elf64_Phdr             segment;
    Elf64_Dyn              dynamic[SMALL_DYNAMICS];
    struct { Elf64_Verneed need; Elf64_Vernaux aux[4]; } versions;
    struct small_container fatbin[2], relfatbin;
    char                   strings[192];
    char                   names[96];
    Elf64_Shdr             sections[SMALL_SECTIONS];
};

/* Puts a string at the end of a table that is zero so far (but for byte 0). */
static inline uint32_t small_string(char *table, size_t size, const char *s)
{
    size_t at = 1;

    while (table[at] != '\0')
        at += strlen(table + at) + 1;
    if (at + strlen(s) + 1 >= size)
        __builtin_trap();
    memcpy(table + at, s, strlen(s));
    return (uint32_t)at;
}

static inline void small_container_make(struct small_container *c)
{
    *c = (struct small_container){ .magic = 0xBA55ED50, .version = 1, .header = 16, .payload = sizeof c->entries };
    for (size_t i = 0; i < 4; i++)
        c->entries[i] = (struct small_entry){ .kind = SMALL_SASS, .one = 0x101, .header = 64, .payload = 8, .arch = 80, .flags = 0x11 };
}

static inline void small_section_make(struct small_elf *s, enum small_section i, const char *name, uint32_t type, const void *at,
                                      size_t n, size_t entry)
{
    s->sections[i] = (Elf64_Shdr){
        .sh_name = small_string(s->names, sizeof s->names, name), .sh_type = type, .sh_size = n, .sh_entsize = entry,
        .sh_offset = (uint64_t)((const char *)at - (const char *)s), .sh_link = IN_STRINGS, .sh_addralign = 8,
    };
}

static inline void small_strings_make(struct small_elf *s)
{
    static const struct { Elf64_Sxword tag; const char *text; } dynamic[SMALL_DYNAMICS] = {
        [DYN_SONAME] = { DT_SONAME, "libsmall.so.1" },  [DYN_NEEDED] = { DT_NEEDED, "libcudart.so.13" },
        [DYN_NEEDED_2] = { DT_NEEDED, "libc.so.6" },    [DYN_RPATH] = { DT_RPATH, "$ORIGIN/../lib" },
        [DYN_RUNPATH] = { DT_RUNPATH, "$ORIGIN" },      [DYN_END] = { DT_NULL, "" },
    };
    static const char *const versions[4] = { "GLIBC_2.9", "GLIBC_2.17", "GLIBC_PRIVATE", "GLIBC_2.2.5" };

    for (size_t i = 0; i < SMALL_DYNAMICS; i++)
        s->dynamic[i] = (Elf64_Dyn){ .d_tag = dynamic[i].tag,
                                     .d_un.d_val = small_string(s->strings, sizeof s->strings, dynamic[i].text) };
    s->versions.need = (Elf64_Verneed){ .vn_version = 1, .vn_cnt = 4, .vn_aux = sizeof s->versions.need };
    for (size_t i = 0; i < 4; i++)
        s->versions.aux[i] = (Elf64_Vernaux){ .vna_name = small_string(s->strings, sizeof s->strings, versions[i]),
                                              .vna_next = i < 3 ? sizeof s->versions.aux[i] : 0 };
}

static inline void small_elf_make(struct small_elf *s)
{
    memset(s, 0, sizeof *s);
    s->header = (Elf64_Ehdr){
        .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT }, .e_type = ET_DYN, .e_machine = EM_X86_64,
        .e_version = EV_CURRENT, .e_ehsize = sizeof(Elf64_Ehdr), .e_phoff = offsetof(struct small_elf, segment),
        .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1, .e_shoff = offsetof(struct small_elf, sections),
        .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = SMALL_SECTIONS, .e_shstrndx = IN_NAMES,
    };
    s->segment = (Elf64_Phdr){ .p_type = PT_LOAD, .p_filesz = offsetof(struct small_elf, names) };
    small_strings_make(s);
    small_container_make(&s->fatbin[0]);
    small_container_make(&s->fatbin[1]);
    small_container_make(&s->relfatbin);
    small_section_make(s, IN_DYNAMIC, ".dynamic", SHT_DYNAMIC, s->dynamic, sizeof s->dynamic, sizeof s->dynamic[0]);
    small_section_make(s, IN_VERSIONS, ".gnu.version_r", SHT_GNU_verneed, &s->versions, sizeof s->versions, 0);
    small_section_make(s, IN_FATBIN, ".nv_fatbin", SHT_PROGBITS, s->fatbin, sizeof s->fatbin, 0);
    small_section_make(s, IN_RELFATBIN, "__nv_relfatbin", SHT_PROGBITS, &s->relfatbin, sizeof s->relfatbin, 0);
    small_section_make(s, IN_STRINGS, ".dynstr", SHT_STRTAB, s->strings, sizeof s->strings, 0);
    small_section_make(s, IN_BSS, ".bss", SHT_NOBITS, s->sections, (size_t)1 << 40, 0);
    small_section_make(s, IN_NAMES, ".shstrtab", SHT_STRTAB, s->names, sizeof s->names, 0);
}

/* A nameless file that holds these bytes, or -1. The caller closes. */
static inline int small_file(const void *bytes, size_t n)
{
    int fd = memfd_create("small", MFD_CLOEXEC);

    if (fd >= 0 && n > 0 && write(fd, bytes, n) != (ssize_t)n) {
        close(fd);
        return -1;
    }
    return fd;
}

#endif
