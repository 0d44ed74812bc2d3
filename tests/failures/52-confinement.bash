family 52 "SELinux or AppArmor denies the device nodes"

# three LINE... - a GPU's nodes, each so.
three() { node nvidia0 "$@" "major 195"; node nvidiactl "$@" "major 195"; node nvidia-uvm "$@" "major 505"; }

# https://github.com/fedora-selinux/selinux-policy/issues/1695
F311() {
    container podman fedora 38; module 530.41.03; user 0 0; file /proc/self/uid_map "         0       1000          1" "         1     100000      65536"
    file /sys/fs/selinux/enforce 1; file /proc/self/attr/current "system_u:system_r:container_t:s0:c88,c555"
    three "Permission denied" "mode 0666 65534:65534"; answering 530.41.03; fails cuInit 100
    top security-module-denies-gpu; mended_by "label=disable"; shown_by container_t
}

# SELinux hides its folder from containers; the process's label remains.
mechanism_hidden_selinux() { container docker; module 580.65.06; user 1000 1000; file /proc/self/attr/current "system_u:system_r:container_t:s0:c1,c2"; three "Permission denied" "mode 0666 root:root"; top security-module-denies-gpu; mended_by "docker run --gpus all --security-opt label=disable"; }
mechanism_apparmor() { container docker; module 580.65.06; user 0 0; file /proc/self/attr/current "docker-default (enforce)"; three "Permission denied" "mode 0666 root:root"; top security-module-denies-gpu; mended_by "apparmor=unconfined"; }
mechanism_host() { host fedora 41; gpu 01:00.0 2684 nvidia; module 580.65.06; user 1000 1000; file /sys/fs/selinux/enforce 1; three "Permission denied" "mode 0666 root:root"; top security-module-denies-gpu; mended_by restorecon; }
healthy_enforcing() { host fedora 41; gpu 01:00.0 2684 nvidia; module 580.65.06; user 1000 1000; file /sys/fs/selinux/enforce 1; file /proc/self/attr/current "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023"; three "mode 0666 root:root"; answering; nothing; }
alike_mode() { host fedora 41; gpu 01:00.0 2684 nvidia; module 580.65.06; user 1000 1000; file /sys/fs/selinux/enforce 1; three "Permission denied" "mode 0660 root:video"; top nodes-denied; }
