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
    r.ok = fatbin_read(&r.facts, &r.arena, fd, &r.err) && fatbin_read_loose(&r.facts, &r.arena, fd, &r.err);
    close(fd);
    return r;
}

/* "75 80+ 90a 121!": '+' has PTX too, '!' has PTX alone, '?' neither. */
static const char *list_text(struct reading *r, const struct gpu_code *codes, size_t n)
{
    struct text t = { .arena = &r->arena };

    text_put(&t, "", 0);
    for (size_t i = 0; i < n; i++) {
        const struct gpu_code *c = &codes[i];

        text_add(&t, "%s%d%.1s%s", i > 0 ? " " : "", c->arch, &c->variant, !c->ptx ? c->sass ? "" : "?" : c->sass ? "+" : "!");
    }
    return t.s;
}

static const char *codes_text(struct reading *r)
{
    return list_text(r, r->facts.codes, r->facts.n_codes);
}

static void set_code(struct small_entry *e, uint16_t kind, uint32_t arch, uint64_t variant)
{
    e->kind = kind;
    e->arch = arch;
    e->flags |= variant;
}

static void equal_architectures_are_one_and_all_are_sorted(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    set_code(&s.fatbin[0].entries[0], SMALL_SASS, 120, 0);
    set_code(&s.fatbin[0].entries[1], SMALL_PTX, 120, 0);
    set_code(&s.fatbin[0].entries[2], SMALL_SASS, 90, 0);
    set_code(&s.fatbin[1].entries[0], SMALL_PTX, 52, 0);
    set_code(&s.fatbin[1].entries[3], SMALL_SASS, 75, 0);
    r = read_bytes(&s, sizeof s);
    assert_true(r.ok);
    assert_string_equal(codes_text(&r), "52! 75 80 90 120+");
    arena_free(&r.arena);
}

static void variants_are_architectures_of_their_own(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    set_code(&s.fatbin[0].entries[0], SMALL_SASS, 90, SMALL_A);
    set_code(&s.fatbin[0].entries[1], SMALL_SASS, 90, 0);
    set_code(&s.fatbin[0].entries[2], SMALL_SASS, 100, SMALL_F);
    set_code(&s.fatbin[0].entries[3], SMALL_PTX, 100, SMALL_A);
    r = read_bytes(&s, sizeof s);
    assert_string_equal(codes_text(&r), "80 90 90a 100a! 100f");
    arena_free(&r.arena);
}

static void code_linked_ahead_of_time_is_found_too(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    set_code(&s.relfatbin.entries[2], SMALL_SASS, 110, 0);
    r = read_bytes(&s, sizeof s);
    assert_string_equal(codes_text(&r), "80 110");
    arena_free(&r.arena);
}

static void intermediate_code_for_the_linker_is_no_code_for_a_gpu(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    set_code(&s.fatbin[0].entries[1], SMALL_LTO, 75, 0);
    r = read_bytes(&s, sizeof s);
    assert_string_equal(codes_text(&r), "75? 80");
    assert_true(r.facts.codes[0].lto);
    arena_free(&r.arena);
}

/* The two containers become data, one of them behind eight bytes of something else. */
static void make_data(struct small_elf *s)
{
    small_elf_make(s);
    memset(s->names, 0, sizeof s->names);
    s->sections[IN_FATBIN].sh_name = small_string(s->names, sizeof s->names, ".rodata.images");
    s->sections[IN_RELFATBIN].sh_name = small_string(s->names, sizeof s->names, "__nv_relfatbin");
}

static void fat_binaries_among_the_data_are_found_and_kept_apart(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    make_data(&s);
    memset(&s.fatbin[0], 0x5a, sizeof s.fatbin[0]);
    set_code(&s.fatbin[1].entries[0], SMALL_SASS, 89, 0);
    set_code(&s.relfatbin.entries[0], SMALL_SASS, 70, 0);
    r = read_bytes(&s, sizeof s);
    assert_true(r.ok);
    assert_string_equal(codes_text(&r), "70 80");
    assert_string_equal(list_text(&r, r.facts.loose, r.facts.n_loose), "80 89");
    assert_string_equal(r.facts.loose_in, ".rodata.images");
    arena_free(&r.arena);
}

