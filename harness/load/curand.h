/* curand.h - cuRAND (libcurand.so) as a table of function pointers. */
#ifndef LOAD_CURAND_H
#define LOAD_CURAND_H

#include "load/dl.h"

typedef int curandStatus_t;             /* enums there */
typedef int curandRngType_t;
typedef int curandOrdering_t;
typedef struct curandGenerator_st *curandGenerator_t;

enum {
    CURAND_STATUS_OUT_OF_RANGE = 104,
    CURAND_RNG_PSEUDO_XORWOW = 101, CURAND_RNG_PSEUDO_PHILOX4_32_10 = 161,
    CURAND_ORDERING_PSEUDO_LEGACY = 103,
};

/* Generators on the host need no GPU and no driver. */
#define CURAND_SYMS(SYM) \
    SYM(NEED, curandStatus_t, curandGetVersion,                   (int *)) \
    SYM(NEED, curandStatus_t, curandCreateGenerator,              (curandGenerator_t *, curandRngType_t)) \
    SYM(NEED, curandStatus_t, curandCreateGeneratorHost,          (curandGenerator_t *, curandRngType_t)) \
    SYM(NEED, curandStatus_t, curandDestroyGenerator,             (curandGenerator_t)) \
    SYM(NEED, curandStatus_t, curandSetPseudoRandomGeneratorSeed, (curandGenerator_t, unsigned long long)) \
    SYM(NEED, curandStatus_t, curandSetGeneratorOffset,           (curandGenerator_t, unsigned long long)) \
    SYM(NEED, curandStatus_t, curandSetGeneratorOrdering,         (curandGenerator_t, curandOrdering_t)) \
    SYM(NEED, curandStatus_t, curandGenerate,                     (curandGenerator_t, unsigned *, size_t)) \
    SYM(NEED, curandStatus_t, curandGenerateUniform,              (curandGenerator_t, float *, size_t)) \
    SYM(NEED, curandStatus_t, curandGenerateNormal,               (curandGenerator_t, float *, size_t, float, float))

struct curand { struct dl dl; CURAND_SYMS(DL_FIELD) };

bool curand_bind(struct curand *t, void *handle, struct err *e) MUST_USE;

#endif
