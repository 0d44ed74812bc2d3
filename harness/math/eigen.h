/* eigen.h - a symmetric matrix whose eigenvalues and eigenvectors are known, and how far
 * those of a sound library may be off. Pure.
 */
#ifndef MATH_EIGEN_H
#define MATH_EIGEN_H

#include "base/arena.h"
#include "math/solve.h"

/* A = H D H, column-major: D holds the integers from -n/2 up to n/2 - 1 in any order, H is the reflection
 * I - (2 / n) v v^T for signs v, and n is a power of two. So A is full, exact in fp32, its eigenvalues are those
 * integers, and the eigenvectors are the columns of H, with any sign. `order` sorts: eigenvalue k, which is
 * k - n/2, is in D at order[k]. */
struct eigen { int n, *order; double *v, *a; };

void eigen_make(struct eigen *e, struct arena *a, uint64_t seed, int n);

/* Element i of eigenvector k, but for its sign. */
double eigen_vector(const struct eigen *e, int i, int k);

/* What follows is an error over its limit; infinite for a NaN.
 *
 * A backward stable solver finds exactly what belongs to A + E with |E| <= p(n) u |A| (LAPACK Users' Guide, 3rd ed.,
 * section 4.7: p grows modestly). Some 2 n reflections and rotations are applied, each with an error of a few u in the
 * Frobenius norm (Higham, "Accuracy and Stability", Lemma 19.2 and 19.8); they add like their root, so that their sum
 * is a few sqrt(2 n) u |A|_F, where |A|_F <= sqrt(n) |A|: p(n) = 4 n is allowed. (Measured: LAPACK's ssyevd shows
 * at most 0.2 n on such matrices of n from 64 to 256.) Hence, with |A| = n / 2 and all gaps 1:
 * eigenvalues by Weyl within |E|, |A z - w z| within |E|, Z^T Z within p(n) u of I, and eigenvectors within
 * sqrt(8) |E| (Yu, Wang, Samworth: "A useful variant of the Davis-Kahan theorem", Biometrika 102, 2015, Corollary 1).
 * What is computed here, in fp64, adds its own roundings. */
double eigen_limit(int n, enum number type);

struct worst eigen_error_values(const struct eigen *e, const double *w, enum number type);
struct worst eigen_error_residual(const struct eigen *e, const double *w, const double *z, enum number type);
struct worst eigen_error_orthogonality(const struct eigen *e, const double *z, enum number type);
struct worst eigen_error_vectors(const struct eigen *e, const double *z, enum number type);

#endif
