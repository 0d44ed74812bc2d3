# Memory, multiprocessors and error counters that are wrong: what a user reads then names the place.
load helpers

# saw ID KEY - one observation of a trial in the saved run.
saw() {
    python3 -c 'import json, sys; print(next(s.get("value", s.get("text")) for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2] for s in t["saw"] if s["key"] == sys.argv[3]))' "$out" "$1" "$2"
}

why() { field "$1" why; }

@test "a stuck bit: its address, what was expected and read, and its lane" {
    FAKE_CELL=stuck1:1003:9 run simulated -p memory.pattern -o "$out"
    [ "$status" = 1 ]
    [[ "$(why memory.pattern@gpu0)" == "1 word of 8 bytes is not what was written: the first at offset 0x1f58 of piece 1 of 1 (address 0x"*"read 0x"*", and the same again; 1 where 0 was written: bit 9; bit lane 201 of 256" ]]
    FAKE_CELL=stuck0:100003:63 run simulated -p memory.pattern -o "$out"
    [ "$status" = 1 ]
    [[ "$(why memory.pattern@gpu0)" == *"offset 0xc3518 of "*"; 0 where 1 was written: bit 63; "* ]]
}

@test "two addresses that reach one cell: both are named" {
    FAKE_CELL=alias:5:0:90000 run simulated -p memory.pattern -o "$out"
    [ "$status" = 1 ]
    [[ "$(why memory.pattern@gpu0)" == *"the first at offset 0x28 of "*"; that was written to offset 0xafc80 of piece 1 of 1 (address 0x"*"): two addresses reach one cell" ]]
}

# by_hand PROBE SEED - the child as a rerun line starts it: its records.
by_hand() {
    LD_LIBRARY_PATH=$driver CUDA_VISIBLE_DEVICES=GPU-00000000-0000-0000-0000-000000000000 \
        "$GPUVET" child --device GPU-00000000-0000-0000-0000-000000000000 90 --seed "$2" "$1"
}

@test "a cell that changes with one before it: the march finds what two passes, of half of the seeds, do not" {
    export FAKE_CELL=coupled:5:3:90000
    run by_hand memory.pattern 9
    [[ "$output" == *$'memory.wrong\t\t0'* ]]
    run by_hand memory.march 9
    [[ "$output" == *'the first at offset 0xafc80 of piece 1 of 1'*'in "up, read 1, write 0"'*"bit 3; "* ]]
}

@test "two passes never turn round: the second value too is read where no cache still holds it" {
    FAKE_CELL=stuck0:5:0 run by_hand memory.pattern 9
    [[ "$output" == *'the first at offset 0x28 of piece 1 of 1'*'in "up, read 1"'* ]]
}

@test "memory that is not free in one piece is taken in several" {
    FAKE_MEMORY=1032 FAKE_FAULT=fail:cuMemAlloc_v2:4:2 run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    [ "$(saw memory.pattern@gpu0 memory.pieces)" -gt 1 ]
    [ "$(saw memory.pattern@gpu0 memory.tested)" -gt $((7 << 20)) ]
    FAKE_MEMORY=1032 FAKE_FAULT=fail:cuMemAlloc_v2:4:2 FAKE_CELL=stuck1:77:0 run simulated -p memory.pattern -o "$out"
    [[ "$(why memory.pattern@gpu0)" == *"offset 0x268 of piece "[12]" of "[2-9]* ]]
}

@test "the share of memory that was tested is said, and what a time limit leaves out" {
    FAKE_MEMORY=2048 run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    [ "$(saw memory.pattern@gpu0 memory.tested)" -le 8000000 ]      # a second of a memory that does 32 MB/s
    [ $(($(saw memory.pattern@gpu0 memory.tested) + $(saw memory.pattern@gpu0 memory.untested))) = $((2048 << 20)) ]
}

@test "less memory than the cache may answer for is a warning" {
    FAKE_L2=524289 FAKE_MEMORY=1026 run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"[warn]    memory.pattern@gpu0"* ]]
    [[ "$(saw memory.pattern@gpu0 warning)" == "2 MiB of memory could be taken, less than 4 times the second level cache"* ]]
}

@test "every multiprocessor is mapped" {
    FAKE_SMS=4 run simulated -p sm.map -o "$out"
    [ "$status" = 0 ]
    [ "$(saw sm.map@gpu0 sm.proved)" = 4 ]
}

