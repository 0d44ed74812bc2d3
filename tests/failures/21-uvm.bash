family 21 "/dev/nvidia-uvm is missing, or was left in disorder"

# All but the node, or the module, of nvidia_uvm.
no_uvm() { host "$1" "$2"; gpu 01:00.0 1b06 nvidia; modules nvidia; file /sys/module/nvidia/version "$3"; file /proc/devices "Character devices:" "195 nvidia-frontend"; nodes nvidia0 nvidiactl; }

# https://github.com/pytorch/pytorch/issues/49081
F057() {
    container podman; module 455.45.01; nodes nvidia0 nvidiactl; driver_libraries 455.45.01; answering 455.45.01; fails cuInit 999
    top nodes-missing; mended_by "podman run --device nvidia.com/gpu=all"; shown_by /dev/nvidia-uvm
}
# https://github.com/NVIDIA/DIGITS/issues/799
F058() { no_uvm ubuntu 14.04 352.99; answering 352.99; fails cuInit 999; top nodes-missing; shown_by nvidia-modprobe; mended_by "apt-get install -y nvidia-modprobe"; }
# https://github.com/gorgonia/cu/issues/2
F059() { no_uvm ubuntu 16.04 375.26; file /usr/bin/nvidia-modprobe; answering 375.26; fails cuInit 999; top nodes-missing; mended_by "modprobe nvidia_uvm"; }
# https://github.com/pop-os/default-settings/pull/64
F060() { well_host 440.44; kernel_log "PM: suspend entry (deep)" "PM: suspend exit"; answering 440.44; fails cuInit 999; top uvm-after-suspend; mended_by "rmmod nvidia_uvm && sudo modprobe nvidia_uvm"; }

mechanism_nothing_behind_it() { no_uvm debian 12 580.65.06; node nvidia-uvm "No such device or address"; top nodes-missing; shown_by "nvidia_uvm is not"; }
# The driver makes it when the first program asks.
healthy_not_yet_used() { no_uvm ubuntu 24.04 580.65.06; file /usr/bin/nvidia-modprobe; nothing; }
healthy_host() { well_host; answering; nothing; }
mechanism_no_control() { host fedora 41; gpu 01:00.0 2684 nvidia; module 580.65.06; nodes nvidia0 nvidia-uvm; top nodes-missing; shown_by "/dev/nvidiactl is missing"; }
mechanism_lxc() { container lxc; rm "$FOLDER/.dockerenv"; file /proc/self/cgroup "0::/lxc/101"; module 580.65.06; nodes nvidia0 nvidiactl; top nodes-missing; mended_by lxc.mount.entry; }
