family 42 "Fabric manager restarted under load, NVLink errors"

_hgx() {
    host ubuntu 22.04
    module 535.54.03
    gpu 01:00.0 2330 nvidia
    gpu 02:00.0 2330 nvidia
    nodes nvidia0 nvidia1 nvidiactl nvidia-uvm nvidia-uvm-tools
    pci_switch c1:00.0
    running 4242 nv-fabricmanager "${1:-1000}"
    setting FAKE_GPUS=2
}

# https://github.com/pytorch/pytorch/pull/177472
F277() { _hgx 900000; running 71 train 5000 nvidia-uvm; answering 535.54.03; fails cuCtxSynchronize 401; top fabric-restarted; shown_by "process 71"; mended_by NCCL_NVLS_ENABLE=0; }

# As in https://github.com/NVIDIA/open-gpu-kernel-modules/issues/1355
mechanism_nvlink_5() { _hgx; kernel_log "NVRM: Xid (PCI:0000:01:00): 145, pid=71, name=VLLM::Worker_TP, RLW_CTRL Nonfatal XC0 i0 Link 12 (0x00000001)"; top nvlink-error; shown_by "0000:01:00.0"; }

# As in https://github.com/NVIDIA/open-gpu-kernel-modules/issues/1150 - 45 is the echo.
mechanism_echo() {
    _hgx
    kernel_log "NVRM: Xid (PCI:0000:01:00): 149, pid=71, name=train, NETIR_LINK_EVT Fatal" "NVRM: Xid (PCI:0000:02:00): 45, pid=71, name=train, Ch 00000008, caused by previous Xid 149" \
        "NVRM: Xid (PCI:0000:01:00): 154, pid=71, name=train, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)"
    top nvlink-error
}
mechanism_nvlink() { _hgx; kernel_log "NVRM: Xid (PCI:0000:01:00): 74, pid=71, name=train, NVLink: fatal error detected on link 3(0x10000, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0)"; top nvlink-error; }
mechanism_switch() { _hgx; kernel_log "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 32 LTSSM Fault Up"; answering 535.54.03; top nvlink-error; }

# It was started again, and nothing came of it.
healthy_restarted() { _hgx 900000; running 71 train 5000 nvidia-uvm; answering 535.54.03; nothing; }
# Only what watches the GPUs is older.
healthy_older_watcher() { _hgx 900000; running 71 nvidia-persistenced 5000 nvidia0; answering 535.54.03; nothing; }
