# pip finds no PyTorch for this Python, or installs one that it cannot run.
family 10 "No matching distribution; musl"

# _program PATH LOADER [CC'S ARGUMENTS] - an interpreter that asks for that loader. A program of its own is not made: its bytes are never run.
_program() {
    mkdir -p "$(dirname "$FOLDER$1")"
    rm -f "$FOLDER$1"
    printf 'int main(void);int main(void){return 0;}\n' | cc -nostdlib -nostartfiles -x c - -o "$FOLDER$1" -Wl,-e,main -pie -fPIE "-Wl,--dynamic-linker=$2" "${@:3}"
}

# https://github.com/zeyad-mansour/lunar/issues/226
F305() {
    host ubuntu 24.04
    venv /opt/app 3.12
    file /work/requirements.txt numpy "torch==1.11.0+cu113" "torchvision==0.12.0+cu113"
    variable PWD=/work
    top no-build-for-python
    shown_by "3.7 3.8 3.9 3.10"
    mended_by "uv venv --python 3.10 && uv pip install torch==1.11.0+cu113"
}

# https://github.com/pytorch/pytorch/issues/102592
F322() {
    container docker alpine 3.18.0
    environment /usr/local 3.9
    _program /usr/local/bin/python3.9 /lib/ld-musl-x86_64.so.1
    variable PATH=/usr/local/bin:/usr/bin:/bin
    torch 2.0.0+cpu none
    top python-on-musl
    shown_by ld-musl
    mended_by "python:3.9-slim"
}

mechanism_musl_and_nothing_installed() {
    container docker alpine 3.20.0
    environment /usr/local 3.12
    _program /usr/local/bin/python3.12 /lib/ld-musl-x86_64.so.1
    variable PATH=/usr/local/bin:/usr/bin:/bin PWD=/work
    file /work/pyproject.toml "[project]" "dependencies = [" '    "torch>=2.3",' "]"
    top no-build-for-python
    shown_by musl
}

mechanism_a_python_that_is_newer_than_all_builds() {
    host fedora 44
    venv /opt/app 3.19
    file /work/requirements.txt torch
    variable PWD=/work
    top no-build-for-python
    shown_by 3.19
}

mechanism_a_pin_that_is_older_than_this_python() {
    host ubuntu 22.04
    venv /opt/app 3.11
    file /work/requirements.txt "torch==1.8.1"
    variable PWD=/work
    top no-build-for-python
    mended_by "uv venv --python 3.9"
}

# What its metadata pins is not what is installed.
mechanism_pins_that_another_package_moved() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    requires "nvidia-cudnn-cu12==9.1.0.70"
    MAJOR=12 nvidia cudnn 8.9.2.26 libcudnn_ops.so.9
    top pins-differ
    shown_by 8.9.2.26
    mended_by "nvidia-cudnn-cu12==9.1.0.70"
}

# Nobody asks for a PyTorch.
healthy_alpine() {
    container docker alpine 3.20.0
    environment /usr/local 3.12
    _program /usr/local/bin/python3.12 /lib/ld-musl-x86_64.so.1
    variable PATH=/usr/local/bin:/usr/bin:/bin PWD=/work
    nothing
}

healthy_a_project_that_is_served() {
    host ubuntu 22.04
    venv /opt/app 3.11
    file /work/requirements.txt "torch-scatter" "torch==2.4.1  # newest that we tried" "torchvision"
    variable PWD=/work
    nothing
}
