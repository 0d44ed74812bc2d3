family 19 "Out of memory: real, in pieces, held by others, or a limit of the host"

limited() { file /proc/self/limits "Limit                     Soft Limit           Hard Limit           Units     " "Max address space         $1          $1          bytes     "; }

# https://github.com/NVIDIA/cuda-python/pull/2458
F310() { well_host; limited 47104000000; answering; fails cuDevicePrimaryCtxRetain 2; top address-space-limit; mended_by "ulimit -v unlimited"; shown_by 47104000000; }

mechanism_at_the_beginning() { well_host; limited 8589934592; answering; fails cuInit 2; top address-space-limit; }
mechanism_overcommit() { well_host; limited unlimited; file /proc/sys/vm/overcommit_memory 2; file /proc/meminfo "MemTotal: 65536000 kB" "CommitLimit: 33000000 kB"; answering; fails cuInit 2; top address-space-limit; mended_by "vm.overcommit_memory=0"; shown_by "33000000 kB"; }
healthy_limited() { well_host; limited 68719476736; answering; nothing; }
healthy_strict() { well_host; limited unlimited; file /proc/sys/vm/overcommit_memory 2; answering; nothing; }
