family 12 "triton: libcuda not found / ptxas too old"

# https://github.com/triton-lang/triton/issues/8539
F230() {
    well_host
    says "ptxas fatal   : Value 'sm_121a' is not defined for option 'gpu-name'"
    top triton-too-old
    mended_by TRITON_PTXAS_PATH
}

# A GPU that a build has no code for names no compiler.
alike_no_code() {
    well_host
    says "RuntimeError: CUDA error: no kernel image is available for execution on the device"
    top gpu-not-covered
    also extension-not-for-gpu gpu-newer-than-build gpu-older-than-build build-not-for-gpu
}
