# Do no harm: what others use is treated with care, and what is hidden is not touched.
load helpers

# calls - how often the fake driver's symbol was entered with GPU N as the only visible one is not ours to see:
# the GPUs that were touched are those whose UUID a rerun line names.
touched() { python3 -c 'import json, re, sys; print(" ".join(sorted({u for t in json.load(open(sys.argv[1]))["trials"] for u in re.findall(r"CUDA_VISIBLE_DEVICES=(\S+)", t.get("rerun", ""))})))' "$out"; }

@test "a GPU on which another process computes: whose it is, and at most 256 MiB of it" {
    FAKE_GPUS=2 FAKE_FOREIGN=3000 FAKE_FOREIGN_GPU=1 run simulated -p cuda.launch -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"gpu1"*"used by pid 1"*"with 3000 MiB: the buffers of a trial take at most 256 MiB"* ]]
    [[ "$(field cuda.launch@gpu1 rerun)" == *"--at-most 268435456"* ]]
    [[ "$(field cuda.launch@gpu0 rerun)" != *"--at-most"* ]]
}

@test "a driver that lists processes by its older call alone, as R470 does: a busy GPU is busy there too" {
    FAKE_FOREIGN=3000 FAKE_FAULT=fail:nvmlDeviceGetComputeRunningProcesses_v3:0:13 run simulated -p cuda.launch -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"gpu0"*"used by pid 1"*"with 3000 MiB: the buffers of a trial take at most 256 MiB"* ]]
}

@test "a GPU with more processes than can be listed is busy, and one that does not tell is said" {
    FAKE_FOREIGN=3000 FAKE_FAULT=fail:nvmlDeviceGetComputeRunningProcesses_v3:0:7 run simulated --level full -p cuda.launch
    [ "$status" = 3 ]
    [[ "$output" == *"used by more than 128 processes"* ]]
    FAKE_FAULT=fail:nvmlDeviceGetComputeRunningProcesses_v3:0:999 run simulated -p cuda.launch
    [ "$status" = 0 ]
    [[ "$output" == *"[warn]    driver.tenants"*"NVML does not tell which processes use gpu0 (error 999)"* ]]
}

@test "at --level full a busy GPU is left alone, and nothing is said about it" {
    export FAKE_GPUS=2 FAKE_FOREIGN=3000 FAKE_FOREIGN_GPU=1 FAKE_MEMORY=1040
    run simulated --level full -p 'cuda.launch' -o "$out"
    [ "$status" = 3 ]
    [ "$(verdict cuda.launch@gpu0)" = pass ]
    [ "$(verdict cuda.context@gpu1)" = broken ]
    [[ "$(field cuda.context@gpu1 why)" == "gpu1 is used by pid 1"*"--even-if-busy"* ]]
    [ "$(verdict cuda.launch@gpu1)" = skip ]
    run simulated --level full -p 'cuda.launch' --even-if-busy -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict cuda.launch@gpu1)" = pass ]
}

@test "a nearly full GPU is not touched: broken, not failed" {
    FAKE_USED=3500 run simulated -o "$out"
    [ "$status" = 3 ]
    [ "$(verdict cuda.context@gpu0)" = broken ]
    [[ "$(field cuda.context@gpu0 why)" == "gpu0 has 596 MiB of memory free, and 1024 MiB are left to others" ]]
    [ "$(verdict blas.gemm.fp32@gpu0/toolkit-13.0)" = skip ]
    [ "$(verdict stack.loads/toolkit-13.0)" = pass ]
    [ "$(grep -c '"verdict": "broken"' "$out")" = 2 ]          # the trial and the run: said once
}

@test "a trial that would take more than is free without harm does not take it" {
    FAKE_MEMORY=1030 run simulated -p dnn.conv.fp32 -o "$out"
    [ "$status" = 3 ]
    [ "$(verdict dnn.conv.fp32@gpu0/toolkit-13.0)" = broken ]
    [[ "$(field dnn.conv.fp32@gpu0/toolkit-13.0 why)" == *"MiB that may be taken of this GPU's memory without harm"* ]]
}

@test "all memory that may be taken is tested, and no more" {
    FAKE_MEMORY=1032 run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    tested=$(python3 -c 'import json, sys; print(next(s["value"] for t in json.load(open(sys.argv[1]))["trials"] for s in t["saw"] if s["key"] == "memory.tested"))' "$out")
    [ "$tested" -gt $((7 << 20)) ]
    [ "$tested" -le $((8 << 20)) ]
    FAKE_MEMORY=1032 FAKE_FAULT=wrong:cuLaunchKernel@march_step:1 run simulated -p memory.pattern -o "$out"
    [ "$status" = 1 ]
}

@test "memory is tested at every level, and marched over at --level full or when that is named" {
    run simulated --plan
    [[ "$output" == *"run   memory.pattern@gpu0"* ]]
    [[ "$output" != *memory.march* ]]
    run simulated --plan --level full
    [[ "$output" == *"run   memory.march@gpu0"* ]]
    run simulated --level deep
    [ "$status" = 2 ]
}

@test "hidden GPUs are not touched, unless --all-gpus says so" {
    export FAKE_GPUS=3 CUDA_VISIBLE_DEVICES=1
    run simulated -p cuda.launch -o "$out"
    [ "$status" = 0 ]
    [ "$(touched)" = GPU-00000000-0000-0000-0000-000000000001 ]
    run simulated -p cuda.launch --all-gpus --require gpu=3 -o "$out"
    [ "$status" = 0 ]
    [ "$(touched | wc -w)" = 3 ]
}

@test "in MIG mode only this process's instance is used, by its own name" {
    FAKE_MIG=1 run simulated -p cuda.launch -o "$out"
    echo "$output"
    [ "$status" = 0 ]
    [[ "$(touched)" == MIG-* ]]
}
