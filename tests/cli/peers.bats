# Several GPUs together: what they send each other arrives, and what does not is told with its pair.
load helpers

# told ID WORDS... - the trial failed, and all of that is said of it.
told() {
    local id=$1 words
    shift
    [ "$(verdict "$id")" = fail ]
    for words; do
        [[ "$(field "$id" why)" == *"$words"* ]]
    done
}

collectives=(all_reduce all_gather reduce_scatter broadcast)
declare -gA calls=([all_reduce]=ncclAllReduce [all_gather]=ncclAllGather [reduce_scatter]=ncclReduceScatter [broadcast]=ncclBroadcast)

@test "several GPUs send each other what arrives: by the driver, by kernels and by NCCL" {
    for gpus in 2 3 8; do
        FAKE_GPUS=$gpus run simulated -p 'peer.*' -p 'nccl.*' -o "$out"
        [ "$status" = 0 ]
        others_pass none
        [ "$(field nccl.broadcast@gpus/toolkit-13.0 together | wc -w)" = $gpus ]
    done
}

@test "one GPU has nobody to talk to, and that is said" {
    run simulated -p 'peer.*' -p 'nccl.*' -o "$out"
    [ "$status" = 0 ]
    for id in peer.copy@gpus peer.access@gpus nccl.all_reduce@gpus/toolkit-13.0; do
        [ "$(verdict $id)" = skip ]
        [ "$(field $id why)" = "one GPU: there is nobody to talk to" ]
    done
}

@test "two of four that are picked talk to each other alone" {
    FAKE_GPUS=4 run simulated -p 'peer.*' -d gpu1 -d gpu3 -o "$out"
    [ "$status" = 0 ]
    [ "$(field peer.copy@gpus together)" = "[1, 3]" ]
    grep -q '"routes.gpu3"' "$out"
    ! grep -q '"routes.gpu0"' "$out"
}

@test "MIG instances are not asked to reach each other" {
    FAKE_GPUS=2 FAKE_MIG=1 run simulated -p 'peer.*' -o "$out"
    [ "$status" = 0 ]
    [ "$(field peer.copy@gpus why)" = "MIG instances do not reach each other" ]
}

@test "the way that each pair takes is in the record" {
    FAKE_GPUS=2 run simulated -p peer.copy -o "$out"
    grep -q '"gpu1: PCIe"' "$out"
    FAKE_GPUS=2 FAKE_NVLINKS=4 run simulated -p peer.copy -o "$out"
    grep -q '"gpu1: NVLink"' "$out"
    FAKE_GPUS=2 FAKE_P2P=0 run simulated -p peer.copy -p peer.access -o "$out"
    [ "$status" = 0 ]
    grep -q '"gpu1: no peer access"' "$out"
    [ "$(verdict peer.access@gpus)" = skip ]
    [[ "$(field peer.access@gpus why)" == *"goes through the host" ]]
}

@test "a copy between one pair that lies is caught, and the pair is named" {
    for lie in wrong nan zero stale shift; do
        FAKE_GPUS=3 FAKE_FAULT=$lie:cuMemcpyPeer@2-1 run simulated -p 'peer.*' -o "$out"
        [ "$status" = 1 ]
        told peer.copy@gpus "corrupted between 1 pair of GPUs: from gpu2 to gpu1 (PCIe) by the driver's copy, "
        [[ "$(field peer.copy@gpus act)" == *ACSCtl* ]]
        others_pass peer.copy@gpus
    done
    [[ "$(FAKE_GPUS=2 FAKE_FAULT=stale:cuMemcpyPeer@0-1 simulated -p peer.copy)" == *"(never written)"* ]]
}

# bats test_tags=lie
@test "a copy that lies only once peer access is enabled is caught" {
    FAKE_GPUS=2 FAKE_FAULT=wrong:cuMemcpyPeer@0-1:4 run simulated -p peer.copy -o "$out"
    told peer.copy@gpus "by the driver's copy with peer access"
}

@test "a kernel's access to another GPU's memory that lies is caught" {
    for lie in wrong nan zero; do
        FAKE_GPUS=3 FAKE_NVLINKS=4 FAKE_FAULT=$lie:cuLaunchKernel@copy_words@2-0 run simulated -p 'peer.*' -o "$out"
        [ "$status" = 1 ]
        told peer.access@gpus "corrupted between 2 pairs of GPUs: from gpu0 to gpu2 (NVLink) by a kernel's loads, "
        [ "$(field peer.access@gpus act)" = "nvidia-smi nvlink -e" ]
        others_pass peer.access@gpus
    done
}

@test "a GPU that is in all wrong pairs is named as such" {
    FAKE_GPUS=4 FAKE_FAULT=wrong:cuMemcpyPeer@0-2,wrong:cuMemcpyPeer@2-1,wrong:cuMemcpyPeer@3-2 run simulated -p 'peer.*' -o "$out"
    told peer.copy@gpus "corrupted between 3 pairs of GPUs: from gpu0 to gpu2" "; gpu2 is in all of them"
}

