# PyTorch works, and torch.compile or a kernel of Triton does not.
family 12 "Triton: libcuda not found, ptxas too old"

# _triton VERSION [LINE...] - as it looks for the driver's library.
_triton() {
    local version=$1
    shift
    file "$SITE/triton/__init__.py"
    file "$SITE/triton/backends/nvidia/driver.py" "$@"
    dist triton "$version"
}
_ptxas() { file "$1" "#!/bin/sh" "echo Cuda compilation tools, release $2, V$2.93"; }

mechanism_found_by_the_library_path_alone() {
    container docker
    nodes nvidia0 nvidiactl nvidia-uvm
    cache
    driver_libraries 535.104.05 /usr/local/nvidia/lib64
    variable LD_LIBRARY_PATH=/usr/local/nvidia/lib64
    venv /opt/app 3.10
    torch 2.1.0+cu121 12.1
    _triton 2.1.0 'libs = subprocess.check_output(["ldconfig", "-p"]).decode()'
    top triton-without-libcuda
    mended_by TRITON_LIBCUDA_PATH=/usr/local/nvidia/lib64
}

# _spark - a GB10, and a PyTorch that has code for it.
_spark() {
    well_host 580.95.05
    answering 580.95.05
    setting FAKE_CC=121
    venv /opt/app 3.12
    torch 2.9.0+cu130 13.0
    _triton 3.5.0 'libs = subprocess.check_output(["ldconfig", "-p"]).decode()' 'os.getenv("LD_LIBRARY_PATH")'
    _ptxas "$SITE/triton/backends/nvidia/bin/ptxas" 12.8
}

# https://github.com/triton-lang/triton/issues/8539 (there aarch64)
F230() {
    _spark
    top triton-too-old
    shown_by "12.8"
}

mechanism_with_a_toolkit_that_knows_it() {
    _spark
    toolkit /usr/local/cuda-13.0
    top triton-too-old
    mended_by "export TRITON_PTXAS_PATH=/usr/local/cuda-13.0/bin/ptxas"
}

# It is told to take another ptxas, which knows the GPU.
alike_told_to_take_another() {
    _spark
    _ptxas /usr/local/cuda-13.0/bin/ptxas 13.0
    variable TRITON_PTXAS_PATH=/usr/local/cuda-13.0/bin/ptxas
    nothing
}

# A second one beside it is for such GPUs.
alike_a_ptxas_for_blackwell() {
    _spark
    _ptxas "$SITE/triton/backends/nvidia/bin/ptxas-blackwell" 13.0
    nothing
}

# Newer versions look into LD_LIBRARY_PATH as well.
healthy_found_by_the_library_path() {
    container docker
    nodes nvidia0 nvidiactl nvidia-uvm
    cache
    driver_libraries 580.95.05 /usr/local/nvidia/lib64
    variable LD_LIBRARY_PATH=/usr/local/nvidia/lib64
    venv /opt/app 3.12
    torch 2.9.0+cu130 13.0
    _triton 3.5.0 'libs = subprocess.check_output(["/sbin/ldconfig", "-p"]).decode()' 'os.getenv("LD_LIBRARY_PATH")' 'libraries=["cuda"]'
    nothing
}
