family 51 "Open kernel module required, or impossible"

# https://github.com/getsolus/packages/issues/5575
F118() {
    host solus 4.7 6.12.23-320.current
    gpu 01:00.0 2b85 nvidia
    module 570.144
    nodes nvidia0 nvidiactl nvidia-uvm
    kernel_log "NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2b85)" "NVRM: installed in this system requires use of the NVIDIA open kernel modules."
    top open-module-required; mended_by "570, kernel module type open"
}

mechanism_open_required() { host ubuntu 24.04; gpu 01:00.0 2b85 nvidia; module 580.65.06; nodes nvidia0 nvidiactl nvidia-uvm; top open-module-required; mended_by nvidia-driver-580-open; }

# Grace Hopper, too; a Hopper in a slot takes either.
mechanism_grace_hopper() { host ubuntu 22.04 6.5.0-1019-nvidia-64k; gpu 01:00.0 2342 nvidia; module 550.54.15; nodes nvidia0 nvidiactl nvidia-uvm; top open-module-required; }
alike_hopper() { host ubuntu 22.04; gpu 01:00.0 2330 nvidia; module 550.54.15; nodes nvidia0 nvidiactl nvidia-uvm; nothing; }

mechanism_open_impossible() {
    host ubuntu 24.04
    gpu 01:00.0 1b80
    module 570.86.10 open
    kernel_log "NVRM: installed in this system is not supported by open nvidia.ko because it does not include the required GPU System Processor (GSP)."
    top open-module-impossible; mended_by "nvidia-driver-570 "; shown_by Pascal
}

# With no GPU that it can drive, the open module does not even stay loaded.
mechanism_open_impossible_not_loaded() {
    host ubuntu 24.04
    gpu 01:00.0 1db6
    kernel_tree
    ko 6.8.0-45-generic updates/dkms
    driver_libraries 570.86.10
    kernel_log "NVRM: because it does not include the required GPU System Processor (GSP)."
    top open-module-impossible; shown_by Volta
}

# Open and too new: no type of that branch drives it.
alike_dropped() { host ubuntu 24.04; gpu 01:00.0 1b80; module 595.45.04 open; top driver-dropped-gpu; }

# The branch does not know the GPU at all.
alike_too_old() { host ubuntu 22.04; gpu 01:00.0 2b85; module 550.54.15; top driver-too-old-for-gpu; mended_by "ubuntu-drivers install"; }

# Bound to it, and not known to it.
alike_too_old_and_bound() {
    host ubuntu 22.04
    gpu 01:00.0 2b85 nvidia
    module 550.54.15 open
    nodes nvidia0 nvidiactl nvidia-uvm
    setting FAKE_GPUS=0
    answering 550.54.15
    top driver-too-old-for-gpu
}

# One that is in no table of ours: the driver says so itself.
alike_too_old_for_a_chip_to_come() {
    host ubuntu 24.04
    gpu 01:00.0 3f01
    module 580.65.06 open
    kernel_log "NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:3f01)" "NVRM: installed in this system is not supported by the" "NVRM: NVIDIA 580.65.06 driver release."
    top driver-too-old-for-gpu; shown_by 10de:3f01
}

healthy_open_on_turing() { host ubuntu 22.04; gpu 01:00.0 1e04 nvidia; module 550.54.15 open; nodes nvidia0 nvidiactl nvidia-uvm; nothing; }
healthy_proprietary_on_pascal() { host ubuntu 22.04; gpu 01:00.0 1b80 nvidia; module 550.54.15; nodes nvidia0 nvidiactl nvidia-uvm; nothing; }
