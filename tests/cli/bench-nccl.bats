# bench.nccl.*, on SIMULATED GPUs: what counts as moved, and that it was. The figures are a CPU's.
load helpers

# saw PROBE KEY - what that measurement observed.
saw() { observed "$1@gpus/toolkit-13.0" "$2"; }

@test "a sum over all GPUs is measured in bytes on the bus, and what was asked of NCCL is named" {
    FAKE_GPUS=3 NCCL_ALGO=Ring LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all \
        run "$GPUVET" bench -q --rounds 1 --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p bench.nccl.all_reduce -o "$out"
    [ "$status" -eq 0 ]
    [[ "$output" == *"bench.nccl.all_reduce@gpus/toolkit-13.0"*"GB/s"* ]]
    [ "$(saw bench.nccl.all_reduce rate.algorithm)" = "set by the environment: NCCL_ALGO=Ring" ]
    [[ "$(saw bench.nccl.all_reduce rate.way)" == "fp32, "*" bytes over 3 GPUs, bus bandwidth" ]]
    python3 -c 'import sys; assert all(float(x) > 0 for x in sys.argv[1:])' "$(saw bench.nccl.all_reduce rate)" "$(saw bench.nccl.all_reduce rate.65536)"
    # Two thirds of the data leave each of three GPUs, twice.
    python3 -c 'import sys; assert abs(float(sys.argv[1]) / float(sys.argv[2]) - 4 / 3) < 1e-6' "$(saw bench.nccl.all_reduce rate)" "$(saw bench.nccl.all_reduce rate.algbw)"
    [ "$(saw bench.nccl.all_reduce work.compared)" = "$(python3 -c 'import sys; print(round(float(sys.argv[1]) / 4 * 3))' "$(saw bench.nccl.all_reduce rate.bytes)")" ]
}

@test "a collective that does not do its work measures nothing" {
    while read -r probe lie; do
        FAKE_GPUS=2 FAKE_FAULT=$lie FAKE_FAULT_PROBE=bench.nccl.$probe run simulated --isolate -p "bench.nccl.$probe" -o "$out"
        [ "$status" -eq 1 ]
        [[ "$(field "bench.nccl.$probe@gpus/toolkit-13.0" why)" == "what was measured did not do its work: "*" of its result "*" wrong: the first on gpu0, of the 16384 elements from "* ]]
    done <<'END'
all_reduce stale:ncclAllReduce
all_gather swap:ncclAllGather
reduce_scatter wrong:ncclReduceScatter
END
}

@test "a check of ours that never runs agrees with nothing" {
    FAKE_GPUS=2 FAKE_FAULT=stale:cuLaunchKernel@found_fp32 FAKE_FAULT_PROBE=bench.nccl.all_reduce run simulated --isolate -p bench.nccl.all_reduce -o "$out"
    [ "$status" -eq 1 ]
    [[ "$(field bench.nccl.all_reduce@gpus/toolkit-13.0 why)" == "what was measured did not do its work: "* ]]
}

@test "one GPU has nobody to send to" {
    run simulated -p 'bench.nccl.*' -o "$out"
    [ "$status" -eq 77 ]
    for probe in all_reduce all_gather reduce_scatter; do
        [ "$(field bench.nccl.$probe@gpus/toolkit-13.0 why)" = "one GPU: there is nobody to talk to" ]
    done
}
