#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/loader.h"

enum { X86_64 = 0x0303, X86_32 = 0x0003, AARCH64 = 0x0a03, HEADER = 48, ENTRY = 24, MANY = 16 };

struct row { uint32_t flags; const char *soname, *path; uint64_t hwcap; };

/* The first entry of a name is the one the loader takes. */
static const struct row rows[] = {
    { X86_64,  "libcudart.so.13", "/usr/local/cuda-13.0/lib64/libcudart.so.13", 0 },
    { AARCH64, "libcudart.so.12", "/opt/arm/libcudart.so.12",                   0 },
    { X86_64,  "libcudart.so.12", "/usr/local/cuda-12.4/lib64/libcudart.so.12", 0 },
    { X86_64,  "libcudart.so.12", "/later/libcudart.so.12",                     0 },
    { X86_32,  "libcuda.so.1",    "/usr/lib32/libcuda.so.1",                    0 },
    { X86_64,  "libcuda.so.1",    "/usr/lib/x86_64-linux-gnu/libcuda.so.1",     0 },
    { X86_64,  "libblas.so.3",    "/usr/lib/glibc-hwcaps/x86-64-v4/libblas.so.3", UINT64_C(1) << 62 },
    { X86_64,  "libblas.so.3",    "/usr/lib/libblas.so.3",                      0 },
    { X86_64,  "liblost.so.1",    "not/absolute/liblost.so.1",                  0 },
};

struct bench { struct arena arena; struct root root; char dir[64]; };

static void put_32(struct text *t, uint32_t v)
{
    text_put(t, (const char *)&v, sizeof v);
}

/* A cache as ldconfig writes it; `old` puts the libc5 table in front, as glibc
 * did before 2.32. */
static struct text cache_of(struct arena *a, bool old)
{
    struct text t = { .arena = a }, strings = { .arena = a };
    uint32_t strings_at = HEADER + (uint32_t)COUNT_OF(rows) * ENTRY;

    if (old) {
        text_put(&t, "ld.so-1.7.0\0\1\0\0\0", 16);
        text_put(&t, "\3\0\0\0\0\0\0\0\0\0\0\0" "pad ", 16);     /* one entry, padding to eight bytes */
    }
    text_put(&t, "glibc-ld.so.cache1.1", 20);
    put_32(&t, (uint32_t)COUNT_OF(rows));
    for (int i = 0; i < 6; i++)
        put_32(&t, 0);
    text_put(&strings, "", 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        put_32(&t, rows[i].flags);
        put_32(&t, strings_at + (uint32_t)strings.n);
        text_put(&strings, rows[i].soname, strlen(rows[i].soname) + 1);
        put_32(&t, strings_at + (uint32_t)strings.n);
        text_put(&strings, rows[i].path, strlen(rows[i].path) + 1);
        put_32(&t, 0);
        text_put(&t, (const char *)&rows[i].hwcap, sizeof rows[i].hwcap);
    }
    text_put(&t, strings.s, strings.n);
    return t;
}

static int bench_open(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    struct err e;

    if (b == NULL || !text_format(b->dir, sizeof b->dir, "/tmp/loader-XXXXXX") || mkdtemp(b->dir) == NULL
        || !root_open(&b->root, &b->arena, b->dir, &e) || mkdirat(b->root.fd, "etc", 0755) != 0)
        return -1;
    *state = b;
    return 0;
}

static int bench_close(void **state)
{
    struct bench *b = *state;

    unlinkat(b->root.fd, "etc/ld.so.cache", 0);
    unlinkat(b->root.fd, "etc", AT_REMOVEDIR);
    close(b->root.fd);
    rmdir(b->dir);
    arena_free(&b->arena);
    free(b);
    return 0;
}

