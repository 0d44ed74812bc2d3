# scripts/check-data: each kind of row that cannot be right is refused, with its file, its line, its row and the reason.
load helpers

setup() {
    one_build "it is about a script"
    check=$BATS_TEST_DIRNAME/../../scripts/check-data
    tables=$BATS_TEST_TMPDIR/tables
    cp -r "$BATS_TEST_DIRNAME/../../results/expected" "$tables"
}

# spoil TABLE KEY COLUMN VALUE - sets one column, VALUE being JSON, of the row whose first columns are KEY.
spoil() {
    line=$(python3 - "$tables/$1.json" "$2" "$3" "$4" <<'PY'
import json, sys
path, key, column, value = sys.argv[1:]
lines = open(path).read().splitlines(keepends=True)
for n, line in enumerate(lines[1:-1], 1):
    row = json.loads(line.rstrip(',\n'))
    if (' '.join(map(str, row.values())) + ' ').startswith(key + ' '):
        break
else:
    sys.exit(f'no row {key}')
row[column] = json.loads(value)
lines[n] = json.dumps(row, ensure_ascii=False) + line[len(line.rstrip(',\n')):]
open(path, 'w').write(''.join(lines))
print(n + 1)
PY
    )
}

# refused TABLE KEY REASON - it is refused, and so is told.
refused() {
    run "$check" "$tables"
    [ "$status" -eq 1 ] || { echo "exit code $status: $output"; false; }
    [[ "$output" == *"$1.json:$line: $2"*": "*"$3"* ]] || { echo "expected $1.json:$line: $2 ... $3, and it said:"; echo "$output"; false; }
}

# wrong TABLE KEY COLUMN VALUE REASON [NEW-KEY] - spoils it, sees it refused, and mends it again.
wrong() {
    cp "$tables/$1.json" "$BATS_TEST_TMPDIR/whole.json"
    spoil "$1" "$2" "$3" "$4"
    refused "$1" "${6:-$2}" "$5"
    cp "$BATS_TEST_TMPDIR/whole.json" "$tables/$1.json"
}

@test "the tables that the program carries pass, and each is counted" {
    run "$check"
    [ "$status" -eq 0 ]
    for table in torch cuda drivers compat archs chips gpus peaks sm-rates rates cudnn cudnn-parts frameworks companions; do
        [[ "$output" =~ [1-9][0-9]*\ $table ]]
    done
    run "$check" "$tables"
    [ "$status" -eq 0 ]
}

@test "a row without a source, without a date, or with a date that is none is refused" {
    wrong torch "2.4.1 cu121" source null "source: it is missing"
    wrong torch "2.4.1 cu121" source '[]' "source: [] is no list with something in it"
    wrong gpus "NVIDIA GeForce RTX 5090" source '[""]' 'source: "" is no text'
    wrong cuda "12.4.1" as_of null "as_of: it is missing"
    wrong drivers "535" as_of '"2026-13"' 'as_of: "2026-13" is no date'
}

@test "an unknown column, a column out of its order and a missing one are refused" {
    wrong archs "9.0" nvcc '"12.0"' "nvcc: there is no such column"
    wrong chips "1b80" last '"1b00"' "first: 1b80 is after 1b00"
    wrong chips "1b80" first '"1b10"' "first: 1b10 is in the block of line" "1b10"
    wrong chips "1b80" module '"either"' "module: \"either\" is none of open, proprietary"
    wrong gpus "NVIDIA H200" cc null "cc: it is missing"
    sed -i 's/{"cudnn": "8.5.0", "full": "8.5.0.96",/{"full": "8.5.0.96", "cudnn": "8.5.0",/' "$tables/cudnn.json"
    run "$check" "$tables"
    [ "$status" -eq 1 ]
    [[ "$output" == *"cudnn.json:"*": 8.5.0: its columns do not stand in their order"* ]]
}

@test "wrong types are refused: numbers for texts, texts for numbers, and what is no list" {
    wrong torch "2.4.1 cu121" python '"3.8-3.12"' 'python: "3.8-3.12" is no list'
    wrong torch "2.4.1 cu121" on_pypi '"yes"' 'on_pypi: "yes" is neither true nor false'
    wrong torch "2.4.1 cu121" cudnn '9.1' 'cudnn: 9.1 is no version'
    wrong torch "2.4.1 cu121" pins '["nvidia-cudnn-cu12==9.1.0.70"]' 'is no object of distributions and versions'
    wrong drivers "535" driver_api '"12020"' 'driver_api: "12020" is no whole number'
    wrong cudnn "9.1.0" builds '[{"for": "12.x"}]' 'builds: it is no list of builds'
}

