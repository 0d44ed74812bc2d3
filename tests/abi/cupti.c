/* harness/load/cupti.h against the vendor's cupti.h. */
#include <stddef.h>

#include "own_cupti.h"

#include <cuda.h>
#include <cupti.h>

#include "tests/abi/prove.h"

CUPTI_SYMS(PROVE)
PROVE_TYPES
