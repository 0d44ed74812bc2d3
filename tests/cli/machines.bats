# The exit codes on every recorded machine, with and without `--require gpu`.
load helpers

# no_driver MACHINE CODE CODE-WITH-REQUIRE [SENTENCE] - where no driver library answers.
no_driver() {
    run "$GPUVET" run -q --root "tests/machines/$1"
    echo "$output"
    [ "$status" = "$2" ]
    [ -z "$4" ] || [[ "$output" == *"$4"* ]]
    run "$GPUVET" run -q --root "tests/machines/$1" --require gpu
    [ "$status" = "$3" ]
}

# driver MACHINE GPUS CODE CODE-WITH-REQUIRE [SENTENCE] - where the fake driver answers for so many.
driver() {
    export LD_LIBRARY_PATH=$driver FAKE_GPUS=$2 FAKE_NVML=580.65.06
    run "$GPUVET" run -q --root "tests/machines/$1" -p 'driver.*' -p device.facts -p cuda.launch
    echo "$output"
    [ "$status" = "$3" ]
    [ -z "$5" ] || [[ "$output" == *"$5"* ]]
    run "$GPUVET" run -q --root "tests/machines/$1" -p 'driver.*' -p cuda.launch --require gpu
    [ "$status" = "$4" ]
}

@test "a bare host" { no_driver bare 77 1 "no NVIDIA GPU on the PCI bus"; }
@test "a GPU without a module" { no_driver gpu-no-module 1 1 "the nvidia kernel module is not loaded"; }
@test "a GPU that nouveau drives" { no_driver nouveau 1 1 "nouveau drives the GPU at 0000:01:00.0, and NVIDIA's own module cannot: sudo ubuntu-drivers install"; }
@test "a container without a GPU" { no_driver container-no-runtime 77 1 "this container was given no NVIDIA device"; }
@test "a container that asked for a GPU and got none" { no_driver container-asked 1 1 "docker run --gpus all"; }
@test "WSL without a driver that answers" { no_driver wsl 1 1; }
@test "a GPU hidden by an empty CUDA_VISIBLE_DEVICES" { no_driver hidden 77 1 "CUDA_VISIBLE_DEVICES is"; }
@test "a GPU passed through to a guest" { no_driver passed-through 77 1; }
@test "device nodes that this user may not open" { no_driver no-permission 1 1 "this user may not open /dev/nvidia0"; }
@test "a good driver and no stack" { driver driver-no-stack 1 0 0 "no stack found: cuBLAS and cuDNN not tested"; }
@test "a server with eight GPUs" { driver server-8 8 0 0 "PASS - 8 GPUs proved (8 x SIMULATED GPU"; }
@test "a server with seven of eight GPUs answering names the missing one" { driver server-7-of-8 7 1 1 "the GPU at 0000:08:00.0 is on the PCI bus, but NVML does not see it"; }
@test "WSL with a driver that answers" { driver wsl 1 0 0; }

@test "a driver whose libraries are of another version than the module" {
    export LD_LIBRARY_PATH=$driver FAKE_NVML=570.124.06
    run "$GPUVET" run -q --root tests/machines/driver-no-stack -p 'driver.*'
    [ "$status" = 1 ]
    [[ "$output" == *"570.124.06, the loaded kernel module is of another: expected 580.65.06"* ]]
}

@test "exactly eight GPUs are required" {
    export LD_LIBRARY_PATH=$driver FAKE_GPUS=8 FAKE_NVML=580.65.06
    run "$GPUVET" run -q --root tests/machines/server-8 -p cuda.launch --require gpu=8
    [ "$status" = 0 ]
    run "$GPUVET" run -q --root tests/machines/server-8 -p cuda.launch --require gpu=7
    [ "$status" = 1 ]
}

@test "no driver, no Python, no toolkit, an empty environment: it starts, and says so" {
    run env -i "$GPUVET" run -q --root tests/machines/bare
    [ "$status" = 77 ]
}

@test "this machine, recorded, is the same machine" {
    scripts/record-machine "$BATS_TEST_TMPDIR/recorded"
    meant() { "$GPUVET" list --json "$@" | python3 -c 'import json, sys; m = json.load(sys.stdin)["machine"]; print(m["place"], m["gpu_meant"], m["why"], m["os"], m["arch"])'; }
    [ "$(meant)" = "$(meant --root "$BATS_TEST_TMPDIR/recorded")" ]
}

@test "a healthy machine that was recorded has no finding: of its libraries only the names are there" {
    for machine in driver-no-stack server-8 wsl; do
        run "$GPUVET" doctor -q --no-gpu --root "tests/machines/$machine"
        echo "$output"
        [ "$status" = 77 ]
    done
}
