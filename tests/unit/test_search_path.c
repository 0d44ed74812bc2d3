#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/loader_search.h"
#include "discover/loader_host.h"
#include "discover/search_path.h"
#include "tests/unit/layout.h"

static const struct path_tokens tokens = { "/opt/app/lib", "lib64", "x86_64" };

static void tokens_are_replaced_where_a_word_ends(void **state)
{
    static const struct { const char *written, *expanded; } cases[] = {
        { "$ORIGIN", "/opt/app/lib" },              { "$ORIGIN/../x", "/opt/app/lib/../x" },    { "${ORIGIN}", "/opt/app/lib" },
        { "${ORIGIN}s", "/opt/app/libs" },          { "$ORIGIN-1", "/opt/app/lib-1" },          { "$ORIGINs", "$ORIGINs" },
        { "$ORIGIN_1", "$ORIGIN_1" },               { "${ORIGIN", "${ORIGIN" },                 { "/a/$LIB/$PLATFORM", "/a/lib64/x86_64" },
        { "$LIB$LIB", "lib64lib64" },               { "$HOME/$", "$HOME/$" },                   { "$", "$" },
        { "", "" },                                 { "/plain", "/plain" },                     { "$$LIB", "$lib64" },
    };
    struct layout *l = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(path_expand(&l->arena, cases[i].written, &tokens), cases[i].expanded);
}

static void a_token_without_a_value_drops_the_entry(void **state)
{
    static const struct path_tokens none = { NULL, "lib", NULL };
    struct layout *l = *state;
    struct search_path p = search_path_of(&l->arena, "/a:$ORIGIN/b:$LIB:${PLATFORM}", ":", &none, "/here");

    assert_null(path_expand(&l->arena, "a$ORIGIN", &none));
    assert_int_equal(p.n, 2);
    assert_string_equal(p.folders[1].entry, "$LIB");
    assert_string_equal(p.folders[1].dir, "/here/lib");
}

static void an_entry_longer_than_any_path_is_dropped(void **state)
{
    struct layout *l = *state;
    char many[8 * 1000 + 1] = "";

    for (size_t i = 0; i < 1000; i++)
        text_format(many + 7 * i, 8, "$ORIGIN");
    assert_null(path_expand(&l->arena, many, &tokens));
}

static void a_path_is_split_and_each_folder_kept_once(void **state)
{
    static const char *const dirs[] = { "/a", "/here", "/here/r", "/", "/opt/app/lib" };
    static const char *const entries[] = { "/a", "", "r", "/", "$ORIGIN" };
    struct layout *l = *state;
    struct search_path p = search_path_of(&l->arena, "/a;:r/:/a//:///:$ORIGIN;", ":;", &tokens, "/here");

    assert_int_equal(p.n, COUNT_OF(dirs));
    for (size_t i = 0; i < p.n; i++)
        assert_string_equal(p.folders[i].dir, dirs[i]);
    assert_string_equal(p.folders[2].entry, "r/");
    assert_string_equal(p.folders[0].entry, entries[0]);
    assert_string_equal(p.folders[1].entry, entries[1]);
    assert_string_equal(p.folders[4].entry, entries[4]);
    assert_int_equal(search_path_of(&l->arena, "", ":", &tokens, "/here").n, 0);
    assert_int_equal(search_path_of(&l->arena, ":", ":", &tokens, "/here").n, 1);
}

static void the_reason_is_a_sentence(void **state)
{
    static const struct { struct loading loading; const char *why; } cases[] = {
        { { .by = FOUND_NOT }, "nowhere" },
        { { .by = FOUND_NOT, .passed_over = "/a/libx.so: 32-bit" }, "nowhere (/a/libx.so: 32-bit)" },
        { { .by = FOUND_LOADED }, "loaded already" },
        { { .by = FOUND_PRELOAD, .whose = "/etc/ld.so.preload", .entry = "libhook.so" }, "preloaded by /etc/ld.so.preload: libhook.so" },
        { { .by = FOUND_PATH }, "needed by its path" },
        { { .by = FOUND_RPATH, .whose = "/o/libtorch.so", .entry = "$ORIGIN" }, "the RPATH of libtorch.so: $ORIGIN" },
        { { .by = FOUND_RUNPATH, .whose = "/o/libtorch.so", .entry = "/x" }, "the RUNPATH of libtorch.so: /x" },
        { { .by = FOUND_LIBRARY_PATH, .entry = "/x" }, "LD_LIBRARY_PATH: /x" },
        { { .by = FOUND_LIBRARY_PATH, .entry = "" }, "LD_LIBRARY_PATH: an empty entry, which is the current folder" },
        { { .by = FOUND_CACHE, .passed_over = "/a/libx.so: 32-bit" }, "the loader's cache (not /a/libx.so: 32-bit)" },
        { { .by = FOUND_DEFAULT, .entry = "/usr/lib64" }, "a default folder: /usr/lib64" },
    };
    struct layout *l = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(loading_why(&l->arena, &cases[i].loading), cases[i].why);
}

