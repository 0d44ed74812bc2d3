/* harness/load/curand.h against the vendor's curand.h. */
#include <stddef.h>

#include "own_curand.h"

#include <curand.h>

#include "tests/abi/prove.h"

CURAND_SYMS(PROVE)
PROVE_TYPES