@test "impossible values are refused: versions that are none, branches, Pythons, architectures, kinds" {
    wrong torch "2.4.1 cu121" torch '"2.4.x"' 'torch: "2.4.x" is no version' "2.4.x cu121"
    wrong torch "2.4.1 cu121" python '["3.8", "3.16"]' "python: there is no Python 3.16"
    wrong torch "2.4.1 cu121" python '["3.9", "3.8"]' "python: it is not sorted"
    wrong torch "2.4.1 cu121" archs '["sm_50", "sm50"]' 'archs: "sm50" is no architecture'
    wrong torch "2.4.1 cu121" archs '["sm_50", "sm_50"]' "archs: a value stands in it twice"
    wrong torch "2.4.1 cu121" glibc '"2.99"' "glibc: there is no glibc 2.99"
    wrong torch "2.4.1 cu121" status '"good"' 'status: "good" is none of stable'
    wrong drivers "535" branch 53 "branch: 53 is no whole number from 300 to 999" 53
    wrong cuda "12.4.1" driver_floor '"52.60"' "driver_floor: there is no driver 52.60"
    wrong cudnn "9.1.0" cudnn '"10.1.0"' "there is no cuDNN 10" 10.1.0
    wrong gpus "NVIDIA H200" kind '"gaming"' 'kind: "gaming" is none of datacenter'
    wrong frameworks "vllm 0.8.0" torch '"2.6"' 'torch: "2.6" is no requirement'
}

@test "a row that is there twice, and two rows on a line, are refused" {
    sed -i '/"torch": "2.4.1", "variant": "cu121"/{p}' "$tables/torch.json"
    run "$check" "$tables"
    [ "$status" -eq 1 ]
    [[ "$output" == *": 2.4.1 cu121 linux-x86_64: it is there twice: line "* ]]
    cp "$BATS_TEST_DIRNAME/../../results/expected/torch.json" "$tables"
    sed -i '2{N;s/\n//}' "$tables/gpus.json"
    run "$check" "$tables"
    [ "$status" -eq 1 ]
    [[ "$output" == *"gpus.json: its rows do not stand one on a line"* ]]
}

@test "PyPI holds one build of a release: a second one is refused" {
    wrong torch "2.4.1 cu118" on_pypi true "on_pypi: cu121 (line "
}

@test "a build that contradicts its CUDA is refused: variant, full version, architectures, pins" {
    wrong torch "2.4.1 cu121" cuda '"12.4"' "variant cu121 is not CUDA 12.4"
    wrong torch "2.4.1 cu121" cuda_full '"12.4.1"' "cuda_full: 12.4.1 is not CUDA 12.1"
    wrong torch "2.4.1 cu121" cuda_full '"12.1.9"' "cuda_full: 12.1.9 is not in cuda.json"
    wrong torch "2.4.1 cu121" archs '["sm_50", "sm_120"]' "archs: CUDA 12.1 does not know sm_120: 12.8 is the first that does"
    wrong torch "2.11.0 cu130" archs '["sm_70", "sm_90"]' "archs: CUDA 13.0 no longer knows sm_70: 12.9 is the last that does"
    wrong torch "2.4.1 cu121" archs '["sm_42", "sm_50"]' "archs: sm_42 is not in archs.json"
    wrong torch "2.4.1 cu121" cudnn '"9.1.0.71"' "cudnn: 9.1.0.71 is not in cudnn.json"
    wrong torch "2.4.1 cu121" pins '{"nvidia-nccl-cu11": "2.20.5"}' "pins: nvidia-nccl-cu11 is not for CUDA 12"
    wrong torch "2.4.1 cu121" pins '{"nvidia-nccl-cu12": "2.20.6"}' "pins: nvidia-nccl-cu12 is 2.20.6, and nccl 2.20.5"
    wrong torch "2.4.1 cu121" archs_basis null "archs and archs_basis: one without the other"
}

@test "toolkits and drivers that contradict one another are refused" {
    wrong cuda "12.0.0" driver_floor '"530.30.02"' "driver_floor: 530.30.02 is newer than its own driver 525.60.13"
    wrong cuda "12.4.1" driver_floor '"535.54.03"' "driver_floor: 535.54.03, and 525.60.13 for 12.4.0"
    wrong cuda "12.4.1" minor '"12.5"' "minor: 12.5 is not CUDA 12.4.1"
    wrong cuda "12.4.1" driver_api 12050 "driver_api: 12050 is not CUDA 12.4"
    wrong drivers "535" driver_api 12030 "driver_api: 12030 is not CUDA 12.2"
    wrong drivers "535" last_version '"536.1"' "last_version: 536.1 is not of branch 535"
    wrong drivers "535" eol '"2020-01"' "eol: 2020-01 is before its release"
    wrong compat "cuda-compat-12-9" branches '[536]' "branches: 536 is not in drivers.json"
    wrong compat "cuda-compat-12-9" branches '[580]' "branches: 580 has CUDA 13.0 of its own"
    wrong compat "cuda-compat-12-9" cuda '"12.8"' "package: it is not that of CUDA 12.8"
}

