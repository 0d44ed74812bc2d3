family 28 "A libcuda for forward compatibility on a GPU or a host that it is not for (804)"

# https://github.com/AIR-DISCOVER/ICRA2024-Sim2Real-AXS/issues/5
F004() {
    container docker ubuntu 22.04
    module 525.147.05
    driven 01:00.0 "NVIDIA GeForce RTX 3090"
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all LD_LIBRARY_PATH=/usr/local/cuda/compat
    libcuda_that_works /usr/lib/x86_64-linux-gnu 525.147.05
    answering_from /usr/local/cuda/compat 530.30.02
    fails cuInit 804
    setting FAKE_FAULT_FROM=/compat/
    top compat-refused
    shown_by "NVIDIA GeForce RTX 3090"
    mended_by "unset LD_LIBRARY_PATH"
}

# By files alone.
# https://github.com/DeepVAC/TorchPod/issues/43
F006() {
    container docker ubuntu 20.04
    module 460.80
    driven 01:00.0 "NVIDIA GeForce GTX 1650"
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all
    driver_libraries 460.80
    driver_libraries 465.19.01 /usr/local/cuda-11.3/compat
    file /etc/ld.so.conf.d/compat.conf /usr/local/cuda-11.3/compat
    loader_cache /usr/local/cuda-11.3/compat/libcuda.so.1
    top compat-refused
    shown_by "GTX 1650"
    mended_by /etc/ld.so.conf.d/compat.conf
}

# A data-center GPU, whose host's branch the package does not serve.
mechanism_branch() {
    container docker ubuntu 22.04
    module 460.106.00
    driven 01:00.0 "NVIDIA A100-SXM4-80GB"
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all LD_LIBRARY_PATH=/usr/local/cuda/compat
    driver_libraries 460.106.00
    driver_libraries 575.57.08 /usr/local/cuda/compat
    answering
    fails cuInit 804
    top compat-refused
    shown_by "branch 460"
}

mechanism_unknown_gpu() {
    container docker ubuntu 22.04
    module 525.147.05
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all LD_LIBRARY_PATH=/usr/local/cuda/compat
    driver_libraries 550.54.15 /usr/local/cuda/compat
    answering
    fails cuInit 804
    top compat-refused
    shown_by "no file here says"
}

# Its twin, where it may work: files say nothing against it.
alike_data_center() {
    container docker ubuntu 22.04
    module 525.147.05
    driven 01:00.0 "NVIDIA A100-SXM4-80GB"
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all
    driver_libraries 525.147.05
    driver_libraries 550.54.15 /usr/local/cuda/compat
    loader_cache /usr/local/cuda/compat/libcuda.so.1
    nothing
}

# 804 on bare metal: the libraries were upgraded, the module was not.
alike_upgrade() { well_host 535.183.01; driver_libraries 550.54.15; answering; fails cuInit 804; top driver-library-mismatch; mended_by reboot; }
