# torchvision or torchaudio does not go with the PyTorch that is there.
family 4 "Extension built for another PyTorch"

mechanism_a_torchvision_for_another_release() {
    well_host
    venv /opt/app 3.11
    torch 2.4.0+cu121 12.1
    file "$SITE/torchvision/version.py" "__version__ = '0.20.1+cu124'"
    dist torchvision 0.20.1
    requires "torch==2.5.1"
    top sister-mismatch
    shown_by 0.20.1
    mended_by "/opt/app/bin/python3 -m pip install --force-reinstall --no-deps 'torchvision==0.19.*' --index-url https://download.pytorch.org/whl/cu121"
}

mechanism_only_the_names_tell() {
    well_host
    venv /opt/app 3.11
    torch 2.6.0+cu126 12.6
    dist torchvision 0.20.1+cu124
    top sister-mismatch
}

mechanism_a_torchvision_without_cuda() {
    well_host
    venv /opt/app 3.11
    torch 2.6.0+cu126 12.6
    file "$SITE/torchvision/version.py" "__version__ = '0.21.0+cpu'"
    dist torchvision 0.21.0+cpu
    requires "torch==2.6.0"
    top sister-mismatch
    shown_by "without CUDA"
}

mechanism_a_torchaudio_of_another_cuda() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    dist torchaudio 2.4.1+cu118
    requires "torch==2.4.1"
    top sister-mismatch
}

mechanism_in_conda() {
    well_host
    conda /opt/conda/envs/app 3.11
    conda_package pytorch 2.3.1 py3.11_cuda12.1_cudnn8.9.2_0
    torch 2.3.1 12.1
    file "$DIST/INSTALLER" conda
    dist torchvision 0.16.2
    top sister-mismatch
    mended_by "conda install -p /opt/conda/envs/app -y torchvision=0.18"
}

# The PyTorch is what has no CUDA.
alike_the_pytorch_has_no_cuda() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cpu none
    dist torchvision 0.19.1+cu121
    requires "torch==2.4.1"
    top cpu-only-build
}

healthy_a_pair() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    file "$SITE/torchvision/version.py" "__version__ = '0.19.1+cu121'"
    dist torchvision 0.19.1
    requires "torch==2.4.1"
    dist torchaudio 2.4.1
    requires "torch==2.4.1"
    nothing
}

# One minor of CUDA apart is no obstacle to torchvision.
healthy_another_minor_of_cuda() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu124 12.4
    dist torchvision 0.19.1+cu121
    nothing
}

# NVIDIA pairs its own builds as it likes.
healthy_a_container_of_nvidia_s() {
    container docker ubuntu 24.04
    nodes nvidia0 nvidiactl nvidia-uvm
    system_python 3.12
    torch 2.6.0a0+ecf3bae40a.nv25.01 12.8
    dist torchvision 0.20.0a0
    nothing
}

# torchvision's nightly builds count on later than PyTorch's.
healthy_nightly_builds() {
    well_host
    venv /opt/app 3.12
    torch 2.6.0.dev20241112+cu124 12.4
    dist torchvision 0.20.0.dev20241112+cu124
    nothing
}