static void the_default_folders_are_those_in_the_loaders_bytes(void **state)
{
    static const char loader[] = "\x7f" "ELF\0/proc/self/exe\0/var/tmp\0/nix/store/x/\0junk\0/lib64/\0/usr/lib64/\0/etc/ld.so.cache\0/lib/\0glibc-hwcaps";
    struct layout *l = *state;
    struct loader_host h;

    put_bytes(l, "/lib64/ld-linux-x86-64.so.2", loader, sizeof loader);
    put_folder(l, "/usr/lib/x86_64-linux-gnu");
    loader_host_read(&h, &l->arena, &l->root, "x86_64", NULL);
    assert_int_equal(h.n_folders, 2);
    assert_string_equal(h.folders[0], "/lib64");
    assert_string_equal(h.folders[1], "/usr/lib64");
    assert_string_equal(h.lib, "lib64");
}

static void without_the_loader_the_folders_that_are_there_tell(void **state)
{
    struct layout *l = *state;
    struct loader_host h;

    loader_host_read(&h, &l->arena, &l->root, "aarch64", NULL);
    assert_string_equal(h.folders[0], "/lib64");
    put_folder(l, "/usr/lib/aarch64-linux-gnu");
    loader_host_read(&h, &l->arena, &l->root, "aarch64", NULL);
    assert_int_equal(h.n_folders, 4);
    assert_string_equal(h.folders[0], "/lib/aarch64-linux-gnu");
    assert_string_equal(h.lib, "lib/aarch64-linux-gnu");
    assert_string_equal(h.interpreter, "/lib/ld-linux-aarch64.so.1");
}

static void the_processor_decides_on_levels_and_on_platform(void **state)
{
    static const char v2[] = "flags\t\t: cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2 avx\n";
    static const char v4[] = "vendor_id\t: GenuineIntel\nflags\t\t: cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2 avx avx2 bmi1 bmi2 f16c fma abm movbe "
                             "avx512f avx512bw avx512cd avx512dq avx512vl\n";
    struct layout *l = *state;
    struct loader_host h;

    loader_host_read(&h, &l->arena, &l->root, "x86_64", NULL);
    assert_int_equal(h.n_levels, 0);
    put_text(l, "/proc/cpuinfo", v2);
    loader_host_read(&h, &l->arena, &l->root, "x86_64", NULL);
    assert_int_equal(h.n_levels, 1);
    assert_string_equal(h.levels[0], "x86-64-v2");
    assert_string_equal(h.platform, "x86_64");
    put_text(l, "/proc/cpuinfo", v4);
    loader_host_read(&h, &l->arena, &l->root, "x86_64", NULL);
    assert_int_equal(h.n_levels, 3);
    assert_string_equal(h.levels[0], "x86-64-v4");
    assert_string_equal(h.platform, "haswell");
    put_text(l, "/lib64/ld-linux-x86-64.so.2", "a loader from before 2.33, without that folder's name");
    loader_host_read(&h, &l->arena, &l->root, "x86_64", NULL);
    assert_int_equal(h.n_levels, 0);
}

static struct loading *search(struct layout *l, const char *path, size_t *n)
{
    struct environment env = { l->vars, l->n_vars };
    struct loading *out;
    struct err e;

    if (!loader_search(&out, n, &l->arena, &l->root, &env, path, &e))
        fail_msg("%s", e.text);
    return out;
}

/* As a container's files are looked at: links and relative entries stay below the root. */
static void below_another_root_everything_is_that_machines(void **state)
{
    struct layout *l = *state;
    struct loading *out;
    size_t n;

    put_library_needing(l, "/opt/top.so", "liba.so libb.so libc.so.6 libno.so");
    put_library_needing(l, "/usr/lib64/libc.so.6", "");
    put_library_needing(l, "/home/me/rel/libb.so", "");
    put_library_needing(l, "/pre/real-liba.so", "");
    put_link(l, "/pre/liba.so", "/pre/real-liba.so");
    put_variable(l, "PWD=/home/me");
    put_variable(l, "LD_LIBRARY_PATH=$ORIGIN/x:/pre:rel");
    out = search(l, "/opt/top.so", &n);
    assert_int_equal(n, 4);
    assert_string_equal(loading_why(&l->arena, &out[0]), "LD_LIBRARY_PATH: /pre");
    assert_string_equal(out[1].path, "/home/me/rel/libb.so");
    assert_string_equal(out[1].entry, "rel");
    assert_string_equal(out[2].path, "/usr/lib64/libc.so.6");
    assert_int_equal(out[2].by, FOUND_LOADED);
    assert_int_equal(out[3].by, FOUND_NOT);
    assert_string_equal(out[3].asked_by, "/opt/top.so");
    assert_int_equal(out[3].depth, 1);
}

static void put_program_needing(struct layout *l, const char *path, const char *needed)
{
    const uint16_t type = ET_EXEC;
    int fd;

    put_library_needing(l, path, needed);
    fd = open(layout_path(l, path), O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, &type, sizeof type, offsetof(Elf64_Ehdr, e_type)), sizeof type);
    close(fd);
}

