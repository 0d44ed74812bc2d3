family 62 "False alarms and blind spots"

# https://github.com/Syllo/nvtop/issues/6
F176() { host ubuntu 22.04; gpu 01:00.0 1b06 nvidia; module 535.183.01; nodes nvidia0 nvidiactl nvidia-uvm; pci_link 01:00.0 16 "2.5 GT/s PCIe"; below 00:01.0 01:00.0; answering 535.183.01; nothing; }

# https://github.com/leptonai/gpud/pull/351
F328() { well_host; answering; nothing; }

# A fabric manager that is installed, and has nothing to do.
healthy_fabric_manager_without_switches() {
    well_host
    file /var/log/fabricmanager.log "fabric manager NVIDIA GPU driver interface version 580.65.06" \
        "[ERROR] request to query NVSwitch device information from NVSwitch driver failed with error:WARNING Nothing to do [NV_WARN_NOTHING_TO_DO]"
    file /usr/lib/systemd/system/nvidia-fabricmanager.service "[Service]"
    answering
    nothing
}

healthy_unreadable_log() { well_host; file /dev/kmsg "Operation not permitted"; answering; nothing; }
healthy_unreadable_log_in_a_container() { container docker; module 580.65.06 open; nodes nvidia0 nvidiactl nvidia-uvm; answering; nothing; }

# Lines that only look like trouble.
healthy_log() {
    well_host
    kernel_log "nvidia: loading out-of-tree module taints kernel." "nvidia: module verification failed: signature and/or required key missing - tainting kernel" \
        "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build" "nvidia-nvlink: Nvlink Core is being initialized, major device number 234" \
        "pci 0000:01:00.0: BAR 1: assigned [mem 0x4000000000-0x47ffffffff 64bit pref]"
    answering
    nothing
}

# Secure Boot, IOMMU and blacklists of others are how a machine may be set up.
healthy_set_up() {
    well_host
    kernel_tree
    ko 6.8.0-45-generic kernel/nvidia-580-open "~Module signature appended~"
    secure_boot
    file /proc/cmdline "intel_iommu=on iommu=pt rd.driver.blacklist=nouveau"
    file /etc/modprobe.d/nvidia.conf "blacklist nouveau" "options nouveau modeset=0" "# blacklist nvidia" "blacklist nvidiafb" "install nvidia-drm /sbin/modprobe --ignore-install nvidia-drm"
    answering
    nothing
}

# "kernel log not readable" is said, and never "no Xid".
mechanism_log_of_the_host() { container docker; module 580.65.06 open; nodes nvidia0 nvidiactl nvidia-uvm; kernel_log "Operation not permitted"; answering; nothing; }

# What is answered of a board without ECC means nothing.
healthy_counters_without_ecc() { well_host; answering; setting FAKE_FAULT=fail:nvmlDeviceGetEccMode:0:3; nothing; }

healthy_harmless_xids() {
    well_host
    kernel_log "NVRM: Xid (PCI:0000:01:00): 38, pid=71, name=Xorg, Driver notice" "NVRM: Xid (PCI:0000:01:00): 121, pid=71, name=train, C2C Link corrected error"
    answering
    nothing
}
