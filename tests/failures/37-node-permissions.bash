family 37 "Device nodes that this user may not open"

# three LINE... - a GPU's nodes, each so.
three() { node nvidia0 "$@" "major 195"; node nvidiactl "$@" "major 195"; node nvidia-uvm "$@" "major 505"; }
driven() { host "$1" "$2"; gpu 01:00.0 2684 nvidia; module 580.65.06; }

# https://github.com/NVIDIA/nvidia-container-toolkit/issues/268
F213() {
    container podman opensuse-tumbleweed 20240101; module 545.29.06; user 0 0; file /etc/group "root:x:0:" "nogroup:x:65534:"
    file /proc/self/uid_map "         0       1000          1" "         1     100000      65536"
    three "Permission denied" "mode 0660 65534:65534"
    answering 545.29.06; fails cuInit 100
    top nodes-denied; mended_by "--group-add keep-groups"; shown_by "users of its own"
}

mechanism_not_in_video() { driven debian 12; user 1000 1000 27; three "Permission denied" "mode 0660 root:video"; top nodes-denied; mended_by "sudo usermod -aG video"; shown_by "its mode is 0660"; }
mechanism_root_alone() { driven ubuntu 22.04; user 1000 1000; three "Permission denied" "mode 0600 root:root"; top nodes-denied; mended_by NVreg_DeviceFileMode=0666; }
mechanism_decimal() {
    driven gentoo 2.15; user 1000 1000 44; three "Permission denied" "mode 1232 root:video"; file /proc/driver/nvidia/params "ResmanDebugLevel: 4294967295" "DeviceFileUID: 0" "DeviceFileGID: 27" "DeviceFileMode: 666"
    top device-mode-decimal; mended_by NVreg_DeviceFileMode=0666; shown_by "DeviceFileMode: 666, which is 01232"
}
mechanism_decimal_by_mode() { driven gentoo 2.15; user 1000 1000; three "Permission denied" "mode 1224 root:video"; top device-mode-decimal; mended_by NVreg_DeviceFileMode=0660; }
mechanism_docker_user() { container docker; module 580.65.06; user 1000 1000; three "Permission denied" "mode 0660 root:video"; top nodes-denied; mended_by "--group-add 44"; }

healthy_in_video() { driven debian 12; user 1000 1000 44; three "mode 0660 root:video"; file /proc/driver/nvidia/params "DeviceFileMode: 432"; nothing; }
healthy_usual_params() { driven ubuntu 24.04; user 1000 1000; three "mode 0666 root:root"; file /proc/driver/nvidia/params "DeviceFileMode: 438"; nothing; }
# The capabilities of instances are root's on every machine.
healthy_caps() { driven ubuntu 24.04; user 1000 1000; three "mode 0666 root:root"; node nvidia-caps/nvidia-cap1 "Permission denied" "mode 0400 root:root"; nothing; }
