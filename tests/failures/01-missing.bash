family 1 "libcudart.so.X / bundled libs missing"

_app() { host ubuntu 22.04; venv /opt/app 3.10; MAJOR=${2%%.*} nvidia cuda-runtime "$2.99" "libcudart.so.${3:-${2%%.*}}"; torch "$1" "$2"; torch_cuda '' "$SITE/nvidia/cuda_runtime/lib/libcudart.so.${3:-${2%%.*}}"; }

# _module NAME VERSION FILE SONAME - a compiled module of another package, that needs a library of that name.
_module() {
    mkdir -p "$FOLDER/opt/built"
    library "/opt/built/$4"
    SEARCH=none library_of "$SITE/$3" '' "/opt/built/$4" "$SITE/torch/lib/libc10.so"
    dist "$1" "$2" "$3"
    rm -r "$FOLDER/opt/built"
}

# https://github.com/Dao-AILab/flash-attention/issues/631
F074() {
    _app 2.1.0 11.8 11.0
    _module flash-attn 2.3.3 flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so libcudart.so.12
    top extension-cuda-mismatch
    shown_by "flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so: needs libcudart.so.12"
}

# The same the other way round: a module of CUDA 13 beside a PyTorch of CUDA 12.
mechanism_newer_module() {
    _app 2.9.1 12.6
    _module vllm 0.11.0 vllm/_C.abi3.so libcudart.so.13
    top extension-cuda-mismatch
    shown_by "vllm 0.11.0 needs libcudart.so.13"
}

# _nvrtc BUILTINS - an NVRTC of CUDA 12.4, and that file of built-in headers.
_nvrtc() {
    host ubuntu 22.04
    venv /opt/app 3.11
    library_of "$SITE/nvidia/cuda_nvrtc/lib/libnvrtc.so.12" 'const char *gpuvet_name(void){return "libnvrtc-builtins.so.12.4";}'
    [ -z "$1" ] || library "$SITE/nvidia/cuda_nvrtc/lib/$1"
    brought cuda-nvrtc 12.4.127
    torch 2.5.1 12.4
    requires "nvidia-cuda-nvrtc-cu12==12.4.127; platform_system == \"Linux\""
}

# https://github.com/WisconsinAIVision/yolact_edge/issues/186
F077() {
    host ubuntu 20.04
    venv /opt/app 3.8
    torch 1.8.1 11.1
    library_of "$SITE/torch/lib/libnvrtc-08c4863f.so.11.1" 'const char *gpuvet_name(void){return "libnvrtc-builtins.so.11.1";}'
    library "$SITE/torch/lib/libnvrtc-builtins.so"
    top nvrtc-builtins-missing
    mended_by "ln -s libnvrtc-builtins.so /opt/app/lib/python3.8/site-packages/torch/lib/libnvrtc-builtins.so.11.1"
}
mechanism_builtins_of_another_minor() {
    _nvrtc libnvrtc-builtins.so.12.6
    top nvrtc-builtins-missing
    mended_by "nvidia-cuda-nvrtc-cu12==12.4.127"
    shown_by "libnvrtc-builtins.so.12.6"
}
mechanism_builtins_deleted() {
    _nvrtc ''
    top nvrtc-builtins-missing
    mended_by "nvidia-cuda-nvrtc-cu12==12.4.127"
}

# https://github.com/pytorch/pytorch/issues/157381
F093() {
    host ubuntu 22.04
    venv /opt/app 3.11
    NODE=libcupti.so.12 library_of "$SITE/nvidia/cuda_cupti/lib/libcupti.so.12" 'void cuptiActivityEnableDriverApi(void){}'
    brought cuda-cupti 12.8.90
    torch 2.8.0 12.8
    SEARCH=runpath library_of "$SITE/torch/lib/libtorch_cpu.so" 'void cuptiActivityEnableDriverApi(void); void use(void){cuptiActivityEnableDriverApi();}' \
        "$SITE/torch/lib/libc10.so" "$SITE/nvidia/cuda_cupti/lib/libcupti.so.12"
    NODE=libcupti.so.12 library_of /usr/local/cuda-12.4/extras/CUPTI/lib64/libcupti.so.12 'void cuptiActivityEnable(void){}'
    variable LD_LIBRARY_PATH=/usr/local/cuda-12.4/extras/CUPTI/lib64
    top cupti-mismatch
    mended_by "unset LD_LIBRARY_PATH"
    shown_by "/usr/local/cuda-12.4/extras/CUPTI/lib64/libcupti.so.12"
}

