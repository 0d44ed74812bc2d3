family 0 "Running processes (--pid)"

_stack_of_process() {
    well_host
    file /opt/app/pyvenv.cfg "home = /usr/bin" "version = 3.11.2"
    file /opt/app/bin/python3
    file /opt/app/lib/python3.11/site-packages/torch/version.py "__version__ = '2.6.0+cu124'" "cuda: Optional[str] = '12.4'"
    library /opt/app/lib/python3.11/site-packages/torch/lib/libtorch_cuda.so
    library /opt/app/lib/python3.11/site-packages/nvidia/cudnn/lib/libcudnn_ops.so.9
}

mechanism_process_uses_another_cudnn() {
    _stack_of_process
    process 1234 LD_LIBRARY_PATH=/opt/other/lib
    mapped /opt/app/lib/python3.11/site-packages/torch/lib/libtorch_cuda.so /opt/other/lib/libcudnn_ops.so.9
    printf '%s\0' /opt/app/bin/python3 train.py >"$FOLDER/proc/1234/cmdline"
    top library-shadowed
    shown_by "/opt/other/lib/libcudnn_ops.so.9"
    mended_by "unset LD_LIBRARY_PATH"
}

mechanism_process_outlived_its_driver() {
    well_host
    process 1234
    mapped "/usr/lib/x86_64-linux-gnu/libcuda.so.570.86.10 (deleted)"
    top library-replaced
    mended_by "kill 1234"
}

mechanism_process_has_two() {
    well_host
    process 1234
    mapped /opt/a/libcublasLt.so.12 /opt/b/libcublasLt.so.12
    top library-mapped-twice
}

# It is the process's environment that counts, not that of who asks.
mechanism_process_hides_its_gpus() { well_host; process 1234 CUDA_VISIBLE_DEVICES=; top gpus-hidden; }

healthy_process() {
    _stack_of_process
    variable CUDA_VISIBLE_DEVICES=
    process 1234 HOME=/root
    mapped /opt/app/lib/python3.11/site-packages/torch/lib/libtorch_cuda.so /opt/app/lib/python3.11/site-packages/nvidia/cudnn/lib/libcudnn_ops.so.9 \
        /opt/a/libcudart.so.11 /opt/b/libcudart.so.12 "/tmp/some-file (deleted)"
    printf '%s\0' /opt/app/bin/python3 train.py >"$FOLDER/proc/1234/cmdline"
    nothing
}
