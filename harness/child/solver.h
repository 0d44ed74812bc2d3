/* solver.h - cuSOLVER's dense routines as the probes use them, in fp32 and fp64 (child only). */
#ifndef CHILD_SOLVER_H
#define CHILD_SOLVER_H

#include "child/child.h"
#include "math/solve.h"

/* Matrices in device memory are column-major with some rows of NaN behind their last. */
struct solver {
    struct child      *c;
    cusolverDnHandle_t handle;
    enum number        type;        /* that is tried now */
    int                n;           /* rows of every matrix */
    CUdeviceptr        info;
    bool               told;        /* the first wrong element */
};

/* Runs each for fp32 and fp64, on one handle, with that n on a GPU of some size; observes "version" and "seed". */
void solver_each(struct child *c, int n, int n_of_small, void (*each)(struct solver *s));

CUdeviceptr solver_upload(struct solver *s, const double *matrix, int columns);

/* Back from there. What was written behind the last row is observed as wrong. */
double *solver_download(struct solver *s, CUdeviceptr from, int columns);

/* A vector without gaps, of numbers in the type. */
double *solver_download_vector(struct solver *s, CUdeviceptr from);
CUdeviceptr solver_vector(struct solver *s);

/* Waits. True if the routine told this code; observes "wrong.TYPE.info", which is 1 if not. */
bool solver_told(struct solver *s, const char *routine, int expected);

/* "wrong.TYPE.what": how many elements are not the expected ones; NaN is none. */
void solver_exact(struct solver *s, const char *what, const char *matrix, const double *got, const double *expected, int columns);

/* "ratio.TYPE.what": the worst error over what it may be. */
void solver_near(struct solver *s, const char *what, struct worst w);

/* A = L U in place with its pivots (n of int); X in place of B. */
void solver_getrf(struct solver *s, CUdeviceptr a, CUdeviceptr pivots);
void solver_getrs(struct solver *s, CUdeviceptr a, CUdeviceptr pivots, CUdeviceptr b, int columns);

/* A = R^T R by its upper triangle, or L L^T by its lower; X in place of B. */
void solver_potrf(struct solver *s, bool upper, CUdeviceptr a);
void solver_potrs(struct solver *s, bool upper, CUdeviceptr a, CUdeviceptr b, int columns);

/* Eigenvectors in place of A, eigenvalues to w, by its lower triangle. */
void solver_syevd(struct solver *s, CUdeviceptr a, CUdeviceptr w);

/* What must hold of all that was observed; then, as a bound of its own, what must have been. */
#define SOLVER_BOUND(of) \
    { .key = of, .bound = AT_MOST, .number = 1, .sentence = "the error is %s times what it may be at most", .detail = "worst", .source = "math/solve.h" }

#define SOLVER_EXPECTS \
    { .key = "wrong.*", .bound = EQUALS, .number = 0, .sentence = "%s values are wrong", .detail = "first" }, \
    SOLVER_BOUND("ratio.*")

#define SOLVER_NEEDS (NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT)

#endif
