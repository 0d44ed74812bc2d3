family 32 "The driver lost the GPU: Xid 79"

lost_line="NVRM: Xid (PCI:0000:03:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."

_lost_host() {
    host ubuntu 22.04
    gpu 03:00.0 2204 nvidia
    module 550.54.14
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
}

# https://github.com/rwth-i6/returnn/issues/1486 - link errors, and then NVML cannot get the GPU's handle.
F108() {
    _lost_host
    kernel_log "pcieport 0000:00:01.1: AER: Corrected error received: 0000:00:01.1" "pcieport 0000:00:01.1:    [12] Timeout"
    answering 550.54.14
    setting FAKE_FAULT=fail:nvmlDeviceGetHandleByIndex_v2:0:15
    top gpu-lost
    shown_by "GPU is lost"
}

mechanism_xid_79() {
    _lost_host
    kernel_log "$lost_line" "NVRM: GPU 0000:03:00.0: GPU has fallen off the bus." \
        "NVRM: Xid (PCI:0000:03:00): 154, pid='<unknown>', name=<unknown>, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)"
    top gpu-lost
    shown_by "0000:03:00.0"
    mended_by reboot
}

# It then fails whatever is asked of it.
mechanism_xid_79_and_999() { _lost_host; kernel_log "$lost_line"; answering 550.54.14; fails cuInit 999; top gpu-lost; }

mechanism_without_an_xid() { _lost_host; kernel_log "[ 1234.567890] NVRM: GPU 0000:03:00.0: GPU has fallen off the bus."; top gpu-lost; }

# The driver's calls to the GSP end without an answer, too, where the GPU is gone.
mechanism_gsp_follows() {
    _lost_host
    kernel_log "$lost_line" "NVRM: Xid (PCI:0000:03:00): 119, pid=71, name=train, Timeout after 45s of waiting for RPC response from GPU0 GSP! Expected function 76"
    top gpu-lost
}

mechanism_power_cable() { _lost_host; kernel_log "NVRM: Xid (PCI:0000:03:00): 54, pid=0, name=, hardware watchpoint: Aux power is not connected"; top power-cable-missing; }

# A container whose device rules were rewritten: no line in the log, and another error.
alike_cgroup() {
    container docker
    module 550.54.14
    node nvidia0 "Operation not permitted"
    node nvidiactl "Operation not permitted"
    node nvidia-uvm "Operation not permitted"
    variable NVIDIA_VISIBLE_DEVICES=all
    kernel_log "Operation not permitted"
    top cgroup-denies-gpu
}

alike_halted() { _lost_host; kernel_log "NVRM: Xid (PCI:0000:03:00): 62, pid=71, name=train, 0a6f(1e40) 00000000 00000000"; top gpu-needs-reset; }
