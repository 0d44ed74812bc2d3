family 6 "CUDA_VISIBLE_DEVICES, or a GPU's number, is wrong"

gpus_host() { for i in $(seq 1 "$1"); do gpu "0$i:00.0" 2330 nvidia; nodes "nvidia$((i - 1))"; done; module 580.65.06 open; nodes nvidiactl nvidia-uvm; setting "FAKE_GPUS=$1"; }
see() { variable "CUDA_VISIBLE_DEVICES=$1"; setting "CUDA_VISIBLE_DEVICES=$1"; }

# https://github.com/THUDM/slime/issues/1326
F210() { host ubuntu 22.04; gpus_host 8; answering; see 4,5,6,7; fails cuMemAlloc_v2 101; top ordinal-not-visible; shown_by "4,5,6,7"; mended_by "unset CUDA_VISIBLE_DEVICES"; }
# https://github.com/pytorch/pytorch/issues/86539
F283() { host ubuntu 20.04; gpus_host 2; answering; setting FAKE_SLOW_GPU=0; says "torch.cuda.list_gpu_processes() reports the wrong GPU"; top device-order; mended_by CUDA_DEVICE_ORDER=PCI_BUS_ID; }

mechanism_empty() { host ubuntu 22.04; gpus_host 1; see ""; top gpus-hidden; mended_by "unset CUDA_VISIBLE_DEVICES"; }
mechanism_minus_one() { host ubuntu 22.04; gpus_host 1; see -1; top gpus-hidden; }
mechanism_no_dev_files() { host ubuntu 22.04; gpus_host 2; answering; see NoDevFiles; top gpus-hidden; shown_by NoDevFiles; mended_by --gres=gpu:1; }
mechanism_index_too_high() { host ubuntu 22.04; gpus_host 2; answering; see 2; top gpus-hidden; shown_by "there are 2, from 0 on"; }
mechanism_index_too_high_untried() { host ubuntu 22.04; gpus_host 2; see 7; top gpus-hidden; }
mechanism_bad_uuid() {
    host ubuntu 22.04; gpus_host 1
    file /proc/driver/nvidia/gpus/0000:01:00.0/information "Model: 		 NVIDIA H100" "GPU UUID: 	 GPU-00000000-0000-0000-0000-000000000000"
    answering; see GPU-11111111-2222-3333-4444-555555555555; top gpus-hidden; shown_by "no GPU here has that UUID"
}
mechanism_invalid_hides_the_rest() { host ubuntu 22.04; gpus_host 2; answering; see 0,9,1; top visible-list-cut; shown_by "1 of 3 remain"; }
mechanism_invalid_hides_the_rest_untried() { host ubuntu 22.04; gpus_host 2; see 0,x,1; top visible-list-cut; }
mechanism_twice() { host ubuntu 22.04; gpus_host 2; see 0,00; top gpus-hidden; shown_by "twice"; }

# A GPU that the list names, and that the driver does not show for another reason.
alike_nouveau() { host ubuntu 22.04; gpu 01:00.0 2684 nouveau; modules nouveau; see 0; top nouveau-owns-gpu; }
healthy_comma_at_the_end() { host ubuntu 22.04; gpus_host 2; answering; see 0,1,; nothing; }
mechanism_all() { host ubuntu 22.04; gpus_host 2; answering; see all; top gpus-hidden; shown_by "neither a number nor a UUID"; }
healthy_first() { host ubuntu 22.04; gpus_host 2; answering; see 0; nothing; }
healthy_both_with_space() { host ubuntu 22.04; gpus_host 2; see "1, 0"; nothing; }
healthy_uuid() {
    host ubuntu 22.04; gpus_host 1
    file /proc/driver/nvidia/gpus/0000:01:00.0/information "Model: 		 NVIDIA H100" "GPU UUID: 	 GPU-00000000-0000-0000-0000-000000000000"
    answering; see GPU-00000000-0000; nothing
}
healthy_instance() { host ubuntu 22.04; gpus_host 1; see MIG-01000000-0000-0000-0000-000000000000; nothing; }
healthy_in_order() { host ubuntu 22.04; gpus_host 2; answering; setting FAKE_SLOW_GPU=0; variable CUDA_DEVICE_ORDER=PCI_BUS_ID; nothing; }
healthy_fastest_first() { host ubuntu 22.04; gpus_host 2; answering; setting FAKE_SLOW_GPU=1; nothing; }
