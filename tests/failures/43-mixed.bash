# Several installations of one thing, of which another one is used than the user thinks.
family 43 "Mixed installations"

# https://github.com/rwth-i6/returnn/issues/1802
F034() {
    well_host
    system_python 3.10
    torch 2.7.0+cu126 12.6
    requires "nvidia-nccl-cu12==2.27.3"
    library "$SITE/nvidia/nccl/lib/libnccl.so.2"
    dist nvidia-nccl-cu12 2.27.3 nvidia/nccl/lib/libnccl.so.2=300000001
    dist nvidia-nccl-cu11 2.14.3 nvidia/nccl/lib/libnccl.so.2
    top two-packages-one-file
    shown_by "nvidia-nccl-cu11==2.14.3"
    mended_by "/usr/bin/python3 -m pip uninstall -y nvidia-nccl-cu11; /usr/bin/python3 -m pip install --force-reinstall --no-deps nvidia-nccl-cu12==2.27.3"
}

# https://github.com/pytorch/pytorch/issues/137247 (there the loader of a Mac)
F138() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    library /opt/libtorch/lib/libtorch_cpu.so
    file /opt/libtorch/build-version 2.3.1+cu121
    variable LD_LIBRARY_PATH=/opt/libtorch/lib
    top libtorch-first
    mended_by "unset LD_LIBRARY_PATH"
}

# _split PREFIX PYTHON TORCH - a PyTorch in lib64, and NVIDIA's libraries in lib.
_split() {
    environment "$1" "$2"
    local lib=$SITE
    MAJOR=12 nvidia curand 10.3.7.77 libcurand.so.10
    SITE=$1/lib64/python$2/site-packages
    mkdir -p "$FOLDER$SITE"
    ln -s "$FOLDER$lib/nvidia" "$FOLDER$SITE/nvidia"
    torch_files "$3" 12.4
    rm "$FOLDER$SITE/nvidia"
    dist torch "$3" torch/version.py
    top packages-split
    shown_by libcurand.so.10
}

# https://github.com/pytorch/pytorch/issues/144433
F248() {
    host amzn 2023
    module 550.90.07
    variable PATH=/usr/local/bin:/usr/bin
    _split /usr/local 3.9 2.6.0+cu124
}

# https://github.com/pytorch/pytorch/issues/165812
F329() {
    host almalinux 9.6
    module 580.65.06
    variable VIRTUAL_ENV=/opt/app
    file /opt/app/pyvenv.cfg "home = /usr/bin" "include-system-site-packages = false" "version = 3.11.4"
    _split /opt/app 3.11 2.9.0+cu128
}

mechanism_user_site_before_conda() {
    well_host
    conda /opt/conda/envs/app 3.10
    torch 2.4.1+cu121 12.1
    user_site 3.10
    torch 1.13.1+cu117 11.7
    top user-site-first
    shown_by "1.13.1+cu117"
    mended_by PYTHONNOUSERSITE=1
}

mechanism_user_site_before_a_container_s_own() {
    container docker
    nodes nvidia0 nvidiactl nvidia-uvm
    system_python 3.10
    torch 2.4.1+cu121 12.1
    user_site 3.10
    torch 2.1.0+cu118 11.8
    top user-site-first
}

mechanism_pythonpath_before_a_venv() {
    well_host
    environment /cluster/python 3.11
    torch 2.1.0+cu118 11.8
    variable "PYTHONPATH=$SITE"
    venv /home/USER/app 3.11
    torch 2.4.1+cu121 12.1
    top pythonpath-first
    mended_by "unset PYTHONPATH"
}

mechanism_a_file_torch_py() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    file /home/USER/work/torch.py "print('mine')"
    variable PWD=/home/USER/work
    top working-folder-first
    mended_by "mv /home/USER/work/torch.py /home/USER/work/torch_of_mine.py"
}

mechanism_inside_a_checkout() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    file /home/USER/pytorch/torch/__init__.py "from torch._C import *"
    variable PWD=/home/USER/pytorch
    top working-folder-first
    mended_by "cd /home/USER"
}

mechanism_pip_over_conda() {
    well_host
    conda /opt/conda/envs/app 3.11
    conda_package pytorch 2.1.0 py3.11_cuda12.1_cudnn8.9.2_0
    torch 2.4.1+cu124 12.4
    top conda-and-pip
    mended_by "conda remove -p /opt/conda/envs/app --force -y pytorch && /opt/conda/envs/app/bin/python3 -m pip install --force-reinstall torch==2.4.1+cu124"
}

mechanism_pip_over_conda_for_another_cuda() {
    well_host
    conda /opt/conda/envs/app 3.11
    conda_package pytorch 2.4.1 py3.11_cuda12.1_cudnn9.1.0_0
    torch 2.4.1+cu124 12.4
    top conda-and-pip
}

