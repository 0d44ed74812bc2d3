/* Sets the predicted search beside the real loader's: which objects it loads, in
 * which order, and by which rule it finds each (LD_DEBUG=libs says so). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/loader_search.h"
#include "tests/unit/layout.h"
#include "tests/unit/loader_cases.h"

/* Opens the library it is given (started without one, none), then lists what is loaded, in order; or says the loader's error. */
static const char opener[] =
    "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <link.h>\n#include <stdio.h>\n"
    "int main(int argc, char **argv)\n{\n    struct link_map *m = NULL;\n"
    "    if (argc > 1 && dlopen(argv[1], RTLD_NOW) == NULL)\n        return printf(\"error %s\\n\", dlerror()), 1;\n"
    "    dlinfo(dlopen(NULL, RTLD_NOW), RTLD_DI_LINKMAP, &m);\n"
    "    for (; m != NULL; m = m->l_next)\n        if (m->l_name[0] != '\\0')\n            printf(\"%s\\n\", m->l_name);\n    return 0;\n}\n";

static struct { char dir[64]; struct arena arena; struct root root; } bench;

struct found { const char *name, *by, *path; };         /* by: "RPATH from file /a/top.so" */

struct real { const char **objects; size_t n_objects; const char *error; struct found *found; size_t n_found; };

static char *contents(const char *path)
{
    char *text = root_read(&bench.root, &bench.arena, path, NULL);

    return text != NULL ? text : arena_text(&bench.arena, "");
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void must_run(const char *script)
{
    if (system(script) != 0)
        fail_msg("%s", script);
}

static int open_bench(void **state)
{
    struct arena *a = &bench.arena;
    struct err e;

    (void)state;
    if (!text_format(bench.dir, sizeof bench.dir, "/tmp/search-XXXXXX") || mkdtemp(bench.dir) == NULL || !root_open(&bench.root, a, "/", &e))
        return -1;
    write_file(text_make(a, "%s/opener.c", bench.dir), opener);
    write_file(text_make(a, "%s/empty.c", bench.dir), "");
    write_file(text_make(a, "%s/prelude", bench.dir), loader_prelude);
    must_run(text_make(a, "cd %s && ${CC:-cc} -c opener.c && ${CC:-cc} -fPIC -c empty.c && ${CC:-cc} opener.o -o opener -ldl", bench.dir));
    return 0;
}

static int close_bench(void **state)
{
    (void)state;
    nftw(bench.dir, layout_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    close(bench.root.fd);
    arena_free(&bench.arena);
    return 0;
}

/* Names as the prediction spells them: absolute. */
static const char *absolute(const char *dir, const char *path)
{
    while (text_starts(path, "./"))
        path += 2;
    return path[0] == '/' ? path : text_join(&bench.arena, dir, path);
}

static void read_objects(struct real *r, const char *dir, const char *text)
{
    const char *line;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        const char *name = arena_copy(&bench.arena, line, n);

        if (text_starts(name, "error "))
            r->error = name + strlen("error ");
        else if (!text_starts(name, "linux-") && !text_has(name, "/ld-linux"))
            *ARENA_PUSH(&bench.arena, r->objects, r->n_objects) = absolute(dir, name);
    }
}

/* "...: search path=/a:/b\t\t(RPATH from file top.so)": what is in the brackets, with the file absolute. */
static const char *in_brackets(const char *line, const char *dir)
{
    const char *open = strrchr(line, '('), *close = open != NULL ? strchr(open, ')') : NULL;
    char *in = open != NULL && close != NULL ? arena_copy(&bench.arena, open + 1, (size_t)(close - open - 1)) : arena_text(&bench.arena, "?");
    char *file = strstr(in, "from file ");

    if (file == NULL)
        return in;
    file += strlen("from file ");
    return text_make(&bench.arena, "%.*s%s", (int)(file - in), in, absolute(dir, file));
}

static void read_debug(struct real *r, const char *dir, const char *text)
{
    struct found *now = NULL;
    const char *line, *at;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        char *copy = arena_copy(&bench.arena, line, n);

        if ((at = strstr(copy, "find library=")) != NULL) {
            char *end = strstr(copy, " [0]; searching");

            now = ARENA_PUSH(&bench.arena, r->found, r->n_found);
            now->name = arena_copy(&bench.arena, at + strlen("find library="), (size_t)(end - at) - strlen("find library="));
        } else if (now != NULL && strstr(copy, "search path=") != NULL) {
            now->by = in_brackets(copy, dir);
        } else if (now != NULL && strstr(copy, "search cache=") != NULL) {
            now->by = "cache";
        } else if (now != NULL && (at = strstr(copy, "trying file=")) != NULL) {
            now->path = absolute(dir, at + strlen("trying file="));
        }
    }
}

