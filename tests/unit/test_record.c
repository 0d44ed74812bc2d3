/* The door between child and parent: what is written is read, all else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "math/random.h"
#include "model/record.h"

static bool parse(struct record *r, struct arena *a, const char *line)
{
    struct err e;

    return record_parse(r, a, line, strlen(line), &e);
}

static void what_is_written_is_read(void **state)
{
    static const struct { enum record_kind kind; const char *fields[5]; size_t n; } cases[] = {
        { RECORD_PREPARE, { "cuda.launch" }, 1 }, { RECORD_BEGIN, { "7" }, 1 }, { RECORD_NUM, { "gemm.rate", "TFLOP/s", "6.5e2" }, 3 },
        { RECORD_TEXT, { "route", "D" }, 2 }, { RECORD_CALL, { "cuInit(0)", "/l/libcuda.so.1", "-3", "no device" }, 4 },
        { RECORD_LOAD, { "libx.so: cannot open" }, 1 }, { RECORD_END, { "7", "2" }, 2 }, { RECORD_TEXT, { "empty", "" }, 2 },
        { RECORD_BEAT, { "3", "1000", "60000", "123456789012", "0" }, 5 },
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char line[RECORD_MAX];
        size_t n = record_format(line, cases[i].kind, cases[i].fields, cases[i].n);
        struct record r;
        struct err e;

        assert_int_equal(line[n - 1], '\n');
        assert_true(record_parse(&r, &a, line, n - 1, &e));
        assert_int_equal(r.kind, cases[i].kind);
        for (size_t k = 0; k < cases[i].n; k++)
            assert_string_equal(r.field[k], cases[i].fields[k]);
    }
    arena_free(&a);
}

static void control_bytes_and_length_cannot_break_a_line(void **state)
{
    static char huge[3 * RECORD_MAX];
    const char *fields[] = { "k\tey\n", huge };
    char line[RECORD_MAX];
    struct arena a = { NULL };
    struct record r;
    struct err e;
    size_t n;

    (void)state;
    memset(huge, 'x', sizeof huge - 1);
    huge[10] = '\n';
    n = record_format(line, RECORD_TEXT, fields, 2);
    assert_true(n <= RECORD_MAX);
    assert_true(record_parse(&r, &a, line, n - 1, &e));
    assert_string_equal(r.field[0], "k ey ");
    arena_free(&a);
}

static void a_long_first_field_leaves_room_for_the_others(void **state)
{
    static char huge[2 * RECORD_MAX];
    const char *fields[] = { huge, "/lib", "1", "text" };
    char line[RECORD_MAX];
    struct arena a = { NULL };
    struct record r;
    struct err e;
    size_t n;

    (void)state;
    memset(huge, 'y', sizeof huge - 1);
    n = record_format(line, RECORD_CALL, fields, 4);
    assert_true(n <= RECORD_MAX);
    /* The code was cut: the door says so instead of guessing. */
    assert_false(record_parse(&r, &a, line, n - 1, &e));
    arena_free(&a);
}

static void what_could_not_have_been_written_is_refused(void **state)
{
    static const char *const bad[] = {
        "", "begin", "begin\t", "begin\tx", "begin\t-1", "begin\t1\t2", "num\ta\tb", "num\ta\tb\tx", "num\ta\tb\t1x", "text\ta",
        "text\ta\tb\tc", "call\ta\tb\tx\td", "end\t1", "end\t1\t-1", "End\t1\t1", "nonsense\t1",
        "beat\t1", "beat\t1\t2\t3\t4", "beat\t-1\t2\t3\t4\t5", "beat\t1\t-2\t3\t4\t5", "beat\t1\t2\tinf\t4\t5", "beat\t1\t2\t3\tnan\t5", "beat\t1\t2\t3\t4\tx", "begin\t1\x01", "begin\t99999999999999999999",
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct record r;

        if (parse(&r, &a, bad[i]))
            fail_msg("accepted: \"%s\"", bad[i]);
    }
    arena_free(&a);
}

static void garbage_never_breaks_the_door(void **state)
{
    struct random random = { 1 };

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct arena a = { NULL };
        char line[300];
        size_t n = (size_t)random_integer(&random, 0, (int)sizeof line);
        struct record r;
        struct err e;

        for (size_t k = 0; k < n; k++)
            line[k] = random_integer(&random, 0, 3) == 0 ? '\t' : (char)random_integer(&random, 0, 255);
        if (n > 5 && random_integer(&random, 0, 1))
            memcpy(line, "num\ta\t", 6);
        if (record_parse(&r, &a, line, n, &e))
            assert_non_null(r.field[0]);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(control_bytes_and_length_cannot_break_a_line),
        cmocka_unit_test(a_long_first_field_leaves_room_for_the_others),
        cmocka_unit_test(what_could_not_have_been_written_is_refused),
        cmocka_unit_test(garbage_never_breaks_the_door),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