static void write_cache(struct bench *b, const char *bytes, size_t n)
{
    int fd = openat(b->root.fd, "etc/ld.so.cache", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
}

static const char *find(struct bench *b, const char *soname, const char *arch)
{
    return loader_cache_find(&b->root, &b->arena, soname, arch);
}

static void check_rows(struct bench *b)
{
    static const struct { const char *soname, *arch, *path; } cases[] = {
        { "libcudart.so.13", "x86_64",  "/usr/local/cuda-13.0/lib64/libcudart.so.13" },
        { "libcudart.so.12", "x86_64",  "/usr/local/cuda-12.4/lib64/libcudart.so.12" },
        { "libcudart.so.12", "aarch64", "/opt/arm/libcudart.so.12" },
        { "libcuda.so.1",    "x86_64",  "/usr/lib/x86_64-linux-gnu/libcuda.so.1" },
        { "libblas.so.3",    "x86_64",  "/usr/lib/libblas.so.3" },
        { "libcudart.so.13", "aarch64", NULL },
        { "libcudart.so.12", "ppc64le", NULL },
        { "libcudart.so.1",  "x86_64",  NULL },
        { "liblost.so.1",    "x86_64",  NULL },
        { "",                "x86_64",  NULL },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *path = find(b, cases[i].soname, cases[i].arch);

        if (cases[i].path == NULL)
            assert_null(path);
        else
            assert_string_equal(path != NULL ? path : "nothing", cases[i].path);
    }
}

static void a_library_is_found_by_name_and_architecture(void **state)
{
    struct bench *b = *state;
    struct text t = cache_of(&b->arena, false);

    write_cache(b, t.s, t.n);
    check_rows(b);
}

static void an_older_glibcs_cache_is_read_as_well(void **state)
{
    struct bench *b = *state;
    struct text t = cache_of(&b->arena, true);

    write_cache(b, t.s, t.n);
    check_rows(b);
}

static void a_list_holds_every_version_in_the_caches_order(void **state)
{
    struct bench *b = *state;
    struct text t = cache_of(&b->arena, false);
    const char **paths;

    write_cache(b, t.s, t.n);
    assert_int_equal(loader_cache_list(&b->root, &b->arena, "libcudart.so.", "x86_64", &paths), 3);
    assert_string_equal(paths[0], rows[0].path);
    assert_string_equal(paths[1], rows[2].path);
    assert_string_equal(paths[2], rows[3].path);
    assert_int_equal(loader_cache_list(&b->root, &b->arena, "libcudnn", "x86_64", &paths), 0);
    assert_null(paths);
}

/* A second and a third file for libblas.so.3, in folders for processors of a
 * level, whose names stand behind the strings as ldconfig puts them. */
static struct text cache_with_levels(struct arena *a)
{
    struct text t = cache_of(a, false);
    uint32_t names = (uint32_t)t.n, at, magic = 0xeaa42174;
    uint64_t hwcap[] = { UINT64_C(1) << 62 | 1, UINT64_C(1) << 62 | 0 };

    text_put(&t, "x86-64-v2\0x86-64-v3\0", 20);
    at = (uint32_t)t.n;
    put_32(&t, magic);
    put_32(&t, 1);
    put_32(&t, 1);                      /* the section of hwcaps: its tag, flags, place and size */
    put_32(&t, 0);
    put_32(&t, at + 24);
    put_32(&t, 8);
    put_32(&t, names);
    put_32(&t, names + 10);
    memcpy(t.s + 32, &at, sizeof at);
    memcpy(t.s + HEADER + 6 * ENTRY + 16, &hwcap[0], sizeof hwcap[0]);      /* v4's row becomes v3's */
    memcpy(t.s + HEADER + 8 * ENTRY + 16, &hwcap[1], sizeof hwcap[1]);
    return t;
}

static void the_best_level_of_a_processor_comes_first(void **state)
{
    static const char *const levels[] = { "x86-64-v4", "x86-64-v3", "x86-64-v2" };
    struct bench *b = *state;
    struct text t = cache_with_levels(&b->arena);
    const struct loader_cache *c;

    write_cache(b, t.s, t.n);
    c = loader_cache_open(&b->root, &b->arena);
    assert_non_null(c);
    assert_string_equal(loader_cache_best(c, "libblas.so.3", "x86_64", levels, 3), rows[6].path);
    assert_string_equal(loader_cache_best(c, "libblas.so.3", "x86_64", levels + 1, 1), rows[6].path);
    assert_string_equal(loader_cache_best(c, "libblas.so.3", "x86_64", levels + 2, 1), rows[7].path);
    assert_string_equal(loader_cache_best(c, "libblas.so.3", "x86_64", NULL, 0), rows[7].path);
    assert_string_equal(loader_cache_best(c, "libcuda.so.1", "x86_64", levels, 3), rows[5].path);
    assert_string_equal(find(b, "libblas.so.3", "x86_64"), rows[7].path);
}

static void no_cut_in_the_list_of_levels_stops_the_reader(void **state)
{
    static const char *const levels[] = { "x86-64-v3" };
    struct bench *b = *state;
    struct text t = cache_with_levels(&b->arena);

    for (size_t n = t.n - 60; n < t.n; n++) {
        struct arena arena = { NULL };
        const struct loader_cache *c;

        write_cache(b, t.s, n);
        c = loader_cache_open(&b->root, &arena);
        assert_non_null(c);
        assert_string_equal(loader_cache_best(c, "libblas.so.3", "x86_64", levels, 1), rows[7].path);
        arena_free(&arena);
    }
}

static void without_a_cache_nothing_is_found(void **state)
{
    struct bench *b = *state;
    const char **paths;

    assert_null(find(b, "libcuda.so.1", "x86_64"));
    assert_int_equal(loader_cache_list(&b->root, &b->arena, "lib", "x86_64", &paths), 0);
}

static void a_cache_cut_inside_its_table_gives_nothing(void **state)
{
    struct bench *b = *state;

    for (int old = 0; old < 2; old++) {
        struct text t = cache_of(&b->arena, old != 0);
        size_t table_end = (size_t)(old != 0 ? 32 + HEADER : HEADER) + COUNT_OF(rows) * ENTRY;

        for (size_t n = 0; n < table_end; n++) {
            write_cache(b, t.s, n);
            assert_null(find(b, "libcudart.so.13", "x86_64"));
        }
    }
}

static void counts_beyond_the_file_give_nothing(void **state)
{
    static const uint32_t counts[] = { 1000, 0x0aaaaaab, INT32_MAX, UINT32_MAX };
    struct bench *b = *state;

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct text plain = cache_of(&b->arena, false), old = cache_of(&b->arena, true);

        memcpy(plain.s + 20, &counts[i], sizeof counts[i]);
        write_cache(b, plain.s, plain.n);
        assert_null(find(b, "libcudart.so.13", "x86_64"));
        memcpy(old.s + 12, &counts[i], sizeof counts[i]);
        write_cache(b, old.s, old.n);
        assert_null(find(b, "libcudart.so.13", "x86_64"));
    }
}

