/* Number formats: every bit pattern of the small ones, the edges of the large ones,
 * and the kernels' arithmetic against the definitions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "math/number.h"
#include "math/random.h"

static const enum number small[] = { NUMBER_FP16, NUMBER_BF16, NUMBER_E4M3, NUMBER_E5M2 };

static unsigned patterns(enum number n)
{
    return 1u << 8 * number_bytes(n);
}

static void every_pattern_of_the_small_formats_comes_back_as_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(small); i++)
        for (unsigned bits = 0; bits < patterns(small[i]); bits++) {
            double v = number_value(small[i], bits);

            if (!isnan(v))
                assert_int_equal(number_bits(small[i], v), bits);
            else
                assert_true(isnan(number_value(small[i], number_bits(small[i], v))));
        }
    for (unsigned bits = 0; bits < 256; bits++)
        assert_int_equal(number_bits(NUMBER_INT8, number_value(NUMBER_INT8, bits)), bits);
}

static uint64_t next_up(enum number n, uint64_t bits)
{
    return bits + (n == NUMBER_TF32 ? 1u << 13 : 1);
}

/* Between neighbours: below the middle down, above it up, at the middle to the even one. */
static void what_lies_between_two_neighbours_goes_to_the_nearer_and_ties_to_the_even_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(small); i++)
        for (unsigned bits = 0; bits < patterns(small[i]) / 2; bits++) {
            double low = number_value(small[i], bits), high = number_value(small[i], next_up(small[i], bits)), middle = (low + high) / 2;
            unsigned even = bits % 2 == 0 ? bits : bits + 1;

            if (!isfinite(low) || !isfinite(high))
                continue;
            assert_int_equal(number_bits(small[i], middle), even);
            assert_int_equal(number_bits(small[i], nextafter(middle, 0)), bits);
            assert_int_equal(number_bits(small[i], nextafter(middle, 1e300)), bits + 1);
            assert_int_equal(number_bits(small[i], -middle), even | patterns(small[i]) / 2);
        }
}

static void what_is_too_large_becomes_infinity_and_in_e4m3_nan(void **state)
{
    (void)state;
    assert_true(number_largest(NUMBER_FP16) == 65504 && number_largest(NUMBER_E4M3) == 448 && number_largest(NUMBER_E5M2) == 57344);
    assert_int_equal(number_bits(NUMBER_FP16, 65519.99), 0x7BFF);
    assert_int_equal(number_bits(NUMBER_FP16, 65520), 0x7C00);
    assert_int_equal(number_bits(NUMBER_E4M3, 463.99), 0x7E);
    assert_int_equal(number_bits(NUMBER_E4M3, 464), 0x7E);         /* a tie, and 448 is the even one */
    assert_int_equal(number_bits(NUMBER_E4M3, 464.01), 0x7F);
    assert_int_equal(number_bits(NUMBER_E4M3, -(double)INFINITY), 0xFF);
    assert_int_equal(number_bits(NUMBER_E5M2, 61440), 0x7C);
    assert_int_equal(number_bits(NUMBER_E5M2, 61439), 0x7B);
    assert_int_equal(number_bits(NUMBER_INT8, 127.5), 127);
    assert_int_equal(number_bits(NUMBER_INT8, -1e9), 0x80);
    assert_int_equal(number_bits(NUMBER_INT8, (double)NAN), 0);
    assert_int_equal(number_bits(NUMBER_INT32, 3e9), 0x7FFFFFFF);
}

/* fp32 and fp64 are this machine's own; TF32 is fp32 with 10 fraction bits. */
static void the_large_formats_are_the_machines(void **state)
{
    struct random r = { 17 };

    (void)state;
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = random_next(&r), back;
        double v;
        float f;

        memcpy(&v, &bits, sizeof v);
        if (isnan(v))
            continue;
        assert_true(number_value(NUMBER_FP64, bits) == v);
        assert_true(number_bits(NUMBER_FP64, v) == bits);
        v = ldexp(v, i % 2 == 0 ? 0 : -(int)(bits >> 52 & 2047) + 1023 - 140 + i % 280);      /* half of them near fp32's range */
        f = (float)v;
        back = bits_of_float(f);
        assert_int_equal(number_bits(NUMBER_FP32, v), back);
        assert_true(number_value(NUMBER_FP32, back) == (double)f);
        assert_int_equal(number_bits(NUMBER_TF32, (double)f), bits_of_float(tf32_of_float(f)));
    }
}

