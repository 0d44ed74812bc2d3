# gpuvet inspect: libraries, folders and wheels, whole and broken.
load helpers

library=$GPUVET_FAKES/toolkit/lib64/libcublas.so.13

# json EXPRESSION FILE... - of what inspect tells as JSON, as Python sees it in `r`.
json() {
    local expression=$1
    shift
    "$GPUVET" inspect --json "$@" >"$out" || true
    python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$out" "$expression"
}

# make_wheel FILE [METHOD] - a wheel around the fake library.
make_wheel() {
    python3 - "$1" "$library" "${2:-8}" <<'PY'
import sys, zipfile
path, library, method = sys.argv[1], sys.argv[2], int(sys.argv[3])
with zipfile.ZipFile(path, "w", method) as z:
    data = open(library, "rb").read()
    z.writestr("torch/version.py", "__version__ = '9.8.7+cu130'\ncuda: Optional[str] = '13.0'\n")
    z.writestr("torch/lib/libfake.so.13", data)
    z.writestr("torch-9.8.7.dist-info/METADATA", "Name: torch\nVersion: 9.8.7\nRequires-Dist: nvidia-cublas==13.1; sys_platform == 'linux'\n\ntext\n")
    z.writestr("torch-9.8.7.dist-info/WHEEL", "Tag: cp311-cp311-linux_x86_64\n")
    z.writestr("torch-9.8.7.dist-info/RECORD", f"torch/lib/libfake.so.13,sha256=x,{len(data)}\ntorch-9.8.7.dist-info/RECORD,,\n")
PY
}

wheel=torch-9.8.7-cp311-cp311-manylinux_2_28_x86_64.whl

@test "a library: what it is, what it needs and where the loader finds it" {
    run "$GPUVET" inspect "$library"
    [ "$status" = 0 ]
    [[ "$output" == "$library"*"is "*libcublas.so.13*"GPU code"*"needs"*"libc.so.6: "*"(loaded already)"* ]]
    [ "$(json 'r["files"][0]["soname"]' "$library")" = libcublas.so.13 ]
    [ "$(json 'r["files"][0]["problems"]' "$library")" = "[]" ]
    [ "$(json '[n["by"] for n in r["files"][0]["needs"] if n["name"] == "libc.so.6"]' "$library")" = "['loaded']" ]
}

@test "a relative path is taken from the current folder" {
    cd "$(dirname "$library")"
    [ "$(json 'r["files"][0]["path"]' libcublas.so.13)" = libcublas.so.13 ]
    run "$GPUVET" inspect ./libcublas.so.13
    [ "$status" = 0 ]
}

@test "what is needed and found nowhere is wrong; the driver's library is not" {
    cc -shared -o "$BATS_TEST_TMPDIR/libgone.so.7" -Wl,-soname,libgone.so.7 -x c /dev/null
    cc -shared -o "$BATS_TEST_TMPDIR/libcuda.so.1" -Wl,-soname,libcuda.so.1 -x c /dev/null
    cc -shared -o "$BATS_TEST_TMPDIR/libneeds.so" -x c /dev/null -x none -Wl,--no-as-needed "$BATS_TEST_TMPDIR/libgone.so.7"
    cc -shared -o "$BATS_TEST_TMPDIR/libdrives.so" -x c /dev/null -x none -Wl,--no-as-needed "$BATS_TEST_TMPDIR/libcuda.so.1"
    [ "$(LD_LIBRARY_PATH=$BATS_TEST_TMPDIR json '[(n["path"], n["why"]) for n in r["files"][0]["needs"]][0]' "$BATS_TEST_TMPDIR/libneeds.so")" \
        = "('$BATS_TEST_TMPDIR/libgone.so.7', 'LD_LIBRARY_PATH: $BATS_TEST_TMPDIR')" ]
    run "$GPUVET" inspect "$BATS_TEST_TMPDIR/libneeds.so"
    [ "$status" = 1 ]
    [ "${lines[0]}" = "[wrong] $BATS_TEST_TMPDIR/libneeds.so: libgone.so.7 is found nowhere" ]
    "$GPUVET" inspect /lib/x86_64-linux-gnu/libcuda.so.1 >/dev/null 2>&1 && skip "a driver is installed"
    run "$GPUVET" inspect "$BATS_TEST_TMPDIR/libdrives.so"
    [ "$status" = 0 ]
    [ "${lines[0]}" = "[note] $BATS_TEST_TMPDIR/libdrives.so: libcuda.so.1 is found nowhere: it comes with NVIDIA's driver" ]
}

