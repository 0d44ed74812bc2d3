family 40 "vGPU without UVM or VMM"

_vgpu() {
    host ubuntu 22.04
    file /proc/cpuinfo "processor : 0" "flags : fpu vme hypervisor"
    gpu 01:00.0 2235 nvidia
    module 550.90.07
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
    answering 550.90.07
}

# https://github.com/dmlc/xgboost/issues/12217
F260() { _vgpu; setting FAKE_LICENSED=1; setting FAKE_MAPS=0; top vgpu-without-virtual-memory; shown_by vGPU; mended_by "NCCL_CUMEM_ENABLE=0"; }

# As in https://github.com/RobotecAI/RobotecGPULidar/issues/322
mechanism_context() { _vgpu; setting FAKE_LICENSED=1; fails cuDevicePrimaryCtxRetain 801; top vgpu-without-virtual-memory; mended_by enable_uvm=1; }
mechanism_context_unknown() { _vgpu; fails cuDevicePrimaryCtxRetain 801; top vgpu-without-virtual-memory; }

healthy_licensed() { _vgpu; setting FAKE_LICENSED=1; nothing; }
