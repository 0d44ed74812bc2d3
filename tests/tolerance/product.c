/* Products of matrices: product_nmse_limit. */
#include "tests/tolerance/tolerance.h"

#include <math.h>

#include "math/precision.h"

/* The probes look at 1024 elements and more; fewer scatter more. K goes down to 1 here, and up to that of a GPU of 132 multiprocessors. */
enum { ELEMENTS = 64, K_MAX = 1088 };

static const struct kind { enum number in, out; int cc; bool fast; struct arithmetic how; } kinds[] = {
    { NUMBER_FP32, NUMBER_FP32, 75, false, { 0, 0, 0, 0 } },    { NUMBER_FP16, NUMBER_FP32, 70, false, { 4, 23, 23, 0 } },
    { NUMBER_FP16, NUMBER_FP32, 75, false, { 8, 24, 23, 0 } },  { NUMBER_FP16, NUMBER_FP32, 80, false, { 0, 0, 0, 0 } },
    { NUMBER_FP16, NUMBER_FP32, 90, false, { 16, 25, 23, 0 } }, { NUMBER_BF16, NUMBER_FP32, 80, false, { 8, 24, 23, 0 } },
    { NUMBER_BF16, NUMBER_FP32, 90, false, { 16, 25, 23, 0 } }, { NUMBER_TF32, NUMBER_FP32, 80, false, { 4, 24, 23, 0 } },
    { NUMBER_TF32, NUMBER_FP32, 90, false, { 8, 25, 23, 0 } },  { NUMBER_FP16, NUMBER_FP16, 80, false, { 8, 24, 23, 0 } },
    { NUMBER_BF16, NUMBER_BF16, 90, false, { 16, 25, 23, 0 } }, { NUMBER_E4M3, NUMBER_FP32, 89, true, { 32, 13, 13, 0 } },
    { NUMBER_E5M2, NUMBER_FP32, 90, true, { 32, 13, 13, 0 } },  { NUMBER_E4M3, NUMBER_FP32, 90, false, { 32, 13, 13, 128 } },
    { NUMBER_E4M3, NUMBER_BF16, 90, true, { 32, 13, 13, 0 } },  { NUMBER_E4M3, NUMBER_FP32, 100, true, { 32, 25, 23, 0 } },
};

static double share(int variant, struct random *r)
{
    static double terms[K_MAX];
    const struct kind *kind = &kinds[variant];
    double errors = 0, squares = 0;
    int k = some_number(K_MAX, r);

    for (int p = 0; p < ELEMENTS; p++) {
        double exact = 0, got;

        for (int i = 0; i < k; i++)
            exact += terms[i] = real_of(kind->in, r) * real_of(kind->in, r);
        got = rounded(kind->out, summed(terms, k, kind->how, r));
        errors += (got - exact) * (got - exact);
        squares += exact * exact;
    }
    return root_share(errors, squares, product_nmse_limit(kind->in, kind->out, kind->cc, k, kind->fast));
}

/* One after the other, fused or not, in up to 16 parts; the reference in 64 bits of mantissa. */
static double share_of_fp64(int variant, struct random *r)
{
    double errors = 0, squares = 0;
    int k = some_number(K_MAX, r), parts = some_number(16, r);
    bool fused = random_integer(r, 0, 1) == 1;

    (void)variant;
    for (int p = 0; p < ELEMENTS; p++) {
        double part[16] = { 0 }, got = 0;
        long double exact = 0;

        for (int i = 0; i < k; i++) {
            double a = real_of(NUMBER_FP64, r) + 0x1p-30 * real_of(NUMBER_FP64, r), b = real_of(NUMBER_FP64, r) + 0x1p-30 * real_of(NUMBER_FP64, r);

            exact += (long double)a * (long double)b;
            part[i % parts] = fused ? fma(a, b, part[i % parts]) : part[i % parts] + a * b;
        }
        for (int i = 0; i < parts; i++)
            got += part[i];
        errors += (double)((long double)got - exact) * (double)((long double)got - exact);
        squares += (double)(exact * exact);
    }
    return root_share(errors, squares, product_nmse_limit(NUMBER_FP64, NUMBER_FP64, 90, k, false));
}

#define WHERE    "harness/math/precision.c"
#define CHAIN    "a random walk of roundings of u = 2^-24 (2^-53)"
#define CUT      "cutting of tensor cores: PeerJ CS 7:e330, arXiv 2511.10909"
#define ROUNDED  CUT "; one rounding to 16 bits"

const struct tolerance product_tolerances[] = {
    { "product, fp64", WHERE, CHAIN, share_of_fp64, 0, 0, NULL },
    { "product, fp32", WHERE, CHAIN, share, 0, 0, NULL },
    { "product, fp16 on 7.0", WHERE, CUT, share, 1, 0, NULL },
    { "product, fp16 on 7.5", WHERE, CUT, share, 2, 0, NULL },
    { "product, fp16 without tensor cores", WHERE, CHAIN, share, 3, 0, NULL },
    { "product, fp16 on 9.0", WHERE, CUT, share, 4, 0, NULL },
    { "product, bf16 on 8.0", WHERE, CUT, share, 5, 0, NULL },
    { "product, bf16 on 9.0", WHERE, CUT, share, 6, 0, NULL },
    { "product, tf32 on 8.0", WHERE, CUT, share, 7, 0, NULL },
    { "product, tf32 on 9.0", WHERE, CUT, share, 8, 0, NULL },
    { "product, fp16 to fp16", WHERE, ROUNDED, share, 9, 0, NULL },
    { "product, bf16 to bf16", WHERE, ROUNDED, share, 10, 0, NULL },
    { "product, fp8 e4m3 on 8.9, fast", WHERE, CUT, share, 11, 0, NULL },
    { "product, fp8 e5m2 on 9.0, fast", WHERE, CUT, share, 12, 0, NULL },
    { "product, fp8 e4m3 on 9.0, parts of 128 in fp32", WHERE, CUT, share, 13, 0, NULL },
    { "product, fp8 e4m3 to bf16 on 9.0, fast", WHERE, ROUNDED, share, 14, 0, NULL },
    { "product, fp8 e4m3 on 10.0", WHERE, CUT, share, 15, 0, NULL },
    { .name = NULL },
};
