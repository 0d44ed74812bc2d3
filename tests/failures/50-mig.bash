family 50 "MIG: no instance, one instance per process, PyTorch's count"

_a100() {
    host ubuntu 22.04
    gpu 01:00.0 20b2 nvidia
    module 550.54.14 open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    answering 550.54.14
}

first=MIG-01000000-0000-0000-0000-000000000000
second=MIG-01000000-0000-0000-0000-000000000001

# https://github.com/pytorch/pytorch/issues/102715
F069() { _a100; setting FAKE_MIG=1; setting FAKE_MIG_INSTANCES=2; setting "CUDA_VISIBLE_DEVICES=$first,$second"; variable "CUDA_VISIBLE_DEVICES=$first,$second"; top mig-one-instance; mended_by "export CUDA_VISIBLE_DEVICES=$first"; }

mechanism_no_instance() { _a100; setting FAKE_MIG_INSTANCES=0; fails cuInit 100; top mig-without-instance; mended_by "sudo nvidia-smi -i 0000:01:00.0 -mig 0"; }
mechanism_no_instance_and_no_device() { _a100; setting FAKE_MIG_INSTANCES=0; fails cuDeviceGetCount 100; top mig-without-instance; }

# The instance that the variable names was made anew under another name.
alike_stale_name() { _a100; setting FAKE_MIG_INSTANCES=2; variable CUDA_VISIBLE_DEVICES=MIG-02000000-0000-0000-0000-000000000000; fails cuInit 100; top gpus-hidden; }

healthy_instances() { _a100; setting FAKE_MIG=1; setting FAKE_MIG_INSTANCES=2; nothing; }

healthy_one_instance_named() { _a100; setting FAKE_MIG=1; setting FAKE_MIG_INSTANCES=2; variable "CUDA_VISIBLE_DEVICES=$first"; nothing; }

# https://github.com/pytorch/pytorch/issues/95784
F300() {
    local site=/opt/app/lib/python3.10/site-packages
    _a100
    file /opt/app/pyvenv.cfg "version = 3.10.6"
    file /opt/app/bin/python3.10 "#!/bin/sh"
    chmod +x "$FOLDER/opt/app/bin/python3.10"
    link /opt/app/bin/python3 python3.10
    file $site/torch-2.0.0.dist-info/METADATA "Metadata-Version: 2.1" "Name: torch" "Version: 2.0.0"
    file $site/torch-2.0.0.dist-info/INSTALLER pip
    file $site/torch/__init__.py
    file $site/torch/version.py "__version__ = '2.0.0+cu117'" "cuda = '11.7'"
    library $site/torch/lib/libtorch_cuda.so
    library $site/torch/lib/libtorch.so
    library $site/torch/lib/libc10_cuda.so
    variable VIRTUAL_ENV=/opt/app "CUDA_VISIBLE_DEVICES=$first"
    setting FAKE_MIG=1
    setting FAKE_MIG_INSTANCES=1
    top mig-not-counted
    mended_by torch
}
