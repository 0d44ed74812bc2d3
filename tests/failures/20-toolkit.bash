# An extension is to be compiled, and the toolkit that would do it is of another CUDA than PyTorch.
family 20 "nvcc does not match PyTorch"

_nvcc() { file "$1" "#!/bin/sh" "echo Cuda compilation tools, release $2, V$2.89"; }

# https://github.com/vllm-project/vllm/issues/1453
F207() {
    well_host
    venv /opt/app 3.10
    torch 2.1.0+cu121 12.1
    _nvcc /usr/local/cuda-11.8/bin/nvcc 11.8
    link /usr/local/cuda cuda-11.8
    file /src/vllm/setup.py "from torch.utils.cpp_extension import BuildExtension, CUDAExtension, CUDA_HOME"
    variable PWD=/src/vllm
    top toolkit-mismatch
    shown_by "11.8"
    mended_by "CUDA toolkit 12.1"
}

mechanism_the_distribution_s_nvcc() {
    well_host
    venv /opt/app 3.9
    torch 1.10.2+cu113 11.3
    _nvcc /usr/bin/nvcc 10.1
    variable TORCH_CUDA_ARCH_LIST=8.6
    top toolkit-mismatch
    shown_by /usr/bin/nvcc
}

mechanism_the_right_one_is_there_too() {
    well_host
    venv /opt/app 3.11
    torch 2.9.0+cu130 13.0
    _nvcc /usr/local/cuda-12.4/bin/nvcc 12.4
    toolkit /usr/local/cuda-13.0
    variable CUDA_HOME=/usr/local/cuda-12.4 FORCE_CUDA=1
    top toolkit-mismatch
    mended_by "export CUDA_HOME=/usr/local/cuda-13.0"
}

mechanism_in_conda() {
    well_host
    conda /opt/conda/envs/app 3.11
    conda_package pytorch 2.4.1 py3.11_cuda12.1_cudnn9.1.0_0
    torch 2.4.1 12.1
    file "$DIST/INSTALLER" conda
    _nvcc /usr/local/cuda/bin/nvcc 11.8
    variable FORCE_CUDA=1
    top toolkit-mismatch
    mended_by "conda install -p /opt/conda/envs/app -y -c nvidia cuda-nvcc=12.1"
}

# Nothing is compiled: PyTorch uses no toolkit.
alike_nothing_is_compiled() {
    well_host
    venv /opt/app 3.10
    torch 2.1.0+cu121 12.1
    _nvcc /usr/local/cuda-11.8/bin/nvcc 11.8
    link /usr/local/cuda cuda-11.8
    variable CUDA_HOME=/usr/local/cuda
    nothing
}

# Within one major a toolkit of another minor compiles for it.
alike_another_minor() {
    well_host
    venv /opt/app 3.10
    torch 2.1.0+cu121 12.1
    _nvcc /usr/local/cuda-12.4/bin/nvcc 12.4
    variable CUDA_HOME=/usr/local/cuda-12.4 FORCE_CUDA=1
    nothing
}
