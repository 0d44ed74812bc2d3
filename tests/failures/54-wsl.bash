family 54 "WSL: a Linux driver's libcuda comes first, or Windows' is not found"

# https://github.com/NVIDIA/cuml/issues/6218
F103() { wsl; nodes dxg; driver_libraries 580.65.06 /usr/lib/wsl/lib; library /usr/lib/wsl/lib/libdxcore.so; driver_libraries 550.120; answering; fails cuInit 100; top wsl-linux-driver; mended_by "apt-get purge"; shown_by libcuda.so.550.120; }

# https://github.com/microsoft/WSL/issues/8587
F104() { wsl; nodes dxg; driver_libraries 510.06 /usr/lib/wsl/lib; library /usr/lib/wsl/lib/libdxcore.so; with --error "OSError: libcuda.so: cannot open shared object file: No such file or directory"; top wsl-libcuda-unlinked; mended_by "LD_LIBRARY_PATH=/usr/lib/wsl/lib"; }

mechanism_untried() { wsl; nodes dxg; driver_libraries 580.65.06 /usr/lib/wsl/lib; library /usr/lib/wsl/lib/libdxcore.so; driver_libraries 550.120; top wsl-linux-driver; }
# Windows' folder first, by the environment: the other one does no harm.
healthy_by_path() { wsl; nodes dxg; driver_libraries 580.65.06 /usr/lib/wsl/lib; library /usr/lib/wsl/lib/libdxcore.so; driver_libraries 550.120; variable LD_LIBRARY_PATH=/usr/lib/wsl/lib; nothing; }
# A link from the system's folder to Windows' own.
healthy_link() { wsl; nodes dxg; driver_libraries 580.65.06 /usr/lib/wsl/lib; library /usr/lib/wsl/lib/libdxcore.so; link /usr/lib/x86_64-linux-gnu/libcuda.so.1 /usr/lib/wsl/lib/libcuda.so.1; nothing; }
