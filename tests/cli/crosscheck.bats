# An installed PyTorch against its official build: environments are folders made up here, and the driver is the fake one.
load helpers

# check OPTIONS... - a run of that environment alone, with the fake driver.
check() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" run -q --stack "$venv" -s "venv:$venv" -o "$out" "$@"
}

# saw PROBE KEY - what the trial of that probe observed.
saw() {
    python3 -c 'import json, sys
t = next(t for t in json.load(open(sys.argv[1]))["trials"] if t["probe"] == sys.argv[2])
print(next((s["value"] for s in t["saw"] if s["key"] == sys.argv[3]), ""))' "$out" "$1" "$2"
}

@test "an official build is named as one, also where its wheel's metadata names no variant" {
    environment 2.4.1+cu121 12.1
    run check -p torch.build
    [ "$status" = 77 ]
    [ "$(saw torch.build build)" = "the official build 2.4.1+cu121 for $(uname -m | sed s/^/linux-/)" ]
    environment 1.12.1 10.2
    run check -p torch.build
    [ "$(saw torch.build build.kind)" = official ]
}

@test "a release that no table knows is a warning that names the nearest" {
    environment 2.4.7+cu124 12.4
    run check -p torch.build
    [ "$status" = 77 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"[warn] torch.build/venv:$venv PyTorch 2.4.7 is not known to this gpuvet; nearest known: 2.4.1 and 2.5.0"* ]]
    run check -p torch.build --strict
    [ "$status" = 1 ]
}

@test "NVIDIA's, a CPU-only, a ROCm and a source build are observed, and no failure" {
    for build in '2.4.0a0+07cecf4168.nv24.05 12.4 nvidia' '2.4.1+cpu - cpu' '2.4.1+rocm6.1 - rocm' '2.4.0a0+gitd990dad 12.4 source' \
                 '2.4.1+cu124 12.1 source' '2.6.0.dev20241112+cu124 12.4 nightly'; do
        set -- $build
        environment "$1" "${2#-}"
        run check -p torch.build
        [ "$status" = 77 ] || { echo "$build: $status $output"; false; }
        [[ "$output" != *"[warn]"* ]]
        [ "$(saw torch.build build.kind)" = "$3" ]
        [ -n "$(saw torch.build not_compared)" ]
        [ "$2" = - ] || [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"is not compared with an official build: "* ]]
    done
}

@test "a driver that is too old for the CUDA of the build is a failure with the build that fits it" {
    environment 2.4.1+cu124 12.4
    FAKE_NVML=520.61.05 FAKE_DRIVER=11080 run check -p torch.driver
    [ "$status" = 1 ]
    folded=$(tr -s ' \n' ' ' <<<"$output")
    [[ $folded == *"PyTorch 2.4.1+cu124 does not run on this driver: CUDA 12.4 needs a driver >= 525.60.13, and 520.61.05 is older"* ]]
    [[ "$(field "torch.driver/venv:$venv" act)" == "$venv/bin/python3 -m pip install torch==2.4.1+cu118 --index-url https://download.pytorch.org/whl/cu118" ]]
    run "$GPUVET" judge "$out"
    [ "$status" = 1 ]
}

@test "a driver for an older CUDA of the same major runs it, whatever nvidia-smi shows" {
    environment 2.4.1+cu124 12.4
    FAKE_NVML=535.54.03 FAKE_DRIVER=12020 run check -p torch.driver
    [ "$status" = 0 ] || [ "$status" = 77 ]
    [ "$(verdict "torch.driver/venv:$venv")" = pass ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"it runs although nvidia-smi shows CUDA 12.2 for driver 535.54.03"* ]]
}

@test "--expect: the one that is installed, its series, a requirements file and a saved run are met" {
    environment 2.4.1+cu124 12.4
    printf -- '--index-url https://download.pytorch.org/whl/cu124\nnumpy\ntorch==2.4.1  # as tested\n' >"$BATS_TEST_TMPDIR/requirements.txt"
    check -p torch.build >/dev/null || true
    cp "$out" "$BATS_TEST_TMPDIR/before.json"
    for what in torch==2.4.1+cu124 torch==2.4 'torch>=2.4,<2.6' auto torch "$BATS_TEST_TMPDIR/requirements.txt" "$BATS_TEST_TMPDIR/before.json"; do
        run check -p torch.build --expect "$what"
        [ "$status" = 77 ] || { echo "$what: $status $output"; false; }
    done
}

