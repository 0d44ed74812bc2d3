family 55 "App crash vs faulty GPU (Xid 13/31/43/45)"

# https://github.com/anthony-chaudhary/fak/issues/6412
F338() {
    well_host
    says "NVRM: Xid (PCI:0000:01:00): 31, pid=2998, name=fak, Ch 00000008, intr 10000000. MMU Fault: ENGINE GRAPHICS GPCCLIENT_T1_0 faulted. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ"
    top program-fault
    also gpu-suspect
}

# The program's own check.
mechanism_assert() {
    well_host
    says "IndexKernel.cu:92: operator(): block: [0,0,0], thread: [0,0,0] Assertion \`index out of bounds\` failed." \
        "RuntimeError: CUDA error: device-side assert triggered"
    top device-assert
    mended_by CUDA_LAUNCH_BLOCKING=1
}
