family 47 "Fabric manager's version is not the driver's"

_hgx() {
    host ubuntu 22.04
    module "$1" open
    gpu 01:00.0 2335 nvidia
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    pci_switch c1:00.0
}

# https://github.com/NVIDIA/gpu-operator/issues/544
F263() {
    _hgx 530.41.03
    add /var/log/fabricmanager.log "[Mar 02 2023 10:00:00] [ERROR] [tid 99] fabric manager NVIDIA GPU driver interface version 530.30.02 don't match with driver version 530.41.03. Please update with matching NVIDIA driver package."
    answering 530.41.03
    fails cuInit 802
    top fabric-manager-version
    shown_by "530.30.02"
    mended_by "'nvidia-fabricmanager-530=530.41.03-*'"
}

# https://github.com/NVIDIA/gpu-driver-container/issues/735
F264() { _hgx 580.126.09; package nvidia-fabricmanager-590 590.48.01-1; top fabric-manager-version; shown_by 590.48.01; mended_by "nvidia-fabricmanager-580=580.126.09"; }

# The log's line is of a driver that is no longer here.
alike_old_line() {
    _hgx 580.126.09
    add /var/log/fabricmanager.log "[Mar 02 2023 10:00:00] [ERROR] [tid 99] fabric manager NVIDIA GPU driver interface version 570.30.02 don't match with driver version 570.41.03."
    top fabric-not-ready
}

# Of another version, on a machine without switches: it has nothing to do.
healthy_no_switch() { well_host; package nvidia-fabricmanager-590 590.48.01-1; file /usr/bin/nv-fabricmanager; answering; nothing; }
