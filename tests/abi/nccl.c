/* harness/load/nccl.h against the vendor's nccl.h. */
#include <stddef.h>

#include "own_nccl.h"

#include <cuda.h>
#include <nccl.h>

#include "tests/abi/prove.h"

NCCL_SYMS(PROVE)
PROVE_TYPES
