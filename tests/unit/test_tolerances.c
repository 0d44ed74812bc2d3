/* No tolerance raises a false alarm: sound arithmetic in random orders stays within each, on a sample of inputs
 * (scripts/check-tolerances tries 10,000 of each). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/tolerance/tolerance.h"

static void try_all(const struct tolerance *table)
{
    for (const struct tolerance *t = table; t->name != NULL; t++) {
        const struct tried of = tolerance_try(t, 0, 4711);

        if (!tolerance_is_sound(t, &of))
            fail_msg("%s: %ld of %ld outside, the largest at %.3f of the bound", t->name, of.outside, of.inputs, of.largest);
        assert_true(of.largest > 0);
    }
}

static void sound_products_are_within_their_tolerances(void **state)
{
    (void)state;
    try_all(product_tolerances);
}

static void sound_convolutions_are_within_their_tolerances(void **state)
{
    (void)state;
    try_all(conv_tolerances);
}

static void sound_layers_are_within_their_tolerances(void **state)
{
    (void)state;
    try_all(layer_tolerances);
}

static void sound_networks_are_within_their_tolerances(void **state)
{
    (void)state;
    try_all(network_tolerances);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_products_are_within_their_tolerances),
        cmocka_unit_test(sound_convolutions_are_within_their_tolerances),
        cmocka_unit_test(sound_layers_are_within_their_tolerances),
        cmocka_unit_test(sound_networks_are_within_their_tolerances),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
