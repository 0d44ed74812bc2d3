family 22 "Fabric manager not running (NVSwitch)"

# Eight GPUs behind switches.
_hgx() {
    local i
    host ubuntu 22.04
    module "${1:-580.126.09}" open
    for i in 1 2 3 4 5 6 7 8; do
        gpu "0$i:00.0" 2330 nvidia
        nodes "nvidia$((i - 1))"
    done
    nodes nvidiactl nvidia-uvm nvidia-uvm-tools
    pci_switch c1:00.0
    setting FAKE_GPUS=8
}

# https://github.com/pytorch/pytorch/issues/35710
F053() { _hgx 450.51.06; answering 450.51.06; fails cuInit 802; top fabric-not-ready; shown_by "does not run"; mended_by "nvidia-fabricmanager-450=450.51.06"; }

# Without asking a GPU.
mechanism_not_running() { _hgx; top fabric-not-ready; mended_by "systemctl enable nvidia-fabricmanager"; }
mechanism_installed_and_stopped() {
    _hgx
    package nvidia-fabricmanager-580 580.126.09-1
    file /usr/bin/nv-fabricmanager
    top fabric-not-ready
    mended_by "sudo systemctl enable --now nvidia-fabricmanager"
}
mechanism_red_hat() { _hgx; file /etc/os-release "ID=rocky" "PRETTY_NAME=\"Rocky Linux 9\""; top fabric-not-ready; mended_by "sudo dnf install -y nvidia-fabric-manager-580.126.09"; }

# In a container, where the host's manager has not ended its work.
mechanism_container() {
    container docker
    module 580.126.09 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    variable NVIDIA_VISIBLE_DEVICES=all
    answering 580.126.09
    setting FAKE_FABRIC=2
    fails cuInit 802
    top fabric-not-ready
    shown_by "in progress"
}

alike_version() { _hgx; package nvidia-fabricmanager-590 590.48.01-1; running 4242 nv-fabricmanager; answering 580.126.09; fails cuInit 802; top fabric-manager-version; }
alike_confidential() { _hgx; running 4242 nv-fabricmanager; answering 580.126.09; setting FAKE_CONFIDENTIAL=0; fails cuInit 802; top confidential-not-ready; }

healthy_manager_runs() { _hgx; running 4242 nv-fabricmanager; package nvidia-fabricmanager-580 580.126.09-1; answering 580.126.09; nothing; }
healthy_not_asked() { _hgx; running 4242 nv-fabricmanager; package nvidia-fabricmanager-580 580.126.09-1; nothing; }

# Two GPUs with a bridge, whose manager found nothing to do and ended.
healthy_bridge() { well_host; file /usr/bin/nv-fabricmanager; package nvidia-fabricmanager-580 580.65.06-1; answering; nothing; }
