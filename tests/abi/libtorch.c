/* harness/load/libtorch.h against PyTorch's C shim headers, of any version:
 * every symbol of ours is WANT. Compiled as C++, which those headers are. */
#include <stdbool.h>
#include <stddef.h>

extern "C" {
#include "own_libtorch.h"
}

#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#if __has_include(<torch/csrc/inductor/aoti_torch/generated/c_shim_cpu.h>)
#include <torch/csrc/inductor/aoti_torch/generated/c_shim_cpu.h>
#endif
#if __has_include(<torch/csrc/inductor/aoti_torch/generated/c_shim_cuda.h>)
#include <torch/csrc/inductor/aoti_torch/generated/c_shim_cuda.h>
#endif
#if __has_include(<torch/csrc/stable/c/shim.h>)
#include <torch/csrc/stable/c/shim.h>
#endif

#include "tests/abi/prove.h"

/* Older headers lack these; a different meaning in newer ones is a conflict. */
typedef uint64_t StableIValue;
typedef struct StableListOpaque *StableListHandle;

extern "C" {
LIBTORCH_SYMS(PROVE)
LIBTORCH_CUDA_SYMS(PROVE)
}
PROVE_TYPES