static void the_magic_by_chance_among_the_data_is_no_code_and_no_damage(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    make_data(&s);
    s.fatbin[0].entries[3].header = 1;          /* damaged near its end: nothing of it counts */
    set_code(&s.fatbin[0].entries[0], SMALL_SASS, 120, 0);
    s.fatbin[1].payload = UINT64_MAX;
    r = read_bytes(&s, sizeof s);
    assert_true(r.ok);
    assert_int_equal(r.facts.n_loose, 0);
    assert_null(r.facts.loose_in);
    arena_free(&r.arena);
}

static void zeros_between_containers_are_padding(void **state)
{
    struct small_elf s;
    struct reading r;

    (void)state;
    small_elf_make(&s);
    memset(&s.fatbin[0], 0, sizeof s.fatbin[0]);
    set_code(&s.fatbin[1].entries[0], SMALL_SASS, 89, 0);
    r = read_bytes(&s, sizeof s);
    assert_true(r.ok);
    assert_string_equal(codes_text(&r), "80 89");
    arena_free(&r.arena);
}

static void a_file_without_gpu_code_has_none(void **state)
{
    struct small_elf s, others[4];

    (void)state;
    small_elf_make(&s);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        others[i] = s;
    others[0].sections[IN_FATBIN].sh_name = others[0].sections[IN_RELFATBIN].sh_name = others[0].sections[IN_BSS].sh_name;
    others[1].header.e_shoff = others[1].header.e_shnum = others[1].header.e_shstrndx = 0;
    others[2].header.e_ident[EI_CLASS] = ELFCLASS32;
    others[3].sections[IN_FATBIN].sh_type = others[3].sections[IN_RELFATBIN].sh_type = SHT_NOBITS;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        struct reading r = read_bytes(&others[i], sizeof others[i]);

        assert_true(r.ok);
        assert_int_equal(r.facts.n_codes, 0);
        arena_free(&r.arena);
    }
}

static void spoil_magic(struct small_elf *s)            { s->fatbin[1].magic ^= 1; }
static void spoil_container_header(struct small_elf *s) { s->fatbin[0].header = 8; }
static void spoil_container_bytes(struct small_elf *s)  { s->fatbin[1].payload += 8; }
static void spoil_container_huge(struct small_elf *s)   { s->fatbin[1].payload = UINT64_MAX - 8; }
static void spoil_container_cut(struct small_elf *s)    { s->fatbin[0].payload -= 16; }
static void spoil_entry_header(struct small_elf *s)     { s->fatbin[0].entries[2].header = 63; }
static void spoil_entry_bytes(struct small_elf *s)      { s->fatbin[0].entries[3].payload += 8; }
static void spoil_entry_huge(struct small_elf *s)       { s->fatbin[0].entries[1].payload = UINT64_MAX - 63; }
static void spoil_arch(struct small_elf *s)             { s->relfatbin.entries[0].arch = 0x7fffffff; }
static void spoil_section_end(struct small_elf *s)      { s->sections[IN_FATBIN].sh_size = sizeof *s; }
static void spoil_section_far(struct small_elf *s)      { s->sections[IN_FATBIN].sh_offset = UINT64_MAX - sizeof s->fatbin; }
static void spoil_section_last(struct small_elf *s)     { s->sections[IN_FATBIN].sh_offset = UINT64_MAX - 8; s->sections[IN_FATBIN].sh_size = 8; }
static void spoil_table_far(struct small_elf *s)        { s->header.e_shoff = UINT64_MAX - 64; }
static void spoil_table_count(struct small_elf *s)      { s->header.e_shnum = UINT16_MAX; }
static void spoil_names_index(struct small_elf *s)      { s->header.e_shstrndx = UINT16_MAX; }
static void spoil_names_bytes(struct small_elf *s)      { s->sections[IN_NAMES].sh_size = UINT64_MAX; }
static void spoil_elf_magic(struct small_elf *s)        { s->header.e_ident[1] = 'e'; }

