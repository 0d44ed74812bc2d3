/* Fuzzes the ELF and fat binary readers. Input that begins like ELF is the file
 * itself; any other is a list of patches to a small library (place, width,
 * bytes), so that no seeds are needed to get past the headers:
 *
 *     clang -fsanitize=fuzzer,address ... tests/fuzz/fuzz_elf.c ... -lelf && ./fuzz_elf -max_total_time=60
 */
#include "base/text.h"
#include "discover/definitions.h"
#include "discover/elf.h"
#include "discover/symbols.h"
#include "tests/unit/small_elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void read_both(const void *bytes, size_t n)
{
    struct arena arena = { NULL };
    struct elf_facts f;
    struct err e;
    int fd = small_file(bytes, n);

    if (fd < 0 || (elf_read(&f, &arena, fd, &e) && f.machine == NULL))
        __builtin_trap();
    if (fatbin_read(&f, &arena, fd, &e) && f.n_codes > 0 && !f.codes[0].sass && !f.codes[0].ptx && !f.codes[0].lto)
        __builtin_trap();
    if (fatbin_read_loose(&f, &arena, fd, &e) && f.n_loose > 0 && f.loose_in == NULL)
        __builtin_trap();
    close(fd);
    arena_free(&arena);
}

static void read_definitions(const void *bytes, size_t n)
{
    struct arena arena = { NULL };
    int fd = small_file(bytes, n);
    const char *newest = fd >= 0 ? elf_newest_definition(&arena, fd, "GLIBC_") : NULL;

    if (fd < 0 || (newest != NULL && text_version_length(newest) == 0))
        __builtin_trap();
    close(fd);
    arena_free(&arena);
}

static void look_at_symbol(void *arg, const struct symbol *s)
{
    (void)arg;
    if (strlen(s->name) > (size_t)1 << 30 || (s->version != NULL && strlen(s->version) > (size_t)1 << 30) || (s->defined && s->library != NULL))
        __builtin_trap();
}

static void read_symbols(const void *bytes, size_t n)
{
    int fd = small_file(bytes, n);

    (void)!symbols_of(fd, look_at_symbol, NULL);
    close(fd);
}

/* Its strings for a table of symbols, too. */
static void read_small_symbols(struct small_elf *s)
{
    s->sections[IN_FATBIN].sh_type = SHT_DYNSYM;
    s->sections[IN_FATBIN].sh_link = IN_STRINGS;
    s->sections[IN_FATBIN].sh_entsize = sizeof(Elf64_Sym);
    s->sections[IN_FATBIN].sh_size -= s->sections[IN_FATBIN].sh_size % sizeof(Elf64_Sym);
    s->sections[IN_RELFATBIN].sh_type = SHT_GNU_versym;
    read_symbols(s, sizeof *s);
}

static void patch(struct small_elf *s, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; n - i >= 3;) {
        size_t at = (size_t)(bytes[i] << 8 | bytes[i + 1]) % sizeof *s, width = 1 + bytes[i + 2] % 8;

        i += 3;
        if (width > n - i || width > sizeof *s - at)
            return;
        memcpy((char *)s + at, bytes + i, width);
        i += width;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct small_elf s;

    if (n >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0) {
        read_both(bytes, n);
        read_definitions(bytes, n);
        read_symbols(bytes, n);
        return 0;
    }
    small_elf_make(&s);
    patch(&s, bytes, n);
    read_both(&s, sizeof s);
    s.sections[IN_VERSIONS].sh_type = SHT_GNU_verdef;
    read_definitions(&s, sizeof s);
    read_small_symbols(&s);
    return 0;
}
