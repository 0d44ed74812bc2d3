family 13 "ECC, row remap, HBM degradation"

# An A100 server whose driver runs.
_server() {
    local i
    host ubuntu 22.04
    module 570.172.08 open
    for i in 1 2; do gpu "0$i:00.0" 20b2 nvidia; nodes "nvidia$((i - 1))"; done
    nodes nvidiactl nvidia-uvm nvidia-uvm-tools
    setting FAKE_GPUS=2
}

# https://github.com/vllm-project/vllm/issues/5222 - a call answers 214; a reset or reboot lets the remap take place.
F161() { _server; answering 570.172.08; setting FAKE_ECC=1; fails cuMemAlloc_v2 214; top memory-error; shown_by 214; mended_by reboot; }

# https://github.com/nagadit/DeepFaceLab_Linux/issues/89
F162() { _server; answering 570.172.08; fails cuDevicePrimaryCtxRetain 214; top memory-error; shown_by cuDevicePrimaryCtxRetain; }

# https://github.com/jade-hpc-gpu/jade-hpc-gpu.github.io/issues/194
F164() { _server; answering 570.172.08; setting FAKE_ECC=1; setting FAKE_UNCORRECTED=2; fails cuDevicePrimaryCtxRetain 214; top memory-error; mended_by "nvidia-smi -r"; }

# https://github.com/leptonai/gpud/pull/80 - everything passes, and a row waits for the reset.
F326() { _server; answering 570.172.08; setting FAKE_ECC=1; setting FAKE_ROWS_PENDING=1; top row-remap-pending; mended_by "nvidia-smi -r -i 0000:01:00.0"; }

# https://github.com/awslabs/awsome-distributed-ai/pull/1190 - diagnosed by its maintainers.
mechanism_remap_fails() {
    _server
    kernel_log "NVRM: Xid (PCI:0000:01:00): 64, pid='<unknown>', name=<unknown>, Row Remapper: Error: row remapping failed" \
        "NVRM: Xid (PCI:0000:01:00): 154, pid='<unknown>', name=<unknown>, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)"
    top row-remap-failed
    shown_by "Xid (PCI:0000:01:00): 64"
}

mechanism_remap_failed_by_nvml() { _server; answering 570.172.08; setting FAKE_ECC=1; setting FAKE_ROWS_FAILED=1; top row-remap-failed; mended_by "board replaced"; }

# Found, contained, and a row that waits: one thing.
mechanism_double_bit() {
    _server
    kernel_log "NVRM: Xid (PCI:0000:02:00): 48, pid=4711, name=python3, An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at partition 5." \
        "NVRM: Xid (PCI:0000:02:00): 63, pid=4711, name=python3, Row Remapper: New row marked for remapping, reset gpu to activate." \
        "NVRM: Xid (PCI:0000:02:00): 94, pid=4711, name=python3, Contained: CE User Channel (0x9). RST: No, D-RST: No" \
        "NVRM: Xid (PCI:0000:02:00): 45, pid=4711, name=python3, Ch 00000008"
    top memory-error
    shown_by "0000:02:00.0"
    mended_by "sudo nvidia-smi -r -i 0000:02:00.0"
}

mechanism_uncontained() {
    _server
    kernel_log "NVRM: Xid (PCI:0000:01:00): 95, pid=71, name=train, Uncontained: LTC TAG (0x2,0x0). RST: Yes, D-RST: No" \
        "NVRM: Xid (PCI:0000:01:00): 154, pid=71, name=train, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)"
    top memory-error
}

mechanism_row_marked() { _server; kernel_log "NVRM: Xid (PCI:0000:01:00): 63, pid=71, name=train, Row Remapper: New row marked for remapping, reset gpu to activate."; top row-remap-pending; }

mechanism_page_waits() { _server; answering 570.172.08; setting FAKE_ECC=1; setting FAKE_PAGES_PENDING=1; top row-remap-pending; shown_by pages; }

# The same, written by a program: one that reads where it must not.
alike_illegal_address() {
    _server
    kernel_log "NVRM: Xid (PCI:0000:01:00): 31, pid=71, name=train, Ch 00000008, intr 00000000. MMU Fault: ENGINE GRAPHICS GPCCLIENT_T1_0 faulted @ 0x7f_00000000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ"
    top program-fault
}

healthy_ecc_on() { _server; answering 570.172.08; setting FAKE_ECC=1; nothing; }

# The row was replaced at a reset since then.
healthy_row_replaced() {
    _server
    kernel_log "NVRM: Xid (PCI:0000:01:00): 63, pid=71, name=train, Row Remapper: New row marked for remapping, reset gpu to activate."
    answering 570.172.08
    setting FAKE_ECC=1
    nothing
}

# A container reads its host's log: what another GPU had is not its.
healthy_neighbours_fault() {
    container docker
    module 570.172.08 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    kernel_log "NVRM: Xid (PCI:0000:9b:00): 95, pid=71, name=train, Uncontained" "NVRM: Xid (PCI:0000:9b:00): 79, pid=71, name=train, GPU has fallen off the bus."
    answering 570.172.08
    nothing
}
