family 31 "Kernel module not loaded, not built, or not able to start"

# https://github.com/tensorflow/tensorflow/issues/5473
F064() {
    host ubuntu 16.04 4.4.0-47-generic
    gpu 01:00.0 1b80
    kernel_tree
    file /lib/modules/4.4.0-45-generic/updates/dkms/nvidia_367.ko
    driver_libraries 367.57
    mkdir -p "$FOLDER/var/lib/dkms/nvidia-367/367.57/4.4.0-45-generic/x86_64"
    top module-not-built; mended_by "dkms autoinstall"; shown_by 4.4.0-45-generic
}

# https://github.com/NVIDIA/nvidia-docker/issues/365
F270() {
    host ubuntu 14.04 3.13.0-116-generic
    gpu 02:00.0 17c2
    kernel_tree
    ko 3.13.0-88-generic kernel/drivers/video
    driver_libraries 367.48
    top module-not-built; shown_by 3.13.0-88-generic
}

# https://github.com/CachyOS/linux-cachyos/issues/118
F271() {
    host cachyos rolling 6.2.2-1-cachyos-bore
    add /etc/os-release "ID_LIKE=arch"
    gpu 01:00.0 2484
    kernel_tree
    ko 6.2.2-arch1-1 extramodules
    file /lib/modules/6.2.2-arch1-1/pkgbase linux
    driver_libraries 525.89.02 /usr/lib
    top module-not-built; mended_by "nvidia-open-dkms"
}

# DKMS tried, and the compiler ended it.
mechanism_build_failed() {
    host debian 12 6.9.7-amd64
    gpu 01:00.0 2204
    kernel_tree
    file /var/lib/dkms/nvidia-current/525.147.05/build/make.log "error: too few arguments"
    driver_libraries 525.147.05
    top module-not-built; shown_by make.log; mended_by "linux-headers"
}

# The firmware found no room for the GPU's memory.
mechanism_bar_unassigned() {
    host ubuntu 22.04
    gpu 01:00.0 20b5 nvidia
    module 535.183.01
    nodes nvidia0 nvidiactl nvidia-uvm
    of_gpu 01:00.0 resource \
        "0x00000000a0000000 0x00000000a0ffffff 0x0000000000040200" "0x0000000000000000 0x0000000000000000 0x0000000000000000" \
        "0x0000000000000000 0x0000000000000000 0x0000000000000000"
    kernel_log "NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x24:0xffff:1211)"
    top bar-not-assigned; mended_by "Above 4G"
}

# The registers of this GPU have a wide range, which takes two lines.
mechanism_bar_unassigned_behind_a_wide_one() {
    host ubuntu 22.04
    gpu 01:00.0 2330 nvidia
    module 535.183.01 open
    nodes nvidia0 nvidiactl nvidia-uvm
    of_gpu 01:00.0 resource \
        "0x0000020000000000 0x0000020000ffffff 0x000000000014220c" "0x0000000000000000 0x0000000000000000 0x0000000000000000" \
        "0x0000000000000000 0x0000000fffffffff 0x000000002014220c"
    top bar-not-assigned
}

# Only the log tells: files of the bus are not there.
mechanism_bar_unassigned_by_the_log() {
    host ubuntu 20.04
    gpu 0b:00.0 2204 nvidia
    module 470.82.01
    nodes nvidia0 nvidiactl nvidia-uvm
    kernel_log "pci 0000:0b:00.0: BAR 1: no space for [mem size 0x10000000 64bit pref]" "pci 0000:0b:00.0: BAR 1: failed to assign [mem size 0x10000000 64bit pref]" \
        "NVRM: GPU 0000:0b:00.0: RmInitAdapter failed! (0x24:0x72:1220)"
    top bar-not-assigned
}

# It found room at the second try.
healthy_bar_at_the_second_try() {
    well_host
    kernel_log "pci 0000:01:00.0: BAR 1: no space for [mem size 0x10000000 64bit pref]" "pci 0000:01:00.0: BAR 1: assigned [mem 0x4000000000-0x400fffffff 64bit pref]"
    nothing
}

