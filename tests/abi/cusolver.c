/* harness/load/cusolver.h against the vendor's cusolverDn.h. */
#include <stddef.h>

#include "own_cusolver.h"

#include <cuda.h>
#include <cusolverDn.h>

#include "tests/abi/prove.h"

CUSOLVER_SYMS(PROVE)
PROVE_TYPES