static const char *with_folder(const char *s, const char *dir)
{
    const char *at = strstr(s, "$D");

    return at == NULL ? s : with_folder(text_make(&bench.arena, "%.*s%s%s", (int)(at - s), s, dir, at + 2), dir);
}

static void run_real(struct real *r, const struct loader_case *c, const char *dir)
{
    struct text command = { .arena = &bench.arena };

    text_add(&command, "cd %s && env -i LD_DEBUG=libs", dir);
    for (size_t i = 0; i < COUNT_OF(c->vars) && c->vars[i] != NULL; i++) {
        text_add(&command, " ");
        text_add_quoted(&command, with_folder(c->vars[i], dir));
    }
    if (text_starts(c->opens, "./"))
        text_add(&command, " %s/%s", dir, c->opens + 2);
    else
        text_add(&command, " %s/opener %s/%s", bench.dir, dir, c->opens);
    text_add(&command, " >out 2>err");
    (void)!system(command.s);
    read_objects(r, dir, contents(text_make(&bench.arena, "%s/out", dir)));
    read_debug(r, dir, contents(text_make(&bench.arena, "%s/err", dir)));
}

static struct loading *predict(const struct loader_case *c, const char *dir, size_t *n)
{
    const char *vars[COUNT_OF(c->vars)];
    struct environment env = { vars, 0 };
    struct loading *out;
    struct err e;

