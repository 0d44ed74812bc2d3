# The GPU is newer than what PyTorch, or something beside it, was built for.
family 23 "GPU newer than the build"

# _build VERSION CUDA CODE... - a PyTorch with code for those.
_build() {
    venv "/opt/app" 3.11
    torch "$1" "$2"
    local version=$1 cuda=$2
    shift 2
    gpu_code "$@"
    library "$SITE/torch/lib/libtorch_cuda.so" "${CODE[@]}" "-L$FOLDER$SITE/nvidia/curand/lib" -Wl,--no-as-needed -l:libcurand.so.10 '-Wl,-rpath,$ORIGIN:$ORIGIN/../../nvidia/curand/lib'
}

_rtx_5090() {
    well_host "$1"
    answering "$1"
    setting FAKE_CC=120
}

# https://github.com/pytorch/pytorch/issues/167244
F038() {
    _rtx_5090 570.124.06
    _build 2.7.0.dev20250310+cu124 12.4 sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90
    top gpu-newer-than-build
    shown_by "sm_90"
    mended_by "--index-url https://download.pytorch.org/whl/cu128"
}

# https://github.com/HybridRobotics/berkeley-humanoid-lite/issues/49
F039() {
    _rtx_5090 590.48.01
    _build 2.5.1+cu121 12.1 sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90
    top gpu-newer-than-build
    mended_by "/opt/app/bin/python3 -m pip install"
}

# https://github.com/vllm-project/vllm/issues/21633
F040() {
    container docker
    nodes nvidia0 nvidiactl nvidia-uvm
    module 580.65.06
    answering 580.65.06
    setting FAKE_CC=120
    _build 2.6.0+cu124 12.4 sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90
    top gpu-newer-than-build
}

# https://github.com/amithkk/stable-diffusion-k8s/issues/10
F041() {
    container kubernetes
    nodes nvidia0 nvidiactl nvidia-uvm
    module 535.183.01
    answering 535.183.01
    setting FAKE_CC=90
    conda /opt/conda 3.8
    torch 1.13.1+cu116 11.6
    gpu_code sm_37 sm_50 sm_60 sm_61 sm_70 sm_75 sm_80 sm_86
    library "$SITE/torch/lib/libtorch_cuda.so" "${CODE[@]}" "-L$FOLDER$SITE/nvidia/curand/lib" -Wl,--no-as-needed -l:libcurand.so.10 '-Wl,-rpath,$ORIGIN:$ORIGIN/../../nvidia/curand/lib'
    top gpu-newer-than-build
}

# https://github.com/vllm-project/vllm/issues/1113
F042() {
    container docker ubuntu 22.04
    nodes nvidia0 nvidiactl nvidia-uvm
    module 535.183.01
    answering 535.183.01
    setting FAKE_CC=90
    _build 2.0.1+cu118 11.8 sm_37 sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90
    gpu_code sm_70 sm_75 sm_80 sm_86
    library "$SITE/xformers/_C.so" "${CODE[@]}"
    dist xformers 0.0.20 xformers/_C.so
    top extension-not-for-gpu
    shown_by "xformers 0.0.20"
    mended_by "/opt/app/bin/python3 -m pip install --upgrade --no-deps xformers"
}

healthy_an_extension_with_ptx() {
    _rtx_5090 580.65.06
    _build 2.9.0+cu128 12.8 sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120
    gpu_code sm_80 sm_90 compute_90
    library "$SITE/flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so" "${CODE[@]}"
    dist flash-attn 2.8.3 flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so
    nothing
}