static unsigned encoded(enum number n, float v)
{
    switch (n) {
    case NUMBER_FP16: return fp16_of_float(v);
    case NUMBER_BF16: return bf16_of_float(v);
    case NUMBER_E4M3: return e4m3_of_float(v);
    default:          return e5m2_of_float(v);
    }
}

static float decoded(enum number n, unsigned bits)
{
    switch (n) {
    case NUMBER_FP16: return float_of_fp16(bits);
    case NUMBER_BF16: return float_of_bf16(bits);
    case NUMBER_E4M3: return float_of_e4m3(bits);
    default:          return float_of_e5m2(bits);
    }
}

static void the_kernels_decode_every_pattern_as_defined(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(small); i++)
        for (unsigned bits = 0; bits < patterns(small[i]); bits++) {
            double v = number_value(small[i], bits), own = (double)decoded(small[i], bits);

            assert_true(isnan(v) ? isnan(own) : own == v && signbit(own) == signbit(v));
        }
}

static void assert_same_rounding(enum number n, float v)
{
    assert_int_equal(encoded(n, v), number_bits(n, (double)v));
    assert_int_equal(encoded(n, -v), number_bits(n, -(double)v));
}

/* Every number, every middle between two, and the fp32 numbers next to those; then any fp32. */
static void the_kernels_round_as_defined(void **state)
{
    struct random r = { 23 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(small); i++) {
        for (unsigned bits = 0; bits < patterns(small[i]) / 2; bits++) {
            float v = (float)number_value(small[i], bits), middle = (float)((double)v + (number_value(small[i], bits + 1) - (double)v) / 2);

            if (!isfinite(v))
                continue;
            assert_same_rounding(small[i], v);
            assert_same_rounding(small[i], middle);
            assert_same_rounding(small[i], nextafterf(middle, 0));
            assert_same_rounding(small[i], nextafterf(middle, INFINITY));
        }
        for (int k = 0; k < 200000; k++) {
            float v = float_of_bits((unsigned)random_next(&r) & 0x7FFFFFFF);

            if (!isnan(v))
                assert_same_rounding(small[i], v);
        }
        assert_same_rounding(small[i], INFINITY);
        assert_true(isnan(decoded(small[i], encoded(small[i], NAN))));
    }
}

static void all_integers_up_to_the_limit_are_exact_and_the_next_is_not(void **state)
{
    static const enum number all[] = { NUMBER_FP16, NUMBER_BF16, NUMBER_TF32, NUMBER_E4M3, NUMBER_E5M2, NUMBER_INT8 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        double limit = number_integers(all[i]);

        for (double v = -limit; v <= limit; v++)
            assert_true(number_value(all[i], number_bits(all[i], v)) == v);
        assert_false(number_value(all[i], number_bits(all[i], limit + 1)) == limit + 1);
    }
    assert_true(number_integers(NUMBER_FP32) == 0x1p24 && number_integers(NUMBER_FP64) == 0x1p53 && number_integers(NUMBER_E5M2) == 8);
}

static void an_array_is_written_and_read_by_element(void **state)
{
    unsigned char room[24];

    (void)state;
    memset(room, 0xEE, sizeof room);
    number_set(NUMBER_FP16, room, 1, -2.5);
    assert_true(number_get(NUMBER_FP16, room, 1) == -2.5);
    assert_int_equal(room[1], 0xEE);
    assert_int_equal(room[4], 0xEE);
    number_set(NUMBER_INT32, room, 5, -70000);
    assert_true(number_get(NUMBER_INT32, room, 5) == -70000);
    assert_string_equal(number_name(NUMBER_E4M3), "e4m3");
}

