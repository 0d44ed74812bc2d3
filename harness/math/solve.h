/* solve.h - systems of equations whose factors and solutions are known, and how far those
 * of a sound library may be off. Pure. Matrices are column-major, of n rows.
 */
#ifndef MATH_SOLVE_H
#define MATH_SOLVE_H

#include "base/arena.h"
#include "math/number.h"

/* A X = B. */
struct equations { int n, columns; double *a, *x, *b; };

/* Of such A: P A = L U with a unit lower L, or A = R^T R. */
struct factors {
    double *lower, *upper;      /* L and U; of R only the upper one */
    int    *pivots;             /* as LAPACK writes them, from 1: row i was swapped with row pivots[i] */
};

/* Equations that are solved without any rounding, whatever the blocks, the order of adding, and whether triangles
 * are inverted or divided by: L = I + N and U = D + M, where N has only columns of a set S and rows that are not
 * in it, and M the other way around. So N N = 0, and the inverse of L, and of each block on its diagonal, is I - N;
 * of U it is (I - D M) D, as D is 1 or -1. N is 0 or half of 1 or -1, at most 8 times in a row: then the diagonal
 * is the only largest element of what is left of each column, and the pivots are known. M is odd and as wide as
 * fp32 or fp64 can add up: for fp32 12 bits, where tf32 keeps 11; for fp64 31, where fp32 keeps 24. */
void equations_make_exact(struct equations *q, struct factors *f, struct arena *a, uint64_t seed, int n, int columns, enum number type);

/* The same with a last row of U that is 0: no factor of it divides. */
void equations_make_singular(struct equations *q, struct arena *a, uint64_t seed, int n, enum number type);

/* Full mantissas of the type: A is n on its diagonal and of variance 1 elsewhere, rows in any order (general) or
 * symmetric. Factors are about as large as A then, so that what follows is sharp. */
void equations_make_random(struct equations *q, struct arena *a, uint64_t seed, int n, int columns, enum number type, bool symmetric);

/* A = R^T R for R = I + N with integers, N as above but upper and 1 or -1 at most twice in a row. With
 * `indefinite`, from 1 up to n, the diagonal there is so small that no R has a square root for it. */
void equations_make_definite(struct equations *q, struct factors *f, struct arena *a, uint64_t seed, int n, int columns, int indefinite);

/* ---- Bounds: an error over what it may be at most, infinite for a NaN ----
 *
 * Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., 2002, for sums in any order, with
 * g(k) = k u / (1 - k u): |L U - P A| <= g(n) |L| |U| (Theorem 9.3); (A + E) x = b with |E| <= g(3n) |L| |U| (9.4);
 * |R^T R - A| <= g(n + 1) |R^T| |R| (10.3); and g(3n + 1) |R^T| |R| for its solution (10.4). What is computed here,
 * in fp64, adds g(n) of 2^-53 of the same sums. */
struct worst { double ratio; int row, column; };

struct worst factors_error_lu(const struct equations *q, const struct factors *f, enum number type);
struct worst factors_error_cholesky(const struct equations *q, const struct factors *f, enum number type);

/* Of b - A x for the x given, with the factors given. */
struct worst solution_error_lu(const struct equations *q, const struct factors *f, const double *x, enum number type);
struct worst solution_error_cholesky(const struct equations *q, const struct factors *f, const double *x, enum number type);

/* Of x against the known solution of equations_make_definite: |A^-1| times the bound for b - A x, with A^-1 known
 * by R^-1 = I - N, and 1 % more since R stands for the factor that was computed. */
struct worst solution_error_known(const struct equations *q, const struct factors *f, const double *x, enum number type);

/* The rows of a general A in the order that the pivots give. */
void rows_swap(double *a, int n, int columns, const int *pivots);

/* The unit roundoff of a type. */
double unit_roundoff(enum number type);

#endif
