/* solver.cholesky - cuSOLVER's Cholesky factorisation and the solution by it, within the bounds of
 * rounding errors, against known solutions, too; and a matrix that is not positive definite is told. */
#include "child/solver.h"

enum { COLUMNS = 3 };

/* R of A = R^T R: the upper triangle, or the transpose of the lower. */
static struct factors unpack(struct solver *s, const double *a, bool upper)
{
    size_t n = (size_t)s->n;
    struct factors f = { NULL, host_buffer(s->c, n * n * sizeof(double)), NULL };

    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i <= j; i++)
            f.upper[j * n + i] = upper ? a[j * n + i] : a[i * n + j];
    return f;
}

/* The factors that came; b then holds X. False: it told otherwise. */
static bool factor_and_solve(struct solver *s, const struct equations *q, bool upper, struct factors *f, const double **x)
{
    CUdeviceptr a = solver_upload(s, q->a, q->n), b = solver_upload(s, q->b, q->columns);

    solver_potrf(s, upper, a);
    if (!solver_told(s, "potrf", 0))
        return false;
    *f = unpack(s, solver_download(s, a, q->n), upper);
    solver_potrs(s, upper, a, b, q->columns);
    if (!solver_told(s, "potrs", 0))
        return false;
    *x = solver_download(s, b, q->columns);
    return true;
}

static void within_bounds(struct solver *s, bool upper)
{
    struct equations q;
    struct factors f;
    const double *x;

    equations_make_random(&q, &s->c->arena, s->c->seed + upper, s->n, COLUMNS, s->type, true);
    if (!factor_and_solve(s, &q, upper, &f, &x))
        return;
    solver_near(s, upper ? "upper.factor" : "lower.factor", factors_error_cholesky(&q, &f, s->type));
    solver_near(s, upper ? "upper.solution" : "lower.solution", solution_error_cholesky(&q, &f, x, s->type));
}

/* The root of 1 is 1, but what takes its reciprocal may round that: no exact factor is asked for. */
static void known(struct solver *s)
{
    struct equations q;
    struct factors of_a, f;
    const double *x;

    equations_make_definite(&q, &of_a, &s->c->arena, s->c->seed, s->n, COLUMNS, 0);
    if (!factor_and_solve(s, &q, true, &f, &x))
        return;
    solver_near(s, "known.factor", factors_error_cholesky(&q, &f, s->type));
    solver_near(s, "known.solution", solution_error_known(&q, &of_a, x, s->type));
}

static void indefinite(struct solver *s)
{
    struct equations q;
    struct factors f;
    int row = s->n / 2 + 1;

    equations_make_definite(&q, &f, &s->c->arena, s->c->seed, s->n, 1, row);
    solver_potrf(s, true, solver_upload(s, q.a, q.n));
    solver_told(s, "potrf of a matrix that is not positive definite", row);
}

static void each(struct solver *s)
{
    within_bounds(s, true);
    within_bounds(s, false);
    known(s);
    indefinite(s);
}

static void run(struct child *c)
{
    solver_each(c, 261, 67, each);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_solver_cholesky = {
    .name     = "solver.cholesky",
    .claim    = "cuSOLVER factors and solves symmetric equations within the bound of rounding errors.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = SOLVER_NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cusolver",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){ SOLVER_EXPECTS, SOLVER_BOUND("ratio.fp32.known.solution"), SOLVER_BOUND("ratio.fp64.known.solution"), { .key = NULL } },
    .run      = run,
};
