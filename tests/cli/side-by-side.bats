# scripts/peers: gpuvet and others on the same work. Its arithmetic and what it makes of peers that fail, beside a stand-in of gpuvet
# with figures that are made up; and the whole of it against the SIMULATED GPU. PyTorch is tests/fakes/torch_paced.py.
load helpers

setup_file() {
    export peers=$BATS_TEST_DIRNAME/../../scripts/peers torch=$BATS_FILE_TMPDIR/site stand_in=$BATS_FILE_TMPDIR/gpuvet
    mkdir -p "$torch/torch"
    cp "$BATS_TEST_DIRNAME/../fakes/torch_paced.py" "$torch/torch/__init__.py"
    # STAND_IN: {probe: [figure of the first round, of the second, ...]}; of what is not named it has none.
    cat >"$stand_in" <<'PY'
#!/usr/bin/env python3
import json, os, sys, time
verb, args = sys.argv[1], sys.argv[2:]
asked, figures = [args[i + 1] for i, word in enumerate(args) if word == '-p'], json.loads(os.environ.get('STAND_IN', '{}'))
if verb == 'list':
    theirs = os.environ.get('STAND_IN_STACK') if '--stack' in args else None
    print(json.dumps({'stacks': [{'name': 'venv:theirs', 'prefix': theirs, 'members': []}] if theirs else []}))
elif verb == 'compare':
    print('gpuvet: PASS - of 2 measurements %s the same, 0 faster' % os.environ.get('STAND_IN_SAME', '2'))
elif 'hang' in figures:
    time.sleep(600)
else:
    unit = {'memory': 'GB/s', 'blas': 'TFLOP/s', 'cnn': 'images/s'}
    count = os.environ['BATS_TEST_TMPDIR'] + '/count'
    trials = []
    for probe in asked:
        turn = len(open(f'{count}.{probe}').read()) if os.path.exists(f'{count}.{probe}') else 0
        open(f'{count}.{probe}', 'a').write('.')
        at = figures.get(probe)
        u = unit.get(probe.split('.')[1], 'ms')
        saw = [{'key': 'rate.8192', 'value': 770, 'unit': u}] if 'blas' in probe else [{'key': 'rate.graph', 'value': 3300000, 'unit': u}] if 'cnn' in probe else [{'key': 'rate.bytes', 'value': 1 << 30, 'unit': 'B'}]
        trials.append({'id': probe, 'probe': probe, 'verdict': 'pass' if at else 'fail', 'saw': saw,
                       **({'figure': {'unit': u, 'rounds': [at[turn % len(at)]]}} if at else {'why': 'it has none'})})
    json.dump({'devices': [{'name': os.environ.get('STAND_IN_GPU', 'NVIDIA H200')}], 'trials': trials}, open(args[args.index('-o') + 1], 'w')) if '-o' in args else None
PY
    chmod +x "$stand_in"
}

# beside OPTION... - with PyTorch and the stand-in.
beside() { rm -f "$BATS_TEST_TMPDIR"/count*; PYTHONPATH=$torch GPUVET=$stand_in run "$peers" --window 0.01 "$@"; }

# row WORK PEER - of the table, its cells.
row() { grep -F "| $1 |" <<<"$output" | grep -F "| $2 |"; }

memory='{"bench.memory.read": [4400, 4444, 4488], "bench.memory.write": [4444], "bench.memory.copy": [3960], "bench.memory.triad": [4400]}'

