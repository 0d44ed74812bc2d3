#include "math/gemm.h"

#include <math.h>

#include "math/random.h"

#define EXACT_SUM 16777216.0

static void fill(float *v, int rows, int columns, int ld, struct random *r, bool wide)
{
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < ld; i++) {
            float *at = &v[(size_t)j * (size_t)ld + (size_t)i];

            if (i >= rows)
                *at = NAN;
            else if (wide)
                *at = (float)((4096 + 2 * random_integer(r, 0, 2047) + 1) * (2 * random_integer(r, 0, 1) - 1));
            else
                *at = (float)random_integer(r, -1, 1);
        }
}

bool gemm_make_fp32(struct gemm *g, struct arena *a, uint64_t seed, struct err *e)
{
    struct random r = { seed };

    g->a = arena_alloc(a, (size_t)g->lda * (size_t)g->k * sizeof *g->a);
    g->b = arena_alloc(a, (size_t)g->ldb * (size_t)g->n * sizeof *g->b);
    g->expected = arena_alloc(a, (size_t)g->m * (size_t)g->n * sizeof *g->expected);
    fill(g->a, g->m, g->k, g->lda, &r, true);
    fill(g->b, g->k, g->n, g->ldb, &r, false);
    for (int j = 0; j < g->n; j++)
        for (int i = 0; i < g->m; i++) {
            double sum = 0, worst = 0;

            for (int k = 0; k < g->k; k++) {
                double product = (double)g->a[(size_t)k * (size_t)g->lda + (size_t)i]
                               * (double)g->b[(size_t)j * (size_t)g->ldb + (size_t)k];

                sum += product;
                worst += fabs(product);
            }
            if (!(worst < EXACT_SUM))
                return err_set(e, ERR_LIMIT, "a sum of D[%d][%d] can reach %.9g, fp32 is exact below %.0f", i, j, worst, EXACT_SUM);
            g->expected[(size_t)j * (size_t)g->m + (size_t)i] = sum;
        }
    return true;
}