mechanism_two_records() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    dist torch 2.3.0 torch/version.py
    top recorded-twice
    shown_by "2.3.0"
    mended_by "/opt/app/bin/python3 -m pip uninstall -y torch"
}

mechanism_one_over_the_other() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    mv "$FOLDER$SITE/torch-2.4.1+cu121.dist-info" "$FOLDER$SITE/torch-2.3.0+cu121.dist-info"
    top overwritten
}

mechanism_cudnn_of_two_majors() {
    well_host
    venv /opt/app 3.12
    torch 2.9.0+cu130 13.0
    requires "nvidia-cudnn-cu13==9.13.0.50"
    library "$SITE/nvidia/cudnn/lib/libcudnn_ops.so.9"
    dist nvidia-cudnn-cu13 9.13.0.50 nvidia/cudnn/lib/libcudnn_ops.so.9=400000001
    dist nvidia-cudnn-cu12 9.1.0.70 nvidia/cudnn/lib/libcudnn_ops.so.9
    top two-packages-one-file
    mended_by nvidia-cudnn-cu13==9.13.0.50
}

# Neither size tells whose the file is: it is one or the other.
mechanism_two_owners_and_the_size_tells_nothing() {
    well_host
    venv /opt/app 3.10
    torch 2.4.1+cu121 12.1
    requires "nvidia-nccl-cu12==2.20.5"
    library "$SITE/nvidia/nccl/lib/libnccl.so.2"
    dist nvidia-nccl-cu12 2.20.5
    add "$DIST/RECORD" "nvidia/nccl/lib/libnccl.so.2,sha256=one,"
    dist nvidia-nccl-cu11 2.14.3
    add "$DIST/RECORD" "nvidia/nccl/lib/libnccl.so.2,sha256=other,"
    top two-packages-one-file
    mended_by "pip uninstall -y nvidia-nccl-cu11"
}

# The file that both list is the one that PyTorch was built for.
alike_the_right_one_came_last() {
    well_host
    venv /opt/app 3.12
    torch 2.9.0+cu130 13.0
    requires "nvidia-nccl-cu13==2.27.7"
    library "$SITE/nvidia/nccl/lib/libnccl.so.2"
    dist nvidia-nccl-cu13 2.27.7 nvidia/nccl/lib/libnccl.so.2
    dist nvidia-nccl-cu12 2.21.5 nvidia/nccl/lib/libnccl.so.2=300000001
    nothing
}

# conda's own package has a record like pip's, which says whose it is.
alike_conda_s_own_record() {
    well_host
    conda /opt/conda/envs/app 3.11
    conda_package pytorch 2.4.1 py3.11_cuda12.1_cudnn9.1.0_0
    torch 2.4.1 12.1
    file "$DIST/INSTALLER" conda
    nothing
}

# A venv over the system's packages, with a PyTorch of its own, is meant to have it.
alike_a_venv_s_own_goes_before_the_system_s() {
    well_host
    system_python 3.11
    torch 2.1.0+cu118 11.8
    venv /opt/app 3.11 system
    torch 2.4.1+cu121 12.1
    nothing
}

alike_the_folder_of_the_packages_themselves() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    variable "PWD=$SITE"
    nothing
}

# Built in its own source tree, where the user is.
alike_a_build_in_place() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    file /home/USER/pytorch/torch/__init__.py "from torch._C import *"
    file /home/USER/pytorch/torch/_C.cpython-311-x86_64-linux-gnu.so
    variable PWD=/home/USER/pytorch
    nothing
}

# Its own libraries are found by RPATH, which goes before LD_LIBRARY_PATH.
alike_a_libtorch_for_another_program() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    torch_files 2.4.1+cu121 12.1 -Wl,--disable-new-dtags
    library /opt/libtorch/lib/libtorch_cpu.so
    file /opt/libtorch/build-version 2.3.1+cu121
    variable LD_LIBRARY_PATH=/opt/libtorch/lib
    nothing
}

healthy_one_environment() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    nothing
}

healthy_conda_and_pip_apart() {
    well_host
    conda /opt/conda/envs/one 3.11
    conda_package pytorch 2.4.1 py3.11_cuda12.1_cudnn9.1.0_0
    torch 2.4.1 12.1
    file "$DIST/INSTALLER" conda
    environment /opt/app 3.12
    file /opt/app/pyvenv.cfg "home = /usr/bin" "include-system-site-packages = false" "version = 3.12.3"
    torch 2.6.0+cu126 12.6
    variable VIRTUAL_ENV=/opt/app
    nothing
}

healthy_system_packages_in_a_venv() {
    well_host
    system_python 3.11
    torch 2.4.1+cu121 12.1
    venv /opt/app 3.11 system
    nothing
}