@test "--expect: another build is a failure that says which, with the command that mends it" {
    environment 2.4.1+cu121 12.1
    run check -p torch.build --expect torch==2.4.1+cu124
    [ "$status" = 1 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"PyTorch 2.4.1+cu121 is installed, and torch==2.4.1+cu124 was asked for"* ]]
    [ "$(field "torch.build/venv:$venv" act)" = "$venv/bin/python3 -m pip install torch==2.4.1+cu124 --index-url https://download.pytorch.org/whl/cu124" ]
    [[ "$output" == *"required: torch==2.4.1+cu124: venv:$venv is PyTorch 2.4.1+cu121"* ]]
    [[ "$output" == *"rerun: "*" --expect torch==2.4.1+cu124 -p torch.build"* ]]
    run "$GPUVET" judge "$out"
    [ "$status" = 1 ]
}

@test "--expect without any PyTorch is a demand that is not met" {
    run simulated -p torch.build --expect torch==2.4.1
    [ "$status" = 1 ] || [ "$status" = 2 ]
    run simulated -p stack.files --expect torch==2.4.1
    [ "$status" = 1 ]
    [[ "$output" == *"required: torch==2.4.1: no PyTorch is in this run"* ]]
}

@test "--expect of a release that no table knows is a usage error that names the nearest" {
    environment 2.4.1+cu124 12.4
    for what in 'torch==2.4.7 nearest known: 2.4.1 and 2.5.0' 'torch==2.4.1+cu130 with cu118, cu121, cu124' 'torch==2.4.1rc1 is not understood' \
                'numpy No such file' 'torch>99 no PyTorch that this gpuvet knows'; do
        run check -p torch.build --expect "${what%% *}"
        [ "$status" = 2 ]
        [[ "$output" == *"${what#* }"* ]] || { echo "$what: $output"; false; }
    done
    printf 'numpy\n' >"$BATS_TEST_TMPDIR/requirements.txt"
    run check --expect "$BATS_TEST_TMPDIR/requirements.txt"
    [ "$status" = 2 ]
    [[ "$output" == *"requirements.txt: torch is not in it"* ]]
}

@test "--expect of neither a demand nor a file says what a demand looks like" {
    environment 2.4.1+cu121 12.1
    run check --expect 2.4.1
    [ "$status" = 2 ]
    [[ "$output" == *"torch==2.4.1"*"No such file"* ]]
}

@test "a saved run is held against another expectation" {
    environment 2.4.1+cu124 12.4
    check -p torch.build >/dev/null || true
    run "$GPUVET" judge "$out" --expect torch==2.4.1+cu124
    [ "$status" = 77 ]
    run "$GPUVET" judge "$out" --expect torch==2.5
    [ "$status" = 1 ]
    [[ "$output" == *"required: torch==2.5: venv:$venv is PyTorch 2.4.1+cu124"* ]]
}

# package NAME VERSION - an installed package; its files do not matter here.
package() { mkdir -p "$site/${1//-/_}-$2.dist-info"; touch "$site/${1//-/_}-$2.dist-info/METADATA"; }

# pins NAME==VERSION... - what the metadata of PyTorch requires.
pins() {
    mkdir -p "$site/torch-2.4.1.dist-info"
    for pin in "$@"; do echo "Requires-Dist: $pin ; platform_system == \"Linux\""; done >"$site/torch-2.4.1.dist-info/METADATA"
}

