/* gemm.h - data and references for matrix products. Pure. */
#ifndef MATH_GEMM_H
#define MATH_GEMM_H

#include "base/arena.h"
#include "base/err.h"

/* Column-major D = A B: A m x k with leading dimension lda, and so on. */
struct gemm {
    int     m, n, k, lda, ldb, ldd;
    float  *a, *b;
    double *expected;           /* m x n, column-major, leading dimension m */
};

/* Integers whose product is exact in fp32 in any order of adding, and wrong in
 * tf32, bf16 and fp16: A holds odd 13-bit numbers, which need 13 significant
 * bits where tf32 keeps 11; B holds -1, 0 and 1. Fails unless the worst-case sum
 * of every output for this very data stays below 2^24. Rows between m and lda
 * hold NaN: reading them shows. */
bool gemm_make_fp32(struct gemm *g, struct arena *a, uint64_t seed, struct err *e) MUST_USE;

#endif
