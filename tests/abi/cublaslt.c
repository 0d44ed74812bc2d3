/* harness/load/cublaslt.h against the vendor's cublasLt.h. */
#include <stddef.h>

#include "own_cublaslt.h"

#include <cuda.h>
#include <cublasLt.h>

#include "tests/abi/prove.h"

CUBLASLT_SYMS(PROVE)
PROVE_TYPES