@test "a pinned package that is missing, and cuDNN of another major: a failure, and one command for both" {
    environment 2.4.1+cu121 12.1
    pins nvidia-cudnn-cu12==9.1.0.70 nvidia-nccl-cu12==2.20.5 nvidia-nvtx-cu12==12.1.105
    package nvidia-cudnn-cu12 8.9.2.26
    package nvidia-nvtx-cu12 12.1.105
    run check -p torch.pins
    [ "$status" = 1 ]
    [[ "$(field "torch.pins/venv:$venv" why)" == *"nvidia-cudnn-cu12 8.9.2.26 is installed, and 9.1.0.70 is pinned: another major version"* ]]
    [ "$(field "torch.pins/venv:$venv" act)" = "$venv/bin/python3 -m pip install nvidia-cudnn-cu12==9.1.0.70 nvidia-nccl-cu12==2.20.5" ]
}

@test "a newer cuDNN of the same major is a warning, as pinned is nothing" {
    environment 2.4.1+cu121 12.1
    pins nvidia-cudnn-cu12==9.1.0.70
    package nvidia-cudnn-cu12 9.5.1.17
    run check -p torch.pins
    [ "$status" = 77 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"[warn] torch.pins/venv:$venv nvidia-cudnn-cu12 9.5.1.17 is installed, and 9.1.0.70 is pinned"* ]]
    rmdir "$site"/nvidia_cudnn* 2>/dev/null || rm -r "$site"/nvidia_cudnn*
    package nvidia-cudnn-cu12 9.1.0.70
    run check -p torch.pins --strict
    [ "$status" = 77 ]
}

@test "an extension for another Python is a failure before anything imports it" {
    environment 2.4.1+cu121 12.1
    touch "$site/torch/_C.cpython-312-$(uname -m)-linux-gnu.so"
    run check -p torch.host
    [ "$status" = 1 ]
    [[ "$(field "torch.host/venv:$venv" why)" == "this PyTorch was built for Python 3.12, and the environment's is 3.11: it cannot import it" ]]
}

@test "a toolkit of another major is a warning only where CUDA_HOME names it" {
    environment 2.4.1+cu121 12.1
    run check -p torch.toolkit --stack "$GPUVET_FAKES/toolkit"
    [ "$status" = 77 ]
    [[ "$output" != *"[warn]"* ]]
    CUDA_HOME=$GPUVET_FAKES/toolkit run check -p torch.toolkit
    [ "$status" = 77 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"[warn] torch.toolkit/venv:$venv toolkit 13.0.0 cannot compile extensions for this PyTorch, which was built with CUDA 12.1"* ]]
}

# torch_cuda [FATBIN] - a libtorch_cuda.so whose fat binary holds those bytes; without them it has no code.
torch_cuda() {
    cp "$GPUVET_FAKES"/toolkit/lib64/libcudart.so.13 "$site/torch/lib/libtorch_cuda.so"
    [ -z "${1-}" ] || objcopy --add-section .nv_fatbin=<(printf '%s' "$1") "$site/torch/lib/libtorch_cuda.so"
}

@test "where the file does not say for which GPUs it has code, its official build does" {
    environment 2.4.1+cu121 12.1
    torch_cuda 'this is no fat binary at all, and long enough to be looked at as one'
    FAKE_CC=90 run check -p stack.archs
    [ "$(verdict "stack.archs@gpu0/venv:$venv")" = pass ]
    [[ "$(saw stack.archs torch_cuda.archs)" == "sm_50 "*"sm_90, as its official build has them: the file does not say ("* ]]
    FAKE_CC=120 run check -p stack.archs
    [ "$status" = 1 ]
    [[ "$(field "stack.archs@gpu0/venv:$venv" why)" == *"libtorch_cuda.so has no code for this GPU (sm_120): it has sm_50 "* ]]
}

@test "a cuDNN without code for this GPU is a failure of its own" {
    environment 2.4.1+cu121 12.1
    package nvidia-cudnn-cu12 9.11.0.98
    torch_cuda
    FAKE_CC=70 run check -p torch.cudnn.gpu
    [ "$status" = 1 ]
    [[ "$(field "torch.cudnn.gpu@gpu0/venv:$venv" why)" == "its cuDNN 9.11.0.98 has no code for "*"9.10.2 is the last that has" ]]
    FAKE_CC=90 run check -p torch.cudnn.gpu
    [ "$(verdict "torch.cudnn.gpu@gpu0/venv:$venv")" = pass ]
}

