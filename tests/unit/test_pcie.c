/* What a link to the host can carry, by its generation and width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include "child/transfer/pcie.h"

static double of(unsigned generation, unsigned width)
{
    return pcie_gbs(&(struct pcie){ .generation = generation, .width = width });
}

static void a_link_carries_what_its_generation_and_width_make(void **state)
{
    static const struct { unsigned generation, width; double least, most; } known[] = {
        { 1, 16, 3.99, 4.01 }, { 2, 16, 7.99, 8.01 }, { 3, 16, 15.7, 15.8 }, { 4, 16, 31.5, 31.6 }, { 5, 16, 63.0, 63.1 }, { 6, 16, 120.9, 121.1 },
        { 3, 8, 7.87, 7.89 }, { 4, 4, 7.87, 7.89 }, { 3, 1, 0.984, 0.986 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        assert_true(of(known[i].generation, known[i].width) > known[i].least && of(known[i].generation, known[i].width) < known[i].most);
}

static void what_is_not_known_carries_nothing(void **state)
{
    (void)state;
    assert_true(of(0, 16) <= 0);
    assert_true(of(5, 0) <= 0);
    assert_true(of(7, 16) <= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_carries_what_its_generation_and_width_make),
        cmocka_unit_test(what_is_not_known_carries_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
