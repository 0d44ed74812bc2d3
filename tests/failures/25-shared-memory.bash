family 25 "/dev/shm is too small"

gpus_in_container() { container docker; module 450.80.02; nodes nvidiactl nvidia-uvm; for i in $(seq 1 "$1"); do nodes "nvidia$((i - 1))"; done; setting "FAKE_GPUS=$1"; answering 450.80.02; }

# https://github.com/NVIDIA/nccl/issues/342
F200() { gpus_in_container 4; shared_memory 65536; top shared-memory-small; mended_by --shm-size; shown_by "65536 kB"; }
# https://github.com/NVIDIA/nccl/issues/473
F201() { gpus_in_container 4; shared_memory 65536; top shared-memory-small; }

healthy_one_gpu() { gpus_in_container 1; shared_memory 65536; nothing; }
healthy_enough() { gpus_in_container 4; shared_memory 8388608; nothing; }
healthy_host() { host ubuntu 22.04; shared_memory 65536; nothing; }
