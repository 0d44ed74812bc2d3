/* harness/load/cudnn.h against the vendor's cudnn.h, of cuDNN 9 and 8. */
#include <stddef.h>

#include "own_cudnn.h"

#include <cuda.h>
#include <cudnn.h>

#include "tests/abi/prove.h"

CUDNN_SYMS(PROVE)
PROVE_TYPES
