# What moves data between a GPU and the host, between GPUs, and within a GPU from what is near, measured on the SIMULATED GPU: what is measured there is a CPU's,
# and only that it is measured, that its work is proved and what is said beside it is tested.
load helpers

measured() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" bench -q --rounds 1 -o "$out" "$@"
}

# seen ID KEY - what was observed.
seen() {
    python3 -c 'import json, sys; print(next(o["value"] for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2] for o in t["saw"] if o["key"] == sys.argv[3]))' \
        "$out" "$1" "$2"
}

unseen() {
    ! seen "$1" "$2" 2>/dev/null
}

did_nothing() {
    [ "$(verdict "$1")" = fail ]
    [[ "$(field "$1" why)" == "what was measured did not do its work: "* ]]
    [ "$(field "$1" figure)" = "" ]
}

@test "what the host and a GPU send each other is measured each way, and its link and place are said" {
    one_build "the calls are those of the lies below"
    run measured -p 'bench.host.*'
    [ "$status" = 0 ]
    for probe in to_device.pinned to_host.pinned both.pinned to_device.pageable to_host.pageable; do
        [[ "$output" == *"bench.host.$probe@gpu0 "*" GB/s"* ]]
        [ "$(seen bench.host.$probe@gpu0 wrong)" = 0 ]
        [ "$(seen bench.host.$probe@gpu0 link)" = "PCIe generation 4 x16" ]
        [[ "$(seen bench.host.$probe@gpu0 rate.place)" == "beside the GPU, by a processor of node "* ]]
        unseen bench.host.$probe@gpu0 rate.remote
        unseen bench.host.$probe@gpu0 warning
    done
}

@test "a copy between host and GPU that lies measures nothing" {
    FAKE_FAULT=wrong:cuMemcpyHtoDAsync_v2,stale:cuMemcpyDtoHAsync_v2 run measured -p bench.host.to_device.pageable -p bench.host.to_host.pinned
    [ "$status" = 1 ]
    did_nothing bench.host.to_device.pageable@gpu0
    did_nothing bench.host.to_host.pinned@gpu0
    for lie in stale:cuMemcpyHtoDAsync_v2 zero:cuMemcpyDtoHAsync_v2; do
        FAKE_FAULT=$lie run measured -p bench.host.both.pinned
        [ "$status" = 1 ]
        did_nothing bench.host.both.pinned@gpu0
    done
}

@test "a link that is narrower than it could be is told" {
    FAKE_ODD=width run measured -p bench.host.to_device.pinned
    [ "$(verdict bench.host.to_device.pinned@gpu0)" = pass ]
    [[ "$(field bench.host.to_device.pinned@gpu0 why)" == "under load the link to the host runs at PCIe generation 4 x8, and the GPU can do generation 4 x16 "* ]]
}

@test "from the far side of the machine it is measured once more" {
    one_build "the calls are those of the lies above"
    beside=$(python3 -c 'import os; print(sum(1 << cpu for cpu in [c for c in os.sched_getaffinity(0) if c < 62][:1]))')
    [ "$(nproc)" -gt 1 ] && [ "$beside" != 0 ] || skip "one processor has no far side"
    FAKE_BESIDE=$beside run measured --level full -p bench.host.to_host.pinned
    [ "$status" = 0 ]
    [[ "$(seen bench.host.to_host.pinned@gpu0 rate.remote)" == [0-9]* ]]
    [[ "$(seen bench.host.to_host.pinned@gpu0 remote.place)" == "far from the GPU, by a processor of node "* ]]

    FAKE_FAULT=fail:nvmlDeviceGetCpuAffinity run measured --level full -p bench.host.to_host.pinned
    [ "$status" = 0 ]
    [[ "$(seen bench.host.to_host.pinned@gpu0 rate.place)" == "NVML names no processor beside the GPU"* ]]
    unseen bench.host.to_host.pinned@gpu0 rate.remote
}

