# scripts/gpu-day, on a simulated GPU: what it leaves behind is what results/recorded takes in.
load helpers

# The program as gpu-day calls it, held to the fake toolkit and to the probe that tells rungs apart.
setup_file() {
    cat >"$BATS_FILE_TMPDIR/gpuvet" <<EOS
#!/bin/sh
verb=\$1
shift
[ "\$verb" = run ] && set -- --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p cuda.launch "\$@"
[ "\$verb" = bench ] && set -- -p bench.memory.read --rounds 1 "\$@"
for word; do        # two rounds and a second are enough here
    shift
    [ "\$word" = 100 ] && word=2
    [ "\$word" = 40s ] && word=1s
    set -- "\$@" "\$word"
done
exec "$GPUVET" "\$verb" "\$@"
EOS
    chmod +x "$BATS_FILE_TMPDIR/gpuvet"
}

gpu_day() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$BATS_TEST_DIRNAME/../../scripts/gpu-day" "$BATS_FILE_TMPDIR/gpuvet" "$BATS_TEST_TMPDIR/day"
    day=$BATS_TEST_TMPDIR/day
}

# rung FILE - what served our kernels in that run.
rung() {
    [ -e "$day/$1.json" ] || tar -C "$day" -xzf "$day/more.tar.gz" "./$1.json"
    python3 -c 'import json, sys
print(*{s["value"] for t in json.load(open(sys.argv[1]))["trials"] for s in t["saw"] if s["key"] == "kernels"})' "$day/$1.json"
}

@test "both rungs are run and recorded, in at most 8 files" {
    one_build "it is about the script"
    gpu_day
    [ "$status" -eq 0 ]
    [ "$(find "$day" -type f | wc -l)" -le 8 ]
    [ "$(rung ptx)" = ptx ]
    python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["rounds"] == 2' "$day/repeat.json"
    grep -q '^gpu = 1$' "$day/cases.txt"
    [ "$(tar -tzf "$day/more.tar.gz" | sort | tr '\n' ' ')" = "./ ./bench-1.json ./bench-2.json ./ptx.json ./sass.json ./selftest.json ./soak.json " ]
    grep -q 'faults that gpuvet put in itself' "$day/log.txt"
    grep -q '^  cannot tell bench.memory.read@gpu0 .*it takes two rounds' "$day/reports.txt"
    grep -q '^gpuvet_gpus{state="proved"} 1$' "$day/cases.txt"
    if grep -qa kernel_fatbin_ "$GPUVET_FAKES/../kernels/images.o"; then
        [ "$(rung sass)" = sass ]
        [ "$(grep -c 'exit code 0, .* ms: gpuvet: PASS' "$day/log.txt")" -eq 2 ]
    fi
}

@test "a rung that cannot be ends its own run, not the day" {
    one_build "it is about the script"
    FAKE_DRIVER=12080 gpu_day
    [ "$(rung first)" = ptx ]
    [ "$(rung sass)" = "" ]
    [ "$(rung ptx)" = ptx ]
    grep -q 'exit code 1, .*--kernels sass: ' "$day/log.txt"
    grep -q 'done' "$day/log.txt"
}
