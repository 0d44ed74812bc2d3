family 57 "Silent wrong data (SDC), wrong library results, TF32 surprise"

# https://github.com/pytorch/pytorch/issues/55355 (no cause was established in its thread)
mechanism_tf32() { well_host; says "simple matrix multiplication yields wrong result on Ampere (3080)"; top tf32-precision; mended_by NVIDIA_TF32_OVERRIDE=0; }