static void what_is_preloaded_is_told_as_that(void **state)
{
    struct layout *l = *state;
    struct loading *out;
    size_t n;

    put_program_needing(l, "/opt/prog", "/pre/liba.so libb.so libc.so libd.so");
    put_library_needing(l, "/pre/liba.so", "libd.so");
    put_library_needing(l, "/pre/libb.so", "");
    put_library_needing(l, "/pre/libc.so", "");
    put_library_needing(l, "/pre/libd.so", "");
    put_text(l, "/etc/ld.so.preload", "# a hook: libc.so\n/pre/liba.so\n");
    put_variable(l, "LD_PRELOAD=libb.so:$ORIGIN/none.so");
    put_variable(l, "LD_LIBRARY_PATH=$ORIGIN/../pre");
    out = search(l, "/opt/prog", &n);
    assert_int_equal(n, 4);
    assert_string_equal(loading_why(&l->arena, &out[0]), "preloaded by /etc/ld.so.preload: /pre/liba.so");
    assert_string_equal(loading_why(&l->arena, &out[1]), "preloaded by LD_PRELOAD: libb.so");
    assert_string_equal(out[1].path, "/opt/../pre/libb.so");
    assert_string_equal(loading_why(&l->arena, &out[2]), "LD_LIBRARY_PATH: $ORIGIN/../pre");
    assert_string_equal(loading_why(&l->arena, &out[3]), "LD_LIBRARY_PATH: $ORIGIN/../pre");
}

/* What the unknown program could not have either is told of the file that asks. */
static void a_missing_c_library_is_told_for_who_needs_it(void **state)
{
    struct layout *l = *state;
    struct loading *out;
    size_t n;

    put_library(l, "/opt/top.so");
    put_text(l, "/lib64/libc.so.6", "");
    out = search(l, "/opt/top.so", &n);
    assert_int_equal(n, 1);
    assert_string_equal(out[0].asked_by, "/opt/top.so");
    assert_string_equal(loading_why(&l->arena, &out[0]), "nowhere (/lib64/libc.so.6: an empty file, where the loader stops)");
}

static void a_file_that_is_no_library_is_refused_with_the_reason(void **state)
{
    struct layout *l = *state;
    struct environment env = { NULL, 0 };
    struct loading *out;
    struct err e;
    size_t n;

    put_text(l, "/a/script.so", "INPUT(libx.so.1), which is long enough to be looked at as if it were ELF");
    put_text(l, "/a/empty.so", "");
    assert_false(loader_search(&out, &n, &l->arena, &l->root, &env, "/a/script.so", &e));
    assert_string_equal(e.text, "/a/script.so: not an ELF file");
    assert_false(loader_search(&out, &n, &l->arena, &l->root, &env, "/a/empty.so", &e));
    assert_string_equal(e.text, "/a/empty.so: an empty file");
    assert_false(loader_search(&out, &n, &l->arena, &l->root, &env, "/a/none.so", &e));
    assert_string_equal(e.text, "/a/none.so: no such file");
}

/* More libraries than any real file needs: an error, not an answer cut short. */
static void a_file_that_needs_more_than_any_real_one_is_refused(void **state)
{
    struct layout *l = *state;
    struct environment env = { NULL, 0 };
    struct loading *out;
    struct err e;
    size_t n;

    for (int i = 0; i < 600; i++)
        put_library_needing(l, text_make(&l->arena, "/usr/lib64/lib%d.so", i), text_make(&l->arena, "lib%d.so", i + 1));
    assert_false(loader_search(&out, &n, &l->arena, &l->root, &env, "/usr/lib64/lib0.so", &e));
    assert_int_equal(e.kind, ERR_LIMIT);
}

#define IN_A_LAYOUT(f) cmocka_unit_test_setup_teardown(f, layout_open, layout_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_LAYOUT(tokens_are_replaced_where_a_word_ends),
        IN_A_LAYOUT(a_token_without_a_value_drops_the_entry),
        IN_A_LAYOUT(an_entry_longer_than_any_path_is_dropped),
        IN_A_LAYOUT(a_path_is_split_and_each_folder_kept_once),
        IN_A_LAYOUT(the_reason_is_a_sentence),
        IN_A_LAYOUT(the_default_folders_are_those_in_the_loaders_bytes),
        IN_A_LAYOUT(without_the_loader_the_folders_that_are_there_tell),
        IN_A_LAYOUT(the_processor_decides_on_levels_and_on_platform),
        IN_A_LAYOUT(below_another_root_everything_is_that_machines),
        IN_A_LAYOUT(what_is_preloaded_is_told_as_that),
        IN_A_LAYOUT(a_missing_c_library_is_told_for_who_needs_it),
        IN_A_LAYOUT(a_file_that_is_no_library_is_refused_with_the_reason),
        IN_A_LAYOUT(a_file_that_needs_more_than_any_real_one_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