    for (; env.n < COUNT_OF(vars) && c->vars[env.n] != NULL; env.n++)
        vars[env.n] = with_folder(c->vars[env.n], dir);
    assert_int_equal(chdir(dir), 0);
    if (!loader_search(&out, n, &bench.arena, &bench.root, &env, absolute(dir, c->opens), &e))
        fail_msg("%s", e.text);
    assert_int_equal(chdir("/"), 0);
    return out;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static size_t place_in(const struct real *r, const char *path)
{
    size_t i = 0;

    while (i < r->n_objects && !same_file(r->objects[i], path))
        i++;
    return i;
}

static const char *label(const struct loading *l)
{
    switch (l->by) {
    case FOUND_RPATH:        return text_make(&bench.arena, "RPATH from file %s", l->whose);
    case FOUND_RUNPATH:      return text_make(&bench.arena, "RUNPATH from file %s", l->whose);
    case FOUND_LIBRARY_PATH: return "LD_LIBRARY_PATH";
    case FOUND_CACHE:        return "cache";
    case FOUND_DEFAULT:      return "system search path";
    default:                 return NULL;
    }
}

/* A search of the real loader with that outcome, whoever's it was. */
static bool was_searched(const struct real *r, const struct loading *l)
{
    for (size_t i = 0; i < r->n_found; i++)
        if (text_is(r->found[i].name, l->name) && text_is(r->found[i].path, l->path)
            && text_is(r->found[i].by, label(l)))
            return true;
    return false;
}

static void show(const struct loading *l, size_t n, const struct real *r)
{
    for (size_t i = 0; i < n; i++)
        print_error("predicted: %s -> %s (%s), for %s\n", l[i].name, l[i].path != NULL ? l[i].path : "-", loading_why(&bench.arena, &l[i]),
                    l[i].asked_by);
    for (size_t i = 0; i < r->n_found; i++)
        print_error("searched:  %s -> %s (%s)\n", r->found[i].name, r->found[i].path, r->found[i].by);
    for (size_t i = 0; i < r->n_objects; i++)
        print_error("loaded:    %s\n", r->objects[i]);
    if (r->error != NULL)
        print_error("error:     %s\n", r->error);
}

/* The real loader stops at the first library it does not get; its sentence
 * begins with that name, or with the file it stumbled over. */
static bool same_stop(const struct real *r, const struct loading *l, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (l[i].by == FOUND_NOT) {
            size_t length = l[i].passed_over != NULL ? strcspn(l[i].passed_over, ":") : 0;

            return r->error != NULL
                && ((text_starts(r->error, l[i].name) && r->error[strlen(l[i].name)] == ':')
                    || (length > 0 && strncmp(r->error, l[i].passed_over, length) == 0 && r->error[length] == ':'));
        }
    return r->error == NULL;
}

/* Every predicted file is loaded, at a later place than the one before unless
 * it was there already; and every loaded file is predicted. */
static bool same_objects(const struct real *r, const struct loading *l, size_t n, const char *opened)
{
    size_t last = place_in(r, opened);
    bool *told = arena_alloc(&bench.arena, r->n_objects + 1);

    told[last] = true;
    if (last == r->n_objects)
        last = 0;                       /* a program has no name in the list */
    for (size_t i = 0; i < n; i++) {
        size_t at = l[i].path != NULL ? place_in(r, l[i].path) : r->n_objects;

        if (at == r->n_objects && !text_has(l[i].path != NULL ? l[i].path : "", "/ld-linux"))
            return false;
        if (at == r->n_objects || told[at])
            continue;
        if (l[i].by != FOUND_LOADED && l[i].by != FOUND_PRELOAD) {
            if (at < last || !text_is(r->objects[at], l[i].path))
                return false;
            last = at;
        }
        told[at] = true;
    }
    for (size_t i = 0; i < r->n_objects; i++)
        if (!told[i] && !text_has(r->objects[i], "/libc.so.6") && !text_has(r->objects[i], "/p/"))
            return false;
    return true;
}

/* Each search of ours was one of theirs, and in the same order. Theirs for the
 * program that opens, or for a preload, are not told. */
static bool same_searches(const struct real *r, const struct loading *l, size_t n)
{
    size_t last = 0;

    for (size_t i = 0; i < n && l[i].by != FOUND_NOT; i++)
        if (label(&l[i]) != NULL && !was_searched(r, &l[i]))
            return false;
    for (size_t i = 0; i < r->n_found; i++) {
        size_t at = 0;

        while (at < n && !text_is(l[at].name, r->found[i].name))
            at++;
        if (at == n || l[at].by == FOUND_LOADED || l[at].by == FOUND_PRELOAD)
            continue;
        if (at < last)
            return false;
        last = at;
    }
    return true;
}

static void as_the_loader_does(void **state)
{
    const struct loader_case *c = *state;
    const char *dir = text_make(&bench.arena, "%s/%s", bench.dir, c->name);
    struct real real = { .n_objects = 0 };
    struct loading *l;
    bool same;
    size_t n;

    assert_int_equal(mkdir(dir, 0755), 0);
    write_file(text_make(&bench.arena, "%s/script", dir), c->script);
    must_run(text_make(&bench.arena, "cd %s && cat ../prelude script | sh", dir));
    run_real(&real, c, dir);
    l = predict(c, dir, &n);
    same = same_stop(&real, l, n) && same_searches(&real, l, n)
        && (real.error != NULL || same_objects(&real, l, n, absolute(dir, c->opens)));
    if (!same)
        show(l, n, &real);
    assert_true(same);
}

/* ldconfig itself writes a cache of another root, as a container's is; it has to be root for that. */
static void a_caches_hwcaps_entry_is_for_processors_of_that_level(void **state)
{
    static const struct { const char *flags, *path; } cases[] = {
        { "lm", "/opt/lib/liby.so.1" },
        { "cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2", "/opt/lib/glibc-hwcaps/x86-64-v2/liby.so.1" },
        { "cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2 avx avx2 bmi1 bmi2 f16c fma abm movbe", "/opt/lib/glibc-hwcaps/x86-64-v3/liby.so.1" },
    };
    const char *dir = text_make(&bench.arena, "%s/cached", bench.dir);
    struct environment env = { NULL, 0 };
    struct root root;
    struct err e;

    (void)state;
    must_run(text_make(&bench.arena,
                       "mkdir -p %s && cd %s && { cat ../prelude; echo 'mkdir -p etc proc; L=opt/lib; H=$L/glibc-hwcaps\n"
                       "for d in $L $H/x86-64-v2 $H/x86-64-v3; do lib $d/liby.so.1 liby.so.1 \"\"; done\n"
                       "lib top.so - liby.so.1'; } | sh", dir, dir));
    if (system(text_make(&bench.arena, "PATH=$PATH:/sbin:/usr/sbin; ldconfig -r %s /opt/lib 2>/dev/null", dir)) != 0)
        skip();
    assert_true(root_open(&root, &bench.arena, dir, &e));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loading *l;
        size_t n;

        write_file(text_make(&bench.arena, "%s/proc/cpuinfo", dir), text_make(&bench.arena, "flags\t\t: fpu %s\n", cases[i].flags));
        assert_true(loader_search(&l, &n, &bench.arena, &root, &env, "/top.so", &e));
        assert_int_equal(n, 1);
        assert_string_equal(l[0].path, cases[i].path);
        assert_int_equal(l[0].by, FOUND_CACHE);
    }
    close(root.fd);
}

