# gpuvet matrix: which official builds run, on machines that are described. Among them what is commonly told wrong of them.
load helpers

matrix() { run "$GPUVET" matrix "$@"; }

# answer BUILD: "yes", "no" or "?" for one build (2.4.1+cu124) in the last JSON.
answer() {
    python3 -c '
import json, sys
torch, variant = sys.argv[1].split("+")
rows = [b for b in json.load(sys.stdin)["builds"] if b["torch"] == torch and b["variant"] == variant]
print({True: "yes", False: "no", None: "?"}[rows[0]["runs"]] if rows else "no row")' "$1" <<<"$output"
}

# link BUILD: the link that does not hold.
broken_link() {
    python3 -c '
import json, sys
torch, variant = sys.argv[1].split("+")
row = [b for b in json.load(sys.stdin)["builds"] if b["torch"] == torch and b["variant"] == variant][0]
print(" ".join(l["link"] for l in row["links"] if l["holds"] is False))' "$1" <<<"$output"
}

@test "PyTorch 1.7 was never built with CUDA 10.0: its builds are named, and an installed toolkit does not matter" {
    matrix --torch 1.7 --cuda 10.0 --driver 470
    [ "$status" -eq 1 ]
    [[ "${output//$'\n'/ }" == *"cu92, cu101, cu102, cu110"* ]]
    [[ "${output//$'\n'        / }" == *"not an installed toolkit"* ]]
}

@test "driver 535 runs builds of CUDA 12.1 and of 12.4, although nvidia-smi shows 12.2" {
    matrix --driver 535.183.01 --all --json
    [ "$status" -eq 0 ]
    [ "$(answer 2.3.1+cu121)" = yes ]
    [ "$(answer 2.4.1+cu124)" = yes ]
    [ "$(answer 2.8.0+cu128)" = yes ]
    [ "$(answer 2.11.0+cu130)" = no ]
    [ "$(broken_link 2.11.0+cu130)" = driver ]
    matrix --driver 535.183.01 --torch 2.4.1+cu124
    [[ "${output//$'\n'*( )/ }" == *"although nvidia-smi shows CUDA 12.2"* ]]
    [[ "$output" == *"525.60.13"* ]]
}

@test "driver 565, which shows a CUDA 12.7 that was never released, runs every CUDA 12" {
    matrix --driver 565.57.01 --all --json
    [[ "$output" != *'"cuda": "12.7"'* ]]
    [ "$(answer 2.7.1+cu128)" = yes ]
    [ "$(answer 2.11.0+cu130)" = no ]
    matrix --driver 565.57.01
    [[ "$output" == *"shows CUDA 12.7"* ]]
}

@test "of branch 525 the very version counts" {
    matrix --driver 525.53 --torch 2.4.1 --json
    [ "$(answer 2.4.1+cu121)" = no ]
    matrix --driver 525.60.13 --torch 2.4.1 --json
    [ "$(answer 2.4.1+cu121)" = yes ]
    matrix --driver 525 --torch 2.4.1
    [[ "$output" == *"525.60.13 or newer"* ]]
}

@test "driver 470 runs builds of CUDA 11 and 10, and none of 12" {
    matrix --driver 470.256.02 --all --json
    [ "$(answer 2.7.1+cu118)" = yes ]
    [ "$(answer 1.12.1+cu102)" = yes ]
    [ "$(answer 2.4.1+cu121)" = no ]
    matrix --driver 470.256.02
    [ "$status" -eq 0 ]
    [[ "$output" == *"whl/cu118"* ]]
}

@test "before CUDA 11 there is no minor-version compatibility: 10.2 needs 440.33" {
    matrix --driver 418.87.00 --torch 1.7.1 --json
    [ "$(answer 1.7.1+cu101)" = yes ]
    [ "$(answer 1.7.1+cu102)" = no ]
}

@test "PyTorch 1.12 comes from PyPI with CUDA 10.2, and an RTX 3090 needs another build of it" {
    matrix --torch 1.12.1 --driver 470.256.02
    [[ "$output" == *"1.12.1+cu102 is the best"* ]]
    [[ "$output" == *"pip install torch==1.12.1"$'\n'* ]]
    matrix --torch 1.12.1 --driver 470.256.02 --gpu "RTX 3090"
    [[ "$output" == *"1.12.1+cu113 is the best"* ]]
    [[ "$output" == *"whl/cu113"* ]]
}

