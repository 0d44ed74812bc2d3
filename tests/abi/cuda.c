/* harness/load/cuda.h against the vendor's cuda.h; the internal switch declares every version under its true name. */
#include <stddef.h>

#include "own_cuda.h"

#define __CUDA_API_VERSION_INTERNAL
#include <cuda.h>

#include "tests/abi/prove.h"

CUDA_SYMS(PROVE)
PROVE_TYPES
