family 24 "Container toolkit too old for the driver, in WSL"

in_wsl() { container docker; file /proc/sys/kernel/osrelease 5.15.153.1-microsoft-standard-WSL2; nodes dxg; variable NVIDIA_VISIBLE_DEVICES=all; }

# https://github.com/microsoft/WSL/issues/6014
F105() { wsl; nodes dxg; driver_libraries 465.12 /usr/lib/wsl/lib; answering; fails cuDevicePrimaryCtxRetain 46; top wsl-driver-incomplete; mended_by "wsl.exe --update"; shown_by libdxcore.so; }
# https://github.com/NVIDIA/nvidia-container-toolkit/issues/520
F245() { in_wsl; driver_libraries 555.85 /usr/lib/x86_64-linux-gnu; answering; fails cuInit 500; top container-toolkit-old; mended_by nvidia-container-toolkit; shown_by libnvdxgdmal; }

mechanism_in_drivers_folder() { in_wsl; library /usr/lib/wsl/drivers/nv_dispi.inf_amd64_1/libcuda.so.1.1; answering; fails cuInit 500; top container-toolkit-old; }
healthy_wsl() { wsl; nodes dxg; driver_libraries 580.65.06 /usr/lib/wsl/lib; library /usr/lib/wsl/lib/libdxcore.so; answering; nothing; }
healthy_container_in_wsl() { in_wsl; library /usr/lib/x86_64-linux-gnu/libnvdxgdmal.so.1; answering; nothing; }
