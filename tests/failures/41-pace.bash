family 41 "Slow: link, power, processors, start"

_server() {
    local i
    host ubuntu 22.04
    module 580.65.06 open
    for i in 1 2 3 4; do
        gpu "0$i:00.0" 2331 nvidia
        pci_link "0$i:00.0" 16
        below "00:0$i.0" "0$i:00.0"
        nodes "nvidia$((i - 1))"
    done
    nodes nvidiactl nvidia-uvm
}

mechanism_fewer_lanes_than_the_others() { _server; of_gpu 03:00.0 current_link_width 8; top pcie-link-narrow; shown_by 03:00.0; }
mechanism_one_lane() { well_host; pci_link 01:00.0 1; below 00:01.0 01:00.0; top pcie-link-narrow; shown_by "1 of 16"; }

# No file shows the bus, as in a container: NVML tells, of two alike.
mechanism_fewer_lanes_by_nvml() {
    container docker
    module 580.65.06 open
    nodes nvidia0 nvidia1 nvidiactl nvidia-uvm
    setting FAKE_GPUS=2
    setting FAKE_ODD=width
    setting FAKE_ODD_GPU=1
    answering
    top pcie-link-narrow; shown_by "8 of 16"
}

mechanism_far_processors() {
    host ubuntu 22.04
    gpu 41:00.0 20b5 nvidia
    of_gpu 41:00.0 local_cpulist 0-31,64-95
    module 550.54.15
    nodes nvidia0 nvidiactl nvidia-uvm
    file /proc/self/status "Name:	bash" "Cpus_allowed_list:	32-63,96-127"
    top processors-far-from-gpu
}

mechanism_no_persistence() {
    well_host
    answering
    setting FAKE_PERSISTENCE=0
    setting FAKE_FAULT=wait:cuInit:0:3700
    setting FAKE_FAULT_PROBE=driver.answers
    top slow-first-start; mended_by nvidia-persistenced
}

# Idle, and saving power.
healthy_idle() { well_host; pci_link 01:00.0 16 "2.5 GT/s PCIe"; below 00:01.0 01:00.0; answering; nothing; }

# A slot that has no more.
healthy_short_slot() { well_host; pci_link 01:00.0 4; below 00:1c.0 01:00.0; file /sys/devices/pci0000:00/0000:00:1c.0/max_link_width 4; nothing; }

# A laptop's board wires half of the lanes.
healthy_laptop() { well_host; pci_link 01:00.0 8 "2.5 GT/s PCIe"; below 00:01.0 01:00.0; nothing; }
healthy_server() { _server; nothing; }
healthy_two_boards_two_slots() { _server; of_gpu 03:00.0 current_link_width 8; file /sys/devices/pci0000:00/0000:00:03.0/max_link_width 8; nothing; }
healthy_no_persistence_and_fast() { well_host; answering; setting FAKE_PERSISTENCE=0; nothing; }

# A job that was given one GPU of several, and the processors beside it.
healthy_bound_beside_one() {
    _server
    of_gpu 01:00.0 local_cpulist 0-15
    of_gpu 02:00.0 local_cpulist 0-15
    of_gpu 03:00.0 local_cpulist 16-31
    of_gpu 04:00.0 local_cpulist 16-31
    file /proc/self/status "Cpus_allowed_list:	24-27"
    nothing
}