/* A part of the list would be read as "has no code for this GPU". */
static void damage_anywhere_gives_an_error_and_not_a_shorter_list(void **state)
{
    static void (*const spoilers[])(struct small_elf *) = {
        spoil_magic, spoil_container_header, spoil_container_bytes, spoil_container_huge, spoil_container_cut, spoil_entry_header,
        spoil_entry_bytes, spoil_entry_huge, spoil_arch, spoil_section_end, spoil_section_far, spoil_section_last,
        spoil_table_far, spoil_table_count, spoil_names_index, spoil_names_bytes, spoil_elf_magic,
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(spoilers); i++) {
        struct small_elf s;
        struct reading r;

        small_elf_make(&s);
        spoilers[i](&s);
        r = read_bytes(&s, sizeof s);
        if (r.ok)
            fail_msg("spoiler %zu was not seen", i);
        assert_int_equal(r.facts.n_codes, 0);
        assert_int_equal(r.err.kind, ERR_FORMAT);
        arena_free(&r.arena);
    }
}

static void a_cut_file_gives_an_error_at_every_length(void **state)
{
    struct small_elf s;

    (void)state;
    small_elf_make(&s);
    for (size_t n = 0; n < sizeof s; n++) {
        struct reading r = read_bytes(&s, n);

        assert_false(r.ok);
        assert_int_equal(r.facts.n_codes, 0);
        arena_free(&r.arena);
    }
}

/* Sixty thousand sections that all name the same bytes: the work is bounded by
 * the headers read, not by what the table claims. */
static void a_table_that_names_the_same_bytes_again_and_again_ends_early(void **state)
{
    enum { SECTIONS = 60000, ZEROS = 1 << 16 };
    size_t n = sizeof(struct small_elf) + ZEROS + SECTIONS * sizeof(Elf64_Shdr);
    char *bytes = calloc(1, n);
    Elf64_Shdr *table;
    struct small_elf s;
    struct reading r;

    (void)state;
    assert_non_null(bytes);
    small_elf_make(&s);
    s.header.e_shoff = sizeof s + ZEROS;
    s.header.e_shnum = SECTIONS;
    memcpy(bytes, &s, sizeof s);
    table = (Elf64_Shdr *)(void *)(bytes + sizeof s + ZEROS);
    memcpy(table, s.sections, sizeof s.sections);
    for (size_t i = SMALL_SECTIONS; i < SECTIONS; i++) {
        table[i] = s.sections[IN_FATBIN];
        table[i].sh_offset = sizeof s;
        table[i].sh_size = ZEROS;
    }
    r = read_bytes(bytes, n);
    assert_false(r.ok);
    arena_free(&r.arena);
    memcpy(bytes + s.sections[IN_NAMES].sh_offset + s.sections[IN_FATBIN].sh_name, ".data\0", 6);
    r = read_bytes(bytes, n);
    assert_false(r.ok);
    assert_string_equal(r.err.text, "its sections of data have more bytes than the file");
    arena_free(&r.arena);
    free(bytes);
}