@test "a copy that hangs, crashes or fails names its pair" {
    FAKE_GPUS=3 FAKE_FAULT=hang:cuMemcpyPeer@0-2 run simulated -p 'peer.*' --limit 2 -o "$out"
    told peer.copy@gpus "did not end within" "in cuMemcpyPeer from gpu0 to gpu2 of "
    FAKE_GPUS=3 FAKE_FAULT=crash:cuMemcpyPeer@1-2 run simulated -p 'peer.*' -o "$out"
    told peer.copy@gpus "crashed (SIGSEGV) in cuMemcpyPeer from gpu1 to gpu2 of "
    FAKE_GPUS=3 FAKE_FAULT=fail:cuCtxEnablePeerAccess:1 run simulated -p peer.access -o "$out"
    told peer.access@gpus "cuCtxEnablePeerAccess from gpu1 to gpu0 failed in "
    FAKE_GPUS=3 FAKE_FAULT=late:cuMemcpyPeer@1-2 run simulated -p peer.copy -o "$out"
    told peer.copy@gpus "cuCtxSynchronize after cuMemcpyPeer from gpu1 to gpu2 failed in " CUDA_ERROR_ILLEGAL_ADDRESS
}

@test "a dead GPU of eight is told, and the seven others are tested without it" {
    FAKE_GPUS=8 FAKE_FAULT=hang:cuDevicePrimaryCtxRetain FAKE_FAULT_GPU=5 run simulated -p 'peer.*' -p nccl.all_reduce --limit 2 -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict cuda.context@gpu5)" = fail ]
    for id in peer.copy@gpus peer.access@gpus nccl.all_reduce@gpus/toolkit-13.0; do
        [ "$(verdict $id)" = pass ]
        [ "$(field $id why)" = "without gpu5 (cuda.context@gpu5 failed)" ]
        [ "$(field $id together)" = "[0, 1, 2, 3, 4, 6, 7]" ]
    done
}

@test "where a dead GPU leaves one alone, what is about several is not reached" {
    FAKE_GPUS=2 FAKE_FAULT=fail:cuInit FAKE_FAULT_GPU=1 run simulated -p peer.copy -o "$out"
    [ "$status" = 1 ]
    [ "$(field peer.copy@gpus why)" = "not reached: fewer than two GPUs are left without gpu1 (cuda.context@gpu1 failed)" ]
}

@test "a GPU that others use gives 256 MiB, and at --level full and soak it is left out" {
    FAKE_GPUS=3 FAKE_FOREIGN=100 FAKE_FOREIGN_GPU=1 run simulated -p peer.copy -o "$out"
    [ "$status" = 0 ]
    grep -q -- '--gpu 1 GPU-[^ ]* 90 268435456' "$out"
    for level in full soak; do
        FAKE_GPUS=3 FAKE_FOREIGN=100 FAKE_FOREIGN_GPU=1 run simulated -p peer.copy --level $level -o "$out"
        [ "$(field peer.copy@gpus together)" = "[0, 2]" ]
        [[ "$(field peer.copy@gpus why)" == "without gpu1 (gpu1 is used by "* ]]
    done
}

@test "NCCL, whose memory nobody can bound, does without a GPU that others use, if nobody insists" {
    export FAKE_GPUS=3 FAKE_FOREIGN=100 FAKE_FOREIGN_GPU=1
    run simulated -p nccl.all_reduce -o "$out"
    [ "$status" = 0 ]
    [ "$(field nccl.all_reduce@gpus/toolkit-13.0 together)" = "[0, 2]" ]
    [[ "$(field nccl.all_reduce@gpus/toolkit-13.0 why)" == "without gpu1 (it is used by "* ]]
    run simulated -p nccl.all_reduce --even-if-busy -o "$out"
    [ "$(field nccl.all_reduce@gpus/toolkit-13.0 together)" = "[0, 1, 2]" ]
}

# bats test_tags=lie
@test "a collective that lies on any rank is caught, in any type" {
    for collective in "${collectives[@]}"; do
        for lie in wrong nan zero stale shift swap; do
            FAKE_GPUS=3 FAKE_FAULT=$lie:${calls[$collective]} FAKE_FAULT_PROBE=nccl.$collective run simulated -p "nccl.$collective" --isolate -o "$out"
            [ "$status" = 1 ]
            told "nccl.$collective@gpus/toolkit-13.0" " elements differ: in int32, element " "wrong on gpu0, gpu1, gpu2"
            others_pass "nccl.$collective@gpus/toolkit-13.0"
        done
        FAKE_GPUS=3 FAKE_FAULT=wrong:${calls[$collective]}:24 FAKE_FAULT_PROBE=nccl.$collective run simulated -p "nccl.$collective" --isolate -o "$out"
        told "nccl.$collective@gpus/toolkit-13.0" "1 element differs: in bf16, element " "wrong on gpu2"
    done
}

