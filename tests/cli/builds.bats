# scripts/check-builds, on a made-up wheel and a stand-in for the program: what agrees with its row, and what does not.
load helpers

setup() {
    check=$BATS_TEST_DIRNAME/../../scripts/check-builds
    export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
    wheels=$XDG_CACHE_HOME/gpuvet/torch-wheels
    mkdir -p "$wheels"
    page=$BATS_TEST_TMPDIR/page.md
    codes='sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90'
    stand_in "$codes"
}

# stand_in CODES - a program whose `inspect` finds these in libtorch_cuda.
stand_in() {
    cat >"$BATS_TEST_TMPDIR/gpuvet" <<SH
#!/bin/sh
printf '{"files": ['
shift 2
for file; do
    case \$file in *libtorch_cuda*) codes=$(python3 -c 'import json, sys; print(json.dumps(sys.argv[1].split()).replace(" ", ""))' "$1" | sed 's/"/\\"/g') ;; *) codes='[]' ;; esac
    printf '%s{"path": "%s", "glibc": "2.17", "gpu_code": %s}' "\$comma" "\$file" "\$codes"
    comma=,
done
printf ']}'
SH
    chmod +x "$BATS_TEST_TMPDIR/gpuvet"
}

# wheel [RELEASE] [PIN=VERSION] - as PyPI has 2.4.1, of another release or with one pin of another version.
wheel() {
    python3 - "$wheels" "$BATS_TEST_DIRNAME/../../results/expected/torch.json" "$codes" "${1:-2.4.1}" "${2:-}" <<'PY'
import json, sys, zipfile
folder, table, codes, release, pin = sys.argv[1:]
row = next(r for r in json.load(open(table))['rows'] if (r['torch'], r['variant']) == ('2.4.1', 'cu121'))
pins = dict(row['pins'], **dict([pin.split('=')] if pin else []))
with zipfile.ZipFile(f'{folder}/torch-{release}-cp311-cp311-manylinux1_x86_64.whl', 'w') as z:
    z.writestr('torch/version.py', f"__version__ = '{release}+cu121'\ncuda: Optional[str] = '12.1'\n")
    z.writestr('torch/lib/libtorch_cuda.so', 'NCCL version 2.20.5+cuda12.1')
    z.writestr('torch/lib/libtorch_python.so', f'text{codes}\0')
    z.writestr(f'torch-{release}.dist-info/METADATA', 'Name: torch\n' + ''.join(
        f'Requires-Dist: {name} (=={version}) ; platform_system == "Linux" and platform_machine == "x86_64"\n' for name, version in pins.items())
        + 'Requires-Dist: optree (==0.1) ; extra == "optree"\nRequires-Dist: other (==1) ; platform_machine == "aarch64"\n')
PY
}

@test "a wheel that is as its row says agrees, and the page says so" {
    wheel
    run "$check" "$BATS_TEST_TMPDIR/gpuvet" "$page"
    [ "$status" -eq 0 ]
    grep -q '^| torch-2.4.1-cp311-cp311-manylinux1_x86_64.whl | 2.4.1 cu121 | yes | yes | yes | yes | yes | yes | yes | yes | - |$' "$page"
    grep -q '^1 wheels, 0 disagreements' "$page"
}

@test "code that libraries hold beside PyTorch's own is named, and no disagreement" {
    wheel
    stand_in "sm_35 $codes sm_90a"
    run "$check" "$BATS_TEST_TMPDIR/gpuvet" "$page"
    [ "$status" -eq 0 ]
    grep -q '| sm_35 |$' "$page"
}

@test "another pin, missing code and another list of architectures disagree, each by name" {
    wheel 2.4.1 nvidia-cudnn-cu12=9.9.9.9
    run "$check" "$BATS_TEST_TMPDIR/gpuvet" "$page"
    [ "$status" -eq 1 ]
    [[ "$output" == *"pins: "* && "$output" == *"cuDNN: the row says 9.1.0.70, the wheel 9.9.9.9"* ]]
    wheel
    stand_in "sm_50 sm_60"
    run "$check" "$BATS_TEST_TMPDIR/gpuvet" "$page"
    [ "$status" -eq 1 ]
    [[ "$output" == *"GPU code: no library holds sm_70 sm_75 sm_80 sm_86 sm_90"* ]]
    codes='sm_80 sm_90'
    wheel
    run "$check" "$BATS_TEST_TMPDIR/gpuvet" "$page"
    [ "$status" -eq 1 ]
    [[ "$output" == *"GPU code: the row says "* ]]
}

@test "a wheel that has no row is told, and what stands behind the table is kept" {
    wheel 2.4.9
    printf 'old table\n\n## What was corrected\n\nby hand\n' >"$page"
    run "$check" "$BATS_TEST_TMPDIR/gpuvet" "$page"
    [ "$status" -eq 1 ]
    [[ "$output" == *"there is no row of 2.4.9 cu121 linux-x86_64"* ]]
    ! grep -q 'old table' "$page"
    tail -n 3 "$page" | grep -q 'by hand'
}
