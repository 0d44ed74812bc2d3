family 61 "A GPU that lets one process compute, or none"

# https://github.com/NVIDIA/DIGITS/issues/2005
F121() {
    host ubuntu 14.04
    gpu 83:00.0 1023 nvidia
    module 375.26
    driven 83:00.0 "Tesla K40m"
    nodes nvidia0 nvidiactl nvidia-uvm
    answering 375.26
    setting FAKE_COMPUTE_MODE=3
    setting FAKE_FOREIGN=74
    fails cuDevicePrimaryCtxRetain 46
    top gpu-exclusive
    shown_by "NVML: the compute mode is 3 (exclusive process)"
    mended_by "sudo nvidia-smi -i 0 -c 0"
}

mechanism_prohibited() { well_host; answering; setting FAKE_COMPUTE_MODE=2; fails cuDevicePrimaryCtxRetain 46; top gpu-exclusive; shown_by prohibits; }

# The mode lets all in: who has the GPU, nothing here says.
alike_unavailable() { well_host; answering; fails cuDevicePrimaryCtxRetain 46; top gpu-unavailable; }

# An exclusive mode does not keep the first one out.
healthy_exclusive() { well_host; answering; setting FAKE_COMPUTE_MODE=3; nothing; }
