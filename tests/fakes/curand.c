/* The fake libcurand.so.10. Its sequences are the product's own reference: what
 * that is worth, tests/unit/test_generator.c shows against the real library. */
#include "load/curand.h"
#include "tests/fakes/gate.h"

#include <stdlib.h>

#include "harness/math/generator.c"

FAKE_LIBRARY(CURAND_SYMS)

const long fake_failure = 999;          /* CURAND_STATUS_INTERNAL_ERROR */

enum { NOT_INITIALIZED = 101, TYPE_ERROR = 103, INITIALIZATION_FAILED = 203 };

struct curandGenerator_st { enum generator kind; bool host; uint64_t seed, offset; };

curandStatus_t fake_curandGetVersion(int *version)
{
    *version = 10400;
    return 0;
}

curandStatus_t fake_curandCreateGeneratorHost(curandGenerator_t *g, curandRngType_t type)
{
    if (type != CURAND_RNG_PSEUDO_PHILOX4_32_10 && type != CURAND_RNG_PSEUDO_XORWOW)
        return TYPE_ERROR;
    *g = calloc(1, sizeof **g);
    (*g)->kind = type == CURAND_RNG_PSEUDO_XORWOW ? GENERATOR_XORWOW : GENERATOR_PHILOX;
    (*g)->host = true;
    return 0;
}

curandStatus_t fake_curandCreateGenerator(curandGenerator_t *g, curandRngType_t type)
{
    curandStatus_t code = fake_driver_serves() ? fake_curandCreateGeneratorHost(g, type) : INITIALIZATION_FAILED;

    if (code == 0)
        (*g)->host = false;
    return code;
}

curandStatus_t fake_curandDestroyGenerator(curandGenerator_t g)
{
    free(g);
    return 0;
}

curandStatus_t fake_curandSetPseudoRandomGeneratorSeed(curandGenerator_t g, unsigned long long seed)
{
    g->seed = seed;
    return 0;
}

/* How far into the sequence; only its start is served. */
curandStatus_t fake_curandSetGeneratorOffset(curandGenerator_t g, unsigned long long offset)
{
    g->offset = offset;
    return offset == 0 ? 0 : CURAND_STATUS_OUT_OF_RANGE;
}

curandStatus_t fake_curandSetGeneratorOrdering(curandGenerator_t g, curandOrdering_t order)
{
    return g == NULL ? NOT_INITIALIZED : order == CURAND_ORDERING_PSEUDO_LEGACY ? 0 : CURAND_STATUS_OUT_OF_RANGE;
}

/* The integers, and the whole result's memory to write to; NULL if there is nothing to write. */
static uint32_t *integers(curandGenerator_t g, void *out, size_t n)
{
    uint32_t *all;

    if (!g->host && !fake_driver()->owns(out, n * sizeof *all)) {
        fake_driver()->late(700);
        return NULL;
    }
    if (fake_lie_is(STALE_RESULT)) {
        fake_spoil(out, 0);
        return NULL;
    }
    all = malloc(n * sizeof *all);
    generator_integers(g->kind, g->seed, all, n);
    return all;
}

curandStatus_t fake_curandGenerate(curandGenerator_t g, unsigned *out, size_t n)
{
    uint32_t *all = integers(g, out, n);

    if (all == NULL)
        return 0;
    memcpy(out, all, n * sizeof *out);
    free(all);
    fake_spoil((void *)out, n);
    return 0;
}

curandStatus_t fake_curandGenerateUniform(curandGenerator_t g, float *out, size_t n)
{
    uint32_t *all = integers(g, out, n);

    for (size_t i = 0; i < n && all != NULL; i++)
        out[i] = generator_uniform(all[i]);
    fake_spoil(out, n);
    free(all);
    return 0;
}

curandStatus_t fake_curandGenerateNormal(curandGenerator_t g, float *out, size_t n, float mean, float deviation)
{
    uint32_t *all = integers(g, out, n);

    for (size_t i = 0; i < n && all != NULL; i++) {
        size_t at[2];

        generator_pair(g->kind, i / 2, at);
        out[i] = mean + deviation * (float)generator_normal(all[at[0]], all[at[1]]).value[i % 2];
    }
    fake_spoil(out, n);
    free(all);
    return 0;
}
