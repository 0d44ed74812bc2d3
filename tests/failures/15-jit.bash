family 15 "The driver's compiler for PTX is missing or another's (221); PTX is newer than the driver (222)"

# The library is not among those of the driver.
# https://github.com/anduril/jetpack-nixos/issues/184
F228() { host nixos 23.05; gpu 01:00.0 2684 nvidia; module 535.86.05; nodes nvidia0 nvidiactl nvidia-uvm; driver_libraries 535.86.05 /run/opengl-driver/lib; variable LD_LIBRARY_PATH=/run/opengl-driver/lib; answering 535.86.05; fails cuModuleLoadDataEx 221; top jit-missing; shown_by "is nowhere that the loader looks"; }

mechanism_container() { container docker; module 580.65.06 open; nodes nvidia0 nvidiactl nvidia-uvm; variable NVIDIA_VISIBLE_DEVICES=all; driver_libraries 580.65.06; answering; fails cuModuleLoadDataEx 221; top jit-missing; mended_by NVIDIA_DRIVER_CAPABILITIES=compute,utility; }

mechanism_other_version() {
    well_host
    driver_libraries 580.65.06
    library /usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.575.57.08 -Wl,-soname,libnvidia-ptxjitcompiler.so.1
    link /usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.1 libnvidia-ptxjitcompiler.so.575.57.08
    answering
    fails cuModuleLoadDataEx 221
    top jit-missing
    shown_by "of version 575.57.08, and libcuda of 580.65.06"
}

# What is compiled is kept, and what is kept may be damaged.
mechanism_cache() { well_host; answering; fails cuModuleLoadDataEx 218; setting FAKE_FAULT_UNLESS=CUDA_CACHE_DISABLE=1; top ptx-cache-damaged; mended_by "export CUDA_CACHE_DISABLE=1"; }

alike_new_ptx() { well_host; driver_libraries 580.65.06; answering; fails cuModuleLoadDataEx 222; top ptx-too-new; }

healthy_jit() {
    well_host
    driver_libraries 580.65.06
    library /usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.580.65.06 -Wl,-soname,libnvidia-ptxjitcompiler.so.1
    link /usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.1 libnvidia-ptxjitcompiler.so.580.65.06
    answering
    nothing
}
