family 57 "Silent wrong data (SDC), wrong library results, TF32 surprise"

# https://github.com/AlexeyAB/darknet/issues/5547 - with the third GPU on its extender cable.
F255() {
    host ubuntu 18.04
    module 440.82
    gpu 01:00.0 1b06 nvidia
    gpu 02:00.0 1b06 nvidia
    gpu 03:00.0 1b06 nvidia
    nodes nvidia0 nvidia1 nvidia2 nvidiactl nvidia-uvm nvidia-uvm-tools
    setting FAKE_GPUS=3
    with --seed 1
    setting FAKE_FAULT_ON_2=wrong:cuLaunchKernel@sum_words
    answering 440.82
    top gpu-computes-wrongly
    shown_by gpu2
}

mechanism_zeros() { well_host; answering; setting FAKE_FAULT=zero:cuLaunchKernel@fill_words; top gpu-computes-wrongly; }

# Forced, and nothing of it is wrong here.
healthy_tf32() { well_host; answering; variable NVIDIA_TF32_OVERRIDE=1; nothing; }
