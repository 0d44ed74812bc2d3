family 9 "Container without the NVIDIA runtime, stale specification"

docker_says() { with --error "docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]]."; }

# https://github.com/NVIDIA/nvidia-docker/issues/1034
F221() { well_host; docker_says; top container-toolkit-missing; mended_by "install -y nvidia-container-toolkit"; shown_by "not installed"; }
mechanism_not_told() { well_host; file /usr/bin/nvidia-ctk; file /etc/docker/daemon.json "{}"; docker_says; top container-toolkit-missing; mended_by "sudo nvidia-ctk runtime configure"; shown_by "was not told of it"; }
mechanism_snap() { well_host; file /usr/bin/nvidia-ctk; file /snap/docker/current; docker_says; top container-toolkit-missing; mended_by "instead of the snap"; }
# Docker without the toolkit, and nobody complains.
healthy_docker_without_gpus() { well_host; file /etc/docker/daemon.json "{}"; nothing; }

# The case of a container of a CUDA image that was started without its option.
mechanism_no_option() { container docker; variable NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility; top container-without-gpu; mended_by "docker run --gpus all"; }
mechanism_podman() { container podman; variable NVIDIA_VISIBLE_DEVICES=all; top container-without-gpu; mended_by "podman run --device nvidia.com/gpu=all"; }
mechanism_kubernetes() { container kubernetes; variable NVIDIA_VISIBLE_DEVICES=all; top container-without-gpu; mended_by "runtimeClassName: nvidia"; }
mechanism_stale_specification() {
    well_host 580.65.06
    driver_libraries 580.65.06
    file /etc/cdi/nvidia.yaml "cdiVersion: 0.5.0" "containerEdits:" "  mounts:" "  - containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.570.86.10" \
        "    hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.570.86.10" "kind: nvidia.com/gpu"
    top cdi-spec-stale; mended_by "sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"; shown_by "libcuda.so.570.86.10, which is not there"
}

# Without one there is nothing to complain of in a container that asks for no GPU.
healthy_asks_for_none() { container docker; nothing; }
healthy_asks_for_none_in_words() { container kubernetes; variable NVIDIA_VISIBLE_DEVICES=void; nothing; }
healthy_container() {
    container docker; module 580.65.06; nodes nvidia0 nvidiactl nvidia-uvm; driver_libraries 580.65.06
    variable NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility; shared_memory 65536; answering; nothing
}
healthy_rootless_podman() {
    container podman; module 580.65.06; driver_libraries 580.65.06; user 0 0
    file /proc/self/uid_map "         0       1000          1" "         1     100000      65536"
    node nvidia0 "mode 0666 65534:65534" "major 195"; node nvidiactl "mode 0666 65534:65534" "major 195"; node nvidia-uvm "mode 0666 65534:65534" "major 505"; answering; nothing
}
healthy_specification() {
    well_host 580.65.06
    driver_libraries 580.65.06
    file /etc/cdi/nvidia.yaml "containerEdits:" "  - hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06" "kind: nvidia.com/gpu"
    nothing
}
# After an upgrade without a reboot the specification is of the module's version, and its files are gone: a note, if that.
alike_specification_before_reboot() {
    well_host 570.86.10
    driver_libraries 580.65.06
    file /etc/cdi/nvidia.yaml "containerEdits:" "  - hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.570.86.10" "kind: nvidia.com/gpu"
    answering; fails nvmlInit_v2 18; top driver-library-mismatch
}

# An image that asks for nothing, and a program in it that wants a GPU.
mechanism_wanted_by_the_program() { container docker; says "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU"; top container-without-gpu; mended_by "--gpus all"; }
alike_other_trouble_in_a_container_without() { container docker; says "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB"; top out-of-memory; also memory-in-pieces memory-held-by-others; }
