/* solver.lu - cuSOLVER's LU factorisation and the solution by it: exact on equations that need
 * no rounding, within the bound of rounding errors on others, and a singular matrix is told. */
#include "child/solver.h"

enum { COLUMNS = 3 };

/* L and U as they come, in one matrix. */
static struct factors unpack(struct solver *s, const double *lu, const int *pivots)
{
    size_t n = (size_t)s->n;
    struct factors f = { host_buffer(s->c, n * n * sizeof(double)), host_buffer(s->c, n * n * sizeof(double)), host_buffer(s->c, n * sizeof(int)) };

    for (size_t j = 0; j < n; j++) {
        f.pivots[j] = pivots[j];
        f.lower[j * n + j] = 1;
        for (size_t i = 0; i < n; i++)
            (i > j ? f.lower : f.upper)[j * n + i] = lu[j * n + i];
    }
    return f;
}

static double *packed(struct solver *s, const struct factors *f)
{
    size_t n = (size_t)s->n;
    double *lu = host_buffer(s->c, n * n * sizeof *lu);

    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++)
            lu[j * n + i] = (i > j ? f->lower : f->upper)[j * n + i];
    return lu;
}

static int *download_pivots(struct solver *s, CUdeviceptr from)
{
    size_t bytes = (size_t)s->n * sizeof(int);
    int *pivots = host_buffer(s->c, bytes);

    device_download(s->c, pivots, from, bytes);
    return pivots;
}

static double *as_doubles(struct solver *s, const int *v)
{
    double *out = host_buffer(s->c, (size_t)s->n * sizeof *out);

    for (int i = 0; i < s->n; i++)
        out[i] = v[i];
    return out;
}

static void exactly(struct solver *s)
{
    struct child *c = s->c;
    struct equations q;
    struct factors f;
    CUdeviceptr a, b, pivots = device_buffer(c, (size_t)s->n * sizeof(int));

    equations_make_exact(&q, &f, &c->arena, c->seed, s->n, COLUMNS, s->type);
    a = solver_upload(s, q.a, q.n);
    b = solver_upload(s, q.b, COLUMNS);
    solver_getrf(s, a, pivots);
    if (!solver_told(s, "getrf", 0))
        return;
    solver_exact(s, "pivots", "pivots", as_doubles(s, download_pivots(s, pivots)), as_doubles(s, f.pivots), 1);
    solver_exact(s, "factors", "LU", solver_download(s, a, q.n), packed(s, &f), q.n);
    solver_getrs(s, a, pivots, b, COLUMNS);
    if (solver_told(s, "getrs", 0))
        solver_exact(s, "solution", "X", solver_download(s, b, COLUMNS), q.x, COLUMNS);
}

static void within_bounds(struct solver *s)
{
    struct child *c = s->c;
    struct equations q;
    struct factors f;
    CUdeviceptr a, b, pivots = device_buffer(c, (size_t)s->n * sizeof(int));

    equations_make_random(&q, &c->arena, c->seed, s->n, COLUMNS, s->type, false);
    a = solver_upload(s, q.a, q.n);
    b = solver_upload(s, q.b, COLUMNS);
    solver_getrf(s, a, pivots);
    if (!solver_told(s, "getrf", 0))
        return;
    f = unpack(s, solver_download(s, a, q.n), download_pivots(s, pivots));
    solver_near(s, "factors", factors_error_lu(&q, &f, s->type));
    solver_getrs(s, a, pivots, b, COLUMNS);
    if (solver_told(s, "getrs", 0))
        solver_near(s, "solution", solution_error_lu(&q, &f, solver_download(s, b, COLUMNS), s->type));
}

static void singular(struct solver *s)
{
    struct child *c = s->c;
    struct equations q;
    CUdeviceptr pivots = device_buffer(c, (size_t)s->n * sizeof(int));

    equations_make_singular(&q, &c->arena, c->seed, s->n, s->type);
    solver_getrf(s, solver_upload(s, q.a, q.n), pivots);
    solver_told(s, "getrf of a singular matrix", s->n);
}

static void each(struct solver *s)
{
    exactly(s);
    within_bounds(s);
    singular(s);
}

static void run(struct child *c)
{
    solver_each(c, 261, 67, each);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_solver_lu = {
    .name     = "solver.lu",
    .claim    = "cuSOLVER factors and solves equations exactly where no rounding is needed, and within the bound of rounding errors elsewhere.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = SOLVER_NEEDS,
    .stacks   = ON_ANY_STACK,
    .library  = "cusolver",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .expects  = (const struct expect[]){ SOLVER_EXPECTS, SOLVER_BOUND("ratio.fp32.solution"), SOLVER_BOUND("ratio.fp64.solution"), { .key = NULL } },
    .run      = run,
};
