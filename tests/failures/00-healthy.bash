family 0 "Healthy machines"

healthy_bare_host() { host debian 12; nothing; }

healthy_container_that_asks_for_none() { container docker; nothing; }

healthy_consumer_gpu() { well_host; answering; nothing; }

# A laptop that shows its GPU a slow link while nothing runs.
healthy_idle_link() {
    well_host
    file /sys/bus/pci/devices/0000:01:00.0/current_link_speed "2.5 GT/s PCIe"
    file /sys/bus/pci/devices/0000:01:00.0/max_link_speed "16.0 GT/s PCIe"
    file /sys/bus/pci/devices/0000:01:00.0/current_link_width 16
    file /sys/bus/pci/devices/0000:01:00.0/max_link_width 16
    answering
    nothing
}

healthy_container_with_runtime() {
    container docker
    module 580.65.06 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    variable NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
    answering
    nothing
}

# Eight GPUs behind switches, whose manager runs.
healthy_nvswitch_server() {
    local i
    host ubuntu 22.04
    module 580.65.06 open
    for i in 1 2 3 4 5 6 7 8; do
        gpu "0$i:00.0" 2330 nvidia
        nodes "nvidia$((i - 1))"
    done
    nodes nvidiactl nvidia-uvm nvidia-uvm-tools nvidia-nvswitchctl nvidia-nvswitch0
    file /proc/4242/comm nv-fabricmanager
    setting FAKE_GPUS=8
    answering
    nothing
}

healthy_wsl() {
    wsl
    nodes dxg
    driver_libraries 560.94 /usr/lib/wsl/lib
    library /usr/lib/wsl/lib/libnvdxgdmal.so.1
    file /etc/ld.so.conf.d/ld.wsl.conf /usr/lib/wsl/lib
    answering
    nothing
}

healthy_mig() {
    host ubuntu 22.04
    gpu 01:00.0 2330 nvidia
    module 580.65.06 open
    nodes nvidia0 nvidiactl nvidia-uvm
    nodes nvidia-caps/nvidia-cap1 nvidia-caps/nvidia-cap2
    mkdir -p "$FOLDER/proc/driver/nvidia/capabilities/gpu0/mig/gi1" "$FOLDER/proc/driver/nvidia/capabilities/gpu0/mig/gi2"
    answering
    nothing
}

# The control daemon's pipe folder, and the daemon that serves it.
healthy_mps_in_use() {
    well_host
    file /tmp/nvidia-mps/control
    file /proc/977/comm nvidia-cuda-mps-control
    file /proc/978/comm nvidia-cuda-mps-server
    answering
    nothing
}

healthy_two_toolkits() {
    well_host
    toolkit /usr/local/cuda-13.0
    toolkit /usr/local/cuda-13.1
    link /usr/local/cuda cuda-13.1
    answering
    nothing
}
