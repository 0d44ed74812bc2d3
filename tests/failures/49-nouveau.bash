family 49 "Nouveau owns the GPU"

# https://github.com/mattshma/bigdata/issues/133
F273() { host ubuntu 24.04; gpu 01:00.0 2684 nouveau; modules nouveau; top nouveau-owns-gpu; mended_by "ubuntu-drivers install"; }

# A GPU that is kept for a guest is nobody's fault.
healthy_passed_through() { host ubuntu 24.04; gpu 01:00.0 2684 vfio-pci; nothing; }
