# bitsandbytes has no binary for the CUDA of this PyTorch, or is told to take one that it does not have.
family 26 "bitsandbytes without its binary"

# _bitsandbytes VERSION CUDA... - with binaries for these.
_bitsandbytes() {
    local version=$1 one
    shift
    for one; do file "$SITE/bitsandbytes/libbitsandbytes_cuda$one.so"; done
    file "$SITE/bitsandbytes/libbitsandbytes_cpu.so"
    file "$SITE/bitsandbytes/cextension.py" "cuda_binary_path = PACKAGE_DIR / library_name"
    dist bitsandbytes "$version"
}

# https://github.com/bitsandbytes-foundation/bitsandbytes/issues/492
F193() {
    well_host
    venv /opt/app 3.10
    torch 2.0.1+cu118 11.8
    _bitsandbytes 0.38.1 110 111 113 114 115 116 117 118 120
    file "$SITE/bitsandbytes/cuda_setup/main.py" "def find_cuda_lib_in(paths_list_candidate): pass"
    top bitsandbytes-without-binary
    mended_by "/opt/app/bin/python3 -m pip install --upgrade bitsandbytes"
}

mechanism_a_newer_cuda() {
    well_host
    venv /opt/app 3.12
    torch 2.7.1+cu128 12.8
    _bitsandbytes 0.43.3 110 111 112 113 114 115 116 117 118 120 121 122 123 124 125
    top bitsandbytes-without-binary
    shown_by "12.8"
}

mechanism_another_major() {
    well_host
    venv /opt/app 3.12
    torch 2.9.0+cu130 13.0
    _bitsandbytes 0.48.0 118 120 121 122 123 124 125 126 128 129
    file "$SITE/bitsandbytes/cextension.py" "available = _find_cuda_libs(prefix, is_hip)"
    top bitsandbytes-without-binary
}

mechanism_told_to_take_one_that_is_not_there() {
    well_host
    venv /opt/app 3.12
    torch 2.7.1+cu128 12.8
    _bitsandbytes 0.46.0 118 120 121 122 123 124 125 126 128
    variable BNB_CUDA_VERSION=119
    top bitsandbytes-without-binary
    shown_by BNB_CUDA_VERSION
    mended_by "unset BNB_CUDA_VERSION"
}

mechanism_built_without_any() {
    well_host
    venv /opt/app 3.12
    torch 2.7.1+cu128 12.8
    _bitsandbytes 0.46.0
    top bitsandbytes-without-binary
    shown_by "no CUDA"
}

healthy_the_very_one() {
    well_host
    venv /opt/app 3.12
    torch 2.7.1+cu128 12.8
    _bitsandbytes 0.46.0 118 120 121 122 123 124 125 126 128
    nothing
}

# Newer versions take the nearest of the same major.
healthy_the_nearest() {
    well_host
    venv /opt/app 3.12
    torch 2.8.0+cu129 12.9
    _bitsandbytes 0.50.2 118 121 124 126 128 130
    file "$SITE/bitsandbytes/cextension.py" "available = _find_cuda_libs(prefix, is_hip)"
    nothing
}
