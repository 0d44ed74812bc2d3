/* harness/load/cusparse.h against the vendor's cusparse.h. */
#include <stddef.h>

#include "own_cusparse.h"

#include <cuda.h>
#include <cusparse.h>

/* Before CUDA 12, what is only read was not const. */
#if CUSPARSE_VERSION < 12000
typedef cusparseSpMatDescr_t cusparseConstSpMatDescr_t;
typedef cusparseDnVecDescr_t cusparseConstDnVecDescr_t;
typedef cusparseDnMatDescr_t cusparseConstDnMatDescr_t;
#endif

#include "tests/abi/prove.h"

CUSPARSE_SYMS(PROVE)
PROVE_TYPES