@test "what is no whole library is told: cut, empty, garbage, not there, not to be read" {
    cd "$BATS_TEST_TMPDIR"
    head -c 5000 "$library" >cut.so
    : >empty.so
    echo "int main;" >garbage.so
    run "$GPUVET" inspect cut.so empty.so garbage.so "$library"
    [ "$status" = 1 ]
    [[ "$output" == *"[wrong] cut.so: truncated: 5000 of "*"[wrong] empty.so: an empty file"*"[wrong] garbage.so: not an ELF file"*"3 not well"* ]]
    run "$GPUVET" inspect /nowhere/libx.so "$library"
    [ "$status" = 3 ]
    [[ "$output" == *"[unknown] /nowhere/libx.so: cannot be opened: No such file or directory"* ]]
    run "$GPUVET" inspect /nowhere/libx.so garbage.so
    [ "$status" = 1 ]
    mkfifo pipe.so
    run timeout 10 "$GPUVET" inspect pipe.so
    [ "$status" = 1 ]
}

@test "no permission is no verdict" {
    local as=() dir
    dir=$(mktemp -d)
    cp "$library" "$dir/secret.so"
    cp "$GPUVET" "$dir/gpuvet"
    chmod 0 "$dir/secret.so"
    chmod 755 "$dir"
    if [ "$(id -u)" = 0 ]; then
        command -v setpriv >/dev/null || skip "root may read everything"
        as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    fi
    run "${as[@]}" "$dir/gpuvet" inspect "$dir/secret.so"
    chmod 644 "$dir/secret.so"
    rm -r "$dir"
    [ "$status" = 3 ]
    [ "${lines[0]}" = "[unknown] $dir/secret.so: cannot be opened: Permission denied" ]
}

@test "a folder: each real library once, links followed, in order" {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p tree/b tree/a outside
    cp "$library" tree/b/liby.so.2
    cp "$library" tree/a/libx.so.1.2.3
    cp "$library" outside/libz.so
    ln -s liby.so.2 tree/b/liby.so
    ln -s ../../outside/libz.so tree/a/libz.so
    ln -s .. tree/a/loop
    echo "/* GNU ld script */" >tree/b/libc.so
    echo text >tree/b/liby.so.conf
    [ "$(json '[f["path"] for f in r["files"]]' tree)" = "['tree/a/libx.so.1.2.3', '$PWD/outside/libz.so', 'tree/b/liby.so.2']" ]
    [ "$(json 'r["files"][0]["version"]' tree)" = 1.2.3 ]
    run "$GPUVET" inspect tree
    [ "$status" = 0 ]
    [[ "$output" == *"tree/a/"*"libx.so.1.2.3 "*" 1.2.3 "*"3 libraries read, nothing wrong"* ]]
    mkdir nothing
    run "$GPUVET" inspect nothing
    [ "$status" = 0 ]
    [[ "$output" == *"no shared library is below this folder"* ]]
}

@test "a package's RECORD names the version, and tells what was replaced" {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p site/nvidia/cublas/lib site/nvidia_cublas_cu12-12.4.5.8.dist-info
    cp "$library" site/nvidia/cublas/lib/libcublas.so.12
    echo "nvidia/cublas/lib/libcublas.so.12,sha256=x,$(stat -c %s "$library")" >site/nvidia_cublas_cu12-12.4.5.8.dist-info/RECORD
    run "$GPUVET" inspect site/nvidia/cublas/lib/libcublas.so.12
    [ "$status" = 0 ]
    [[ "$output" == *"version 12.4.5.8"*"package   nvidia-cublas-cu12 12.4.5.8"* ]]
    echo "nvidia/cublas/lib/libcublas.so.12,sha256=x,5" >site/nvidia_cublas_cu12-12.4.5.8.dist-info/RECORD
    run "$GPUVET" inspect site
    [ "$status" = 1 ]
    [[ "$output" == *"bytes, but the RECORD of nvidia-cublas-cu12 12.4.5.8 says 5: replaced or damaged"* ]]
}

