family 33 "A stub of libcuda"

# https://github.com/numba/numba/issues/8985
F099() {
    host centos 7
    gpu 01:00.0 20b0 nvidia
    module 535.183.01
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 535.183.01 /usr/lib64
    library /scratch/cuda-12.1/lib64/stubs/libcuda.so -Wl,-soname,libcuda.so.1
    variable LD_LIBRARY_PATH=/scratch/cuda-12.1/lib64:/scratch/cuda-12.1/lib64/stubs
    top stub-libcuda
    shown_by /scratch/cuda-12.1/lib64/stubs/libcuda.so
    mended_by "export LD_LIBRARY_PATH=/scratch/cuda-12.1/lib64"
}

# https://github.com/numba/numba/issues/9732
F100() {
    well_host
    driver_libraries 580.65.06
    library /usr/local/cuda-11.8/targets/x86_64-linux/lib/stubs/libcuda.so -Wl,-soname,libcuda.so.1
    variable LD_LIBRARY_PATH=/usr/local/cuda-11.8/targets/x86_64-linux/lib/stubs
    answering
    fails cuInit 34
    top stub-libcuda
}

# ldconfig names the stub by its soname.
mechanism_cached() {
    well_host
    driver_libraries 580.65.06
    library /usr/local/cuda/lib64/stubs/libcuda.so.1
    file /etc/ld.so.conf.d/cuda.conf /usr/local/cuda/lib64/stubs
    loader_cache /usr/local/cuda/lib64/stubs/libcuda.so.1
    top stub-libcuda
    mended_by "sudo mv /etc/ld.so.conf.d/cuda.conf /etc/ld.so.conf.d/cuda.conf.off && sudo ldconfig"
}

# A toolkit's stubs are in its folder, where linkers look.
healthy_stubs() { well_host; driver_libraries 580.65.06; library /usr/local/cuda/lib64/stubs/libcuda.so -Wl,-soname,libcuda.so.1; variable LIBRARY_PATH=/usr/local/cuda/lib64/stubs; answering; nothing; }
