# What NCCL and workers said, where /dev/shm is large enough by now.
family 25 "/dev/shm is too small"

# https://github.com/NVIDIA/nccl/issues/342
F200_said() { well_host; says "include/shm.h:28 NCCL WARN Call to posix_fallocate failed: No space left on device"; top shared-memory-small; mended_by --shm-size; }

# https://github.com/NVIDIA/nccl/issues/473
F201_said() { well_host; says "RuntimeError: NCCL Error 2: unhandled system error"; top shared-memory-small; also nccl-network address-space-limit; }

mechanism_worker_said() { well_host; says "RuntimeError: DataLoader worker (pid 4711) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory."; top shared-memory-small; }

# Killed, and not by a bus error: the host's memory.
alike_worker_killed() { well_host; says "RuntimeError: DataLoader worker (pid 4711) is killed by signal: Killed."; top host-out-of-memory; }
