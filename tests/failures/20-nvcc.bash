family 20 "nvcc/CUDA_HOME does not match torch"

# https://github.com/vllm-project/vllm/issues/1453
F207() {
    well_host
    says "RuntimeError: The detected CUDA version (11.8) mismatches the version that was used to compile PyTorch (12.1). Please make sure to use the same CUDA versions."
    top toolkit-mismatch
    mended_by CUDA_HOME
    shown_by "the nvcc of CUDA 11.8"
}
