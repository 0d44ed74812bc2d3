# torch.python in an environment whose interpreter is this machine's python3 and whose torch is tests/fakes/torch.py: every way it may end.
load helpers

setup_file() {
    export env=$BATS_FILE_TMPDIR/env
    python3 - "$env" "$GPUVET_FAKES" "$BATS_TEST_DIRNAME/../fakes/torch.py" <<'PY'
import os, shutil, sys
env, fakes, fake = sys.argv[1:]
own = os.path.realpath(sys.executable)
torch = f'{env}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages/torch'
os.makedirs(f'{env}/bin')
os.makedirs(torch)
os.symlink(own, f'{env}/bin/python3')
with open(f'{env}/pyvenv.cfg', 'w') as f:
    f.write(f'home = {os.path.dirname(own)}\nversion = {sys.version_info[0]}.{sys.version_info[1]}\n')
with open(f'{torch}/version.py', 'w') as f:
    f.write("__version__ = '2.14.1'\ncuda = '13.0'\n")
shutil.copyfile(fake, f'{torch}/__init__.py')
shutil.copytree(f'{fakes}/torch-2.14.1/lib', f'{torch}/lib')
PY
}

# python [OPTION...] - a machine with the fake driver, and that environment as its only stack of interest.
python() {
    rm -f "$out"
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all PYTHONPATH=$own_path "$GPUVET" run -q --stack "$env" -s "venv:$env" -o "$out" -p torch.python "$@"
}

id() { echo "torch.python@$1/venv:$env"; }
why() { field "$(id "$1")" why; }

# saw DEVICE KEY - what the trial saw under the key.
saw() {
    python3 -c 'import json, sys
print(next(s["value"] for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2] for s in t["saw"] if s["key"] == sys.argv[3]))' "$out" "$(id "$1")" "$2"
}

@test "the environment's own Python imports its PyTorch and computes, on the CPU and on the simulated GPU" {
    run python -p torch.cnn
    echo "$output"
    [ "$status" = 0 ]
    for device in cpu gpu0; do
        [ "$(verdict "$(id $device)")" = pass ]
        [ "$(saw $device torch.says)" = 2.14.1 ]
        [ "$(saw $device conv.compared)" = 420 ]
    done
    [ "$(saw gpu0 cuda.gpus)" = 1 ]
    [[ "$(saw cpu torch.file)" == "$env/"* ]]
}

@test "it runs at full and where it is named, and not at quick" {
    run "$GPUVET" run --plan --no-gpu --stack "$env" -s "venv:$env"
    [[ "$output" == *torch.cnn* ]]
    [[ "$output" != *torch.python* ]]
    run "$GPUVET" run --plan --no-gpu --level full --stack "$env" -s "venv:$env"
    [[ "$output" == *torch.python* ]]
}

# ends ORDERS VERDICT WHY - on the CPU, beside a libtorch that works.
ends() {
    FAKE_PYTHON=$1 run python --no-gpu -p torch.cnn
    echo "$1: $(verdict "$(id cpu)"): $(why cpu)"
    [ "$(verdict "torch.cnn@cpu/venv:$env")" = pass ]
    [ "$(verdict "$(id cpu)")" = "$2" ]
    [[ "$(why cpu)" == $3 ]]
}

differ="through libtorch it works, in Python it does not"

@test "an exception is told by its type and its first line, with the call it came from" {
    ends raise:import fail "$differ: import torch failed in $env/bin/python3: RuntimeError: this was ordered"
    [[ "$(field "$(id cpu)" said)" == *"and has a second line"* ]]
    ends raise:product fail "$differ: torch.matmul on cpu failed in $env/bin/python3: RuntimeError: this was ordered"
    ends raise:gradient fail "$differ: torch.Tensor.backward on cpu failed in *"
    ends raise:conv fail "$differ: torch.nn.functional.conv2d on cpu failed in *"
    [ "$status" = 1 ]
    ends lack:import fail "$differ: import torch failed in $env/bin/python3: ModuleNotFoundError: No module named 'a_module_that_nobody_has'"
    [ "$(field "$(id cpu)" act)" = "$env/bin/python3 -m pip check" ]
}

@test "a crash names what was being done, also at the very end" {
    ends crash:import fail "$differ: crashed (SIGSEGV) in import torch of $env/bin/python3"
    [[ "$(field "$(id cpu)" said)" == *"Fatal Python error: Segmentation fault"* ]]
    ends crash:conv fail "$differ: crashed (SIGSEGV) in torch.nn.functional.conv2d on cpu of $env/bin/python3"
    ends crash:exit fail "$differ: crashed (SIGSEGV) in sys.exit of $env/bin/python3"
    ends kill:product broken "somebody else killed the child (SIGKILL)*"
}

@test "an interpreter that leaves on its way is told with its code" {
    ends leave:import fail "$differ: the child exited with code 3 without finishing the trial, in import torch of $env/bin/python3"
    ends leave:exit fail "$differ: the child exited with code 3 without finishing the trial, in sys.exit of *"
}

@test "a hang ends at the time limit, and tells where it was" {
    FAKE_PYTHON=hang:gradient run python --no-gpu --limit 3
    [ "$(verdict "$(id cpu)")" = fail ]
    [[ "$(why cpu)" == "did not end within "*" s, in torch.Tensor.backward on cpu of $env/bin/python3" ]]
    [[ "$(field "$(id cpu)" said)" == *"in _trouble"* ]]
    FAKE_PYTHON=hang:exit run python --no-gpu --limit 3
    [[ "$(why cpu)" == "did not end within "*" s, in sys.exit of "* ]]
}