@test "a toolkit's version.json names the version of what no package lists" {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p cuda/lib64
    cp "$library" cuda/lib64/libcublas.so.13
    echo '{"cuda": {"version": "13.0.1"}, "libcublas": {"version": "13.0.2.14"}}' >cuda/version.json
    [ "$(json 'r["files"][0]["version"], r["files"][0]["version_source"]' cuda/lib64/libcublas.so.13)" = "('13.0.2.14', '$PWD/cuda/version.json')" ]
}

@test "--root: a file of another machine is opened below it, and its needs are looked for there" {
    mkdir -p "$BATS_TEST_TMPDIR/root/opt"
    cc -shared -nostdlib -o "$BATS_TEST_TMPDIR/root/opt/libb.so.1" -Wl,-soname,libb.so.1 -x c /dev/null
    cc -shared -nostdlib -o "$BATS_TEST_TMPDIR/root/opt/liba.so" -x c /dev/null -x none -Wl,--no-as-needed,-rpath,/opt "$BATS_TEST_TMPDIR/root/opt/libb.so.1"
    run "$GPUVET" inspect --root "$BATS_TEST_TMPDIR/root" /opt/liba.so
    [ "$status" = 0 ]
    [[ "$output" == *"libb.so.1: /opt/libb.so.1 (the RUNPATH of liba.so: /opt)"* ]]
    rm "$BATS_TEST_TMPDIR/root/opt/libb.so.1"
    run "$GPUVET" inspect --root "$BATS_TEST_TMPDIR/root" /opt/liba.so
    [ "$status" = 1 ]
    [ "${lines[0]}" = "[wrong] /opt/liba.so: libb.so.1 is found nowhere" ]
    cc -shared -o "$BATS_TEST_TMPDIR/root/opt/libc-user.so" -Wl,--no-as-needed -x c /dev/null
    run "$GPUVET" inspect --root "$BATS_TEST_TMPDIR/root" /opt/libc-user.so         # a root without a libc
    [ "$status" = 1 ]
    [ "${lines[0]}" = "[wrong] /opt/libc-user.so: libc.so.6 is found nowhere" ]
}

@test "a wheel is read in place, stored or deflated, and nothing is left behind" {
    cd "$BATS_TEST_TMPDIR"
    mkdir tmp
    for method in 0 8; do
        make_wheel "$wheel" "$method"
        TMPDIR=$PWD/tmp run "$GPUVET" inspect "$wheel"
        [ "$status" = 0 ]
        [[ "$output" == *"torch 9.8.7"*"9.8.7+cu130, CUDA 13.0"*"Python cp311"*"glibc 2.28 and newer"*"nvidia-cublas==13.1"*"libfake.so.13 "* ]]
        [ -z "$(ls tmp)" ]
    done
    [ "$(json 'r["wheels"][0]["build"], r["files"][0]["path"], r["files"][0]["soname"]' "$wheel")" \
        = "('9.8.7+cu130', 'torch/lib/libfake.so.13', 'libcublas.so.13')" ]
    [ "$(ls)" = "$(printf '%s\n' out.json tmp "$wheel" | sort)" ]
}

@test "--needs: of every library in a folder or a wheel all that it needs" {
    cd "$BATS_TEST_TMPDIR"
    make_wheel "$wheel"
    run "$GPUVET" inspect --needs "$wheel"
    [ "$status" = 0 ]
    [[ "$output" == *"$wheel: torch/lib/libfake.so.13"*"needs"*"libc.so.6: every system has it"* ]]
    mkdir lib
    cc -shared -nostdlib -o lib/libc1.so -Wl,-soname,libc1.so -x c /dev/null
    cc -shared -nostdlib -o lib/libb1.so -Wl,-soname,libb1.so -x c /dev/null -x none -Wl,--no-as-needed lib/libc1.so
    cc -shared -nostdlib -o lib/liba1.so -x c /dev/null -x none -Wl,--no-as-needed,-rpath,"$PWD/lib",--disable-new-dtags lib/libb1.so
    run "$GPUVET" inspect --needs lib/liba1.so
    [[ "$output" == *"libb1.so: "*"libc1.so: "*"RPATH of liba1.so"* ]]
    run "$GPUVET" inspect lib/liba1.so
    [[ "$output" == *"libb1.so: "* && "$output" != *"libc1.so: "* ]]
}

