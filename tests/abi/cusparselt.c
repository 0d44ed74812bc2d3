/* harness/load/cusparselt.h against the vendor's cusparseLt.h, whose opaque structs may be
 * of any size up to ours. */
#include <stdalign.h>
#include <stddef.h>

#include "own_cusparselt.h"

#include <cuda.h>
#include <cusparseLt.h>

#include "tests/abi/prove.h"

CUSPARSELT_SYMS(PROVE)
OWN_VALUES(SAME_VALUE)

#define FITS(type) \
    _Static_assert(sizeof(type) <= sizeof(own_##type) && _Alignof(type) <= _Alignof(own_##type), #type " is larger than ours, or aligned to more");
FITS(cusparseLtHandle_t)
FITS(cusparseLtMatDescriptor_t)
FITS(cusparseLtMatmulDescriptor_t)
FITS(cusparseLtMatmulAlgSelection_t)
FITS(cusparseLtMatmulPlan_t)
