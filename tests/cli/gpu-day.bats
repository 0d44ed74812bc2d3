# scripts/gpu-day, on a simulated GPU: what it leaves behind is what results/recorded takes in.
load helpers

# The program as gpu-day calls it, held to the fake toolkit and to the probe that tells rungs apart.
setup_file() {
    cat >"$BATS_FILE_TMPDIR/gpuvet" <<EOS
#!/bin/sh
verb=\$1
shift
[ "\$verb" = doctor ] && set -- --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 "\$@"
[ "\$verb" = run ] && set -- --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p cuda.launch "\$@"
[ "\$verb" = "\$HANG_AT" ] && exec sleep 20
for word; do        # two rounds and a second are enough here, and of all measurements those of events
    shift
    case \$word in
        100) word=2 ;;
        20s) word=1s ;;
        bench.start.\*) word=bench.launch.event ;;
        bench.*) word=bench.launch.graph ;;
    esac
    set -- "\$@" "\$word"
done
exec "$GPUVET" "\$verb" "\$@"
EOS
    cat >"$BATS_FILE_TMPDIR/peers" <<'EOS'
#!/bin/sh
while [ $# -gt 0 ]; do
    case $1 in --only) only=$2 ;; -o) echo '{}' >"$2" ;; esac
    shift
done
echo "a table of $only"
EOS
    chmod +x "$BATS_FILE_TMPDIR/gpuvet" "$BATS_FILE_TMPDIR/peers"
}

# Of the peers the script has tests of its own (side-by-side.bats).
gpu_day() {
    day=$BATS_TEST_TMPDIR/day
    PEERS=$BATS_FILE_TMPDIR/peers LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$BATS_TEST_DIRNAME/../../scripts/gpu-day" "$BATS_FILE_TMPDIR/gpuvet" "$day" "$@"
}

# unpacked FILE - out of the archive.
unpacked() { [ -e "$day/$1" ] || tar -C "$day" -xzf "$day/more.tar.gz" "./$1"; }

# rung FILE - what served our kernels in that run.
rung() {
    unpacked "$1.json"
    python3 -c 'import json, sys
print(*{s["value"] for t in json.load(open(sys.argv[1]))["trials"] for s in t["saw"] if s["key"] == "kernels"})' "$day/$1.json"
}

@test "both rungs are run and recorded, with the peers and every measurement, in at most 8 files" {
    one_build "it is about the script"
    gpu_day
    [ "$status" -eq 0 ]
    [ "$(find "$day" -type f | wc -l)" -le 8 ]
    [ "$(tar -tzf "$day/more.tar.gz" | grep -v bench-network | sort | tr '\n' ' ')" = "./ ./bench-blas.json ./bench-host.json ./bench-memory.json ./doctor.json ./full.json ./peers-same.json ./peers.json ./ptx.json ./repeat.json ./sass.json ./selftest.json ./soak.json " ]
    [ "$(rung ptx)" = ptx ]
    grep -q "exit code 0 after .* ms: gpuvet: nothing wrong" "$day/log.txt"
    unpacked repeat.json
    python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["rounds"] == 2' "$day/repeat.json"
    unpacked bench-host.json
    python3 -c 'import json, sys; assert [len(t["figure"]["rounds"]) for t in json.load(open(sys.argv[1]))["trials"] if "figure" in t] == [2, 2]' "$day/bench-host.json"
    [ "$(grep -c 'a table of memory:3,gemm:4,cnn:3,start:3,fp16:1,tools:1' "$day/peers.md")" = 1 ]
    [ "$(grep -c 'a table of same' "$day/peers.md")" = 1 ]
    grep -q '^gpu = 1$' "$day/cases.txt"
    grep -q 'faults that gpuvet put in itself' "$day/log.txt"
    grep -q '^gpuvet_gpus{state="proved"} 1$' "$day/cases.txt"
    if grep -qa kernel_fatbin_ "$GPUVET_FAKES/../kernels/images.o"; then
        [ "$(rung sass)" = sass ]
        [ "$(grep -c 'ms, everything being warm' "$day/log.txt")" -eq 2 ]
    fi
}

@test "what ended before the day was cut off is there" {
    one_build "it is about the script"
    day=$BATS_TEST_TMPDIR/day
    PEERS=$BATS_FILE_TMPDIR/peers HANG_AT=bench "$BATS_TEST_DIRNAME/../../scripts/gpu-day" "$BATS_FILE_TMPDIR/gpuvet" "$day" >/dev/null 2>&1 3>&- &
    for _ in $(seq 100); do grep -q 'bench-memory, at most' "$day/log.txt" 2>/dev/null && break; sleep 0.3; done
    kill -KILL $!
    grep -q 'a table of memory' "$day/peers.md"
    python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$day/first.json"
    [ "$(tar -tzf "$day/more.tar.gz" | sort | tr '\n' ' ')" = "./ ./doctor.json ./peers.json " ]
}

@test "a rung that cannot be ends its own run, not the day" {
    one_build "it is about the script"
    FAKE_DRIVER=12080 gpu_day rest
    [ "$(rung first)" = ptx ]
    [ "$(rung sass)" = "" ]
    [ "$(rung ptx)" = ptx ]
    grep -q 'exit code 1: .*--kernels sass: ' "$day/log.txt"
    grep -q 'done' "$day/log.txt"
}
