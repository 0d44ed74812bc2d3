# scripts/proven: what counts as shown on hardware. The recorded runs are made up from simulated ones, by another name.
load helpers

# recorded DIR/NAME NEW-NAME OPTIONS... - a simulated run under scripts/proven's folder, whose GPU calls itself NEW-NAME.
recorded() {
    one_build "it is about a script"
    mkdir -p "$(dirname "$folder/$1")"
    simulated -o "$out" "${@:3}" >/dev/null || true
    sed -e "s/SIMULATED GPU (CPU twin)/$2/g" -e "s/580.0-SIMULATED/580.65.06/g; s/SIMULATED/0/g" "$out" >"$folder/$1"
}

proven() {
    one_build "it is about a script"
    run "$BATS_TEST_DIRNAME/../../scripts/proven" "$folder" "$GPUVET"
    [ "$status" -eq 0 ]
    folded=$(tr -s ' \n' ' ' <<<"$output")
    unproven=${folded##*Unproven on hardware:}
}

@test "nothing is proven by an empty folder, and every probe is said to be unproven" {
    folder=$BATS_TEST_TMPDIR/recorded
    mkdir "$folder"
    proven
    [[ $folded == *"Runs on GPUs in $folder: 0"*"probes that passed: none"* ]]
    for probe in $("$GPUVET" list probes | cut -d' ' -f1); do
        [[ "$unproven" == *" $probe"* ]]
    done
    [[ $unproven == *"rungs: sass, ptx"* && $unproven == *"sm_60,"* && $unproven == *"stacks: toolkit, python, libtorch"* ]]
}

@test "a simulated run shows nothing, not even with its GPU renamed" {
    folder=$BATS_TEST_TMPDIR/recorded
    mkdir -p "$folder/day"
    simulated -o "$folder/day/as-it-is.json" >/dev/null
    sed 's/"name": "SIMULATED GPU (CPU twin)"/"name": "NVIDIA H200"/' "$folder/day/as-it-is.json" >"$folder/day/renamed.json"
    proven
    [[ $folded == *"Runs on GPUs in $folder: 0"* ]]
    [[ $folded == *"Not counted: 2 files of a simulated GPU"* ]]
}

@test "a recorded run proves its GPU, driver, rung, probes and stack, and only those" {
    folder=$BATS_TEST_TMPDIR/recorded
    recorded h200/first.json "NVIDIA H200" --kernels ptx
    proven
    [[ $folded == *"NVIDIA H200, sm_90, driver 580.65.06: 1 run, our kernels as ptx"* ]]
    [[ $folded == *"toolkit toolkit-13.0: cuda 13.0.0"* ]]
    [[ $folded == *"probes that passed: "*"blas.gemm.fp32"* ]]
    [[ $unproven == *"rungs: sass"* && $unproven != *"rungs: sass, ptx"* ]]
    [[ $unproven == *"torch.cnn"* && $unproven != *"blas.gemm.fp32"* ]]
    [[ $unproven == *"GPUs by machine code: "*"sm_90"*"GPUs by PTX: "*"sm_89, sm_100"* ]]
    [[ $unproven == *"stacks: python, libtorch"* ]]
    [[ $unproven == *"counts of GPUs: several"* ]]
}

@test "runs of several machines are put together" {
    folder=$BATS_TEST_TMPDIR/recorded
    recorded h200/first.json "NVIDIA H200" --kernels ptx
    recorded h200/second.json "NVIDIA H200" --kernels ptx
    FAKE_CC=70 FAKE_GPUS=2 recorded v100/first.json "Tesla V100"
    proven
    [[ $folded == *"Runs on GPUs in $folder: 3"* ]]
    [[ $folded == *"NVIDIA H200, sm_90, driver 580.65.06: 2 runs"* ]]
    [[ $folded == *"Tesla V100, sm_70, driver 580.65.06: 2 runs, our kernels as ptx"* ]]
    [[ $unproven != *"sm_70,"* && $unproven != *"counts of GPUs"* ]]
}

@test "a probe that failed there is not proven" {
    folder=$BATS_TEST_TMPDIR/recorded
    FAKE_FAULT=wrong:cublasSgemm_v2 recorded h200/first.json "NVIDIA H200"
    proven
    [[ $folded == *"failed or were broken in one of them: blas.gemm.fp32"* ]]
    [[ $unproven == *"blas.gemm.fp32"* ]]
}

@test "what is no saved run is said to be none" {
    folder=$BATS_TEST_TMPDIR/recorded
    recorded h200/first.json "NVIDIA H200" -p cuda.launch
    head -c 2000 "$folder/h200/first.json" >"$folder/h200/cut.json"
    echo '[1]' >"$folder/h200/other.json"
    echo '{"devices": [{"answers": true}], "trials": [], "stacks": [], "machine": "x"}' >"$folder/h200/odd.json"
    "$GPUVET" run -q --no-gpu -p 'driver.*' -o "$folder/h200/none.json" >/dev/null || true
    proven
    [[ $folded == *"Runs on GPUs in $folder: 1"* ]]
    for file in cut other odd; do
        [[ $folded == *"cannot be read as a saved run ($folder/h200/$file.json: "* ]]
    done
    [[ $folded == *"1 file on which no GPU answered"* ]]
}

@test "without the program it says what to do" {
    run "$BATS_TEST_DIRNAME/../../scripts/proven" "$BATS_TEST_TMPDIR" /no/such/gpuvet
    [ "$status" -eq 2 ]
    [[ $output == *"build the program first"* && $output != *Traceback* ]]
}
