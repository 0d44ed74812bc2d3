/* Who is blamed for a fault: tables of raw facts, and garbage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "math/random.h"
#include "model/blame.h"

static const char maps[] =
    "1000-2000 r-xp 00000000 08:01 11 /usr/bin/gpuvet\n"
    "3000-4000 r-xp 00000000 08:01 12 /lib/libc.so.6\n"
    "5000-6000 r-xp 00000000 08:01 13 /opt/env/libcudnn.so.9\n"
    "6000-7000 r--p 00001000 08:01 13 /opt/env/libcudnn.so.9\n"
    "8000-9000 r-xp 00000000 08:01 14 /opt/env/lib with space.so\n"
    "a000-b000 rw-p 00000000 00:00 0 \n";

static struct crumb *facts(int signo, uint64_t pc, uint64_t address, const uint64_t *stack, size_t n)
{
    static struct crumb c;

    memset(&c, 0, sizeof c);
    c.signo = signo;
    c.pc = pc;
    c.address = address;
    memcpy(c.maps, maps, sizeof maps - 1);
    c.maps_bytes = sizeof maps - 1;
    if (n > 0)
        memcpy(c.stack, stack, n * sizeof *stack);
    c.stack_bytes = (uint32_t)(n * sizeof *stack);
    return &c;
}

static void the_library_at_the_program_counter_is_blamed(void **state)
{
    struct arena a = { NULL };
    struct blame b = blame_explain(facts(SIGSEGV, 0x5500, 0x10, NULL, 0), "/usr/bin/gpuvet", &a);

    (void)state;
    assert_string_equal(b.file, "/opt/env/libcudnn.so.9");
    assert_true(text_has(b.sentence, "SIGSEGV at address 0x10"));
    arena_free(&a);
}

static void the_runtime_and_ourselves_are_passed_over_for_the_caller(void **state)
{
    const uint64_t stack[] = { 0x77, 0x3500, 0x1500, 0x6500, 0xa100, 0x8800, 0x5500 };
    struct arena a = { NULL };
    struct blame b = blame_explain(facts(SIGABRT, 0x3100, 0, stack, COUNT_OF(stack)), "/usr/bin/gpuvet", &a);

    (void)state;
    assert_string_equal(b.file, "/opt/env/lib with space.so");
    assert_true(text_has(b.sentence, "called from there"));
    arena_free(&a);
}

static void the_walked_stack_goes_before_what_merely_lies_on_it(void **state)
{
    const uint64_t stack[] = { 0x5500, 0x8800 };
    struct arena a = { NULL };
    struct crumb *c = facts(SIGABRT, 0x3100, 0, stack, COUNT_OF(stack));

    (void)state;
    c->frames[0] = 0x1500;                      /* the handler, libc, then a call that was the last one of its mapping */
    c->frames[1] = 0x3500;
    c->frames[2] = 0x9000;
    c->n_frames = 3;
    assert_string_equal(blame_explain(c, "/usr/bin/gpuvet", &a).file, "/opt/env/lib with space.so");
    c->n_frames = 2;
    assert_string_equal(blame_explain(c, "/usr/bin/gpuvet", &a).file, "/opt/env/libcudnn.so.9");
    c->frames[2] = 0x3100;                      /* the fault itself, and we called it: what lies there is not asked */
    c->frames[3] = 0x1600;
    c->n_frames = 4;
    assert_null(blame_explain(c, "/usr/bin/gpuvet", &a).file);
    c->n_frames = UINT32_MAX;
    blame_explain(c, "/usr/bin/gpuvet", &a);
    arena_free(&a);
}

static void a_file_that_is_too_short_is_blamed_for_the_bus_error(void **state)
{
    struct arena a = { NULL };
    struct blame b = blame_explain(facts(SIGBUS, 0x3100, 0x6800, NULL, 0), "/usr/bin/gpuvet", &a);

    (void)state;
    assert_string_equal(b.file, "/opt/env/libcudnn.so.9");
    assert_true(text_has(b.sentence, "the file ends"));
    arena_free(&a);
}

static void a_call_through_null_is_blamed_on_its_caller(void **state)
{
    const uint64_t stack[] = { 0x5600 };
    struct arena a = { NULL };
    struct blame b = blame_explain(facts(SIGSEGV, 0, 0, stack, 1), "/usr/bin/gpuvet", &a);

    (void)state;
    assert_string_equal(b.file, "/opt/env/libcudnn.so.9");
    arena_free(&a);
}

static void nobody_is_blamed_without_evidence(void **state)
{
    struct arena a = { NULL };
    struct blame b = blame_explain(facts(SIGSEGV, 0x3100, 0, NULL, 0), "/usr/bin/gpuvet", &a);

    (void)state;
    assert_null(b.file);
    assert_true(text_has(b.sentence, "SIGSEGV"));
    arena_free(&a);
}

static void garbage_facts_never_break_the_explanation(void **state)
{
    struct crumb *c = malloc(sizeof *c);
    struct random r = { 3 };

    (void)state;
    for (int i = 0; i < 300; i++) {
        struct arena a = { NULL };

        memset(c, 0, sizeof *c);
        memcpy(c->maps, maps, sizeof maps - 1);
        for (int k = 0; k < 60; k++)
            c->maps[random_integer(&r, 0, (int)sizeof maps)] = (char)random_integer(&r, 0, 255);
        c->maps_bytes = random_integer(&r, 0, 3) == 0 ? UINT32_MAX : (uint32_t)random_integer(&r, 0, 2 * (int)sizeof maps);
        c->stack_bytes = random_integer(&r, 0, 3) == 0 ? UINT32_MAX : (uint32_t)random_integer(&r, 0, 256);
        for (int k = 0; k < 256; k++)
            c->stack[k] = (unsigned char)random_integer(&r, 0, 255);
        c->signo = random_integer(&r, -5, 70);
        c->pc = random_next(&r) & 0xffff;
        c->address = random_next(&r) & 0xffff;
        assert_non_null(blame_explain(c, "/usr/bin/gpuvet", &a).sentence);
        arena_free(&a);
    }
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_library_at_the_program_counter_is_blamed),
        cmocka_unit_test(the_runtime_and_ourselves_are_passed_over_for_the_caller),
        cmocka_unit_test(the_walked_stack_goes_before_what_merely_lies_on_it),
        cmocka_unit_test(a_file_that_is_too_short_is_blamed_for_the_bus_error),
        cmocka_unit_test(a_call_through_null_is_blamed_on_its_caller),
        cmocka_unit_test(nobody_is_blamed_without_evidence),
        cmocka_unit_test(garbage_facts_never_break_the_explanation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
