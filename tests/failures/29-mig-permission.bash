family 29 "MIG capabilities' permission, parent's information denied"

# An instance of an H100 in a container that may not see the whole of it.
_instance() {
    container docker
    module 570.172.08 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools nvidia-caps/nvidia-cap66
    node nvidia-caps/nvidia-cap1 "Permission denied"
    variable NVIDIA_VISIBLE_DEVICES=MIG-01000000-0000-0000-0000-000000000000
    answering 570.172.08
    setting FAKE_MIG=1
}

# https://github.com/NVIDIA/nvidia-container-toolkit/issues/1740 - what the whole GPU has is not told, and the instance computes.
F294() { _instance; setting FAKE_FAULT=fail:nvmlDeviceGetMemoryInfo:0:4; nothing; }

mechanism_instances_denied() { _instance; setting FAKE_MIG_INSTANCES=2; setting FAKE_FAULT=fail:nvmlDeviceGetMigDeviceHandleByIndex:0:4; nothing; }

# The nodes themselves are closed: then CUDA fails, too.
alike_nodes() {
    host ubuntu 22.04
    gpu 01:00.0 2330 nvidia
    module 570.172.08 open
    node nvidia0 "Permission denied"
    node nvidiactl "Permission denied"
    top nodes-denied
}