# bats test_tags=lie
@test "a rank that is left out or mistaken for another is named" {
    FAKE_GPUS=3 FAKE_FAULT=swap:ncclAllGather run simulated -p nccl.all_gather -o "$out"
    told nccl.all_gather@gpus/toolkit-13.0 "it is what gpu1 gave"
    FAKE_GPUS=3 FAKE_FAULT=swap:ncclBroadcast run simulated -p nccl.broadcast -o "$out"
    told nccl.broadcast@gpus/toolkit-13.0 "it is what gpu"
    FAKE_GPUS=3 FAKE_FAULT=stale:ncclReduceScatter run simulated -p nccl.reduce_scatter -o "$out"
    told nccl.reduce_scatter@gpus/toolkit-13.0 "it was never written"
}

@test "NCCL's own words are in the verdict, and what to do about shared memory" {
    FAKE_GPUS=2 FAKE_NCCL_WARN="Error while creating shared memory segment /dev/shm/nccl-8vXdGs (size 9637888)" run simulated -p 'nccl.*' -o "$out"
    [ "$status" = 1 ]
    told nccl.all_reduce@gpus/toolkit-13.0 "ncclGroupEnd failed in " "unhandled system error (2): Error while creating shared memory segment /dev/shm/nccl-8vXdGs"
    [[ "$(field nccl.all_reduce@gpus/toolkit-13.0 act)" == *--shm-size* ]]
    [ "$(verdict nccl.kernel@gpu0/toolkit-13.0)" = pass ]
}

@test "an asynchronous error of NCCL is asked for, and a collective that hangs is named" {
    FAKE_GPUS=2 FAKE_NCCL_LATE=3 run simulated -p nccl.all_gather -o "$out"
    told nccl.all_gather@gpus/toolkit-13.0 "ncclAllGather, asynchronously, on gpu0 failed in "
    FAKE_GPUS=2 FAKE_FAULT=hang:ncclGroupEnd run simulated -p nccl.broadcast --limit 2 -o "$out"
    told nccl.broadcast@gpus/toolkit-13.0 "did not end within" "in ncclGroupEnd of "
    FAKE_GPUS=2 FAKE_FAULT=fail:cuStreamQuery:0:600,hang:cuStreamSynchronize run simulated -p nccl.broadcast --limit 7 -o "$out"
    told nccl.broadcast@gpus/toolkit-13.0 "did not end within" "in cuStreamSynchronize after ncclBroadcast on gpu0 of "
}

@test "a run that is judged again knows who took part" {
    FAKE_GPUS=3 FAKE_FAULT=fail:cuInit FAKE_FAULT_GPU=1 run simulated -p peer.copy -o "$out"
    [ "$status" = 1 ]
    run "$GPUVET" judge "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"without gpu1 (cuda.context@gpu1 failed)"* ]]
}

@test "what a GPU counts while several work together is told with the GPU" {
    FAKE_GPUS=2 FAKE_NVLINKS=4 FAKE_LINKS_COUNT=161 FAKE_FAULT_PROBE=peer.copy FAKE_GROWS=163:7:6:1 run simulated -p peer.copy -o "$out"
    [ "$status" = 0 ]
    [[ "$(field peer.copy@gpus why)" == "while this trial ran gpu1 counted 7 NVLink CRC errors on link 1" ]]
}

@test "one GPU meets what is required of its stack, but not what only several can show" {
    run simulated -p nccl.kernel --require 'stack = toolkit-13.0' --require 'nccl.*'
    [ "$status" = 0 ]
    run simulated -p nccl.kernel --require nccl.all_reduce
    [ "$status" = 1 ]
    [[ "$output" == *"required: nccl.all_reduce: nccl.all_reduce@gpus/toolkit-13.0: one GPU: there is nobody to talk to"* ]]
    FAKE_GPUS=2 run simulated -p nccl.kernel --require nccl.all_reduce
    [ "$status" = 0 ]
}

# bats test_tags=lie
@test "every call that only several GPUs make fails in turn: it is named, and nobody else is blamed" {
    export FAKE_GPUS=2
    for call in cuDeviceCanAccessPeer cuMemcpyPeer cuCtxEnablePeerAccess cuCtxDisablePeerAccess cuCtxSetCurrent cuMemsetD32_v2; do
        FAKE_FAULT=fail:$call FAKE_FAULT_PROBE=peer.copy run simulated -p 'peer.*' --isolate -o "$out"
        [ "$status" = 1 ]
        told peer.copy@gpus "$call" "failed in "
        others_pass peer.copy@gpus
    done
    for call in cuStreamCreate ncclCommInitAll ncclGroupStart ncclAllReduce ncclGroupEnd ncclCommGetAsyncError cuStreamQuery ncclCommDestroy cuStreamDestroy_v2; do
        FAKE_FAULT=fail:$call FAKE_FAULT_PROBE=nccl.all_reduce run simulated -p nccl.all_reduce -p nccl.broadcast --isolate -o "$out"
        [ "$status" = 1 ]
        told nccl.all_reduce@gpus/toolkit-13.0 "$call" "failed in "
        others_pass nccl.all_reduce@gpus/toolkit-13.0
    done
}
