// sm_map_spoilt.cu - sm_map once more, for selftest.sm: on the multiprocessor of the block in the middle, one lane's fp32
// results have a wrong bit.
#include <kernels/pattern.h>
#include <kernels/ptx.h>
#include <kernels/sm_map.h>

#define SM_KERNEL sm_map_spoilt
#define SM_RESULT(unit, value) \
    ((unit) == SM_FP32 && blockIdx.x == gridDim.x / 2 && threadIdx.x % 32 == SM_SPOILT_LANE ? (value) ^ 1u << SM_SPOILT_BIT : (value))

namespace spoilt {
#include "sm_map.cu"
}