@test "architectures, GPUs and cuDNN that contradict one another are refused" {
    wrong archs "9.0" last_cuda '"11.0"' "first_cuda: 11.8 is after last_cuda 11.0"
    wrong archs "9.0" first_cuda '"12.7"' "first_cuda: 12.7 is not in cuda.json"
    wrong archs "9.0" min_driver 521 "min_driver: 521 is not in drivers.json"
    wrong archs "5.0" cudnn_last '"9.99.0"' "cudnn_last: 9.99.0 is not in cudnn.json"
    wrong gpus "NVIDIA H200" cc '"9.9"' "cc: 9.9 is not in archs.json"
    wrong peaks "NVIDIA H200" memory_gbs 60000 "memory_gbs: 60000 is no whole number from 50 to 50000"
    wrong peaks "NVIDIA H200" bf16 1979 "bf16: 1979 is not 1070.53: multiprocessors, rate of sm-rates.json and clock"
    wrong peaks "NVIDIA GeForce RTX 5090" family '"L40"' "family: sm-rates.json has no 12.0 L40"
    wrong peaks "NVIDIA H200" pcie_lanes null "pcie_generation and pcie_lanes: one without the other"
    wrong peaks "NVIDIA H100 NVL" quoted '["bf16", "fp16", "fp32", "fp4", "fp64", "fp64_tensor", "fp8", "int8", "tf32"]' "quoted: there is no fp4"
    wrong sm-rates "9.0" cc '"9.9"' "cc: 9.9 is not in archs.json" "9.9 None"
    wrong rates "bench.memory.read" percent 20 "percent: 20 is no whole number from 30 to 100"
    wrong rates "bench.blas.bf16 NVIDIA H200" measure '"bench.blas.fp4"' "measure: peaks.json has no fp4 of NVIDIA H200" "bench.blas.fp4 NVIDIA H200"
    wrong rates "bench.blas.bf16 NVIDIA H200" gpu null "measure: peaks.json has no bf16 of any GPU: name one" "bench.blas.bf16 None"
    wrong rates "bench.memory.read" gpu '"NVIDIA X1"' "gpu: NVIDIA X1 is not in peaks.json" "bench.memory.read NVIDIA X1"
    wrong rates "bench.memory.read" percent null "percent and least: one of them, and not both"
    wrong rates "bench.host.to_device.pinned NVIDIA H200" least 64 "least: 64 is not within 0.3 and 1.0 of what its link can do, 63.0 GB/s"
    wrong rates "bench.host.to_device.pinned NVIDIA H200" least 18 "least: 18 is not within 0.3 and 1.0"
    wrong rates "bench.nccl.all_reduce NVIDIA B200 8" gpus null "gpus: a rate between GPUs is of so many together" "bench.nccl.all_reduce NVIDIA B200 None"
    wrong rates "bench.nccl.all_reduce NVIDIA B200 8" least 901 "least: 901 is not within 0.3 and 1.0 of what its link can do, 900.0 GB/s"
    wrong rates "bench.nccl.all_reduce NVIDIA B200 8" gpu null "gpu: a least of any GPU: name one" "bench.nccl.all_reduce None 8"
    wrong cudnn "9.1.0" full '"9.2.0.70"' "full: 9.2.0.70 is not cuDNN 9.1.0"
    wrong cudnn "9.1.0" builds '[{"cuda": "12.x", "min_driver": null, "cc": ["9.9"]}]' "builds: 9.9 is not in archs.json"
    wrong cudnn-parts "9" files '["libcudnn.so.8"]' "files: libcudnn.so.8 is not of cuDNN 9"
}

@test "frameworks that contradict the rest are refused: their PyTorch, CUDA, range and neighbours" {
    wrong frameworks "vllm 0.8.0" torch '"==2.6.9"' "torch: ==2.6.9 is no release of torch.json"
    wrong frameworks "vllm 0.8.0" cuda '["12.7"]' "cuda: 12.7 is not in cuda.json"
    wrong frameworks "vllm 0.8.0" last '"0.7.9"' "version: 0.8.0 is after last 0.7.9"
    wrong frameworks "jax 0.8.0" min_cc '"9.9"' "min_cc: 9.9 is not in archs.json"
    cp "$tables/frameworks.json" "$BATS_TEST_TMPDIR/whole.json"
    spoil frameworks "tensorflow 2.16.1" last '"2.18.0"'
    spoil frameworks "tensorflow 2.18.0" cuda '["12.3"]'
    refused frameworks "tensorflow 2.18.0" "version: 2.18.0 is among 2.16.1 to 2.18.0"
}

@test "a table that cannot be read is an error of its own" {
    rm "$tables/archs.json"
    run "$check" "$tables"
    [ "$status" -eq 2 ]
    [[ "$output" == *archs.json* ]]
}
