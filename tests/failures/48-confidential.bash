family 48 "Confidential computing not ready"

_guest() {
    host ubuntu 24.04
    file /proc/cpuinfo "processor : 0" "model name : AMD EPYC" "flags : fpu vme hypervisor sev_snp"
    file /dev/sev-guest
    gpu 01:00.0 2331 nvidia
    module 550.90.07 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    answering 550.90.07
}

# https://github.com/NVIDIA/nvtrust/issues/56
F124() { _guest; setting FAKE_CONFIDENTIAL=0; fails cuInit 802; top confidential-not-ready; mended_by "nvidia-smi conf-compute -srs 1"; }

# https://github.com/NVIDIA/nvtrust/issues/30 - the mode is on, and this is no guest.
F126() {
    host ubuntu 22.04 6.2.0-1015-nvidia-64k
    gpu 01:00.0 2342 nvidia
    module 545.23.08 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    answering 545.23.08
    setting FAKE_CONFIDENTIAL=0
    setting FAKE_FAULT=fail:nvmlDeviceGetHandleByIndex_v2:0:999
    top confidential-on-bare-metal
    mended_by set-cc-mode=off
}

alike_fabric() { _guest; fails cuInit 802; top fabric-not-ready; shown_by "confidential guest"; }
healthy_ready() { _guest; setting FAKE_CONFIDENTIAL=1; nothing; }
