family 34 "A preloaded library stands before the driver"

# The hook calls itself without end in the call that makes a cuDNN handle.
# https://github.com/Project-HAMi/HAMi-core/pull/215
F318() {
    container docker ubuntu 22.04
    module 580.65.06 open
    nodes nvidia0 nvidiactl nvidia-uvm
    toolkit /usr/local/cuda
    mkdir -p "$FOLDER/opt/vgpu"
    cp "$FAKES/libhook.so" "$FOLDER/opt/vgpu/libvgpu.so"
    variable NVIDIA_VISIBLE_DEVICES=all LD_PRELOAD=/opt/vgpu/libvgpu.so
    setting "LD_PRELOAD=$FOLDER/opt/vgpu/libvgpu.so"
    answering
    setting FAKE_FAULT=crash:cudnnCreate
    setting FAKE_FAULT_UNLESS=LD_PRELOAD=
    top preload-hook
    shown_by /opt/vgpu/libvgpu.so
    mended_by "unset LD_PRELOAD"
}

# It spins in the first call of the driver.
mechanism_hang() {
    well_host
    mkdir -p "$FOLDER/opt/vgpu"
    cp "$FAKES/libhook.so" "$FOLDER/opt/vgpu/libvgpu.so"
    variable LD_PRELOAD=/opt/vgpu/libvgpu.so
    setting "LD_PRELOAD=$FOLDER/opt/vgpu/libvgpu.so"
    answering
    with --limit 1
    setting FAKE_FAULT=spin:cuInit
    setting FAKE_FAULT_UNLESS=LD_PRELOAD=
    top preload-hook
    shown_by "without LD_PRELOAD it passes"
}

# From the file that only root may change: nothing can be tried without it.
mechanism_file() {
    well_host
    mkdir -p "$FOLDER/usr/local/vgpu"
    cp "$FAKES/libhook.so" "$FOLDER/usr/local/vgpu/libvgpu.so"
    file /etc/ld.so.preload /usr/local/vgpu/libvgpu.so
    answering
    with --limit 1
    setting FAKE_FAULT=spin:cuInit
    top preload-hook
    shown_by "/etc/ld.so.preload"
}

# HAMi's own switch turns it off.
mechanism_switch() {
    well_host
    mkdir -p "$FOLDER/usr/local/vgpu"
    cp "$FAKES/libhook.so" "$FOLDER/usr/local/vgpu/libvgpu.so"
    file /etc/ld.so.preload /usr/local/vgpu/libvgpu.so
    answering
    setting FAKE_FAULT=crash:cuInit
    setting FAKE_FAULT_UNLESS=CUDA_DISABLE_CONTROL=true
    top preload-hook
    mended_by "export CUDA_DISABLE_CONTROL=true"
}

mechanism_unusable() { well_host; file /etc/ld.so.preload /usr/local/vgpu/libvgpu.so; answering; top preload-unusable; shown_by /usr/local/vgpu/libvgpu.so; }

# It hangs with the hook and without.
alike_hang() {
    well_host
    mkdir -p "$FOLDER/opt/vgpu"
    cp "$FAKES/libhook.so" "$FOLDER/opt/vgpu/libvgpu.so"
    variable LD_PRELOAD=/opt/vgpu/libvgpu.so
    setting "LD_PRELOAD=$FOLDER/opt/vgpu/libvgpu.so"
    answering
    with --limit 1
    setting FAKE_FAULT=hang:cuInit
    top driver-hangs
}

# One that does no harm, and one that has nothing to do with CUDA.
healthy_hook() {
    well_host
    mkdir -p "$FOLDER/opt/vgpu"
    cp "$FAKES/libhook.so" "$FOLDER/opt/vgpu/libvgpu.so"
    variable LD_PRELOAD=/opt/vgpu/libvgpu.so
    setting "LD_PRELOAD=$FOLDER/opt/vgpu/libvgpu.so"
    answering
    nothing
}
healthy_allocator() { well_host; library /usr/lib/x86_64-linux-gnu/libjemalloc.so.2; file /etc/ld.so.preload /usr/lib/x86_64-linux-gnu/libjemalloc.so.2; answering; nothing; }
