/* harness/load/cudart.h against the vendor's cuda_runtime_api.h. */
#include <stddef.h>

#include "own_cudart.h"

#include <cuda_runtime_api.h>

#define cudaMemcpyKind enum cudaMemcpyKind      /* C has no typedef of it there */

#include "tests/abi/prove.h"

CUDART_SYMS(PROVE)
PROVE_TYPES
