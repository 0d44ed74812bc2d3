family 63 "A libcuda for forward compatibility that has dropped this GPU"

mechanism_tried() {
    container docker ubuntu 20.04
    module 470.256.02
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all LD_LIBRARY_PATH=/usr/local/cuda/compat
    libcuda_that_works /usr/lib/x86_64-linux-gnu 470.256.02
    answering_from /usr/local/cuda/compat 515.105.01
    fails cuInit 100
    setting FAKE_FAULT_FROM=/compat/
    top compat-dropped-gpu
    shown_by "with the host's own libcuda"
}

mechanism_by_files() {
    container docker ubuntu 20.04
    module 470.256.02
    driven 00:1e.0 "Tesla K80"
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all
    driver_libraries 470.256.02
    driver_libraries 515.105.01 /usr/local/cuda/compat
    file /etc/ld.so.conf.d/cuda.conf /usr/local/cuda/compat
    loader_cache /usr/local/cuda/compat/libcuda.so.1
    top compat-dropped-gpu
    shown_by "branch 470 is the last"
}
