/* solver.eigen - cuSOLVER's eigenvalues and eigenvectors of a symmetric matrix, against known ones. */
#include "child/solver.h"

#include "math/eigen.h"

static void each(struct solver *s)
{
    struct eigen e;
    const double *z, *w;
    CUdeviceptr a, values = solver_vector(s);

    eigen_make(&e, &s->c->arena, s->c->seed, s->n);
    a = solver_upload(s, e.a, s->n);
    solver_syevd(s, a, values);
    if (!solver_told(s, "syevd", 0))
        return;
    w = solver_download_vector(s, values);
    z = solver_download(s, a, s->n);
    solver_near(s, "values", eigen_error_values(&e, w, s->type));
    solver_near(s, "orthogonality", eigen_error_orthogonality(&e, z, s->type));
    solver_near(s, "residual", eigen_error_residual(&e, w, z, s->type));
    solver_near(s, "vectors", eigen_error_vectors(&e, z, s->type));
}

static void run(struct child *c)
{
    solver_each(c, 128, 32, each);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_solver_eigen = {
    .name     = "solver.eigen",
    .claim    = "cuSOLVER finds the known eigenvalues and eigenvectors of a symmetric matrix, as close as rounding lets.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = SOLVER_NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cusolver",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){ SOLVER_EXPECTS, SOLVER_BOUND("ratio.fp32.vectors"), SOLVER_BOUND("ratio.fp64.vectors"), { .key = NULL } },
    .run      = run,
};