@test "a wheel that was cut, or is none" {
    cd "$BATS_TEST_TMPDIR"
    make_wheel whole.whl
    head -c $(($(stat -c %s whole.whl) - 30)) whole.whl >"$wheel"
    run "$GPUVET" inspect "$wheel"
    [ "$status" = 1 ]
    [ "${lines[0]}" = "[wrong] $wheel: cut: a zip file's directory stands at its end, and is not there" ]
    echo "404 Not Found" >"$wheel"
    run "$GPUVET" inspect "$wheel"
    [ "$status" = 1 ]
    [ "${lines[0]}" = "[wrong] $wheel: not a zip file" ]
    python3 -c 'import zipfile, sys; zipfile.ZipFile(sys.argv[1], "w").writestr("a", "b")' "$wheel"
    run "$GPUVET" inspect "$wheel"
    [ "$status" = 1 ]
    [[ "${lines[0]}" == *"no wheel: it has no .dist-info folder" ]]
    python3 -c 'import zipfile, sys; zipfile.ZipFile(sys.argv[1], "w").writestr("a-1.dist-info/METADATA", "Name: a")' "$wheel"
    run "$GPUVET" inspect "$wheel"
    [ "$status" = 0 ]
    [ "${lines[0]}" = "[note] $wheel: it holds no shared library" ]
}

@test "a bomb: declared small it is stopped there, declared large it is not begun" {
    cd "$BATS_TEST_TMPDIR"
    python3 - bomb.whl <<'PY'
import struct, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", 8) as z:
    z.writestr("a-1.dist-info/METADATA", "Name: a\nVersion: 1\n")
    z.writestr("liba.so", bytes(200 << 20))
data = bytearray(open(sys.argv[1], "rb").read())
at = data.rindex(b"PK\1\2")
for size, name in (1000, "small.whl"), (0xf0000000, "large.whl"):
    data[at + 24:at + 28] = struct.pack("<I", size)
    open(name, "wb").write(data)
PY
    run "$GPUVET" inspect small.whl
    [ "$status" = 1 ]
    [[ "$output" == *"liba.so: damaged: it unpacks to more than the 1000 bytes that it declares"* ]]
    run "$GPUVET" inspect large.whl
    [ "$status" != 0 ]
    run "$GPUVET" inspect bomb.whl
    [ "$status" = 1 ]
    [[ "$output" == *"liba.so: not an ELF file"* ]]
}

@test "without room for what is unpacked there is a sentence, and exit code 3" {
    cd "$BATS_TEST_TMPDIR"
    make_wheel "$wheel"
    ulimit -f 4                 # blocks of 1 KiB: a file cannot grow beyond
    run env TMPDIR=/nowhere bash -c 'trap "" XFSZ; exec "$@"' - "$GPUVET" inspect "$wheel"
    [ "$status" = 3 ]
    [[ "$output" == *"[unknown] $wheel: torch/lib/libfake.so.13: it cannot be unpacked: File too large"* ]]
}

@test "standard output that is full is an error, but what is wrong stays wrong" {
    run bash -c '"$1" inspect "$2" >/dev/full' - "$GPUVET" "$library"
    [ "$status" = 3 ]
    [[ "$output" == *"cannot write to standard output: No space left on device"* ]]
    run bash -c '"$1" inspect --json /dev/null >/dev/full' - "$GPUVET"
    [ "$status" = 1 ]
}

@test "usage" {
    run "$GPUVET" inspect
    [ "$status" = 2 ]
    run "$GPUVET" inspect --stack x y
    [ "$status" = 2 ]
    run "$GPUVET" help inspect
    [[ "$output" == "gpuvet inspect FILE|DIR|WHEEL..."* ]]
}

@test "the toolkit of this machine is well" {
    [ -d /usr/local/cuda/lib64 ] || skip "no toolkit in /usr/local/cuda"
    [ "$(json '[p for f in r["files"] for p in f["problems"]]' /usr/local/cuda/lib64)" = "[]" ]
    [ "$(json '[f["path"] for f in r["files"] if f["gpu_code_unknown"]]' /usr/local/cuda/lib64)" = "[]" ]
}
