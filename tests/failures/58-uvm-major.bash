family 58 "The number of nvidia-uvm is of an earlier boot"

# Not one report of these has a confirmed cause: from the mechanism.
stale() { module 580.65.06; nodes nvidia0 nvidiactl; node nvidia-uvm "$1" "mode 0666 root:root" "major 508"; }

mechanism_chroot() { host debian 12; gpu 01:00.0 2684 nvidia; stale "No such device or address"; top uvm-major-stale; mended_by "nvidia-modprobe -c 0 -u"; shown_by "508"; }
mechanism_lxc() { container lxc; file /proc/self/cgroup "0::/lxc/101"; rm "$FOLDER/.dockerenv"; stale "Operation not permitted"; answering; fails cuInit 999; top uvm-major-stale; mended_by "lxc.cgroup2.devices.allow: c 505:"; }
mechanism_other_driver() { host debian 12; gpu 01:00.0 2684 nvidia; module 580.65.06; nodes nvidia0 nvidiactl; node nvidia-uvm "mode 0666 root:root" "major 508"; answering; fails cuInit 999; top uvm-major-stale; }
mechanism_list_alone() { container docker; module 580.65.06; nodes nvidia0 nvidiactl; node nvidia-uvm "Operation not permitted" "mode 0666 root:root"; top uvm-major-stale; mended_by "docker restart CONTAINER"; }
healthy_same() { well_host; node nvidia-uvm "mode 0666 root:root" "major 505"; answering; nothing; }
