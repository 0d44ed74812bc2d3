family 35 "The driver dropped the old GPU"

# https://github.com/NixOS/nixos-hardware/issues/1828
F241() {
    host nixos 26.05 6.12.30
    gpu 01:00.0 1c8d
    driver_libraries 595.58.03 /usr/lib
    kernel_log "NVRM: The NVIDIA GeForce GTX 1050 GPU installed in this system is" \
        "NVRM: supported through the NVIDIA 580.xx Legacy drivers. Please" "NVRM: The 595.58.03 NVIDIA driver will ignore this GPU." "NVRM: No NVIDIA GPU found."
    top driver-dropped-gpu; mended_by 580; shown_by Pascal
}

# https://github.com/anomixer/proxmox-vgpu-installer/issues/29
F242() {
    host debian 13 6.14.11-4-pve
    gpu 03:00.0 15f8
    kernel_tree
    ko 6.14.11-4-pve updates/dkms
    mkdir -p "$FOLDER/var/lib/dkms/nvidia/595.71.03/6.14.11-4-pve/x86_64"
    kernel_log "NVRM: supported through the NVIDIA 580.xx Legacy drivers. Please"
    top driver-dropped-gpu; mended_by 580
}

# A new GPU works, the old one beside it is ignored.
mechanism_beside_a_new_one() {
    host ubuntu 24.04
    gpu 01:00.0 2684 nvidia
    gpu 02:00.0 1b80
    module 595.45.04 open
    nodes nvidia0 nvidiactl nvidia-uvm
    answering 595.45.04
    top driver-dropped-gpu; mended_by nvidia-driver-580; shown_by 02:00.0
}

mechanism_kepler() { host ubuntu 22.04; gpu 01:00.0 1024; module 535.183.01; top driver-dropped-gpu; mended_by nvidia-driver-470; }

# nouveau takes what NVIDIA's driver ignores.
alike_nouveau_took_it() {
    host ubuntu 24.04
    gpu 01:00.0 1b80 nouveau
    modules nouveau
    kernel_tree
    ko 6.8.0-45-generic updates/dkms
    driver_libraries 590.48.01
    top driver-dropped-gpu
}

# The last branch for it.
healthy_last_branch() { host ubuntu 24.04; gpu 01:00.0 1b80 nvidia; module 580.65.06; nodes nvidia0 nvidiactl nvidia-uvm; nothing; }
healthy_old_gpu_for_a_guest() { well_host 595.45.04; gpu 02:00.0 1b80 vfio-pci; nothing; }
healthy_unknown_chip() { host ubuntu 24.04; gpu 01:00.0 0a65 nvidia; module 340.108; nodes nvidia0 nvidiactl nvidia-uvm; nothing; }
