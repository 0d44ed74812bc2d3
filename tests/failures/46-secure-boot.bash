family 46 "Secure Boot refuses the module"

# https://github.com/gridhead/nvidia-auto-installer-for-fedora-linux/issues/75
F184() {
    host fedora 34 5.11.12-300.fc34.x86_64
    gpu 01:00.0 1f06 nouveau
    modules nouveau
    kernel_tree
    ko 5.11.12-300.fc34.x86_64 extra/nvidia
    file /usr/lib/modprobe.d/nvidia.conf "blacklist nouveau"
    file /etc/pki/akmods/certs/public_key.der
    secure_boot
    top secure-boot-refuses-module; mended_by "mokutil --import /etc/pki/akmods/certs/public_key.der"
}

mechanism_key_rejected() {
    host ubuntu 24.04
    gpu 01:00.0 2684
    kernel_tree
    ko 6.8.0-45-generic updates/dkms "~Module signature appended~"
    driver_libraries 580.65.06
    secure_boot
    kernel_log "Loading of module with unavailable key is rejected" "nvidia: Key was rejected by service"
    top secure-boot-refuses-module; shown_by "of no key"
}

# Nothing says that it was refused: the log may not be read, the module was built here.
mechanism_log_unreadable() {
    host ubuntu 24.04
    gpu 01:00.0 2684
    kernel_tree
    ko 6.8.0-45-generic updates/dkms "~Module signature appended~"
    file /var/lib/shim-signed/mok/MOK.der
    secure_boot
    top secure-boot-refuses-module; mended_by MOK.der
}

# Secure Boot is on, and the module is not there at all.
alike_not_built() {
    host ubuntu 24.04
    gpu 01:00.0 2684
    kernel_tree
    ko 6.8.0-41-generic updates/dkms
    secure_boot
    top module-not-built
}

# Signed by the distribution: nothing refuses it.
alike_not_loaded() {
    host ubuntu 24.04
    gpu 01:00.0 2684
    kernel_tree
    ko 6.8.0-45-generic kernel/nvidia-580-open "~Module signature appended~"
    secure_boot
    top module-not-loaded
}

# Secure Boot is on, the module is for nouveau to make way: nothing keeps that out.
alike_nouveau() {
    host ubuntu 24.04
    gpu 01:00.0 2684 nouveau
    modules nouveau
    kernel_tree
    ko 6.8.0-45-generic updates/dkms "~Module signature appended~"
    secure_boot
    kernel_log "nouveau 0000:01:00.0: NVIDIA AD102 (192000a1)"
    top nouveau-owns-gpu
}

healthy_enrolled() { well_host; kernel_tree; ko 6.8.0-45-generic updates/dkms "~Module signature appended~"; secure_boot; nothing; }