@test "PTX alone: slow with a driver of its own time, and no code at all for an older one" {
    environment 2.8.0+cu129 12.9
    torch_cuda 'this is no fat binary at all, and long enough to be looked at as one'
    FAKE_CC=130 run check -p stack.archs
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"[warn] stack.archs@gpu0/venv:"*"has only PTX for this GPU (sm_130)"* ]]
    FAKE_CC=130 FAKE_DRIVER=12020 run check -p stack.archs
    [ "$status" = 1 ]
    [[ "$(field "stack.archs@gpu0/venv:$venv" why)" == *"has only PTX of CUDA 12.9 for this GPU (sm_130): a driver for CUDA 12.2 does not compile it" ]]
}

# record FILE... - lists them in the RECORD of PyTorch as they are now.
record() {
    mkdir -p "$site/torch-2.4.1.dist-info"
    (cd "$site" && python3 - "$@" >torch-2.4.1.dist-info/RECORD <<'PY'
import base64, hashlib, os, sys
for path in sys.argv[1:]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(open(path, 'rb').read()).digest()).decode().rstrip('=')
    print(f'{path},sha256={digest},{os.path.getsize(path)}')
print('torch-2.4.1.dist-info/RECORD,,')
PY
    )
}

@test "at level full every byte is held against RECORD: a library that was altered is a failure, a text a warning" {
    environment 2.4.1+cu121 12.1
    torch_cuda
    echo 'import os' >"$site/torch/__init__.py"
    record torch/version.py torch/__init__.py torch/lib/libtorch_cuda.so
    run check -p torch.record
    [ "$status" = 77 ]
    [ "$(saw torch.record files)" = 3 ]
    [[ "$output" != *"[warn]"* ]]
    echo 'import sys' >"$site/torch/__init__.py"
    rm "$site/torch/version.py.bak" 2>/dev/null || true
    run check -p torch.record
    [ "$status" = 77 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"[warn] torch.record/venv:$venv $site/torch/__init__.py was changed since it was installed"* ]]
    printf X | dd of="$site/torch/lib/libtorch_cuda.so" bs=1 seek=4200 conv=notrunc status=none
    run check -p torch.record
    [ "$status" = 1 ]
    [[ "$(field "torch.record/venv:$venv" why)" == "$site/torch/lib/libtorch_cuda.so: its bytes are not those that its package's RECORD lists" ]]
    [[ "$(field "torch.record/venv:$venv" act)" == *"pip install --force-reinstall --no-deps torch==2.4.1"* ]]
}

@test "at level full a RECORD that is gone, or lists nothing, is told: silence is no pass" {
    environment 2.4.1+cu121 12.1
    torch_cuda
    record torch/version.py
    mkdir -p "$site/nvidia_nccl_cu12-2.20.5.dist-info"
    printf 'Name: nvidia-nccl-cu12\nVersion: 2.20.5\n' >"$site/nvidia_nccl_cu12-2.20.5.dist-info/METADATA"
    run check -p torch.record
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"nvidia-nccl-cu12 2.20.5 has no RECORD"* ]]
    mv "$site/torch-2.4.1.dist-info/RECORD" "$site/nvidia_nccl_cu12-2.20.5.dist-info/RECORD"
    echo garbage >"$site/torch-2.4.1.dist-info/RECORD"
    run check -p torch.record
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"torch-2.4.1.dist-info/RECORD lists no file with a hash"* ]]
    rm -r "$site/torch-2.4.1.dist-info"
    run check -p torch.record
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"no package is recorded that brought torch"* ]]
}

@test "a quick run reads no file whole" {
    environment 2.4.1+cu121 12.1
    record torch/version.py
    run check --no-gpu
    ! grep -q '"torch.record/' "$out"
}

