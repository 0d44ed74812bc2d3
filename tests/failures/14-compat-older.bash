family 14 "A libcuda for forward compatibility is older than the host's driver (803)"

# An image whose ld.so.conf.d puts the compat folder before the driver that the runtime brings.
# https://github.com/gpustack/gpustack/issues/4678
F008() {
    container docker ubuntu 22.04
    module 580.65.06 open
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all
    driver_libraries 580.65.06
    driver_libraries 575.57.08 /usr/local/cuda-12.9/compat
    link /usr/local/cuda cuda-12.9
    file /etc/ld.so.conf.d/00-cuda-compat.conf /usr/local/cuda/compat
    loader_cache /usr/local/cuda/compat/libcuda.so.1 /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1
    top compat-mismatch
    shown_by 575.57.08
    mended_by "mv /etc/ld.so.conf.d/00-cuda-compat.conf /etc/ld.so.conf.d/00-cuda-compat.conf.off && ldconfig"
}

# The same, tried: with the host's own libcuda it begins.
# https://github.com/vllm-project/vllm/issues/33447
F009() {
    container docker ubuntu 22.04
    module 580.65.06
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all LD_LIBRARY_PATH=/usr/local/cuda/compat:/opt/lib
    libcuda_that_works /usr/lib/x86_64-linux-gnu 580.65.06
    answering_from /usr/local/cuda/compat 550.54.15
    fails cuInit 803
    setting FAKE_FAULT_FROM=/compat/
    top compat-mismatch
    shown_by "with the host's own libcuda"
    mended_by "export LD_LIBRARY_PATH=/opt/lib"
}

# https://github.com/vllm-project/vllm/pull/34821
F291() {
    container docker ubuntu 22.04
    module 580.105.08 open
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all
    driver_libraries 580.105.08
    driver_libraries 570.133.20 /usr/local/cuda/compat
    file /etc/ld.so.conf.d/cuda-compat.conf /usr/local/cuda/compat
    loader_cache /usr/local/cuda/compat/libcuda.so.1
    answering
    fails cuInit 803
    top compat-mismatch
    mended_by /etc/ld.so.conf.d/cuda-compat.conf
}

# 803 without a compat folder: the driver was changed, and the old module still runs.
alike_upgrade() { well_host 535.183.01; driver_libraries 550.54.15; answering; fails cuInit 803; top driver-library-mismatch; mended_by reboot; }

# Two drivers' libraries, of which an older one is found first.
alike_shadow() {
    well_host
    driver_libraries 580.65.06
    driver_libraries 535.183.01 /opt/old
    variable LD_LIBRARY_PATH=/opt/old
    top libcuda-shadowed
    shown_by 535.183.01
    mended_by "unset LD_LIBRARY_PATH"
}

# One that no file gives a version, and the trial shows.
mechanism_shadow_tried() {
    well_host
    libcuda_that_works /usr/lib/x86_64-linux-gnu 580.65.06
    answering_from /opt/vendor 470.86
    variable LD_LIBRARY_PATH=/opt/vendor
    fails cuInit 999
    setting FAKE_FAULT_FROM=/opt/vendor
    top libcuda-shadowed
    mended_by "unset LD_LIBRARY_PATH"
}

# A compat package as it is meant: newer than the driver, on a data-center GPU.
healthy_compat() {
    host ubuntu 22.04
    gpu 01:00.0 2330 nvidia
    module 535.183.01
    driven 01:00.0 "NVIDIA H100 80GB HBM3"
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 535.183.01
    variable LD_LIBRARY_PATH=/usr/local/cuda/compat
    answering_from /usr/local/cuda/compat 570.133.20
    setting FAKE_NVML=535.183.01
    nothing
}

# It is there, and nothing leads to it.
healthy_compat_unused() { well_host; driver_libraries 580.65.06; driver_libraries 550.54.15 /usr/local/cuda/compat; answering; nothing; }
