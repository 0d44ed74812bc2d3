family 8 "The driver is older than the CUDA runtime"

# CUDA 12 on a driver for 11.4.
# https://github.com/lllyasviel/Fooocus/issues/1313
F001() {
    host ubuntu 21.04
    gpu 01:00.0 25a2 nvidia
    module 470.86
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 470.86
    file /opt/fooocus/pyvenv.cfg "home = /usr/bin" "version = 3.10.12"
    file /opt/fooocus/bin/python3
    chmod +x "$FOLDER/opt/fooocus/bin/python3"
    file /opt/fooocus/lib/python3.10/site-packages/torch/version.py "__version__ = '2.1.0+cu121'" "cuda: Optional[str] = '12.1'"
    mkdir -p "$FOLDER/opt/fooocus/lib/python3.10/site-packages/torch/lib"
    variable VIRTUAL_ENV=/opt/fooocus
    top driver-too-old
    shown_by "it needs driver 525.60.13 or newer, and this machine has 470.86"
}

# The driver begins, and the runtime of a toolkit refuses it: which is for CUDA 11.4, here.
mechanism_runtime() {
    well_host 470.86
    toolkit /usr/local/cuda
    answering 470.86
    setting FAKE_DRIVER=11040
    top driver-too-old
    shown_by "the driver is for CUDA 11.4; toolkit-13.0 is for CUDA 13.0.0"
    mended_by "sudo ubuntu-drivers install"
}

# 35 because there is no libcuda at all is another thing.
alike_no_library() { well_host; toolkit /usr/local/cuda; driver_libraries 580.65.06 /usr/local/nvidia/lib64; top libcuda-unsearched; }

# An older driver of the same major runs what was built for a newer minor.
healthy_minor() { well_host 580.65.06; toolkit /usr/local/cuda; answering 580.65.06; setting FAKE_DRIVER=13000; nothing; }
