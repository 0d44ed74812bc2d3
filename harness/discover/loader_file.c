#include "discover/loader_file.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static enum loader_takes say(struct loader_file *f, enum loader_takes takes, const char *why)
{
    f->why = why;
    return takes;
}

/* What follows e_ident differs in width only from e_entry on. */
static enum loader_takes judge_tables(struct loader_file *f, const Elf64_Ehdr *h, uint64_t bytes)
{
    bool wide = f->kind.bits == 64;
    uint64_t at, entry, n;
    Elf32_Ehdr small;

    memcpy(&small, h, sizeof small);
    at = wide ? h->e_phoff : small.e_phoff;
    entry = wide ? h->e_phentsize : small.e_phentsize;
    n = wide ? h->e_phnum : small.e_phnum;
    if (h->e_version != EV_CURRENT)
        return say(f, LOADER_STOPS, "of an unknown ELF version");
    if (h->e_type != ET_DYN && h->e_type != ET_EXEC)
        return say(f, LOADER_STOPS, "neither a shared library nor a program");
    if (entry != (wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
        return say(f, LOADER_STOPS, "with segments of an unknown size");
    if (at > bytes || n * entry > bytes - at)
        return say(f, LOADER_STOPS, "cut inside its table of segments");
    return LOADER_TAKES_IT;
}

/* In the order in which glibc looks: a foreign class or machine is passed over
 * in silence, everything else it does not like ends the search. */
static enum loader_takes judge_header(struct loader_file *f, struct arena *a, const Elf64_Ehdr *h, uint64_t bytes,
                                      const struct loader_kind *kind)
{
    const unsigned char *id = h->e_ident;

    if (memcmp(id, ELFMAG, SELFMAG) != 0)
        return say(f, LOADER_STOPS, "not an ELF file");
    f->kind = (struct loader_kind){ id[EI_CLASS] == ELFCLASS64 ? 64 : 32, h->e_machine };
    f->program = h->e_type == ET_EXEC;
    if (kind != NULL && f->kind.bits != kind->bits)
        return say(f, LOADER_PASSES_OVER, text_make(a, "%d-bit", f->kind.bits));
    if (id[EI_DATA] != ELFDATA2LSB)
        return say(f, LOADER_STOPS, "big-endian");
    if (id[EI_VERSION] != EV_CURRENT)
        return say(f, LOADER_STOPS, "of an unknown ELF version");
    if (id[EI_OSABI] != ELFOSABI_SYSV && id[EI_OSABI] != ELFOSABI_GNU)
        return say(f, LOADER_STOPS, "made for another operating system");
    if (id[EI_OSABI] == ELFOSABI_SYSV && id[EI_ABIVERSION] != 0)
        return say(f, LOADER_STOPS, "of an unknown ABI version");
    if (memcmp(id + EI_PAD, (const char[EI_NIDENT - EI_PAD]){ 0 }, EI_NIDENT - EI_PAD) != 0)
        return say(f, LOADER_STOPS, "with garbage in its ELF header");
    if (kind != NULL && f->kind.machine != kind->machine)
        return say(f, LOADER_PASSES_OVER, "for another architecture");
    return judge_tables(f, h, bytes);
}

static enum loader_takes judge(struct loader_file *f, struct arena *a, const struct loader_kind *kind)
{
    Elf64_Ehdr h = { .e_type = ET_NONE };
    struct stat st;
    ssize_t got;

    if (fstat(f->fd, &st) != 0)
        return say(f, LOADER_STOPS, text_make(a, "cannot be read: %s", strerror(errno)));
    if (S_ISDIR(st.st_mode))
        return say(f, LOADER_STOPS, "a folder");
    if (!S_ISREG(st.st_mode))
        return say(f, LOADER_STOPS, "no regular file");
    f->device = st.st_dev;
    f->inode = st.st_ino;
    got = pread(f->fd, &h, sizeof h, 0);
    if (got < 0)
        return say(f, LOADER_STOPS, text_make(a, "cannot be read: %s", strerror(errno)));
    if (got == 0)
        return say(f, LOADER_STOPS, "an empty file");
    if (got < (ssize_t)sizeof h)
        return say(f, LOADER_STOPS, text_make(a, "cut after %zd bytes", got));
    return judge_header(f, a, &h, (uint64_t)st.st_size, kind);
}

struct loader_file loader_file_open(const struct root *root, struct arena *a, const char *path, const struct loader_kind *kind)
{
    struct loader_file f = { .takes = LOADER_FINDS_NOTHING, .fd = root_fd(root, path) };

    if (f.fd < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            f.takes = say(&f, LOADER_PASSES_OVER, text_make(a, "cannot be read: %s", strerror(errno)));
        return f;
    }
    f.takes = judge(&f, a, kind);
    if (f.takes != LOADER_TAKES_IT) {
        close(f.fd);
        f.fd = -1;
    }
    return f;
}
