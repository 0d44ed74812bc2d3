/* harness/load/nvrtc.h against the vendor's nvrtc.h. */
#include <stddef.h>

#include "own_nvrtc.h"

#include <nvrtc.h>

#include "tests/abi/prove.h"

NVRTC_SYMS(PROVE)
PROVE_TYPES
