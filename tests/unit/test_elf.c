#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/text.h"
#include "discover/elf.h"
#include "tests/unit/small_elf.h"

struct reading {
    struct arena     arena;
    struct elf_facts facts;
    struct err       err;
    bool             ok;
};

static struct reading read_bytes(const void *bytes, size_t n)
{
    struct reading r = { .ok = false };
    int fd = small_file(bytes, n);

    assert_true(fd >= 0);
    r.ok = elf_read(&r.facts, &r.arena, fd, &r.err);
    close(fd);
    return r;
}

static struct reading read_small(const struct small_elf *s)
{
    return read_bytes(s, sizeof *s);
}

static void a_librarys_name_needs_and_paths_are_read(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    r = read_small(&s);
    assert_true(r.ok);
    assert_string_equal(r.facts.soname, "libsmall.so.1");
    assert_int_equal(r.facts.n_needed, 2);
    assert_string_equal(r.facts.needed[0], "libcudart.so.13");
    assert_string_equal(r.facts.needed[1], "libc.so.6");
    assert_string_equal(r.facts.rpath, "$ORIGIN/../lib");
    assert_string_equal(r.facts.runpath, "$ORIGIN");
    assert_string_equal(r.facts.machine, "x86_64");
    assert_int_equal(r.facts.n_codes, 0);
    arena_free(&r.arena);
}

static void what_a_programs_headers_say_of_its_loader_is_read(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    r = read_small(&s);
    assert_null(r.facts.interpreter);
    assert_false(r.facts.no_default_folders);
    arena_free(&r.arena);
    s.dynamic[DYN_RPATH] = (Elf64_Dyn){ .d_tag = DT_FLAGS_1, .d_un.d_val = DF_1_NOW | DF_1_NODEFLIB };
    s.segment = (Elf64_Phdr){ .p_type = PT_INTERP, .p_offset = offsetof(struct small_elf, strings) + 1, .p_filesz = 64 };
    r = read_small(&s);
    assert_string_equal(r.facts.interpreter, "libsmall.so.1");
    assert_true(r.facts.no_default_folders);
    arena_free(&r.arena);
    s.segment.p_filesz = 5;                     /* a name without its end is none */
    r = read_small(&s);
    assert_true(r.ok);
    assert_null(r.facts.interpreter);
    arena_free(&r.arena);
}

static void the_floors_of_libstdcxx_are_found_beside_the_one_of_glibc(void **state)
{
    static const char *const versions[4] = { "GLIBCXX_3.4.9", "GLIBCXX_3.4.21", "CXXABI_1.3.9", "CXXABI_FLOAT128" };
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    memset(s.strings, 0, sizeof s.strings);
    for (size_t i = 0; i < 4; i++)
        s.versions.aux[i].vna_name = small_string(s.strings, sizeof s.strings, versions[i]);
    r = read_small(&s);
    assert_true(r.ok);
    assert_null(r.facts.glibc);
    assert_string_equal(r.facts.glibcxx, "3.4.21");
    assert_string_equal(r.facts.cxxabi, "1.3.9");
    arena_free(&r.arena);
}

static void the_newest_glibc_is_found_by_number_and_not_by_letter(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    r = read_small(&s);
    assert_string_equal(r.facts.glibc, "2.17");
    arena_free(&r.arena);
}

static void what_a_library_does_not_say_is_absent(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    s.dynamic[0].d_tag = DT_NULL;
    s.sections[IN_VERSIONS].sh_type = SHT_PROGBITS;
    r = read_small(&s);
    assert_true(r.ok);
    assert_null(r.facts.soname);
    assert_null(r.facts.rpath);
    assert_null(r.facts.runpath);
    assert_null(r.facts.glibc);
    assert_int_equal(r.facts.n_needed, 0);
    arena_free(&r.arena);
}

static void each_machine_has_its_name(void **state)
{
    static const struct { uint16_t machine; const char *name; } cases[] = {
        { EM_X86_64, "x86_64" }, { EM_AARCH64, "aarch64" }, { EM_PPC64, "ppc64le" }, { 243, "machine 243" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct small_elf s;
        struct reading r;

        small_elf_make(&s);
        s.header.e_machine = cases[i].machine;
        r = read_small(&s);
        assert_true(r.ok);
        assert_string_equal(r.facts.machine, cases[i].name);
        arena_free(&r.arena);
    }
}

static void a_32_bit_file_gives_its_machine(void **state)
{
    Elf32_Ehdr h[2] = { {
        .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT }, .e_type = ET_DYN, .e_machine = EM_386,
        .e_version = EV_CURRENT, .e_ehsize = sizeof h[0], .e_shentsize = sizeof(Elf32_Shdr),
    } };
    struct reading r = read_bytes(h, sizeof h);

    (void)state;
    assert_true(r.ok);
    assert_string_equal(r.facts.machine, "i386");
    arena_free(&r.arena);
}

static void a_whole_file_needs_no_more_than_it_has(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);                 /* its .bss of a terabyte takes no room in the file */
    r = read_small(&s);
    assert_int_equal(r.facts.bytes, sizeof s);
    assert_int_equal(r.facts.bytes_needed, sizeof s);
    arena_free(&r.arena);
}

