# The system's C library, or the libstdc++ that is found first, is too old for what was built.
family 7 "GLIBCXX or glibc too old"

# _system GLIBC GLIBCXX - the system's libraries, which offer these and older versions.
_system() {
    cxx_library /usr/lib/x86_64-linux-gnu/libc.so.6 GLIBC_ 2.5 "$1"
    cxx_library /usr/lib/x86_64-linux-gnu/libstdc++.so.6 GLIBCXX_ 3.4.9 "$2"
    cache
}

# _needing LIBRARY VERSION [ARGUMENT...] - libtorch_python of the PyTorch that is there needs that version of a library, which lies there.
_needing() {
    asks "$1" "$2"
    library "$SITE/torch/lib/libtorch_python.so" "${CODE[@]}" "-L$FOLDER$SITE/torch/lib" -Wl,--no-as-needed -ltorch_cpu -ltorch_cuda '-Wl,-rpath,$ORIGIN' "${@:3}"
}

# https://github.com/pytorch/pytorch/issues/157709
F089() {
    well_host
    _system 2.35 3.4.29
    conda /opt/conda/envs/app 3.12
    conda_package pytorch 2.5.1 cuda126_py312h2b8a5a8_300
    torch 2.5.1 12.6
    file "$DIST/INSTALLER" conda
    cxx_library /opt/conda/envs/app/lib/libstdc++.so.6.0.34 GLIBCXX_ 3.4.29 3.4.30
    _needing /opt/conda/envs/app/lib/libstdc++.so.6.0.34 3.4.30
    top glibcxx-too-old
    shown_by "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"
    mended_by "ln -s libstdc++.so.6.0.34 /opt/conda/envs/app/lib/libstdc++.so.6"
}

# https://github.com/pytorch/pytorch/issues/150724
F232() {
    host centos 7 3.10.0-1160.el7.x86_64
    gpu 01:00.0 2684 nvidia
    module 550.54.15
    nodes nvidia0 nvidiactl nvidia-uvm
    _system 2.17 3.4.19
    conda /opt/conda 3.11
    conda_package pytorch 2.5.1 py3.11_cuda12.4_cudnn9.1.0_0
    torch 2.5.1 12.4
    file "$DIST/INSTALLER" conda
    cxx_library /tmp/newer/libc.so.6 GLIBC_ 2.17 2.27
    asks /tmp/newer/libc.so.6 2.27
    library "$SITE/nvidia/curand/lib/libcurand.so.10" "${CODE[@]}"
    dist nvidia-curand-cu12 10.3.99 nvidia/curand/lib/libcurand.so.10
    top glibc-too-old
    shown_by "GLIBC_2.27"
}

# https://github.com/mlverse/torch/issues/1414 (there R's, and a libtorch without CUDA)
F233() {
    host rhel 8.9 4.18.0-513.el8.x86_64
    _system 2.28 3.4.25
    venv /opt/app 3.11
    torch 2.7.1+cpu none
    cxx_library /tmp/newer/libm.so.6 GLIBC_ 2.28 2.29
    asks /tmp/newer/libm.so.6 2.29
    library "$SITE/torch/lib/libtorch_cpu.so" "${CODE[@]}" "-L$FOLDER$SITE/torch/lib" -Wl,--no-as-needed -lc10 '-Wl,-rpath,$ORIGIN'
    top glibc-too-old
    shown_by "GLIBC_2.29"
}

mechanism_an_old_libstdcxx_on_the_search_path() {
    well_host
    _system 2.39 3.4.33
    cxx_library /opt/matlab/sys/os/libstdc++.so.6 GLIBCXX_ 3.4.19 3.4.22
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    _needing /usr/lib/x86_64-linux-gnu/libstdc++.so.6 3.4.33
    variable LD_LIBRARY_PATH=/opt/matlab/sys/os
    top glibcxx-too-old
    mended_by "unset LD_LIBRARY_PATH"
}

mechanism_an_old_libstdcxx_of_conda() {
    well_host
    _system 2.39 3.4.33
    conda /opt/conda 3.9
    cxx_library /opt/conda/lib/libstdc++.so.6 GLIBCXX_ 3.4.19 3.4.26
    torch 2.4.1+cu121 12.1
    _needing /usr/lib/x86_64-linux-gnu/libstdc++.so.6 3.4.33
    top glibcxx-too-old
    mended_by "conda install -p /opt/conda -y"
}

mechanism_another_python() {
    well_host
    venv /opt/app 3.11
    torch 2.4.1+cu121 12.1
    mv "$FOLDER$SITE/torch/_C.cpython-311-x86_64-linux-gnu.so" "$FOLDER$SITE/torch/_C.cpython-312-x86_64-linux-gnu.so"
    top unfit-system
    mended_by "/opt/app/bin/python3 -m pip install --force-reinstall torch==2.4.1+cu121"
}

mechanism_a_package_of_a_newer_system() {
    well_host
    _system 2.31 3.4.28
    venv /opt/app 3.10
    torch 2.4.1+cu121 12.1
    cxx_library /tmp/newer/libc.so.6 GLIBC_ 2.31 2.32
    asks /tmp/newer/libc.so.6 2.32
    library "$SITE/flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so" "${CODE[@]}"
    dist flash-attn 2.7.4 flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so
    top extension-too-new
    shown_by GLIBC_2.32
    mended_by "--no-binary flash-attn flash-attn"
}

# conda's own is newer than the system's, and is found first.
alike_conda_s_own_is_new_enough() {
    well_host
    _system 2.35 3.4.29
    conda /opt/conda/envs/app 3.12
    torch 2.5.1+cu124 12.4
    cxx_library /opt/conda/envs/app/lib/libstdc++.so.6 GLIBCXX_ 3.4.29 3.4.30
    _needing /opt/conda/envs/app/lib/libstdc++.so.6 3.4.30 "-Wl,-rpath,$FOLDER/opt/conda/envs/app/lib"
    nothing
}
