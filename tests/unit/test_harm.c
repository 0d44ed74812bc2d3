/* How much of a GPU that others use may be taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/harm.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static const struct { uint64_t free_bytes, total, at_most, budget; } cases[] = {
    { 80 * GIB,  80 * GIB,  0,               76 * GIB },        /* 5 % stay free */
    { 8 * GIB,   8 * GIB,   0,               7 * GIB },         /* 1 GiB is more than 5 % */
    { 2 * GIB,   80 * GIB,  0,               0 },               /* nearly full */
    { 4 * GIB,   80 * GIB,  0,               0 },
    { 5 * GIB,   80 * GIB,  0,               1 * GIB },
    { 80 * GIB,  80 * GIB,  HARM_BUSY_BYTES, 256 * MIB },
    { GIB + MIB, 8 * GIB,   HARM_BUSY_BYTES, MIB },             /* the smaller of the two bounds */
    { 0,         0,         0,               0 },
    { UINT64_MAX, UINT64_MAX, 0,             UINT64_MAX - UINT64_MAX / 20 },
};

static void a_reserve_stays_free_and_a_busy_gpu_gives_little(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(harm_budget(cases[i].free_bytes, cases[i].total, cases[i].at_most), cases[i].budget);
}

static const struct { struct device device; bool full, even_if_busy; const char *why; } devices[] = {
    { { .memory_bytes = 80 * GIB, .free_bytes = 79 * GIB, .knows_free = true }, true, false, NULL },
    { { .memory_bytes = 80 * GIB }, true, false, NULL },                        /* unknown is not full */
    { { .memory_bytes = 80 * GIB, .free_bytes = 70 * GIB, .knows_free = true, .foreign = "pid 7" }, false, false, NULL },
    { { .memory_bytes = 80 * GIB, .free_bytes = 70 * GIB, .knows_free = true, .foreign = "pid 7" }, true, true, NULL },
    { { .memory_bytes = 80 * GIB, .free_bytes = 70 * GIB, .knows_free = true, .foreign = "pid 7" }, true, false,
      "gpu0 is used by pid 7: at --level full and soak it is left alone (--even-if-busy tests it all the same)" },
    { { .memory_bytes = 80 * GIB, .free_bytes = GIB, .knows_free = true, .foreign = "pid 7" }, false, true,
      "gpu0 has 1024 MiB of memory free, and 4096 MiB are left to others: it is used by pid 7" },
    { { .memory_bytes = 80 * GIB, .free_bytes = 0, .knows_free = true }, false, false,
      "gpu0 has 0 MiB of memory free, and 4096 MiB are left to others" },
};

static void who_else_uses_a_gpu_decides_whether_it_is_touched(void **state)
{
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(devices); i++) {
        const char *why = harm_forbids(&devices[i].device, devices[i].full, devices[i].even_if_busy, &a);

        if (why == NULL ? devices[i].why != NULL : !text_is(why, devices[i].why))
            fail_msg("%zu: %s", i, why != NULL ? why : "may be touched");
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reserve_stays_free_and_a_busy_gpu_gives_little),
        cmocka_unit_test(who_else_uses_a_gpu_decides_whether_it_is_touched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