#if defined __aarch64__
#define ARCH "aarch64"
#else
#define ARCH "x86_64"
#endif

/* Of a program that is given a name: what is preloaded answers for it, then LD_LIBRARY_PATH, then a default folder. */
static void a_name_alone_is_answered_as_dlopen_would(void **state)
{
    static const char *const names[] = { "liby.so.1", "libz.so.1", "libnone.so.1" };
    static const char *const preload[] = { "LD_PRELOAD=/opt/pre/hook.so", "LD_LIBRARY_PATH=/opt/b:/opt/a" }, *const path[] = { "LD_LIBRARY_PATH=/opt/b:/opt/a" };
    static const struct { struct environment env; const char *y, *z; enum found_by by_y, by_z; } cases[] = {
        { { NULL, 0 }, "/usr/lib/" ARCH "-linux-gnu/liby.so.1", NULL, FOUND_DEFAULT, FOUND_NOT },
        { { path, 1 }, "/opt/a/liby.so.1", "/opt/b/libz.so.1", FOUND_LIBRARY_PATH, FOUND_LIBRARY_PATH },
        { { preload, 2 }, "/opt/pre/hook.so", "/opt/b/libz.so.1", FOUND_PRELOAD, FOUND_LIBRARY_PATH },
    };
    const char *dir = text_make(&bench.arena, "%s/names", bench.dir);
    struct root root;
    struct err e;

    (void)state;
    must_run(text_make(&bench.arena,
                       "mkdir -p %s && cd %s && { cat ../prelude; echo 'mkdir -p opt/a opt/b opt/pre usr/lib/" ARCH "-linux-gnu\n"
                       "lib opt/a/liby.so.1 liby.so.1 \"\"; lib opt/b/libz.so.1 libz.so.1 \"\"; lib opt/pre/hook.so liby.so.1 \"\"\n"
                       "lib usr/lib/" ARCH "-linux-gnu/liby.so.1 liby.so.1 \"\"'; } | sh", dir, dir));
    assert_true(root_open(&root, &bench.arena, dir, &e));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loading l[COUNT_OF(names)];

        loader_answers(l, names, COUNT_OF(names), &bench.arena, &root, &cases[i].env, ARCH);
        assert_string_equal(l[0].path, cases[i].y);
        assert_int_equal(l[0].by, cases[i].by_y);
        if (cases[i].z != NULL)
            assert_string_equal(l[1].path, cases[i].z);
        assert_int_equal(l[1].by, cases[i].by_z);
        assert_int_equal(l[2].by, FOUND_NOT);
        assert_null(l[2].path);
    }
    close(root.fd);
}

int main(void)
{
    struct CMUnitTest tests[COUNT_OF(loader_cases) + 2];

    for (size_t i = 0; i < COUNT_OF(loader_cases); i++)
        tests[i] = (struct CMUnitTest){ loader_cases[i].name, as_the_loader_does, NULL, NULL, (void *)(uintptr_t)&loader_cases[i] };
    tests[COUNT_OF(loader_cases) + 1] = (struct CMUnitTest)cmocka_unit_test(a_name_alone_is_answered_as_dlopen_would);
    tests[COUNT_OF(loader_cases)] = (struct CMUnitTest)cmocka_unit_test(a_caches_hwcaps_entry_is_for_processors_of_that_level);
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