@test "one wrong element is found and named, NaN too, and a missing one" {
    ends lie:product fail "$differ: 1 of 561 elements of an integer matrix product differ, which is exact in any order: y\[32\]\[16\] is *, expected *"
    ends lie:gradient fail "$differ: 1 of 2145 elements of its gradient differ, *: y\[32\]\[64\] is *"
    ends lie:conv fail "$differ: 1 of 420 elements of an integer convolution differ, *: y\[1\]\[4\]\[6\]\[5\] is *"
    ends nan:conv fail "$differ: 1 of 420 elements *: y\[1\]\[4\]\[6\]\[5\] is nan, expected *"
    ends short:conv fail "$differ: torch.nn.functional.conv2d on cpu failed in *: RuntimeError: the result has 419 elements, not 420"
}

@test "what is printed is no answer: not by torch, and not by the site's customisation" {
    ends print:import,print:conv pass ""
    mkdir -p "$BATS_TEST_TMPDIR/site"
    echo 'print("num\tconv.wrong\t\t7\nend\t0\t0", flush=True)' >"$BATS_TEST_TMPDIR/site/sitecustomize.py"
    own_path=$BATS_TEST_TMPDIR/site ends "" pass ""
    echo 'import os; os._exit(5)' >"$BATS_TEST_TMPDIR/site/sitecustomize.py"
    own_path=$BATS_TEST_TMPDIR/site ends "" fail "$differ: the child exited with code 5 without finishing the trial, in starting Python of *"
}

@test "a torch.py in the current folder does not count, and is warned of; one on PYTHONPATH is what the user imports" {
    mkdir -p "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here"
    echo 'raise SystemExit("mine")' >torch.py
    ends "" pass "$BATS_TEST_TMPDIR/here holds a torch.py: a Python that is started there imports that, and not PyTorch"
    [ "$status" = 77 ]
    own_path=$PWD ends "" fail "$differ: import torch failed in $env/bin/python3: SystemExit: mine"
    echo 'x = 1' >torch.py
    own_path=$PWD ends "" fail "$differ: import torch failed in *: ImportError: \`import torch\` finds $PWD/torch.py, which is not PyTorch"
}

# Discovery passes over the code that a .pth file may hold.
@test "another PyTorch than that of the stack's files is named, and so is another's library" {
    cp -a "$env" "$BATS_TEST_TMPDIR/env"
    env=$BATS_TEST_TMPDIR/env
    mkdir -p "$BATS_TEST_TMPDIR/other/torch"
    cp "$env"/lib/python3*/site-packages/torch/__init__.py "$BATS_TEST_TMPDIR/other/torch"
    printf "__version__ = '1.13.1'\ncuda = '11.7'\n" >"$BATS_TEST_TMPDIR/other/torch/version.py"
    FAKE_OPENS=$GPUVET_FAKES/torch-2.6.0/lib/libc10.so ends "" fail "$differ: in Python c10 is served by $GPUVET_FAKES/torch-2.6.0/lib/libc10.so, not by the stack's own $env/lib/*/torch/lib/libc10.so"
    echo "import sys; sys.path.insert(0, '$BATS_TEST_TMPDIR/other')" >"$BATS_TEST_TMPDIR/other.pth"
    cp "$BATS_TEST_TMPDIR/other.pth" "$env"/lib/python3*/site-packages/
    ends "" fail "$differ: \`import torch\` gives PyTorch 1.13.1 ($BATS_TEST_TMPDIR/other/torch/__init__.py), the files of this stack are those of 2.14.1"
}

@test "without an interpreter of its own that may be executed no other is asked" {
    cp -a "$env" "$BATS_TEST_TMPDIR/env"
    env=$BATS_TEST_TMPDIR/env
    rm "$env/bin/python3"
    run python --no-gpu
    [ "$(verdict "$(id cpu)")" = skip ]
    [[ "$(why cpu)" == "venv:$env has no Python of its own (bin/python3), and another's would not tell of it" ]]
    echo '#!/nowhere/python' >"$env/bin/python3"
    run python --no-gpu
    [ "$(verdict "$(id cpu)")" = skip ]
    [[ "$(why cpu)" == "$env/bin/python3 cannot be executed (Permission denied), "* ]]
    chmod +x "$env/bin/python3"
    run python --no-gpu
    [ "$(verdict "$(id cpu)")" = fail ]
    [[ "$(why cpu)" == "$env/bin/python3 cannot be started: No such file or directory" ]]
}

@test "a GPU that Python does not see fails with the words of PyTorch's warning, and so does one that it cannot use" {
    FAKE_NO_CUDA="The NVIDIA driver on your system is too old" run python
    [ "$(verdict "$(id gpu0)")" = fail ]
    [[ "$(why gpu0)" == *"torch.cuda.is_available() is False in Python, on a GPU that the driver shows to it: CUDA initialization: The NVIDIA driver on your system is too old" ]]
    [ "$(verdict "$(id cpu)")" = pass ]
    FAKE_PYTHON=raise:cuda run python
    [[ "$(why gpu0)" == "a tensor on cuda:0 failed in $env/bin/python3: RuntimeError: this was ordered" ]]
    [ "$(verdict "$(id cpu)")" = pass ]
}

@test "where only libtorch fails, Python's answer stands beside it" {
    FAKE_FAULT=zero:at.linear run python --no-gpu -p torch.cnn
    [[ "$(field "torch.cnn@cpu/venv:$env" why)" == *"; in Python it works (torch.python)" ]]
    "$GPUVET" judge "$out" -o "$BATS_TEST_TMPDIR/again.json" || true
    out=$BATS_TEST_TMPDIR/again.json
    [ "$(field "torch.cnn@cpu/venv:$env" why | grep -o 'in Python it works' | wc -l)" = 1 ]
}