@test "ratios are the medians of the rounds, with their intervals, and targets are met or not" {
    STAND_IN=$memory beside --only memory
    [ "$status" -eq 1 ]
    [ "$(row 'memory read' torch.sum)" = "| memory read | 4,444 GB/s | torch.sum | 4,400 GB/s | 1.010 | 0.954 to 1.069 | 3 | ≥ 1.00 | yes |" ]
    [[ "$(row 'memory write' 'torch fill_')" == *"| 1.010 | 1.010 to 1.010 | 3 | ≥ 1.00 | yes |" ]]
    [[ "$(row 'memory copy' 'torch copy_')" == *"| 0.900 | 0.900 to 0.900 | 3 | ≥ 1.00 | NO |" ]]
    [[ "$(row 'memory read' 'its target')" == *"| 0.923 |"*"| ≥ 91 % of 4,814 GB/s | yes |" ]]
    [[ "$(row 'memory copy' 'its target')" == *"| 0.823 |"*"| ≥ 89 % of 4,814 GB/s | NO |" ]]
    [[ "$output" == *"On NVIDIA H200, PyTorch 2.99-made-up"* ]]
    STAND_IN=${memory//4400/4404} STAND_IN_GPU='NVIDIA A30' beside --only memory --rounds 1
    [ "$status" -eq 1 ]
    [[ "$(row 'memory read' 'its target')" == *"| for an H200 |" ]]
    [[ "$(row 'memory read' torch.sum)" == *"| one round | 1 |"* ]]
}

@test "products over the same ladder, the network by call and as a graph" {
    STAND_IN='{"bench.blas.bf16": [790, 791], "bench.blas.fp16": [700], "bench.blas.fp8_e4m3": [1310], "bench.cnn.forward": [3300000], "bench.cnn.train": [100000]}' \
        beside --only gemm,cnn:3,fp16:1 -o "$BATS_TEST_TMPDIR/all.json"
    [ "$status" -eq 1 ]
    [[ "$(row 'bf16 product, best of a ladder' torch.matmul)" == *"| ≥ 0.99 at the lower end | yes |" ]]
    [[ "$(row 'bf16 product, 8192³ at a glance' 'its target')" == *"| 770 TFLOP/s |"*"| ≥ 760 TFLOP/s | yes |" ]]
    [[ "$(row 'fp8 product, best of a ladder' torch._scaled_mm)" == *"| ≥ 1.00 | NO |" ]]
    [[ "$(row 'SimpleCNN forward' 'PyTorch eager')" == *"| 800,000 images/s | 4.125 |"*"| ≥ 2.00 | yes |" ]]
    [[ "$(row 'SimpleCNN forward, both captured' "PyTorch's CUDA graph")" == *"| 3,200,000 images/s | 1.031 |"*"| ≥ 1.00 | yes |" ]]
    [[ "$(row 'SimpleCNN training step' 'PyTorch eager')" == *"| ≥ 2.00 | NO |" ]]
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["figures"]["bench.blas.bf16"] == {"0": 790, "1": 791, "2": 790}, d' "$BATS_TEST_TMPDIR/all.json"
}

@test "a peer that fails, crashes, hangs, leaves or lies is told in one line, and the others are measured" {
    local line='raise:sum RuntimeError: this was ordered
crash:sum it was ended by SIGSEGV
leave:sum it left with exit code 3
hang:sum it did not end within 1 s
lazy:fill ValueError: its last element is wrong
lazy:copy ValueError: its last element is wrong'
    while read -r order why; do
        FAKE_PEER=$order STAND_IN=$memory beside --only memory --rounds 1 --each 1
        [[ "$output" == *"$why"* ]]
        ! row 'memory read' torch.sum || [ "${order#*:}" != sum ]
        [[ "$(row 'memory triad' 'torch.add(alpha=3)')" == *"| 1.000 |"* ]]
    done <<<"$line"
    # What takes no time has no figure, and what a peer prints is none.
    FAKE_PEER=free:sum STAND_IN=$memory beside --only memory --rounds 1
    [[ "$output" == *"torch.sum (memory.sum): ZeroDivisionError"* ]]
    FAKE_PEER=print:sum STAND_IN=$memory beside --only memory --rounds 1
    [[ "$(row 'memory read' torch.sum)" == *"| 1.000 |"* ]]
}

@test "without PyTorch, without a Python and without a driver gpuvet stands alone" {
    STAND_IN=$memory GPUVET=$stand_in run "$peers" --only memory --rounds 1 --python /nowhere/python3
    [[ "$output" == *"/nowhere/python3: No such file or directory: without PyTorch and the driver by its side"* ]]
    [[ "$(row 'memory triad' 'its target')" == *"| yes |" ]]
    FAKE_PEER=raise:import STAND_IN='{"bench.blas.fp16": [700]}' beside --only fp16 --rounds 1
    [[ "$output" == *"import torch: RuntimeError: this was ordered: without PyTorch by its side"* ]]
    [[ "$output" == *"| fp16 product, best of a ladder | 700 TFLOP/s | – |"* ]]
    FAKE_PEER=hang:import STAND_IN=$memory beside --only memory --rounds 1 --each 1
    [[ "$output" == *"import torch did not end: without PyTorch and the driver by its side"* ]]
    STAND_IN=$memory LD_LIBRARY_PATH=$BATS_TEST_TMPDIR beside --only memory --rounds 1
    [[ "$output" == *"cuMemsetD32 (driver.memset): "* ]]
}

@test "the time is limited, and what was measured until then is told" {
    local began=$SECONDS
    STAND_IN='{"hang": []}' beside --only memory --limit 4
    [ "$status" -eq 3 ]
    [ $((SECONDS - began)) -lt 15 ]
    [[ "$output" == *"gpuvet did not end within "*"the time was up: 4 s"* ]]
    FAKE_PEER=hang:add STAND_IN=$memory PYTHONPATH=$torch GPUVET=$stand_in "$peers" --only memory --window 0.01 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
    sleep 3
    kill $!
    wait $! || true
    output=$(<"$BATS_TEST_TMPDIR/said")
    [[ "$(row 'memory read' torch.sum)" == *"| 1.000 |"* ]]
    [[ "$output" == *interrupted* ]]
}

# tool NAME TEXT [CODE] - a program that says that.
tool() {
    printf '#!/bin/sh\ncat <<"EOT"\n%s\nEOT\nexit %s\n' "$2" "${3:-0}" >"$BATS_TEST_TMPDIR/$1"
    chmod +x "$BATS_TEST_TMPDIR/$1"
}

@test "other programs are run where the user says they are, and read" {
    tool nvbandwidth 'nvbandwidth Version: v0.8
Running device_local_copy.
memcpy local GPU(column) bandwidth (GB/s)
           0
 0   1980.00

SUM device_local_copy 1980.00'
    tool stream 'BabelStream
Function    MBytes/sec  Min (sec)   Max         Average     
Copy        3960000.000 0.00013     0.00014     0.00014     
Triad       4400000.000 0.00018     0.00019     0.00019     '
    tool clpeak 'Backend: CUDA
  Device 0: NVIDIA H200
    cuBLASLt GEMM peak
      fp16     : 640 TFLOPS
      fp8_e4m3 : 1.2 TFLOPS
    Global memory bandwidth
      float2   : 4.1 TB/s
      float4   : 4200 GB/s
    Kernel launch latency
      roundtrip : 6.68 us'
    tool gpu_burn "10.0%  proc'd: 10 (2047 Gflop/s)   errors: 0   temps: 46 C
100.0%  proc'd: 30 (50500 Gflop/s)   errors: 0   temps: 53 C"
    STAND_IN=${memory%\}}', "bench.blas.fp16": [700], "bench.blas.fp32": [50]}' NVBANDWIDTH=$BATS_TEST_TMPDIR/nvbandwidth \
        beside --only memory,fp16,tools --rounds 1 --babelstream "$BATS_TEST_TMPDIR/stream" --clpeak "$BATS_TEST_TMPDIR/clpeak --all" --gpu-burn "$BATS_TEST_TMPDIR/gpu_burn"
    [[ "$(row 'memory copy' nvbandwidth.copy)" == *"| 3,960 GB/s | 1.000 |"* ]]
    [[ "$(row 'memory copy' babelstream.copy)" == *"| 3,960 GB/s | 1.000 |"* ]]
    [[ "$(row 'memory triad' babelstream.triad)" == *"| 4,400 GB/s | 1.000 |"* ]]
    [[ "$(row 'memory read' clpeak.read)" == *"| 4,200 GB/s | 1.048 |"* ]]
    [[ "$(row 'fp16 product, best of a ladder' clpeak.gemm.fp16)" == *"| 640 TFLOP/s |"* ]]
    [[ "$(row 'fp32 product, best of a ladder' gpu-burn.fp32)" == *"| 50.5 TFLOP/s | 0.990 |"* ]]
}

@test "a program that is not there, says something else, found errors, crashes or hangs gives no figure" {
    tool stream 'Copy is unavailable'
    tool clpeak 'CUDA driver version is insufficient' 1
    tool gpu_burn "100.0%  proc'd: 30 (50500 Gflop/s)   errors: 7   temps: 53 C"
    printf '#!/bin/sh\nsleep 600\n' >"$BATS_TEST_TMPDIR/nvbandwidth"
    chmod +x "$BATS_TEST_TMPDIR/nvbandwidth"
    STAND_IN=$memory beside --only memory,tools --rounds 1 --each 1 --nvbandwidth "$BATS_TEST_TMPDIR/nvbandwidth" --babelstream "$BATS_TEST_TMPDIR/stream" \
        --clpeak "$BATS_TEST_TMPDIR/clpeak" --gpu-burn "$BATS_TEST_TMPDIR/gpu_burn"
    [[ "$output" == *"nvbandwidth did not end within 1 s"* ]]
    [[ "$output" == *"babelstream: no figure in what it says"* ]]
    [[ "$output" == *"clpeak: exit code 1: CUDA driver version is insufficient"* ]]
    [[ "$output" == *"gpu-burn: no figure in what it says"* ]]
    [[ "$output" != *"nan"* ]]
    STAND_IN=$memory beside --only tools --rounds 1 --nvbandwidth /nowhere/nvbandwidth
    [[ "$output" == *"nvbandwidth: no program /nowhere/nvbandwidth"* ]]
    [ "$status" -eq 3 ]
    for wrong in everything memory:many; do
        beside --only $wrong
        [ "$status" -eq 2 ]
    done
}

@test "five runs twice say the same, or not" {
    STAND_IN='{"bench.memory.read": [1], "bench.blas.bf16": [1]}' beside --only same
    [ "$status" -eq 0 ]
    [[ "$output" == *"| bench twice, compared | same 5 of 5 | itself |"*"| 5 of 5 | yes |"* ]]
    [ "$(wc -c <"$BATS_TEST_TMPDIR/count.bench.blas.bf16")" = 10 ]
    STAND_IN='{"bench.memory.read": [1], "bench.blas.bf16": [1]}' beside --only same --chain
    [[ "$output" == *"| same 5 of 5 | the one before |"* ]]
    [ "$(wc -c <"$BATS_TEST_TMPDIR/count.bench.blas.bf16")" = 6 ]
    STAND_IN='{"bench.memory.read": [1], "bench.blas.bf16": [1]}' STAND_IN_SAME=1 beside --only same --same 1
    [ "$status" -eq 1 ]
    [[ "$output" == *"| same 0 of 1 |"*"| NO |"*"bench twice, turn 1: gpuvet: PASS - of 2 measurements 1 the same"* ]]
}

@test "gpuvet measures with the libraries that PyTorch has, where it finds them" {
    STAND_IN_STACK=$(python3 -c 'import sys; print(sys.prefix)') STAND_IN=$memory beside --only memory --rounds 1
    [[ "$output" == *"PyTorch 2.99-made-up, --stack "*" -s venv:theirs:"* ]]
    STAND_IN_STACK=$(python3 -c 'import sys; print(sys.prefix)') STAND_IN=$memory beside --only memory --rounds 1 -- -s venv:other
    [[ "$output" == *"PyTorch 2.99-made-up, -s venv:other:"* ]]
}

@test "the driver's own calls, on the simulated GPU" {
    one_build "it is about the script"
    worker=$BATS_TEST_DIRNAME/../../scripts/peers-lib/worker.py
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run python3 -B "$worker" 20 <<<'{"work": "driver.memset", "bytes": 1048576, "limit": 30}
{"work": "driver.copy", "bytes": 1048576, "limit": 30}'
    [ "$(grep -c '"unit": "GB/s"' <<<"$output")" = 2 ]
    FAKE_FAULT=stale:cuMemcpyDtoD_v2 LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run python3 -B "$worker" 20 <<<'{"work": "driver.copy", "bytes": 1048576, "limit": 30}'
    [[ "$output" == *"its last element is wrong"* ]]
}

@test "against the simulated GPU: products, and the start beside PyTorch and beside the same calls in C" {
    one_build "it is about the script"
    PYTHONPATH=$torch LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$peers" --gpuvet "$GPUVET" --window 0.02 --rounds 1 --only gemm,start -- \
        --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0
    [[ "$output" == *"On SIMULATED GPU (CPU twin), PyTorch 2.99-made-up, --stack "*"toolkit-13.0:"* ]]
    for peer in torch.matmul torch._scaled_mm; do [[ "$(grep -F "| $peer |" <<<"$output")" == *" TFLOP/s |"*" TFLOP/s |"* ]]; done
    [[ "$(row 'start to verdict' 'import torch, one convolution')" == *" ms |"*" ms |"* ]]
    # The vendor's headers are not everywhere.
    [[ "$(row 'start to verdict' 'C, the same vendor calls')" == *" ms |"*"ms more |"* || "$output" == *"the same vendor calls in C: no "* ]]
}
