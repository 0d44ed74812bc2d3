family 49 "Nouveau owns the GPU"

# https://github.com/mattshma/bigdata/issues/133
F273() { host ubuntu 24.04; gpu 01:00.0 2684 nouveau; modules nouveau; top nouveau-owns-gpu; mended_by "ubuntu-drivers install"; }

# NVIDIA's module was loaded by hand, after nouveau.
mechanism_nouveau_came_first() {
    host debian 12 6.1.0-25-amd64
    gpu 01:00.0 1db6 nouveau
    modules nouveau
    module 550.54.15
    kernel_log "NVRM: The NVIDIA probe routine was not called for 1 device(s)."
    top nouveau-owns-gpu; mended_by "update-initramfs -u && sudo reboot"; shown_by "probe routine"
}

# nouveau is there because nothing else is for this kernel.
alike_not_built() {
    host ubuntu 22.04 6.5.0-28-generic
    gpu 01:00.0 2684 nouveau
    modules nouveau
    ko 6.5.0-27-generic updates/dkms
    kernel_tree
    top module-not-built
}

# A GPU that is kept for a guest is nobody's fault.
healthy_passed_through() { host ubuntu 24.04; gpu 01:00.0 2684 vfio-pci; nothing; }