@test "one multiprocessor that computes wrongly, and one lane of it" {
    FAKE_SMS=4 FAKE_SM=fma:2:-1:13 run simulated -p sm.map -o "$out"
    [ "$status" = 1 ]
    [[ "$(why sm.map@gpu0)" == "2048 results are wrong: SM 2 is wrong in 8 of 8 items, in fp32, 32 lanes, bit 13 "* ]]
    FAKE_SMS=4 FAKE_SM=fma:3:7:30 run simulated -p sm.map -o "$out"
    [ "$status" = 1 ]
    [[ "$(why sm.map@gpu0)" == "64 results are wrong: SM 3 is wrong in 8 of 8 items, in fp32, lane 7, bit 30 (first: fp32, warp "* ]]
}

@test "a multiprocessor that is not reached is not passed over" {
    FAKE_SMS=4 FAKE_SM=moved run simulated -p sm.map -o "$out"
    [ "$status" = 1 ]
    [ "$(why sm.map@gpu0)" = "not every multiprocessor was proved: 3 of 4 multiprocessors were proved; no block ran on SM 3" ]
}

@test "blocks that never meet end at their deadline" {
    FAKE_SMS=4 FAKE_SM=lost run simulated -p sm.map --limit 10 -o "$out"
    [ "$status" = 1 ]
    [ "$(field sm.map@gpu0 ending)" != timeout ]
    [[ "$(why sm.map@gpu0)" == "not every multiprocessor was proved: only 3 of 4 blocks were running at the same time"*"no block ran on SM 3" ]]
}

@test "a driver that spoils a word of what the map wrote, and one that refuses to launch it" {
    FAKE_FAULT=wrong:cuLaunchCooperativeKernel@sm_map run simulated -p sm.map -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict sm.map@gpu0)" = fail ]
    FAKE_FAULT=fail:cuLaunchCooperativeKernel:1:720 run simulated -p sm.map -o "$out"
    [ "$status" = 1 ]
    [[ "$(why sm.map@gpu0)" == "cuLaunchCooperativeKernel failed in "*"CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE (720)"* ]]
}

@test "under a share of MPS no map is claimed" {
    CUDA_MPS_ACTIVE_THREAD_PERCENTAGE=50 run simulated -p sm.map -o "$out"
    [ "$(verdict sm.map@gpu0)" = skip ]
    [[ "$(why sm.map@gpu0)" == *"CUDA_MPS_ACTIVE_THREAD_PERCENTAGE is 50"* ]]
}

@test "where the daemon of MPS gives a part of the multiprocessors, or another process holds them, no map is claimed and no fault seen" {
    FAKE_SMS=4 FAKE_MPS=2 run simulated -p sm.map -o "$out"
    [ "$status" = 0 ]
    [ "$(why sm.map@gpu0)" = "MPS gives this process a part of the multiprocessors: the driver refuses 4 blocks of sm_map at a time" ]
    FAKE_SMS=4 FAKE_MPS=2 FAKE_DRIVER=11080 CUDA_MPS_PIPE_DIRECTORY=/mps run simulated -p sm.map -o "$out"
    [ "$(verdict sm.map@gpu0)" = skip ]
    FAKE_SMS=4 FAKE_MPS=4 FAKE_SM=lost run simulated -p sm.map -o "$out"
    [ "$status" = 0 ]
    [[ "$(why sm.map@gpu0)" == "under MPS other processes may hold multiprocessors: only 3 of 4 blocks "* ]]
    FAKE_SMS=4 FAKE_MPS=4 FAKE_SM=fma:2:-1:13 run simulated -p sm.map -o "$out"
    [ "$status" = 1 ]
    FAKE_SMS=4 FAKE_MPS=4 run simulated -p sm.map -o "$out"
    [ "$(saw sm.map@gpu0 sm.proved)" = 4 ]
}

@test "blocks that were late once, as when the GPU was taken from them meanwhile, are asked again" {
    FAKE_SMS=4 FAKE_SM=late run simulated -p sm.map -o "$out"
    [ "$status" = 0 ]
    [ "$(saw sm.map@gpu0 sm.proved)" = 4 ]
    [ "$(saw sm.map@gpu0 sm.launches)" = 2 ]
}

