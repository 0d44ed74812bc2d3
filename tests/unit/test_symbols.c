/* The symbols of a library: what it wants, of whom, and in which version; and what is no library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "discover/symbols.h"
#include "small_elf.h"

struct seen { bool wants_versioned; size_t defined, wanted; };

static void look(void *arg, const struct symbol *s)
{
    struct seen *seen = arg;

    assert_non_null(s->name);
    seen->defined += s->defined;
    seen->wanted += !s->defined;
    if (!s->defined && s->library != NULL && s->version != NULL && text_starts(s->library, "libc.so.") && text_starts(s->version, "GLIBC_"))
        seen->wants_versioned = true;
}

/* This program is linked with the C library, whose symbols have versions. */
static void a_program_wants_versions_of_the_c_librarys_symbols(void **state)
{
    struct arena a = { NULL };
    struct err e = { .kind = ERR_NONE };
    struct seen seen = { false };
    struct root root;

    (void)state;
    assert_true(root_open(&root, &a, "/", &e));
    assert_true(symbols_each(&root, "/proc/self/exe", look, &seen));
    assert_true(seen.wants_versioned);
    assert_true(seen.wanted > 10);
    assert_false(symbols_each(&root, "/no/such/file", look, &seen));
    assert_false(symbols_each(&root, "/etc/passwd", look, &seen));
    arena_free(&a);
}

static void a_table_that_is_cut_or_has_no_end_is_none(void **state)
{
    struct small_elf s;
    struct seen seen = { false };
    int fd;

    (void)state;
    small_elf_make(&s);
    s.sections[IN_FATBIN].sh_type = SHT_DYNSYM;
    s.sections[IN_FATBIN].sh_link = IN_STRINGS;
    s.sections[IN_FATBIN].sh_entsize = sizeof(Elf64_Sym);
    s.sections[IN_FATBIN].sh_size = 3 * sizeof(Elf64_Sym);
    fd = small_file(&s, sizeof s);
    assert_true(symbols_of(fd, look, &seen));
    close(fd);
    s.sections[IN_FATBIN].sh_link = IN_NULL;
    fd = small_file(&s, sizeof s);
    assert_false(symbols_of(fd, look, &seen));
    close(fd);
    s.sections[IN_FATBIN].sh_link = IN_STRINGS;
    s.strings[sizeof s.strings - 1] = 'x';
    fd = small_file(&s, sizeof s);
    assert_false(symbols_of(fd, look, &seen));
    close(fd);
    fd = small_file(&s, sizeof s / 2);
    assert_false(symbols_of(fd, look, &seen));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_wants_versions_of_the_c_librarys_symbols),
        cmocka_unit_test(a_table_that_is_cut_or_has_no_end_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