@test "today's pip install torch is CUDA 13: driver 580 and sm_75 or newer" {
    matrix --driver 580.65.06 --gpu sm_75
    [ "$status" -eq 0 ]
    [[ "$output" == *"+cu13"?" is the best"* ]]
    grep -q '^  pip  *pip install torch==[0-9.]*$' <<<"$output"
    matrix --driver 580.65.06 --gpu sm_70
    [[ "$output" != *"+cu13"?" is the best"* ]]
    matrix --driver 575.57.08 --gpu sm_75
    [[ "$output" != *"+cu13"?" is the best"* ]]
}

@test "an RTX 5090 has no code in a build of CUDA 12.4, and needs driver 570 or newer" {
    matrix --gpu "RTX 5090" --driver 570.211.01 --all --json
    [ "$(answer 2.6.0+cu124)" = no ]
    [ "$(broken_link 2.6.0+cu124)" = gpu_code ]
    [ "$(answer 2.7.1+cu128)" = yes ]
    matrix --gpu "RTX 5090" --driver 535 --torch 2.7.1 --json
    [ "$(broken_link 2.7.1+cu128)" = gpu_driver ]
    matrix --gpu "RTX 5090" --driver 535
    [ "$status" -eq 1 ]
    [[ "$output" == *"install a driver >= 580"* ]]
    matrix --gpu "RTX 5090" --torch 2.7.1
    [[ "$output" == *"with a driver >= 570"* ]]
}

@test "a V100 has code in builds of CUDA 12.8 of some releases only, and in none of CUDA 13" {
    matrix --gpu V100 --driver 580.65.06 --all --json
    [ "$(answer 2.8.0+cu128)" = yes ]
    [ "$(answer 2.7.1+cu128)" = no ]
    [ "$(answer 2.9.1+cu130)" = no ]
    [ "$(answer 2.9.1+cu126)" = yes ]
    matrix --gpu V100 --driver 590.48.01
    [ "$status" -eq 1 ]
    [[ "$output" == *"of branch 580 at most"* ]]
}

@test "TensorFlow 2.16 was made with cuDNN 8.9 and 2.18 with 9.3, and both need a driver of CUDA 12 alone" {
    matrix --framework tensorflow --driver 535 --json
    python3 -c '
import json, sys
rows = {r["version"]: r for r in json.load(sys.stdin)["releases"]}
assert rows["2.16.1"]["cuda"] == ["12.3"] and rows["2.16.1"]["cudnn"].startswith("8.9"), rows["2.16.1"]
assert rows["2.18.0"]["cuda"] == ["12.5"] and rows["2.18.0"]["cudnn"].startswith("9.3"), rows["2.18.0"]
assert rows["2.16.1"]["runs"] and rows["2.18.0"]["runs"]' <<<"$output"
    matrix --framework tensorflow==2.18 --driver 470
    [ "$status" -eq 1 ]
}

@test "vLLM runs where the PyTorch that pip takes beside it runs" {
    matrix --framework vllm==0.6.3 --driver 535
    [ "$status" -eq 0 ]
    [[ "$output" == *"with PyTorch 2.4.0+cu121"* ]]
    matrix --framework VLLM==0.6.3 --driver 470
    [ "$status" -eq 1 ]
    [[ "$output" == *"525.60.13"* ]]
}

@test "a release that is not in the tables gets its neighbours and no guess" {
    matrix --torch 2.4.7 --driver 535
    [ "$status" -eq 2 ]
    [[ "$output" == *"2.4.1 and 2.5.0"* ]]
    matrix --torch 9.9 --driver 535
    [ "$status" -eq 2 ]
    [[ "$output" == *"the nearest there is 2."* ]]
}

@test "what is spelt otherwise is a usage error, and not said to be without a build" {
    for odd in "--torch torch==2.4.1" "--torch v2.4.1" "--torch 2.4.1rc1" "--torch 2.4.1+cpu" "--torch 2.4.1+rocm6.1" "--torch +cu121" \
               "--cuda cu121" "--cuda twelve" "--framework vllm --torch 2.4" "--framework vllm --cuda 12"; do
        matrix --driver 535 $odd
        [ "$status" -eq 2 ] || { echo "$odd: $status $output"; false; }
        [[ "$output" != *"no official"* && "$output" != *"nearest"* ]]
    done
    matrix --driver 535 --cuda 12.1.1 --json
    [ "$status" -eq 0 ]
    [ "$(answer 2.3.1+cu121)" = yes ]
}

@test "what nvidia-smi shows for a driver of an unknown branch is not guessed" {
    matrix --driver 999
    [ "$status" -eq 0 ]
    [[ "$output" == *"999, of a branch that the tables do not know"* ]]
    [[ "$output" != *"999, for which nvidia-smi shows"* ]]
}

