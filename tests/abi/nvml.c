/* harness/load/nvml.h against the vendor's nvml.h. */
#include <stddef.h>

#include "own_nvml.h"

#define NVML_NO_UNVERSIONED_FUNC_DEFS
#include <nvml.h>

#include "tests/abi/prove.h"

NVML_SYMS(PROVE)
PROVE_TYPES
