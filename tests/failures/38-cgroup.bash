family 38 "A container has lost its GPU after systemctl daemon-reload"

# three LINE... - a GPU's nodes, each so.
three() { node nvidia0 "$@" "major 195"; node nvidiactl "$@" "major 195"; node nvidia-uvm "$@" "major 505"; }

# https://github.com/NVIDIA/nvidia-container-toolkit/issues/48
F050() { container docker; module 525.85.12; user 0 0; three "Operation not permitted" "mode 0666 root:root"; answering 525.85.12; fails cuInit 100; top cgroup-denies-gpu; mended_by "docker restart CONTAINER"; shown_by daemon-reload; }

mechanism_kubernetes() { container kubernetes; module 525.85.12; three "Operation not permitted"; top cgroup-denies-gpu; mended_by "delete the pod"; }
mechanism_batch_job() { host rocky 9.4; gpu 01:00.0 2330 nvidia; module 580.65.06; variable SLURM_JOB_ID=7; node nvidia0 "Operation not permitted" "mode 0666 root:root"; nodes nvidiactl nvidia-uvm; top cgroup-denies-gpu; mended_by --gres=gpu:1; }
# A job that was given one of two.
healthy_batch_job() { host rocky 9.4; gpu 01:00.0 2330 nvidia; gpu 02:00.0 2330 nvidia; module 580.65.06; nodes nvidia0 nvidiactl nvidia-uvm; node nvidia1 "Operation not permitted" "mode 0666 root:root"; nothing; }
alike_mode() { container docker; module 525.85.12; user 1000 1000; three "Permission denied" "mode 0660 root:root"; top nodes-denied; }
