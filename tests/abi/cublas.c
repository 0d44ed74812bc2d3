/* harness/load/cublas.h against the vendor's cublas_v2.h. */
#include <stddef.h>

#include "own_cublas.h"

#include <cuda.h>
#include <cublas_v2.h>

#include "tests/abi/prove.h"

CUBLAS_SYMS(PROVE)
PROVE_TYPES