@test "what takes long says how far it is" {
    command -v script >/dev/null || skip "no script(1) here"
    environment 2.4.1+cu121 12.1
    torch_cuda
    truncate -s 1500M "$site/torch/large.bin"
    mkdir -p "$site/torch-2.4.1.dist-info"
    printf 'torch/large.bin,sha256=%043d,1572864000\n' 0 >"$site/torch-2.4.1.dist-info/RECORD"
    run script -qec "'$GPUVET' run --no-gpu --stack '$venv' -s 'venv:$venv' -p torch.record" /dev/null
    [[ "$output" =~ [01]\.[0-9]\ of\ 1\.6\ GB\ torch\.record ]]
    [[ "$(tr -s ' \r\n' ' ' <<<"$output")" == *"torch/large.bin was changed since it was installed"* ]]
}

@test "the tables of another folder decide, and a folder without any is an error" {
    environment 2.4.1+cu121 12.1
    cp -r results/expected "$BATS_TEST_TMPDIR/expected"
    sed -i '/"torch": "2.4.1"/d' "$BATS_TEST_TMPDIR/expected/torch.json"
    run check -p torch.build --data "$BATS_TEST_TMPDIR/expected"
    [ "$status" = 77 ]
    [ "$(saw torch.build build.kind)" = "not listed" ]
    run check -p torch.build --data "$BATS_TEST_TMPDIR/none"
    [ "$status" = 2 ] || [ "$status" = 3 ]
    [[ "$output" == *none* ]]
}

# libtorch VERSION - a libtorch of that version whose libraries are fakes; its cuDNN says 9.19.0.
libtorch() {
    lib=$BATS_TEST_TMPDIR/libtorch/lib
    mkdir -p "$lib"
    echo "$1" >"$lib/../build-version"
    for name in libtorch_cpu.so libtorch_cuda.so; do cp "$GPUVET_FAKES"/toolkit/lib64/libcudart.so.13 "$lib/$name"; done
    cp "$GPUVET_FAKES"/toolkit/lib64/libcudnn*.so.9 "$lib"
}

@test "the cuDNN that is loaded is one that this build was compiled for, or it is refused" {
    libtorch 2.4.1+cu124
    run simulated -s "libtorch:*" --stack "$BATS_TEST_TMPDIR/libtorch" -p torch.cudnn -o "$out"
    [ "$(verdict "torch.cudnn/libtorch:$BATS_TEST_TMPDIR/libtorch")" = pass ]
    [ "$(saw torch.cudnn cudnn.compiled)" = 9.1.0.70 ]
    [ "$(saw torch.cudnn cudnn.loaded)" = 9.19.0 ]
    libtorch 2.1.2+cu121
    run simulated -s "libtorch:*" --stack "$BATS_TEST_TMPDIR/libtorch" -p torch.cudnn -o "$out"
    [ "$status" = 1 ]
    [[ "$(field "torch.cudnn/libtorch:$BATS_TEST_TMPDIR/libtorch" why)" == "cuDNN 9.19.0 is loaded, and PyTorch was compiled with 8.9.2.26: "* ]]
}

@test "a version.py that was emptied is a damaged PyTorch" {
    environment 2.4.1+cu121 12.1
    mkdir -p "$site/torch-2.4.1.dist-info"
    printf 'Name: torch\nVersion: 2.4.1\n' >"$site/torch-2.4.1.dist-info/METADATA"
    : >"$site/torch/version.py"
    run check -p torch.build
    [ "$status" = 1 ]
    [[ "$output" == *"states no version"* ]]
    [[ "$output" == *"pip install --force-reinstall --no-deps torch==2.4.1"* ]]
}

@test "a package that is recorded twice is told" {
    environment 2.4.1+cu121 12.1
    mkdir -p "$site/torch-2.4.1.dist-info"
    echo "Requires-Dist: nvidia-cudnn-cu12 (==9.1.0.70)" >"$site/torch-2.4.1.dist-info/METADATA"
    package nvidia-cudnn-cu12 9.1.0.70
    run check -p torch.pins
    [ "$status" = 77 ]
    [[ "$output" != *"recorded"* ]]
    package nvidia-cudnn-cu12 9.2.0.82
    run check -p torch.pins
    [ "$status" = 77 ]
    [[ "${output//$'\n'         / }" == *"nvidia-cudnn-cu12 is recorded as 9.1.0.70 and as 9.2.0.82"* ]]
}