@test "uncorrected errors that were counted while a trial ran fail it, though its results are right" {
    FAKE_GROWS=4:3:6 run simulated -p memory.pattern -o "$out"
    [ "$status" = 1 ]
    [ "$(why memory.pattern@gpu0)" = "while this trial ran the GPU counted 3 uncorrected ECC errors" ]
    [ "$(saw memory.pattern@gpu0 memory.wrong)" = 0 ]
    [ "$(saw memory.pattern@gpu0 grown.ecc.uncorrected)" = 3 ]
    FAKE_FAULT_PROBE=blas.gemm.fp32 FAKE_GROWS=143:1:2 run simulated --isolate -p blas.gemm.fp32 -o "$out"
    [ "$status" = 1 ]
    [[ "$(why blas.gemm.fp32@gpu0/toolkit-13.0)" == *"counted 1 memory rows remapped after uncorrected errors" ]]
}

@test "corrected errors and replays are a warning with their trial" {
    FAKE_GROWS=94:2:6 run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"[warn]    memory.pattern"*"while this trial ran the GPU counted 2 PCIe replays"* ]]
    FAKE_NVLINKS=4 FAKE_GROWS=38:9:6 run simulated -p memory.pattern -o "$out"
    [[ "$output" == *"counted 9 NVLink CRC errors in flow control"* ]]
}

@test "what an NVLink counted is told with its link, on Hopper and on Blackwell, and not again as a sum" {
    FAKE_NVLINKS=4 FAKE_LINKS_COUNT=161 FAKE_GROWS=161:3:3:2 run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"the GPU counted 3 NVLink replays on link 2"* ]]
    FAKE_NVLINKS=4 FAKE_LINKS_COUNT=161 FAKE_GROWS=52:3:3 run simulated -p memory.pattern -o "$out"
    [[ "$output" != *"NVLink replays"* ]]
    FAKE_NVLINKS=4 FAKE_LINKS_COUNT=208 FAKE_GROWS=208:5:3:1 run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"the GPU counted 5 NVLink packets with errors on link 1"* ]]
    FAKE_NVLINKS=4 FAKE_LINKS_COUNT=208 FAKE_GROWS=214:1:3:0 run simulated -p memory.pattern -o "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"the GPU counted 1 NVLink recoveries that failed on link 0"* ]]
}

@test "an NVLink that is down alone is told, and a missing bridge is not" {
    FAKE_NVLINKS=18 FAKE_ODD=nvlink run simulated -p device.facts -p cuda.launch -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"17 of 18 NVLinks are active, inactive: link 17 "* ]]
    [ "$(saw device.facts@gpu0 nvlink.inactive)" = 17 ]
    FAKE_NVLINKS=18 FAKE_ODD=bridge run simulated -p device.facts -p cuda.launch -o "$out"
    [[ "$output" != *"NVLinks are active"* ]]
    [ "$(saw device.facts@gpu0 nvlink.inactive)" = "12, 13, 14, 15, 16, 17" ]
}

@test "a memory trial tells that no counter grew, others do not" {
    run simulated -p memory.pattern -o "$out"
    [ "$(saw memory.pattern@gpu0 grown.ecc.uncorrected)" = 0 ]
    [ "$(saw memory.pattern@gpu0 grown.pcie.replays)" = 0 ]
    run saw memory.pattern@gpu0 grown.nvlink.replays
    [ "$status" != 0 ]                  # a card without NVLink
    run saw cuda.launch@gpu0 grown.ecc.uncorrected
    [ "$status" != 0 ]
}

@test "counters that cannot be read cost nothing" {
    FAKE_FAULT=fail:nvmlDeviceGetFieldValues run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    FAKE_FAULT_PROBE=memory.pattern FAKE_FAULT=fail:nvmlInit_v2 run simulated -p memory.pattern -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict memory.pattern@gpu0)" = pass ]
}

@test "a call that ends a trial does not lose what was counted before it" {
    FAKE_FAULT=fail:cuMemcpyDtoH_v2:1:214 FAKE_GROWS=4:1:4 run simulated -p cuda.launch -o "$out"
    [ "$status" = 1 ]
    [[ "$(why cuda.launch@gpu0)" == "cuMemcpyDtoH_v2 failed in "* ]]
    [ "$(saw cuda.launch@gpu0 grown.ecc.uncorrected)" = 1 ]
}

@test "where NVML did not answer, trials do not ask it" {
    run simulated -p cuda.launch -o "$out"
    [[ "$(field cuda.launch@gpu0 rerun)" == *" --counters "* ]]
    FAKE_FAULT=fail:nvmlInit_v2 run simulated -p cuda.launch -o "$out"
    [ "$(verdict cuda.launch@gpu0)" = pass ]
    [[ "$(field cuda.launch@gpu0 rerun)" != *" --counters "* ]]
}
