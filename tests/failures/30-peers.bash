family 30 "What GPUs send each other goes astray (ACS, IOMMU)"

# Two GPUs of one kind at bridges of their own; the driver's copies from the first to the second never arrive.
_two_gpus() {
    host ubuntu 22.04
    gpu 01:00.0 26b3 nvidia
    gpu 02:00.0 26b3 nvidia
    below 00:01.0 01:00.0
    below 00:02.0 02:00.0
    module 550.54.15
    nodes nvidia0 nvidia1 nvidiactl nvidia-uvm
    setting FAKE_GPUS=2
    answering 550.54.15
    with --seed 1
}
_astray() { _two_gpus; setting FAKE_FAULT=stale:cuMemcpyPeer@0-1; }

# iommu ADDRESS TYPE - of its group.
_iommu() { file "/sys/kernel/iommu_groups/${1%%:*}/type" "$2"; link "/sys/bus/pci/devices/0000:$1/iommu_group" "/sys/kernel/iommu_groups/${1%%:*}"; }

# https://github.com/NVIDIA/nccl/issues/2079
F111() { _astray; acs 00:01.0 001d; acs 00:02.0 001d; top peer-data-astray; mended_by "setpci -s 0000:00:0"; shown_by 0x001d; }

# https://github.com/pytorch/pytorch/issues/84803
F112() { _astray; _iommu 01:00.0 DMA-FQ; _iommu 02:00.0 DMA-FQ; top peer-data-astray; mended_by iommu=pt; shown_by DMA-FQ; }

# https://github.com/NVIDIA/nccl/issues/257
F113() { _astray; file /proc/cmdline "BOOT_IMAGE=/vmlinuz root=/dev/sda1 quiet intel_iommu=on"; top peer-data-astray; mended_by iommu=pt; shown_by intel_iommu=on; }

# https://github.com/NVIDIA/nccl/issues/631
F114() { _astray; acs 00:01.0 000c; acs 00:02.0 0000; top peer-data-astray; shown_by 00:01.0; mended_by "setpci -s 0000:00:01.0"; }

# Without root nobody sees a bridge's setting.
mechanism_unseen() { _astray; _iommu 01:00.0 identity; _iommu 02:00.0 identity; top peer-data-astray; mended_by NCCL_P2P_DISABLE=1; }

# Over NVLink no bridge has a part in it.
alike_nvlink() { _astray; acs 00:01.0 001d; setting FAKE_NVLINKS=4; untold; }

# All is set as it should be: then a GPU or the board is at fault.
alike_nothing_redirects() { _astray; acs 00:01.0 0000; acs 00:02.0 0000; _iommu 01:00.0 identity; _iommu 02:00.0 identity; untold; }

# A guest needs ACS, and its copies arrive.
healthy_redirected_and_right() { _two_gpus; acs 00:01.0 001d; acs 00:02.0 001d; _iommu 01:00.0 DMA-FQ; file /proc/cmdline "intel_iommu=on"; nothing; }