static void a_truncated_file_says_how_much_is_missing(void **state)
{
    struct small_elf s;

    (void)state;
    small_elf_make(&s);
    for (size_t n = sizeof s.header; n < sizeof s; n++) {
        struct reading r = read_bytes(&s, n);

        assert_true(r.ok);
        assert_int_equal(r.facts.bytes, n);
        assert_int_equal(r.facts.bytes_needed, sizeof s);
        assert_string_equal(r.facts.machine, "x86_64");
        arena_free(&r.arena);
    }
}

static void every_header_counts_for_what_a_file_needs(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    s.segment.p_filesz = 1000000;
    r = read_small(&s);
    assert_int_equal(r.facts.bytes_needed, 1000000);
    arena_free(&r.arena);

    small_elf_make(&s);
    s.sections[IN_FATBIN].sh_size = 2000000;
    r = read_small(&s);
    assert_int_equal(r.facts.bytes_needed, s.sections[IN_FATBIN].sh_offset + 2000000);
    arena_free(&r.arena);

    small_elf_make(&s);
    s.segment.p_offset = UINT64_MAX - 4;        /* must not wrap round to a small file */
    r = read_small(&s);
    assert_true(r.facts.bytes_needed > r.facts.bytes);
    arena_free(&r.arena);
}

static void a_file_that_is_no_library_is_called_what_it_is(void **state)
{
    static const struct { const char *bytes; size_t n; const char *says; } cases[] = {
        { "", 0, "empty" },
        { "/* GNU ld script */ INPUT(libsmall.so.1)", 40, "not an ELF file" },
        { "version https://git-lfs.github.com/spec/v1", 42, "not an ELF file" },
        { "\x7f" "ELF", 4, "cut inside its ELF header, after 4 bytes" },
        { "\x7f" "EL", 3, "not an ELF file" },
        { "!<arch>\n", 8, "not an ELF file" },
        { "\x7f" "ELF\x07\x07\x07                                                          ", 65, "not an ELF file" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading r = read_bytes(cases[i].bytes, cases[i].n);

        assert_false(r.ok);
        assert_non_null(strstr(r.err.text, cases[i].says));
        arena_free(&r.arena);
    }
}

static void names_outside_the_string_table_are_left_out(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    s.dynamic[DYN_SONAME].d_un.d_val = sizeof s.strings;
    s.dynamic[DYN_NEEDED].d_un.d_val = UINT64_MAX;
    s.versions.aux[1].vna_name = UINT32_MAX;
    r = read_small(&s);
    assert_true(r.ok);
    assert_null(r.facts.soname);
    assert_int_equal(r.facts.n_needed, 1);
    assert_string_equal(r.facts.glibc, "2.9");
    arena_free(&r.arena);
}

static void a_string_table_without_an_end_gives_no_string(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    s.sections[IN_STRINGS].sh_size = s.dynamic[DYN_SONAME].d_un.d_val + 5;
    r = read_small(&s);
    assert_null(r.facts.soname);
    arena_free(&r.arena);
}

static void version_records_that_point_astray_end_the_list(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    s.versions.aux[0].vna_next = UINT32_MAX;
    s.versions.need.vn_next = UINT32_MAX;
    r = read_small(&s);
    assert_true(r.ok);
    assert_string_equal(r.facts.glibc, "2.9");
    arena_free(&r.arena);
}

static void a_section_count_beyond_the_file_is_refused_before_room_is_made(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    s.header.e_shnum = 0;               /* "the count is in the first section's size" */
    s.sections[IN_NULL].sh_size = UINT32_MAX / 4;
    r = read_small(&s);
    assert_false(r.ok);
    assert_non_null(strstr(r.err.text, "sections"));
    arena_free(&r.arena);
}

static void this_very_program_is_read(void **state)
{
    struct arena arena = { NULL };
    struct elf_facts f;
    struct err e;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    assert_true(elf_read(&f, &arena, fd, &e));
#if defined __x86_64__
    assert_string_equal(f.machine, "x86_64");
#elif defined __aarch64__
    assert_string_equal(f.machine, "aarch64");
#endif
    assert_true(f.n_needed >= 1);
    assert_non_null(f.glibc);
    assert_true(f.bytes_needed <= f.bytes);
    close(fd);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_librarys_name_needs_and_paths_are_read),
        cmocka_unit_test(what_a_programs_headers_say_of_its_loader_is_read),
        cmocka_unit_test(the_floors_of_libstdcxx_are_found_beside_the_one_of_glibc),
        cmocka_unit_test(the_newest_glibc_is_found_by_number_and_not_by_letter),
        cmocka_unit_test(what_a_library_does_not_say_is_absent),
        cmocka_unit_test(each_machine_has_its_name),
        cmocka_unit_test(a_32_bit_file_gives_its_machine),
        cmocka_unit_test(a_whole_file_needs_no_more_than_it_has),
        cmocka_unit_test(a_truncated_file_says_how_much_is_missing),
        cmocka_unit_test(every_header_counts_for_what_a_file_needs),
        cmocka_unit_test(a_file_that_is_no_library_is_called_what_it_is),
        cmocka_unit_test(names_outside_the_string_table_are_left_out),
        cmocka_unit_test(a_string_table_without_an_end_gives_no_string),
        cmocka_unit_test(version_records_that_point_astray_end_the_list),
        cmocka_unit_test(a_section_count_beyond_the_file_is_refused_before_room_is_made),
        cmocka_unit_test(this_very_program_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
