/* A file is there whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "report/whole_file.h"

static char dir[] = "/tmp/gpuvet-test-XXXXXX";
static char path[64], part[80];
static const struct report report = { .closing = "new words" };

static int set_up(void **state)
{
    (void)state;
    strcpy(dir + strlen(dir) - 6, "XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/gpuvet.prom", dir);
    snprintf(part, sizeof part, "%s.new", path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(part);
    unlink(path);
    rmdir(path);
    return rmdir(dir);
}

static void leave(const char *where, const char *words)
{
    FILE *f = fopen(where, "w");

    assert_non_null(f);
    fputs(words, f);
    assert_int_equal(fclose(f), 0);
}

static bool holds(const char *where, const char *words)
{
    char text[256] = "";
    FILE *f = fopen(where, "r");

    if (f == NULL)
        return false;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return strcmp(text, words) == 0;
}

static bool old_is_there;

static void short_writer(FILE *f, const struct report *r)
{
    fputs(r->closing, f);
    fflush(f);
    old_is_there = holds(path, "old") && holds(part, r->closing);
}

/* More than stdio's buffer: the first write fails long before the end. */
static void long_writer(FILE *f, const struct report *r)
{
    for (int i = 0; i < 100000; i++)
        fputs(r->closing, f);
}

/* Fails in the middle; what follows can be written again. */
static void unlucky_writer(FILE *f, const struct report *r)
{
    fputs(r->closing, f);
    assert_int_equal(fgetc(f), EOF);
    fputs(r->closing, f);
}

static void the_old_file_stays_until_the_new_one_is_whole(void **state)
{
    struct err e;

    (void)state;
    leave(path, "old");
    leave(part, "a longer rest of a run that was killed");
    assert_true(whole_file_write(path, short_writer, &report, &e));
    assert_true(old_is_there);
    assert_true(holds(path, "new words"));
    assert_int_not_equal(access(part, F_OK), 0);
}

static void everybody_may_read_it_whom_the_mask_lets(void **state)
{
    mode_t mask = umask(022);
    struct stat st;
    struct err e;

    (void)state;
    assert_true(whole_file_write(path, short_writer, &report, &e));
    umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    static void (*const writers[])(FILE *, const struct report *) = { short_writer, long_writer };

    (void)state;
    leave(path, "old");
    for (size_t i = 0; i < COUNT_OF(writers); i++) {
        struct err e = { .kind = ERR_NONE };

        assert_int_equal(symlink("/dev/full", part), 0);
        assert_false(whole_file_write(path, writers[i], &report, &e));
        assert_int_equal(e.kind, ERR_SYS);
        assert_true(text_has(e.text, part));
        assert_true(holds(path, "old"));
        assert_int_not_equal(access(part, F_OK), 0);
    }
}

static void an_error_on_the_way_is_not_forgotten(void **state)
{
    struct err e = { .kind = ERR_NONE };

    (void)state;
    leave(path, "old");
    assert_false(whole_file_write(path, unlucky_writer, &report, &e));
    assert_int_equal(e.kind, ERR_SYS);
    assert_true(holds(path, "old"));
    assert_int_not_equal(access(part, F_OK), 0);
}

static void a_place_that_cannot_be_taken_is_said(void **state)
{
    struct err e = { .kind = ERR_NONE };

    (void)state;
    assert_int_equal(mkdir(path, 0755), 0);
    assert_false(whole_file_write(path, short_writer, &report, &e));
    assert_int_equal(e.code, EISDIR);
    assert_true(text_has(e.text, path));
    assert_int_not_equal(access(part, F_OK), 0);
}

static void a_folder_that_is_not_there_is_said(void **state)
{
    struct err e = { .kind = ERR_NONE };
    char long_path[5000];

    (void)state;
    assert_false(whole_file_write("/nonexistent/gpuvet.prom", short_writer, &report, &e));
    assert_int_equal(e.code, ENOENT);
    assert_true(text_has(e.text, "/nonexistent/gpuvet.prom.new"));
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_false(whole_file_write(long_path, short_writer, &report, &e));
    assert_int_equal(e.kind, ERR_USAGE);
}

static void what_the_writer_could_not_write_takes_no_place(void **state)
{
    struct whole_file w;
    struct err e = { .kind = ERR_NONE };

    (void)state;
    leave(path, "old");
    assert_true(whole_file_begin(&w, path, ".new", &e));
    assert_false(whole_file_end(&w, err_set(&e, ERR_FORMAT, "the writer's words"), &e));
    assert_string_equal(e.text, "the writer's words");
    assert_true(holds(path, "old"));
    assert_int_not_equal(access(part, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_old_file_stays_until_the_new_one_is_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(everybody_may_read_it_whom_the_mask_lets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_error_on_the_way_is_not_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_place_that_cannot_be_taken_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_writer_could_not_write_takes_no_place, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
