/* fft.h - discrete Fourier transforms: data, their true spectra, and how far a result may be off. Pure.
 *
 * y[k] = sum over n of x[n] e^(-2 pi i k n / N), not scaled; the inverse has a plus.
 */
#ifndef MATH_FFT_H
#define MATH_FFT_H

#include "math/number.h"

struct complex { double re, im; };

/* One or two dimensions, row-major, and how many transforms of them lie behind each other. */
struct fft_shape { int n, m; int batch; };      /* m 0: one dimension */

size_t fft_count(struct fft_shape s);           /* of one transform */

/* e^(2 pi i turns / of), within 2^-52. */
struct complex fft_root(int64_t turns, int64_t of);

/* Chirps of modulus 1, e^(i pi n^2 / N) for even N, each moved by a number of its own, and their spectra, of modulus
 * sqrt N everywhere, in closed form (a Gauss sum): no sum is computed, so any size is cheap. In two dimensions, products. */
void fft_chirps(struct fft_shape s, uint64_t seed, struct complex *x, struct complex *y);

/* Random data of variance 1, exact in fp32, and their spectra by the definition: for small sizes. */
void fft_random(struct fft_shape s, uint64_t seed, struct complex *x, struct complex *y);

/* The four kinds of transform, made of x and its spectrum y: what goes in and what must come out. A real result or
 * datum has im 0. Of a spectrum of real data the half with k <= N/2 (of the last dimension) is kept. */
enum fft_kind { FFT_FORWARD, FFT_INVERSE, FFT_REAL_FORWARD, FFT_REAL_INVERSE };

size_t fft_half(struct fft_shape s);            /* elements of one half spectrum */
void   fft_problem(struct fft_shape s, enum fft_kind kind, const struct complex *x, const struct complex *y, struct complex *in, struct complex *out);

/* What an element of a healthy result may be off, in parts of the result's root mean square; how it comes about is said where it is. */
double fft_limit(enum number type, struct fft_shape s);

struct fft_error {
    double ratio;               /* the largest error over what it may be; infinite if anything is NaN or infinite */
    size_t worst;               /* where */
    double nmse;
};

struct fft_error fft_compare(const struct complex *got, const struct complex *expected, size_t n, double limit);

#endif