static uint32_t next_random(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

static size_t below(uint32_t *x, size_t n)
{
    return next_random(x) % n;
}

/* Both readers on one file: what they answer is free, that they answer is not. */
static void read_both(const void *bytes, size_t n)
{
    struct arena arena = { NULL };
    struct elf_facts f;
    struct err e;
    int fd = small_file(bytes, n);

    assert_true(fd >= 0);
    if (elf_read(&f, &arena, fd, &e))
        assert_non_null(f.machine);
    if (fatbin_read(&f, &arena, fd, &e))
        for (size_t i = 0; i < f.n_codes; i++)
            assert_true(f.codes[i].sass || f.codes[i].ptx || f.codes[i].lto);
    if (fatbin_read_loose(&f, &arena, fd, &e))
        assert_true((f.n_loose > 0) == (f.loose_in != NULL) || f.n_loose == 0);
    close(fd);
    arena_free(&arena);
}

/* One to four changes of one to eight bytes, now and then a cut. */
static void read_mutated(const char *bytes, size_t n, uint32_t *seed)
{
    static const unsigned char edges[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
    char *copy = malloc(n);

    assert_non_null(copy);
    memcpy(copy, bytes, n);
    for (size_t changes = 1 + below(seed, 4); changes > 0; changes--) {
        size_t width = (size_t)1 << below(seed, 4), at = below(seed, n - width);
        bool edge = below(seed, 2) == 0;
        int value = edge ? edges[below(seed, sizeof edges)] : 0;

        for (size_t i = 0; i < width; i++)
            copy[at + i] = (char)(edge ? value : (int)below(seed, 256));
    }
    read_both(copy, below(seed, 8) == 0 ? below(seed, n) : n);
    free(copy);
}

static void no_mutation_of_a_small_library_stops_the_readers(void **state)
{
    struct small_elf s;
    uint32_t seed = 20260101;

    (void)state;
    small_elf_make(&s);
    for (int i = 0; i < 6000; i++)
        read_mutated((const char *)&s, sizeof s, &seed);
}

static void no_mutation_of_a_real_library_stops_the_readers(void **state)
{
    static const char *const places[] = { "/lib/x86_64-linux-gnu/libdl.so.2", "/lib/aarch64-linux-gnu/libdl.so.2", "/lib64/libdl.so.2" };
    static char bytes[1 << 18];
    uint32_t seed = 20260202;
    ssize_t n = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(places) && n <= 0; i++) {
        int fd = open(places[i], O_RDONLY | O_CLOEXEC);

        if (fd >= 0) {
            n = read(fd, bytes, sizeof bytes);
            close(fd);
        }
    }
    if (n <= 0 || n == (ssize_t)sizeof bytes)
        skip();
    for (int i = 0; i < 3000; i++)
        read_mutated(bytes, (size_t)n, &seed);
}

static void the_toolkits_own_cublas_has_machine_code_and_ptx(void **state)
{
    struct arena arena = { NULL };
    struct elf_facts f = { .soname = NULL };
    struct err e;
    bool sass = false, ptx = false;
    int fd = open("/usr/local/cuda/lib64/libcublas.so", O_RDONLY | O_CLOEXEC);

    (void)state;
    if (fd < 0)
        skip();
    assert_true(fatbin_read(&f, &arena, fd, &e));
    for (size_t i = 0; i < f.n_codes; i++) {
        sass |= f.codes[i].sass;
        ptx |= f.codes[i].ptx;
    }
    assert_true(sass && ptx);
    close(fd);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_architectures_are_one_and_all_are_sorted),
        cmocka_unit_test(variants_are_architectures_of_their_own),
        cmocka_unit_test(code_linked_ahead_of_time_is_found_too),
        cmocka_unit_test(intermediate_code_for_the_linker_is_no_code_for_a_gpu),
        cmocka_unit_test(fat_binaries_among_the_data_are_found_and_kept_apart),
        cmocka_unit_test(the_magic_by_chance_among_the_data_is_no_code_and_no_damage),
        cmocka_unit_test(zeros_between_containers_are_padding),
        cmocka_unit_test(a_file_without_gpu_code_has_none),
        cmocka_unit_test(damage_anywhere_gives_an_error_and_not_a_shorter_list),
        cmocka_unit_test(a_cut_file_gives_an_error_at_every_length),
        cmocka_unit_test(a_table_that_names_the_same_bytes_again_and_again_ends_early),
        cmocka_unit_test(no_mutation_of_a_small_library_stops_the_readers),
        cmocka_unit_test(no_mutation_of_a_real_library_stops_the_readers),
        cmocka_unit_test(the_toolkits_own_cublas_has_machine_code_and_ptx),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