static void an_entry_that_points_outside_spoils_only_itself(void **state)
{
    static const uint32_t astray[] = { 100000, UINT32_MAX };
    struct bench *b = *state;

    for (size_t i = 0; i < COUNT_OF(astray); i++)
        for (size_t field = 4; field <= 8; field += 4) {
            struct text t = cache_of(&b->arena, false);

            memcpy(t.s + HEADER + field, &astray[i], sizeof astray[i]);
            write_cache(b, t.s, t.n);
            assert_null(find(b, "libcudart.so.13", "x86_64"));
            assert_non_null(find(b, "libcuda.so.1", "x86_64"));
        }
}

static void a_cache_of_another_kind_gives_nothing(void **state)
{
    struct bench *b = *state;
    struct text t = cache_of(&b->arena, false);

    t.s[18] = '2';                      /* version 2.1 */
    write_cache(b, t.s, t.n);
    assert_null(find(b, "libcudart.so.13", "x86_64"));
}

static uint32_t next_random(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

static void no_mutation_of_a_cache_stops_the_reader(void **state)
{
    struct bench *b = *state;
    uint32_t seed = 20260303;

    for (int i = 0; i < 3000; i++) {
        struct arena arena = { NULL };
        struct text t = i % 3 == 0 ? cache_with_levels(&arena) : cache_of(&arena, i % 3 == 1);
        const char **paths;
        size_t n;

        for (uint32_t changes = 1 + next_random(&seed) % MANY; changes > 0; changes--)
            t.s[next_random(&seed) % t.n] = (char)next_random(&seed);
        write_cache(b, t.s, next_random(&seed) % 4 == 0 ? next_random(&seed) % t.n : t.n);
        loader_cache_find(&b->root, &arena, "libcuda.so.1", "x86_64");
        loader_cache_best(loader_cache_open(&b->root, &arena), "libblas.so.3", "x86_64", (const char *const[]){ "x86-64-v3" }, 1);
        n = loader_cache_list(&b->root, &arena, "lib", "x86_64", &paths);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(paths[k][0], '/');
        arena_free(&arena);
    }
}

static void this_machines_cache_leads_to_its_c_library(void **state)
{
    struct arena arena = { NULL };
    const char *path, **paths;
    struct root root;
    struct err e;

#if defined __x86_64__
    const char *arch = "x86_64";
#elif defined __aarch64__
    const char *arch = "aarch64";
#else
    const char *arch = "other";
#endif

    (void)state;
    assert_true(root_open(&root, &arena, "/", &e));
    path = loader_cache_find(&root, &arena, "libc.so.6", arch);
    if (path != NULL) {
        assert_true(root_exists(&root, path));
        assert_true(text_ends(path, "/libc.so.6"));
        assert_true(loader_cache_list(&root, &arena, "libc.so.", arch, &paths) >= 1);
        assert_string_equal(paths[0], path);
    }
    close(root.fd);
    arena_free(&arena);
    if (path == NULL)
        skip();
}

#define IN_A_FOLDER(f) cmocka_unit_test_setup_teardown(f, bench_open, bench_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_library_is_found_by_name_and_architecture),
        IN_A_FOLDER(an_older_glibcs_cache_is_read_as_well),
        IN_A_FOLDER(a_list_holds_every_version_in_the_caches_order),
        IN_A_FOLDER(the_best_level_of_a_processor_comes_first),
        IN_A_FOLDER(no_cut_in_the_list_of_levels_stops_the_reader),
        IN_A_FOLDER(without_a_cache_nothing_is_found),
        IN_A_FOLDER(a_cache_cut_inside_its_table_gives_nothing),
        IN_A_FOLDER(counts_beyond_the_file_give_nothing),
        IN_A_FOLDER(an_entry_that_points_outside_spoils_only_itself),
        IN_A_FOLDER(a_cache_of_another_kind_gives_nothing),
        IN_A_FOLDER(no_mutation_of_a_cache_stops_the_reader),
        cmocka_unit_test(this_machines_cache_leads_to_its_c_library),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
