family 62 "False alarms and blind spots"

# https://github.com/Syllo/nvtop/issues/6 - a link of the first generation, while nothing runs.
F176() {
    well_host
    file /sys/bus/pci/devices/0000:01:00.0/current_link_speed "2.5 GT/s PCIe"
    file /sys/bus/pci/devices/0000:01:00.0/max_link_speed "8.0 GT/s PCIe"
    answering
    nothing
}

# https://github.com/leptonai/gpud/pull/351 - counters of a board without ECC are answered, and mean nothing.
F328() { well_host; answering; setting FAKE_FAULT=fail:nvmlDeviceGetEccMode:0:3; nothing; }

mechanism_manager_without_switches() {
    well_host
    file /usr/bin/nv-fabricmanager
    add /var/log/fabricmanager.log "[Mar 02 2025 10:00:00] [ERROR] [tid 99] request to query NVSwitch device information from NVSwitch driver failed with error:WARNING Nothing to do [NV_WARN_NOTHING_TO_DO]"
    answering
    nothing
}

# "not readable" is said, and never "no Xid": the log of a container is its host's.
mechanism_unreadable_log() {
    container docker
    module 580.65.06 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    variable NVIDIA_VISIBLE_DEVICES=all
    kernel_log "Operation not permitted"
    answering
    nothing
}

healthy_harmless_xids() {
    well_host
    kernel_log "NVRM: Xid (PCI:0000:01:00): 38, pid=71, name=Xorg, Driver notice" "NVRM: Xid (PCI:0000:01:00): 121, pid=71, name=train, C2C Link corrected error" \
        "nvidia: module verification failed: signature and/or required key missing - tainting kernel"
    answering
    nothing
}
