family 36 "nvidia_uvm's heterogeneous memory management: cuInit 3"

hmm() { host "$1" "$2" "$3"; gpu 01:00.0 2684 nvidia; module "$4" open; nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools; file /sys/module/nvidia_uvm/parameters/uvm_disable_hmm N; answering "$4"; fails cuInit 3; top uvm-broken; mended_by uvm_disable_hmm=1; shown_by "uvm_disable_hmm = N"; }

# https://github.com/NVIDIA/open-gpu-kernel-modules/issues/797
F148() { hmm nixos 24.11 6.13.4 570.86.16; }
# https://github.com/NVIDIA/open-gpu-kernel-modules/issues/901
F149() { hmm rocky 9.6 5.14.0-570.23.1.el9_6.x86_64 575.57.08; }
# https://github.com/NVIDIA/open-gpu-kernel-modules/issues/947
F150() { hmm almalinux 10.0 6.12.0-55.37.1.el10_0.x86_64 580.95.05; }
# https://github.com/ollama/ollama/issues/11593
F151() { hmm ubuntu 24.04 6.8.0-63-generic 575.57.08; }

# On, and nothing wrong: most kernels.
healthy_on() { well_host; file /sys/module/nvidia_uvm/parameters/uvm_disable_hmm N; answering; nothing; }
# Off already: turning it off is no remedy.
alike_off() { well_host; file /sys/module/nvidia_uvm/parameters/uvm_disable_hmm Y; answering; fails cuInit 3; top uvm-broken; mended_by "modprobe nvidia_uvm"; shown_by "is off"; }
# A program that forked after it had used CUDA: a fresh process begins.
alike_fork() { well_host; file /sys/module/nvidia_uvm/parameters/uvm_disable_hmm N; answering; nothing; }
