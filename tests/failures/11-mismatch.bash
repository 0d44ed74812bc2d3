family 11 "The driver's libraries are of another version than its module"

# https://github.com/rapidsai/cusignal/issues/398
F007() {
    host ubuntu 18.04 5.4.0-90-generic
    gpu 65:00.0 1e30 nvidia
    module 450.80.02
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 450.102.04
    fails cuInit 804
    answering 450.102.04
    top driver-library-mismatch; mended_by "sudo reboot"; shown_by 450.102.04
}

# https://github.com/lyulyul/shine-cluster/issues/30
F011() {
    host ubuntu 20.04 5.4.0-67-generic
    gpu 3b:00.0 1e04 nvidia
    module 460.56
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 460.73.01
    kernel_log "NVRM: API mismatch: the client has the version 460.73.01, but" "NVRM: this kernel module has the version 460.56.  Please"
    top driver-library-mismatch; mended_by "sudo reboot"; shown_by "460.56"
}

# The new module is built and waits for the next boot.
mechanism_newer_is_built() {
    well_host 570.124.06
    driver_libraries 570.133.20
    mkdir -p "$FOLDER/var/lib/dkms/nvidia/570.133.20/6.8.0-45-generic/x86_64"
    top driver-library-mismatch; mended_by "sudo reboot"; shown_by "dkms.versions = 570.133.20"
}

# Libraries from elsewhere than the module: no boot brings one that fits.
mechanism_two_sources() {
    well_host 570.124.06
    driver_libraries 580.65.06
    mkdir -p "$FOLDER/var/lib/dkms/nvidia/570.124.06/6.8.0-45-generic/x86_64"
    top driver-library-mismatch; mended_by nvidia-driver-580-open
}

mechanism_nvml_alone_says_so() { well_host; answering; fails nvmlInit_v2 18; top driver-library-mismatch; shown_by "answers 18"; }

# The management library alone is another's.
mechanism_nvml_of_another() {
    local dir=/usr/lib/x86_64-linux-gnu
    well_host
    driver_libraries 580.65.06
    library $dir/libnvidia-ml.so.550.54.15 -Wl,-soname,libnvidia-ml.so.1
    link $dir/libnvidia-ml.so.1 libnvidia-ml.so.550.54.15
    top driver-library-mismatch; shown_by libnvidia-ml.so.550.54.15
}

# A container that was started before the host's driver changed.
mechanism_old_container() {
    container docker
    module 580.65.06 open
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 570.133.20
    file /proc/self/mountinfo \
        "900 880 259:2 /usr/lib/x86_64-linux-gnu/libcuda.so.570.133.20 /usr/lib/x86_64-linux-gnu/libcuda.so.570.133.20 ro,nosuid - ext4 /dev/nvme0n1p2 rw" \
        "901 880 259:2 /usr/lib/libnvidia-ml.so.570.133.20 /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.570.133.20 ro,nosuid - ext4 /dev/nvme0n1p2 rw"
    top driver-library-mismatch; mended_by "make the container anew"
}

# An image with the driver's packages in it.
mechanism_driver_in_the_image() {
    container docker
    module 580.65.06 open
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 535.183.01
    file /proc/self/mountinfo "880 870 0:51 / / rw,relatime - overlay overlay rw"
    top driver-library-mismatch; mended_by "out of the image"
}

# No module is loaded: there is nothing to differ from.
alike_not_loaded() { host ubuntu 24.04; gpu 01:00.0 2684; driver_libraries 580.65.06; top module-not-loaded; }

# The next driver is built, and the libraries are still the old one's.
healthy_newer_is_only_built() {
    well_host
    driver_libraries 580.65.06
    mkdir -p "$FOLDER/var/lib/dkms/nvidia/580.82.07/6.8.0-45-generic/x86_64"
    nothing
}
healthy_jetson() {
    host ubuntu 22.04 5.15.136-tegra
    file /etc/nv_tegra_release "# R36 (release), REVISION: 3.0"
    nodes nvmap nvhost-gpu nvidiactl nvidia0
    module 540.3.0
    library /usr/lib/x86_64-linux-gnu/libcuda.so.1.1 -Wl,-soname,libcuda.so.1
    link /usr/lib/x86_64-linux-gnu/libcuda.so.1 libcuda.so.1.1
    nothing
}
