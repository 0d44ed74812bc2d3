/* The streaming kernels' CPU twins: every word is reached once, whatever the depth, the threads and the blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "kernels/checked.h"
#include "kernels/stream.h"
#include "tests/host/twin.h"

enum { TILES = 5, DEPTH_MAX = 8, THREADS_MAX = 512, WORDS_MAX = TILES * DEPTH_MAX * THREADS_MAX * 2 };

static _Alignas(16) unsigned long long from[WORDS_MAX], other[WORDS_MAX], to[WORDS_MAX + 2];

static const struct shape { unsigned depth, threads, blocks; } shapes[] = {
    { 2, 256, TILES }, { 4, 256, TILES }, { 8, 256, TILES }, { 8, 512, TILES }, { 4, 512, 2 }, { 2, 256, 1 }, { 8, 256, 3 },
};

static void run(const char *what, const struct shape *s, void **args)
{
    char name[32];

    text_format(name, sizeof name, "stream_%s_%u", what, s->depth);
    assert_true(twin_launch(name, s->blocks, 1, 1, s->threads, 1, 1, args));
}

static unsigned long long words_of(const struct shape *s) { return (unsigned long long)TILES * s->depth * s->threads * 2; }

static void fill(unsigned long long *p, unsigned long long words, unsigned long long base, unsigned long long step)
{
    for (unsigned long long i = 0; i < words; i++)
        p[i] = base + step * i;
}

static unsigned long long wrong_of(unsigned long long *p, unsigned long long words, unsigned long long base, unsigned long long step)
{
    struct checked found = CHECKED_NOTHING, *at = &found;

    assert_true(twin_launch("stream_wrong", (unsigned)((words + 255) / 256), 1, 1, 256, 1, 1, (void *[]){ &p, &words, &base, &step, &at, NULL }));
    assert_true(found.looked == words);
    return found.wrong;
}

static void a_read_adds_up_every_word_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        unsigned long long *p = from, tiles = TILES, sums[STREAM_SLOTS] = { 0 }, *at = sums, sum = 0, words = words_of(&shapes[i]);

        fill(from, words, 7, 3);
        run("read", &shapes[i], (void *[]){ &p, &tiles, &at, NULL });
        for (size_t k = 0; k < STREAM_SLOTS; k++)
            sum += sums[k];
        assert_true(sum == words * 7 + 3 * (words * (words - 1) / 2));
    }
}

static void a_write_reaches_every_word_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        unsigned long long *p = to, tiles = TILES, base = 11, step = 5, words = words_of(&shapes[i]);

        memset(to, 0xff, sizeof to);
        run("write", &shapes[i], (void *[]){ &p, &tiles, &base, &step, NULL });
        assert_int_equal(wrong_of(to, words, base, step), 0);
        assert_true(to[words] == ~0ull);
    }
}

static void a_copy_and_a_triad_leave_what_they_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        unsigned long long *p = to, *a = from, *b = other, tiles = TILES, times = 3, words = words_of(&shapes[i]);

        fill(from, words, 7, 3);
        fill(other, words, 1, 2);
        memset(to, 0xff, sizeof to);
        run("copy", &shapes[i], (void *[]){ &p, &a, &tiles, NULL });
        assert_int_equal(wrong_of(to, words, 7, 3), 0);
        run("triad", &shapes[i], (void *[]){ &p, &a, &b, &times, &tiles, NULL });
        assert_int_equal(wrong_of(to, words, 10, 9), 0);
        assert_true(to[words] == ~0ull);
    }
}

static void a_word_that_is_wrong_is_counted(void **state)
{
    (void)state;
    fill(to, 1000, 7, 3);
    to[999]++;
    to[0] = 0;
    assert_int_equal(wrong_of(to, 1000, 7, 3), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_adds_up_every_word_once),
        cmocka_unit_test(a_write_reaches_every_word_and_no_other),
        cmocka_unit_test(a_copy_and_a_triad_leave_what_they_should),
        cmocka_unit_test(a_word_that_is_wrong_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
