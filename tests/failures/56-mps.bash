family 56 "MPS does not serve this process"

# Its folder of pipes is left, and the daemon is gone.
mechanism_no_daemon() {
    well_host
    file /tmp/nvidia-mps/control
    file /proc/1/comm systemd
    answering
    fails cuInit 805
    setting FAKE_FAULT_UNLESS=CUDA_MPS_PIPE_DIRECTORY=/nonexistent
    top mps-unreachable
    shown_by "no daemon that serves it runs"
    mended_by "export CUDA_MPS_PIPE_DIRECTORY=/nonexistent"
}

# It runs for another user.
mechanism_other_user() {
    well_host
    file /run/mps/control
    file /proc/977/comm nvidia-cuda-mps
    file /proc/977/cmdline nvidia-cuda-mps-control
    file /proc/977/status "Uid:	1000	1000	1000	1000"
    file /proc/self/status "Uid:	1001	1001	1001	1001"
    variable CUDA_MPS_PIPE_DIRECTORY=/run/mps
    answering
    fails cuInit 805
    top mps-unreachable
    shown_by "it runs for user 1000, and this process is user 1001"
}

# The pipes of the host's daemon are not mounted into this container.
mechanism_not_mounted() {
    container kubernetes
    module 580.65.06 open
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all CUDA_MPS_PIPE_DIRECTORY=/mps/pipe
    answering
    fails cuInit 805
    top mps-unreachable
    shown_by "/mps/pipe, does not exist"
}

# A code that names no cause, or none at all: without MPS it passes.
mechanism_unknown() {
    well_host
    file /tmp/nvidia-mps/control
    answering
    fails cuInit 999
    setting FAKE_FAULT_UNLESS=CUDA_MPS_PIPE_DIRECTORY=/nonexistent
    top mps-unreachable
}
mechanism_hang() {
    well_host
    file /tmp/nvidia-mps/control
    answering
    with --limit 1
    setting FAKE_FAULT=hang:cuInit
    setting FAKE_FAULT_UNLESS=CUDA_MPS_PIPE_DIRECTORY=/nonexistent
    top mps-unreachable
}

mechanism_failed() { well_host; file /tmp/nvidia-mps/control; answering; fails cuInit 806; top mps-failed; mended_by "echo quit | nvidia-cuda-mps-control"; }
mechanism_not_ready() { well_host; file /tmp/nvidia-mps/control; answering; fails cuInit 807; top mps-not-ready; }
mechanism_full() { well_host; file /tmp/nvidia-mps/control; answering; fails cuInit 808; top mps-full; }

# The daemon's program was replaced while it ran.
mechanism_version() {
    well_host
    file /tmp/nvidia-mps/control
    file /proc/977/comm nvidia-cuda-mps
    file /proc/977/cmdline nvidia-cuda-mps-control
    link /proc/977/exe "/usr/bin/nvidia-cuda-mps-control (deleted)"
    answering
    fails cuInit 807
    top mps-version
}

# A folder of pipes is nobody's fault while all works.
healthy_left_over() { well_host; file /tmp/nvidia-mps/control; file /proc/1/comm systemd; answering; nothing; }
