family 44 "vGPU: licence, profile, the host's driver in a guest"

_guest() {
    host ubuntu 22.04 5.15.0-1073-azure
    file /proc/cpuinfo "processor : 0" "flags : fpu vme hypervisor"
    gpu 01:00.0 2236 nvidia
    module 550.54.14
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
}

# https://github.com/Azure/AKS/issues/4870
F170() { _guest; answering 550.54.14; setting FAKE_LICENSED=0; fails cuDevicePrimaryCtxRetain 46; top vgpu-unlicensed; mended_by "nvidia-gridd"; }

mechanism_slow() { _guest; answering 550.54.14; setting FAKE_LICENSED=0; top vgpu-unlicensed; }

# As in https://github.com/DualCoder/vgpu_unlock/issues/51
mechanism_host_driver() { _guest; file /usr/bin/nvidia-vgpu-mgr; library /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.550.54.14 -Wl,-soname,libnvidia-ml.so.1; top vgpu-host-driver; }

alike_exclusive() { _guest; answering 550.54.14; setting FAKE_LICENSED=1; setting FAKE_COMPUTE_MODE=3; fails cuDevicePrimaryCtxRetain 46; top gpu-exclusive; }
healthy_licensed() { _guest; answering 550.54.14; setting FAKE_LICENSED=1; nothing; }
