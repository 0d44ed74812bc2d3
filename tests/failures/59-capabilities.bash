family 59 "NVIDIA_DRIVER_CAPABILITIES lacks compute"

# nvml [DIR] - the management part alone.
nvml() { library /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.580.65.06 -Wl,-soname,libnvidia-ml.so.1; link /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1 libnvidia-ml.so.580.65.06; }

# https://github.com/mudler/LocalAI/issues/11973
F062() { container docker; file /proc/sys/kernel/osrelease 6.6.87.2-microsoft-standard-WSL2; nodes dxg; nvml; variable NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=gpu,utility; top driver-capabilities; mended_by "NVIDIA_DRIVER_CAPABILITIES=compute,utility"; }

mechanism_utility() { container docker; module 580.65.06; nodes nvidia0 nvidiactl nvidia-uvm; nvml; variable NVIDIA_DRIVER_CAPABILITIES=utility; top driver-capabilities; }
healthy_all() { container docker; module 580.65.06; nodes nvidia0 nvidiactl nvidia-uvm; driver_libraries 580.65.06; variable NVIDIA_DRIVER_CAPABILITIES=all; nothing; }
healthy_mounted_by_hand() { container docker; module 580.65.06; nodes nvidia0 nvidiactl nvidia-uvm; driver_libraries 580.65.06; variable NVIDIA_DRIVER_CAPABILITIES=utility; nothing; }