@test "a GPU, a driver or a framework that nobody knows is a usage error that says what is" {
    matrix --gpu "RTX 9999"
    [ "$status" -eq 2 ]
    [[ "$output" == *"sm_90 or 9.0"* ]]
    matrix --driver 12.2
    [ "$status" -eq 2 ]
    [[ "$output" == *"535.183.01"* ]]
    matrix --framework nothing
    [ "$status" -eq 2 ]
    [[ "$output" == *"tensorflow"* ]]
    matrix --python three
    [ "$status" -eq 2 ]
}

@test "where the tables have PyPI's builds alone, that is said" {
    matrix --gpu GH200 --driver 550
    [ "$status" -eq 1 ]
    [[ "${output//$'\n'  / }" == *"for linux-aarch64 the tables have PyPI's builds alone"* ]]
    matrix --gpu H100 --driver 550
    [[ "$output" != *"builds alone"* ]]
}

@test "several GPUs are served only by a build that serves them all" {
    matrix --gpu V100 --gpu "RTX 5090" --driver 580 --all --json
    [ "$(answer 2.8.0+cu128)" = yes ]
    [ "$(answer 2.8.0+cu126)" = no ]
    [ "$(answer 2.9.1+cu130)" = no ]
}

@test "the Python restricts, and a build for another is told so" {
    matrix --driver 535 --python 3.8 --all --json
    [ "$(answer 2.4.1+cu121)" = yes ]
    [ "$(answer 2.5.1+cu121)" = no ]
    [ "$(broken_link 2.5.1+cu121)" = python ]
}

@test "Markdown is one table with the command below it" {
    matrix --driver 535 --torch 2.4.1 --markdown
    [ "$status" -eq 0 ]
    [[ "$output" == *$'| why |\n|---|---|---|---|---|---|\n| 2.4.1 |'* ]]
    [[ "$output" == *"| 2.4.1 | cu121 (best) | 12.1 |"* ]]
    [[ "$output" == *'```sh'$'\n''pip install torch==2.4.1'$'\n''```' ]]
}

@test "without a driver none runs here, and what to install is said" {
    mkdir -p "$BATS_TEST_TMPDIR/machine/proc/self" "$BATS_TEST_TMPDIR/machine/etc"
    matrix --root "$BATS_TEST_TMPDIR/machine"
    [ "$status" -eq 1 ]
    [[ "$output" == *"none is installed"* ]]
    [[ "$output" == *"install a driver >="* ]]
}

@test "the driver and the GPU of this machine are asked" {
    run env LD_LIBRARY_PATH="$GPUVET_FAKES/driver" NVIDIA_VISIBLE_DEVICES=all "$GPUVET" matrix
    [ "$status" -eq 0 ]
    [[ "$output" == *"driver   580."* ]]
    [[ "$output" == *"SIMULATED"* ]]
}

@test "other tables replace the program's own, and a row that is wrong is refused by file, row and reason" {
    cp -r results/expected "$BATS_TEST_TMPDIR/data"
    matrix --data "$BATS_TEST_TMPDIR/data" --driver 535
    [ "$status" -eq 0 ]
    [[ "$output" == *"$BATS_TEST_TMPDIR/data"* ]]
    sed -i '0,/"cuda": "12.1"/s//"cuda": "twelve"/' "$BATS_TEST_TMPDIR/data/torch.json"
    matrix --data "$BATS_TEST_TMPDIR/data" --driver 535
    [ "$status" -eq 3 ]
    [[ "$output" == *"torch.json: the row of torch 2.1.0, variant cu121: rows["*"].cuda: \"twelve\" is no version"* ]]
    rm "$BATS_TEST_TMPDIR/data/torch.json"
    matrix --data "$BATS_TEST_TMPDIR/data" --driver 535
    [ "$status" -eq 3 ]
    [[ "$output" == *"torch.json"* ]]
}

@test "a full disk is an error, not half a table" {
    run sh -c '"$1" matrix --driver 535 >/dev/full' sh "$GPUVET"
    [ "$status" -eq 3 ]
    [[ "$output" == *"No space left"* ]]
}

@test "a driver whose version no file tells is not taken for none" {
    matrix --root "$BATS_TEST_DIRNAME/../machines/wsl"
    [ "$status" -eq 0 ]
    [[ "$output" == *"driver   installed, and nothing tells its version: --driver VERSION says it"* ]]
    [[ "$output" != *"none is installed"* ]]
    matrix --root "$BATS_TEST_DIRNAME/../machines/bare"
    [ "$status" -eq 1 ]
    [[ "$output" == *"none is installed"* ]]
}
