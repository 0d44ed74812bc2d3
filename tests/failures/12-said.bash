# What Triton said, where the machine shows nothing.
family 12 "Triton: libcuda not found, ptxas too old"

# https://github.com/triton-lang/triton/issues/8539
F230_said() {
    well_host
    says "ptxas fatal   : Value 'sm_121a' is not defined for option 'gpu-name'"
    top triton-too-old
    mended_by TRITON_PTXAS_PATH
}

# https://github.com/triton-lang/triton/issues/2110
F204_said() { well_host; says "AssertionError: libcuda.so cannot found!"; top triton-without-libcuda; also libcuda-not-cached libcuda-without-link-name libcuda-unsearched libcuda-missing; }

# https://github.com/triton-lang/triton/pull/1981
F205_said() { well_host; says "/usr/bin/ld: cannot find -lcuda"; top triton-without-libcuda; also libcuda-not-cached libcuda-without-link-name libcuda-unsearched libcuda-missing; }

# A GPU that a build has no code for names no compiler.
alike_no_code() {
    well_host
    says "RuntimeError: CUDA error: no kernel image is available for execution on the device"
    top gpu-not-covered
    also extension-not-for-gpu gpu-newer-than-build gpu-older-than-build build-not-for-gpu
}
