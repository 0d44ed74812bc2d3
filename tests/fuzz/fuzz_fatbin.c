/* Fuzzes the reader of fat binaries alone: the input replaces the two containers
 * of a small library's .nv_fatbin, whose own headers stay whole; then of its data. */
#include "discover/elf.h"
#include "tests/unit/small_elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena arena = { NULL };
    struct elf_facts f;
    struct small_elf s;
    struct err e;
    int fd;

    small_elf_make(&s);
    memcpy(s.fatbin, bytes, n < sizeof s.fatbin ? n : sizeof s.fatbin);
    fd = small_file(&s, sizeof s);
    if (fd < 0 || !elf_read(&f, &arena, fd, &e))
        __builtin_trap();
    if (fatbin_read(&f, &arena, fd, &e))
        for (size_t i = 0; i < f.n_codes; i++)
            if ((!f.codes[i].sass && !f.codes[i].ptx && !f.codes[i].lto) || (i > 0 && f.codes[i].arch < f.codes[i - 1].arch))
                __builtin_trap();
    close(fd);
    memcpy(s.names + s.sections[IN_FATBIN].sh_name, ".data", sizeof ".data");
    fd = small_file(&s, sizeof s);
    if (fd < 0 || (fatbin_read_loose(&f, &arena, fd, &e) && f.n_loose > 0 && f.loose_in == NULL))
        __builtin_trap();
    close(fd);
    arena_free(&arena);
    return 0;
}