/* OCP Microscaling Formats 1.0, 5.3.3: all sixteen of e2m1, none of them infinite or NaN. */
static void fp4_has_sixteen_numbers_and_two_share_a_byte(void **state)
{
    static const double values[] = { 0, .5, 1, 1.5, 2, 3, 4, 6 };
    unsigned char room[4] = { 0xEE, 0xEE, 0xEE, 0xEE };

    (void)state;
    for (unsigned bits = 0; bits < 8; bits++) {
        assert_true(number_value(NUMBER_E2M1, bits) == values[bits] && number_value(NUMBER_E2M1, bits | 8) == -values[bits]);
        assert_int_equal(number_bits(NUMBER_E2M1, values[bits]), bits);
        assert_int_equal(number_bits(NUMBER_E2M1, -values[bits]), bits | 8);
        if (bits < 7)
            assert_int_equal(number_bits(NUMBER_E2M1, (values[bits] + values[bits + 1]) / 2), bits % 2 == 0 ? bits : bits + 1);
    }
    assert_true(number_largest(NUMBER_E2M1) == 6 && number_integers(NUMBER_E2M1) == 4);
    assert_int_equal(number_bits(NUMBER_E2M1, 1e9), 7);
    assert_int_equal(number_bits(NUMBER_E2M1, -(double)INFINITY), 15);
    assert_int_equal(number_bits(NUMBER_E2M1, (double)NAN) & 7, 7);
    assert_int_equal(number_room(NUMBER_E2M1, 7), 4);
    assert_int_equal(number_room(NUMBER_FP16, 7), 14);
    number_set(NUMBER_E2M1, room, 2, 6);
    number_set(NUMBER_E2M1, room, 5, -1.5);
    assert_memory_equal(room, ((unsigned char[]){ 0xEE, 0xE7, 0xBE, 0xEE }), 4);
    assert_true(number_get(NUMBER_E2M1, room, 2) == 6 && number_get(NUMBER_E2M1, room, 5) == -1.5 && number_get(NUMBER_E2M1, room, 4) == -4);
}

static void scale_factors_have_no_sign(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 255; bits++) {
        assert_true(number_value(NUMBER_UE8M0, bits) == ldexp(1, (int)bits - 127));
        assert_int_equal(number_bits(NUMBER_UE8M0, ldexp(1, (int)bits - 127)), bits);
    }
    assert_true(isnan(number_value(NUMBER_UE8M0, 255)) && number_largest(NUMBER_UE8M0) == 0x1p127);
    assert_int_equal(number_bits(NUMBER_UE8M0, 1.49), 127);
    assert_int_equal(number_bits(NUMBER_UE8M0, 1.5), 128);
    assert_int_equal(number_bits(NUMBER_UE8M0, 3), 128);
    assert_int_equal(number_bits(NUMBER_UE8M0, 3.01), 129);
    assert_int_equal(number_bits(NUMBER_UE8M0, 0), 0);
    assert_int_equal(number_bits(NUMBER_UE8M0, -1), 255);
    assert_int_equal(number_bits(NUMBER_UE8M0, 0x1p128), 255);
    for (unsigned bits = 0; bits < 127; bits++) {
        assert_true(number_value(NUMBER_UE4M3, bits) == number_value(NUMBER_E4M3, bits));
        assert_true(number_value(NUMBER_UE4M3, bits | 128) == number_value(NUMBER_E4M3, bits));      /* the sign's bit is not looked at */
        assert_int_equal(number_bits(NUMBER_UE4M3, number_value(NUMBER_E4M3, bits)), bits);
    }
    assert_int_equal(number_bits(NUMBER_UE4M3, -1), 127);
    assert_int_equal(number_bits(NUMBER_UE4M3, -0.0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_of_the_small_formats_comes_back_as_itself),
        cmocka_unit_test(what_lies_between_two_neighbours_goes_to_the_nearer_and_ties_to_the_even_one),
        cmocka_unit_test(what_is_too_large_becomes_infinity_and_in_e4m3_nan),
        cmocka_unit_test(the_large_formats_are_the_machines),
        cmocka_unit_test(the_kernels_decode_every_pattern_as_defined),
        cmocka_unit_test(the_kernels_round_as_defined),
        cmocka_unit_test(all_integers_up_to_the_limit_are_exact_and_the_next_is_not),
        cmocka_unit_test(an_array_is_written_and_read_by_element),
        cmocka_unit_test(fp4_has_sixteen_numbers_and_two_share_a_byte),
        cmocka_unit_test(scale_factors_have_no_sign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
