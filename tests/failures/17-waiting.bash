family 17 "fork after CUDA init, launch blocking, lazy loading"

# https://github.com/pytorch/pytorch/issues/40403
F285() {
    well_host
    says "RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method"
    top fork-after-cuda-init
    mended_by set_start_method
}

# https://github.com/NVIDIA/nccl/issues/750
F259() {
    well_host
    variable CUDA_LAUNCH_BLOCKING=1
    says "NCCL Hang with CUDA_LAUNCH_BLOCKING=1"
    top launch-blocking-hang
    mended_by "unset CUDA_LAUNCH_BLOCKING"
    shown_by "env.CUDA_LAUNCH_BLOCKING = 1"
}

# https://github.com/NVIDIA/nvbench/issues/136
F257() {
    well_host
    says "Async benchmarks always deadlock since CTK 12.2 (lazy loading default)"
    top lazy-loading-deadlock
    mended_by CUDA_MODULE_LOADING=EAGER
}

# The variable alone, where nothing hangs.
healthy_launch_blocking() { well_host; variable CUDA_LAUNCH_BLOCKING=1 CUDA_MODULE_LOADING=LAZY; nothing; }