# One of several did not start; the others are seen.
mechanism_firmware_missing() {
    host ubuntu 22.04 5.15.0-119-generic
    for at in 06 07 08; do gpu $at:00.0 2335 nvidia; done
    module 570.172.08 open
    nodes nvidia0 nvidia1 nvidia2 nvidiactl nvidia-uvm
    file /lib/firmware/nvidia/570.158.01/gsp_ga10x.bin
    kernel_log "nvidia 0000:06:00.0: loading /lib/firmware/nvidia/570.172.08/gsp_ga10x.bin failed with error -4" \
        "NVRM: GPU 0000:06:00.0: RmInitAdapter failed! (0x62:0xffff:2433)"
    top gsp-firmware-missing; mended_by "nvidia-driver-570"; shown_by 570.172.08
}

mechanism_not_started() {
    host ubuntu 22.04
    gpu 01:00.0 2204 nvidia
    module 550.54.15
    nodes nvidia0 nvidiactl nvidia-uvm
    kernel_log "NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x26:0x56:1474)"
    top gpu-not-started
}

mechanism_never_loaded() {
    host ubuntu 22.04
    gpu 01:00.0 2204
    kernel_tree
    ko 6.8.0-45-generic kernel/nvidia-550
    driver_libraries 550.54.15
    top module-not-loaded; mended_by modprobe
}

mechanism_never_installed() { host debian 12 6.1.0-25-amd64; gpu 01:00.0 2204; kernel_tree; top module-not-loaded; mended_by "apt-get install -y nvidia-driver"; }

# An upgrade of the kernel, and no reboot since: the running one's modules are gone.
mechanism_kernel_replaced() {
    host arch rolling 6.10.3-arch1-2
    gpu 01:00.0 2684
    kernel_tree 6.10.4-arch1-1
    ko 6.10.4-arch1-1 extramodules
    top running-kernel-replaced; mended_by reboot
}

# A laptop that was switched to its other GPU.
mechanism_switched_away() {
    host ubuntu 22.04
    gpu 01:00.0 25a2
    kernel_tree
    ko 6.8.0-45-generic updates/dkms
    file /lib/modprobe.d/blacklist-nvidia.conf "# by prime-select" "blacklist nvidia" "blacklist nvidia-drm" "alias nvidia off"
    top module-blacklisted; mended_by "prime-select nvidia"
}

mechanism_kept_out_by_option() {
    host fedora 40 6.8.5-301.fc40.x86_64
    gpu 01:00.0 25a2
    kernel_tree
    ko 6.8.5-301.fc40.x86_64 extra/nvidia
    file /proc/cmdline "BOOT_IMAGE=/vmlinuz root=/dev/sda1 modprobe.blacklist=nouveau,nvidia quiet"
    top module-blacklisted; shown_by "modprobe.blacklist=nouveau,nvidia"
}

# Only nouveau is kept out, as NVIDIA's packages do.
alike_nouveau_is_kept_out() {
    host fedora 40 6.8.5-301.fc40.x86_64
    gpu 01:00.0 25a2
    kernel_tree
    ko 6.8.5-301.fc40.x86_64 extra/nvidia
    file /proc/cmdline "rd.driver.blacklist=nouveau modprobe.blacklist=nouveau nvidia-drm.modeset=1"
    file /usr/lib/modprobe.d/nvidia.conf "blacklist nouveau"
    kernel_log "nothing of interest"
    top module-not-loaded
}

# A module's line of an earlier start says nothing of GPUs that are all seen.
healthy_started_in_the_end() {
    well_host
    kernel_log "NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x26:0x56:1474)"
    answering
    nothing
}

healthy_no_gpu() { host ubuntu 24.04; kernel_tree; nothing; }

# Another system's kernel, below /proc of this container: its GPUs are the host's.
healthy_container() { container docker; gpu 01:00.0 2684; nothing; }
healthy_wsl() { wsl; nodes dxg; library /usr/lib/wsl/lib/libcuda.so.1; file /etc/ld.so.conf.d/ld.wsl.conf /usr/lib/wsl/lib; nothing; }
healthy_jetson() { host ubuntu 22.04 5.15.136-tegra; file /etc/nv_tegra_release "# R36 (release), REVISION: 3.0"; nodes nvmap nvhost-gpu; nothing; }
