family 12 "Triton: libcuda not found, ptxas too old"

# The loader's cache was written before the driver came: programs find it by a default folder, Triton reads the cache.
# https://github.com/triton-lang/triton/issues/2110
F204() {
    host ubuntu 22.04
    gpu 01:00.0 2330 nvidia
    module 535.104.05
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 535.104.05
    loader_cache
    file /opt/venv/pyvenv.cfg "home = /usr/bin" "version = 3.10.12"
    file /opt/venv/bin/python3
    chmod +x "$FOLDER/opt/venv/bin/python3"
    file /opt/venv/lib/python3.10/site-packages/torch/version.py "__version__ = '2.1.0+cu121'" "cuda: Optional[str] = '12.1'"
    mkdir -p "$FOLDER/opt/venv/lib/python3.10/site-packages/torch/lib"
    file /opt/venv/lib/python3.10/site-packages/triton-2.1.0.dist-info/METADATA "Metadata-Version: 2.1" "Name: triton" "Version: 2.1.0"
    variable VIRTUAL_ENV=/opt/venv
    top libcuda-not-cached
    mended_by "sudo ldconfig"
}

# The name for linkers is missing, and that release of Triton needs it.
# https://github.com/triton-lang/triton/pull/1981
F205() {
    container docker ubuntu 22.04
    module 525.105.17
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all VIRTUAL_ENV=/opt/venv
    driver_libraries 525.105.17
    loader_cache /usr/lib/x86_64-linux-gnu/libcuda.so.1
    file /opt/venv/pyvenv.cfg "home = /usr/bin" "version = 3.10.12"
    file /opt/venv/bin/python3
    chmod +x "$FOLDER/opt/venv/bin/python3"
    file /opt/venv/lib/python3.10/site-packages/torch/version.py "__version__ = '2.0.1+cu118'" "cuda: Optional[str] = '11.8'"
    mkdir -p "$FOLDER/opt/venv/lib/python3.10/site-packages/torch/lib"
    file /opt/venv/lib/python3.10/site-packages/triton-2.0.0.dist-info/METADATA "Metadata-Version: 2.1" "Name: triton" "Version: 2.0.0"
    top libcuda-without-link-name
    mended_by "ln -s libcuda.so.1 /usr/lib/x86_64-linux-gnu/libcuda.so"
}

# GKE mounts the driver into a folder that an image has to name.
mechanism_gke() {
    container kubernetes
    module 535.183.01
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 535.183.01 /usr/local/nvidia/lib64
    variable NVIDIA_VISIBLE_DEVICES=all KUBERNETES_SERVICE_HOST=10.0.0.1
    top libcuda-unsearched
    mended_by "export LD_LIBRARY_PATH=/usr/local/nvidia/lib64"
}

mechanism_nixos() {
    host nixos 24.05
    gpu 01:00.0 2684 nvidia
    module 550.78
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 550.78 /run/opengl-driver/lib
    top libcuda-unsearched
    mended_by "export LD_LIBRARY_PATH=/run/opengl-driver/lib"
}

# The name is there, and its file is empty: an image that was built under the container runtime.
mechanism_empty() {
    container docker
    module 535.183.01
    nodes nvidia0 nvidiactl nvidia-uvm
    variable NVIDIA_VISIBLE_DEVICES=all
    file /usr/lib/x86_64-linux-gnu/libcuda.so.1
    top libcuda-damaged
    shown_by "an empty file"
}

# The same folders, found as they are meant to be.
healthy_gke() {
    container kubernetes
    module 535.183.01
    nodes nvidia0 nvidiactl nvidia-uvm
    driver_libraries 535.183.01 /usr/local/nvidia/lib64
    variable NVIDIA_VISIBLE_DEVICES=all KUBERNETES_SERVICE_HOST=10.0.0.1 LD_LIBRARY_PATH=/usr/local/nvidia/lib64
    nothing
}
healthy_cached() {
    well_host
    driver_libraries 580.65.06 /usr/lib/nvidia
    loader_cache /usr/lib/nvidia/libcuda.so.1
    nothing
}
