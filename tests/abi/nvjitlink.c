/* harness/load/nvjitlink.h against the vendor's nvJitLink.h: the functions that its inline ones call. */
#include <stddef.h>

#include "own_nvjitlink.h"

#include <nvJitLink.h>

#include "tests/abi/prove.h"

/* RELEASE is the header's, "_13_0" (rules.mk). */
#define JOINED(name, release)                   __##name##release
#define NAME_OF(name, release)                  JOINED(name, release)
#define PROVE_RELEASE(need, ret, name, params)  PROVE(need, ret, NAME_OF(name, RELEASE), params)

NVJITLINK_SYMS(PROVE_RELEASE)
PROVE_TYPES
