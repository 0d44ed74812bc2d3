#include "math/precision.h"

#include <math.h>

/* Terms that one instruction of a tensor core adds to a sum at once (PTX ISA, mma and
 * wgmma: the k of their shapes, halved before compute capability 8.0 and 9.0). */
static double terms_at_once(enum number factors, int cc)
{
    bool is_16_bit = factors == NUMBER_FP16 || factors == NUMBER_BF16;

    if (factors == NUMBER_E4M3 || factors == NUMBER_E5M2)
        return 32;
    if (is_16_bit)
        return cc >= 90 ? 16 : cc >= 75 ? 8 : 4;
    return cc >= 90 ? 8 : 4;
}

/* Adding one term after the other rounds k times by at most u = 2^-24 of the sum so
 * far; of zero-mean terms the sum grows as a random walk, so the errors add to
 * about 0.3 u sqrt(k) of the result (measured: 1.8e-8 sqrt(k)). 1.5 is five times that. */
static double chain(double u, int k)
{
    return 1.5 * u * sqrt(k);
}

/* Tensor cores cut instead of rounding (Fasi et al., PeerJ CS 7:e330): each of k/t
 * instructions loses 2^-24 of the sum on average and always towards zero, so that errors
 * add up as k/t, not as its root. Two thirds of the final sum is the mean of the way
 * there: 0.7 (k/t) 2^-24; twice that is allowed, and 2^-21 for what is lost within one. */
static double cut(double terms, int k)
{
    return 0x1p-21 + 1.4 * (k / terms) * 0x1p-24;
}

/* fp8 on 8.9 and 9.0: 13 bits below the largest term are kept (arXiv 2511.10909), so
 * each of k/32 instructions cuts 2^-14 at most; simulated: 2.1e-4 at k = 256, 3.4e-3 at
 * 16384. Without fast accumulation, parts of 128 are added in fp32: 1.3e-4 for any k. */
static double coarse(int k, bool fast)
{
    return fast ? 0x1p-10 + k / 32.0 * 0x1p-15 : 0x1p-11;
}

static double relative(enum number factors, int cc, int k, bool fast)
{
    switch (factors) {
    case NUMBER_FP64: return chain(0x1p-53, k);
    case NUMBER_FP32: return chain(0x1p-24, k);
    case NUMBER_TF32: return cc >= 80 ? cut(terms_at_once(factors, cc), k) : chain(0x1p-24, k);
    case NUMBER_FP16:
    case NUMBER_BF16: return fmax(cut(terms_at_once(factors, cc), k), chain(0x1p-24, k));
    case NUMBER_E4M3:
    case NUMBER_E5M2: return cc < 100 ? coarse(k, fast) : cut(terms_at_once(factors, cc), k);
    default:          return 0;
    }
}

/* One rounding to a format with a unit of u is off by 0.42 u of the number in the root of the mean square. */
static double rounding(enum number out)
{
    return out == NUMBER_BF16 ? 4 * 0.42 * 0x1p-8 : out == NUMBER_FP16 ? 4 * 0.42 * 0x1p-11 : 0;
}

double product_nmse_limit(enum number factors, enum number out, int cc, int k, bool fast)
{
    double most = relative(factors, cc, k, fast) + rounding(out);

    return most * most;
}
