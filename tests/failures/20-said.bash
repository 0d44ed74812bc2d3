# What the compilation of an extension said, where the machine shows nothing.
family 20 "nvcc does not match PyTorch"

# https://github.com/vllm-project/vllm/issues/1453
F207_said() {
    well_host
    says "RuntimeError: The detected CUDA version (11.8) mismatches the version that was used to compile PyTorch (12.1). Please make sure to use the same CUDA versions."
    top toolkit-mismatch
    mended_by CUDA_HOME
    shown_by "the nvcc of CUDA 11.8"
}