@test "memory that cannot be pinned is said, and is no failure" {
    FAKE_FAULT=fail:cuMemAllocHost_v2:0:2 FAKE_FAULT_PROBE=bench.host.to_device.pinned run measured -p bench.host.to_device.pinned
    [ "$(verdict bench.host.to_device.pinned@gpu0)" = skip ]
    [[ "$(field bench.host.to_device.pinned@gpu0 why)" == *"the driver could not pin "*" MiB of the host's memory"* ]]
}

@test "what the host and all GPUs together send each other is measured, and one lie of one GPU is told" {
    FAKE_GPUS=3 run measured -p 'bench.host.together.*'
    [ "$status" = 0 ]
    for probe in to_device to_host both; do
        [[ "$output" == *"bench.host.together.$probe@gpus "*" GB/s"* ]]
        [[ "$(seen bench.host.together.$probe@gpus rates)" == "GB/s of gpu0: "*", gpu1: "*", gpu2: "* ]]
        [[ "$(seen bench.host.together.$probe@gpus places)" == "gpu0: node "* ]]
    done
    FAKE_GPUS=2 FAKE_FAULT=stale:cuMemcpyHtoDAsync_v2 run measured -p bench.host.together.both
    [ "$status" = 1 ]
    did_nothing bench.host.together.both@gpus
    [[ "$(field bench.host.together.both@gpus why)" == *"did not arrive: gpu0 and others" ]]
}

@test "every pair of GPUs is measured, and the slowest is the figure" {
    one_build "the calls are those of the lies below"
    FAKE_GPUS=3 FAKE_NVLINKS=4 run measured -p 'bench.peer.*'
    [ "$status" = 0 ]
    for probe in one_way both_ways; do
        [[ "$output" == *"bench.peer.$probe@gpus "*" GB/s"* ]]
        [[ "$(seen bench.peer.$probe@gpus rates.gpu1)" == "GB/s to gpu0: "*", gpu2: "* ]]
        [[ "$(seen bench.peer.$probe@gpus slowest)" == "gpu"?" to gpu"?", by NVLink" ]]
    done
}

@test "a copy between one pair that lies measures nothing, and the pair is named" {
    FAKE_GPUS=3 FAKE_FAULT=stale:cuMemcpyPeerAsync@2-1 run measured -p 'bench.peer.*'
    [ "$status" = 1 ]
    for probe in one_way both_ways; do
        [ "$(verdict bench.peer.$probe@gpus)" = fail ]
        [[ "$(field bench.peer.$probe@gpus why)" == "what was measured did not do its work: "*"gpu2 to gpu1"* ]]
        [[ "$(field bench.peer.$probe@gpus why)" != *"gpu1 to gpu2"* ]]
    done
    FAKE_GPUS=2 FAKE_FAULT=wrong:cuMemcpyPeerAsync@0-1 run measured -p bench.peer.one_way
    [[ "$(field bench.peer.one_way@gpus why)" == *"gpu0 to gpu1"* ]]
}

@test "what is near is measured, and a read that lies measures nothing" {
    FAKE_FAULT=wrong:cuLaunchKernel@chain_follow run measured -p bench.cache.latency -p bench.cache.read
    [ "$status" = 1 ]
    did_nothing bench.cache.latency@gpu0
    [ "$(verdict bench.cache.read@gpu0)" = pass ]
    [[ "$output" == *"bench.cache.read@gpu0 "*" GB/s"* ]]
    FAKE_FAULT=wrong:cuLaunchKernel@cache_read,wrong:cuLaunchKernel@shared_read run measured -p bench.cache.latency -p bench.cache.read -p bench.shared.read
    [ "$status" = 1 ]
    did_nothing bench.cache.read@gpu0
    did_nothing bench.shared.read@gpu0
    [ "$(verdict bench.cache.latency@gpu0)" = pass ]
    [[ "$output" == *"bench.cache.latency@gpu0 "*" ns"* ]]
}
