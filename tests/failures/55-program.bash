family 55 "App crash vs faulty GPU (Xid 13/31/43/45)"

_two_gpus() {
    host ubuntu 22.04
    module 550.54.14
    gpu 01:00.0 2204 nvidia
    gpu 02:00.0 2204 nvidia
    nodes nvidia0 nvidia1 nvidiactl nvidia-uvm nvidia-uvm-tools
}

# _fault ADDRESS NUMBER PID NAME
_fault() { kernel_log "[ 812.$3] NVRM: Xid (PCI:$1): $2, pid=$3, name=$4, Ch 00000008, intr 00000000. MMU Fault: ENGINE GRAPHICS. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ"; }


mechanism_one_program_on_two_gpus() { _two_gpus; _fault 0000:01:00 31 11 train; _fault 0000:02:00 31 12 train; top program-fault; shown_by "on 1 more"; }
mechanism_graphics_exception() {
    _two_gpus
    _fault 0000:01:00 13 11 train
    kernel_log "NVRM: Xid (PCI:0000:01:00): 43, pid=11, name=train, Ch 00000008" "NVRM: Xid (PCI:0000:01:00): 45, pid=11, name=train, Ch 00000008"
    top program-fault
}

# As in https://github.com/pytorch/pytorch/issues/51382 - the GPU is what its faults have in common.
mechanism_three_programs_on_one_gpu() {
    _two_gpus
    _fault 0000:02:00 31 11 train
    _fault 0000:02:00 13 12 serve
    _fault 0000:02:00 31 13 python3
    top gpu-suspect
    shown_by "0000:02:00.0"
}

# The same Xids come from memory that is bad: ECC says so.
alike_memory() { _two_gpus; _fault 0000:02:00 31 11 train; kernel_log "NVRM: Xid (PCI:0000:02:00): 48, pid=11, name=train, DBE"; top memory-error; }

# Programs that were ended, and nothing more.
healthy_ended_programs() {
    _two_gpus
    kernel_log "NVRM: Xid (PCI:0000:01:00): 45, pid=11, name=train, Ch 00000008" "NVRM: Xid (PCI:0000:01:00): 43, pid=11, name=train, Ch 00000008"
    setting FAKE_GPUS=2
    answering 550.54.14
    nothing
}
