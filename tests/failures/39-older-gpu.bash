# The GPU is older than what PyTorch was built for.
family 39 "GPU older than the build"

# _build CC DRIVER API VERSION CUDA CODE... - a GPU of that capability, and a PyTorch with code for those.
_build() {
    well_host "$2"
    answering "$2"
    setting "FAKE_CC=$1"
    setting "FAKE_DRIVER=$3"
    venv /opt/app 3.11
    shift 3
    torch "$1" "$2"
    shift 2
    gpu_code "$@"
    library "$SITE/torch/lib/libtorch_cuda.so" "${CODE[@]}" "-L$FOLDER$SITE/nvidia/curand/lib" -Wl,--no-as-needed -l:libcurand.so.10 '-Wl,-rpath,$ORIGIN:$ORIGIN/../../nvidia/curand/lib'
}

# https://github.com/Kaggle/kaggle-cli/issues/1151
F043() {
    _build 60 575.57.08 12090 2.8.0+cu128 12.8 sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120
    top gpu-older-than-build
    mended_by "torch==2.8.0+cu126 --index-url https://download.pytorch.org/whl/cu126"
}

# https://github.com/unslothai/unsloth/pull/5876
F044() {
    _build 70 580.65.06 13000 2.9.0+cu130 13.0 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120
    top gpu-older-than-build
    mended_by "torch==2.9.0+cu128 --index-url https://download.pytorch.org/whl/cu128"
}

# https://github.com/jhj0517/Whisper-WebUI/issues/653
F045() {
    _build 61 570.133.20 12080 2.8.0+cu128 12.8 sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120
    top gpu-older-than-build
    shown_by sm_70
    mended_by whl/cu126
}

# Machine code of the same major, and PTX that the driver can compile, serve a GPU that the list does not name.
healthy_covered_by_its_major() {
    _build 89 580.65.06 13000 2.8.0+cu128 12.8 sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120
    nothing
}
healthy_covered_by_ptx() {
    _build 121 580.65.06 13000 2.9.0+cu128 12.8 sm_70 sm_75 sm_80 sm_86 sm_90 compute_90
    nothing
}
