/* harness/load/cufft.h against the vendor's cufft.h. */
#include <stddef.h>

#include "own_cufft.h"

#include <cufft.h>

#include "tests/abi/prove.h"

CUFFT_SYMS(PROVE)
PROVE_TYPES