# _cupti WANTED - conda-forge's PyTorch of CUDA 11.2, whose CUPTI's soname has the minor version.
_cupti() {
    host ubuntu 22.04
    conda /opt/conda/envs/ml 3.9
    torch_files 1.12.0 11.2
    library /opt/built/libcupti.so.11.2
    library_of "$SITE/torch/lib/libtorch_cpu.so" '' "$SITE/torch/lib/libc10.so" /opt/built/libcupti.so.11.2
    rm -r "$FOLDER/opt/built"
    library "$CONDA/lib/libcupti.so.11.7"
    conda_package pytorch 1.12.0 cuda112py39h3eeb3ef_0
    conda_package cudatoolkit 11.7.0 hd8887f6_10
}

# https://github.com/pytorch/pytorch/issues/88802, https://github.com/conda-forge/pytorch-cpu-feedstock/issues/135
F095() { _cupti; top library-missing; shown_by "needs libcupti.so.11.2"; shown_by "libcupti.so.11.7"; }
F096() { _cupti; top library-missing; shown_by "libcupti.so.11.2"; }

# A library that is there, and which the loader does not take: of each it says that there is no such file.
_bad() { host ubuntu 22.04; venv /opt/app 3.11; MAJOR=12 nvidia cufft 11.2.1.3 libcufft.so.11; torch 2.5.1 12.4; torch_cuda '' "$SITE/nvidia/cufft/lib/libcufft.so.11"; }
alike_link_to_nowhere() {
    _bad
    ln -sf libcufft.so.11.2.1 "$FOLDER$SITE/nvidia/cufft/lib/libcufft.so.11"
    top library-damaged
    also library-missing
    shown_by "a link to libcufft.so.11.2.1, which is not there"
}
alike_other_processor() {
    _bad
    printf '\267\0' | dd of="$FOLDER$SITE/nvidia/cufft/lib/libcufft.so.11" bs=1 seek=18 conv=notrunc status=none
    top library-damaged
    shown_by "made for aarch64"
}
alike_needed_by_what_is_needed() {
    _bad
    library /opt/built/libnvJitLink.so.12
    library_of "$SITE/nvidia/cufft/lib/libcufft.so.11" '' /opt/built/libnvJitLink.so.12
    rm -r "$FOLDER/opt/built"
    dist nvidia-cufft-cu12 11.2.1.3 nvidia/cufft/lib/libcufft.so.11
    top library-missing
    shown_by "libnvJitLink.so.12"
}
mechanism_deleted() { _bad; rm "$FOLDER$SITE/nvidia/cufft/lib/libcufft.so.11"; top library-damaged; shown_by "libcufft.so.11"; }
mechanism_not_brought() {
    _bad
    requires "nvidia-cufft-cu12==11.2.1.3"
    rm -r "$FOLDER$SITE/nvidia/cufft" "$FOLDER$SITE/nvidia_cufft_cu12-11.2.1.3.dist-info"
    top pins-differ
    shown_by "nvidia-cufft-cu12 11.2.1.3"
}
healthy_complete() { _bad; nothing; }

# Files that are not whole.
_spoilt() { _bad; PATH_OF=$FOLDER$SITE/nvidia/cufft/lib/libcufft.so.11; rm -f "$FOLDER$SITE"/nvidia_cufft_cu12-*/RECORD; }
mechanism_empty_file() { _spoilt; : >"$PATH_OF"; top library-damaged; shown_by "an empty file"; }
mechanism_pointer_of_git_lfs() {
    _spoilt
    printf 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n' >"$PATH_OF"
    top library-damaged
    shown_by "git-lfs"
}
mechanism_cut_file() { _spoilt; truncate -s 3000 "$PATH_OF"; top library-damaged; shown_by "truncated: 3000"; }
mechanism_of_32_bits() { _spoilt; printf '\1' | dd of="$PATH_OF" bs=1 seek=4 conv=notrunc status=none; top library-damaged; shown_by "32-bit"; }

# A folder from which no code is mapped; and one above it that is.
mechanism_mounted_noexec() {
    _bad
    file /proc/self/mounts "/dev/sda1 / ext4 rw,relatime 0 0" "tmpfs /opt tmpfs rw,nosuid,nodev,noexec,relatime 0 0"
    top mounted-noexec
    mended_by "sudo mount -o remount,exec /opt"
}
healthy_mounted_noexec_elsewhere() {
    _bad
    file /proc/self/mounts "/dev/sda1 / ext4 rw,noexec 0 0" "/dev/sdb1 /opt/app ext4 rw,relatime 0 0" "tmpfs /opt/application tmpfs rw,noexec 0 0"
    nothing
}
