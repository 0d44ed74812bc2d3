# PyTorch is there, and is built for no GPU, or for others than NVIDIA's.
family 16 "CPU-only PyTorch"

# https://github.com/pytorch/pytorch/issues/30664
F047() {
    well_host
    conda /opt/conda/envs/app 3.9
    conda_package pytorch 1.10.0 cpu_py39h6a09485_0
    torch 1.10.0 none
    file "$DIST/INSTALLER" conda
    top cpu-only-build
    shown_by cpu_py39h6a09485_0
    mended_by "conda install -p /opt/conda/envs/app -y"
}

# https://github.com/pytorch/pytorch/issues/32369
F048() {
    well_host
    conda /opt/conda 3.8
    conda_package pytorch 1.4.0 py3.8_cpu_0
    conda_package cpuonly 1.0 0
    torch 1.4.0 none
    file "$DIST/INSTALLER" conda
    top cpu-only-build
    shown_by cpuonly
    mended_by "conda remove -p /opt/conda -y cpuonly && conda install -p /opt/conda -y pytorch=="
}

# _aarch64 VERSION - a machine of that kind, with a driver; the libraries for it cannot be made here, and are left out.
_aarch64() {
    host ubuntu 22.04
    file /proc/sys/kernel/arch aarch64
    gpu 08:01.0 2941 nvidia
    module "$1" open
    nodes nvidia0 nvidiactl nvidia-uvm
}

# https://github.com/pytorch/pytorch/issues/168065
F178() {
    _aarch64 580.95.05
    venv /opt/app 3.12
    file "$SITE/torch/version.py" "__version__ = '2.9.0+cpu'" "cuda: Optional[str] = None"
    dist torch 2.9.0 torch/version.py
    top cpu-only-build
    shown_by aarch64
    mended_by "/opt/app/bin/python3 -m pip install torch="
}

# https://github.com/pytorch/pytorch/issues/86676
F180() {
    _aarch64 535.183.01
    venv /opt/app 3.9
    file "$SITE/torch/version.py" "__version__ = '1.13.0a0+936e9305.nv22.11'" "cuda: Optional[str] = '11.4'"
    dist torch 1.13.0a0+936e9305.nv22.11 torch/version.py
    top jetson-mixed-up
}

# https://github.com/ROCm/legacy-rocm-build/issues/2354 (there on AMD's GPU: pip took what PyPI had for that Python)
F183() {
    well_host
    venv /opt/app 3.7
    torch 1.13.1+cpu none
    top cpu-only-build
    mended_by "/opt/app/bin/python3 -m pip install torch==1.13.1+cu117"
}

mechanism_pip_s_own() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cpu none
    dist torchvision 0.19.1+cpu
    top cpu-only-build
    mended_by "/opt/app/bin/python3 -m pip install torch==2.4.1+cu124 torchvision==0.19.1+cu124 --index-url https://download.pytorch.org/whl/cu124"
}

mechanism_conda_forge_s() {
    well_host
    conda /opt/conda/envs/app 3.12
    conda_package pytorch 2.5.1 cpu_generic_py312h63d0d4b_3
    torch 2.5.1 none
    file "$DIST/INSTALLER" conda
    top cpu-only-build
    mended_by "conda install -p /opt/conda/envs/app -y -c conda-forge pytorch-gpu"
}

mechanism_rocm() {
    well_host
    venv /opt/app 3.11
    torch 2.6.0+rocm6.2.4 hip
    top rocm-build
    shown_by 6.2
    mended_by "torch==2.6.0+cu126 --index-url https://download.pytorch.org/whl/cu126"
}

mechanism_a_server_s_build_on_a_jetson() {
    host ubuntu 22.04
    file /proc/sys/kernel/arch aarch64
    file /etc/nv_tegra_release "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64"
    nodes nvmap
    venv /opt/app 3.10
    file "$SITE/torch/version.py" "__version__ = '2.9.0+cu130'" "cuda: Optional[str] = '13.0'"
    dist torch 2.9.0+cu130 torch/version.py
    top jetson-mixed-up
    shown_by R36
}

# The driver does not answer, and the build is as it should be.
alike_the_driver_is_not_there() {
    host ubuntu 24.04
    gpu 01:00.0 2684 nouveau
    modules nouveau
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    top nouveau-owns-gpu
}

# No GPU is here, and none is meant.
healthy_cpu_alone() {
    host ubuntu 24.04
    venv /opt/app 3.11
    torch 2.4.1+cpu none
    nothing
}
