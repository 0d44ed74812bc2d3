family 60 "The driver does not come back, or a system call of it fails"

_blackwell() {
    host arch rolling 6.19.9-arch1-1
    gpu 01:00.0 2b85 nvidia
    module 590.48.01 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
}

reset_required="NVRM: Xid (PCI:0000:01:00): 154, pid=71, name=train, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)"

# As in https://github.com/NVIDIA/open-gpu-kernel-modules/issues/1080 - the later Xids follow from the first line.
mechanism_heartbeat_first() {
    _blackwell
    kernel_log "NVRM: GPU0 _kgspRpcRecvPoll: GSP RM heartbeat timed out" "NVRM: Xid (PCI:0000:01:00): 8, pid=71, name=train, Channel 00000008" \
        "NVRM: Xid (PCI:0000:01:00): 109, pid=71, name=train, Ch 00000008, errorString CTX SWITCH TIMEOUT, Info 0x1c00" "$reset_required"
    top gsp-timeout
    shown_by "heartbeat timed out"
}

mechanism_xid_119() {
    _blackwell
    kernel_log "NVRM: Xid (PCI:0000:01:00): 119, pid=71, name=train, Timeout after 45s of waiting for RPC response from GPU0 GSP! Expected function 76 (GSP_RM_CONTROL)" "$reset_required"
    top gsp-timeout
    shown_by "0000:01:00.0"
}

mechanism_xid_120() { _blackwell; kernel_log "NVRM: Xid (PCI:0000:01:00): 120, pid=71, name=train, GSP task exception: timeout"; top gsp-timeout; }

# The driver's first call never comes back; the log says why.
mechanism_hang() {
    _blackwell
    kernel_log "NVRM: Xid (PCI:0000:01:00): 119, pid=71, name=train, Timeout after 45s of waiting for RPC response from GPU0 GSP!"
    answering 590.48.01
    setting FAKE_FAULT=hang:cuInit
    with --timeout 3
    top gsp-timeout
}

# As in https://github.com/ollama/ollama/issues/18144
mechanism_xid_62() {
    _blackwell
    kernel_log "NVRM: Xid (PCI:0000:01:00): 62, pid=71, name=llama-server, 0a6f(1e40) 00000000 00000000" "$reset_required"
    top gpu-needs-reset
    shown_by "Xid 62"
    mended_by "sudo nvidia-smi -r -i 0000:01:00.0"
}

mechanism_announced_alone() { _blackwell; kernel_log "$reset_required"; top gpu-needs-reset; }

# It is reset by now: the driver says that nothing remains to be done.
healthy_after_reset() {
    _blackwell
    kernel_log "NVRM: Xid (PCI:0000:01:00): 154, pid=71, name=train, GPU recovery action changed from 0x1 (GPU Reset Required) to 0x0 (None)"
    answering 590.48.01
    nothing
}

# Without the order of the lines it would be the GSP.
alike_context_switch() {
    _blackwell
    kernel_log "NVRM: Xid (PCI:0000:01:00): 109, pid=71, name=train, Ch 00000008, errorString CTX SWITCH TIMEOUT, Info 0x1c00"
    top gpu-needs-reset
}
