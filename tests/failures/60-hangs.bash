family 60 "The driver does not come back, or a system call of it fails"

mechanism_hang() { well_host; answering; with --limit 1; setting FAKE_FAULT=hang:cuInit; top driver-hangs; shown_by "did not end within 1 s"; mended_by "sudo reboot"; }
mechanism_nvml_hangs() { well_host; answering; with --limit 1; setting FAKE_FAULT=hang:nvmlInit_v2; top driver-hangs; }
mechanism_few_files() { well_host; file /proc/self/limits "Limit                     Soft Limit           Hard Limit           Units" "Max open files            64                   64                   files"; answering; fails cuInit 304; top os-call-failed; mended_by "ulimit -n"; }
mechanism_filter() { container docker; module 580.65.06 open; nodes nvidia0 nvidiactl nvidia-uvm; variable NVIDIA_VISIBLE_DEVICES=all; file /proc/self/status "Seccomp:	2"; answering; fails cuInit 304; top os-call-failed; mended_by seccomp=unconfined; }
mechanism_304() { well_host; answering; fails cuInit 304; top os-call-failed; mended_by dmesg; }

# A node that does not open says so by itself.
alike_denied() { host ubuntu 24.04; gpu 01:00.0 2684 nvidia; module 580.65.06 open; nodes nvidiactl nvidia-uvm; node nvidia0 "Permission denied"; answering; fails cuInit 304; top nodes-denied; }

# It begins slowly, and is well.
healthy_slow() { well_host; answering; setting FAKE_FAULT=wait:cuInit:1:700; nothing; }
