# Burn-in: every result is checked as it comes, and what was shown stands, however the run ends.
load helpers

# saw ID KEY - one observation of a trial in the saved run: the first of that key.
saw() {
    python3 -c 'import json, sys; print(next(s["value"] for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2] for s in t["saw"] if s["key"] == sys.argv[3]))' "$out" "$1" "$2"
}

burn=soak.burn@gpu0/toolkit-13.0
why() { field "${1:-$burn}" why; }

# soak TIME [OPTION...] - the soak's own probes and what they rest on.
soak() { simulated --level soak --for "$@" -p 'soak.*' -o "$out"; }

# in_background COMMAND... - $pid is the program's own number.
in_background() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 \
        --level soak -p 'soak.*' -o "$out" "$@" >"$BATS_TEST_TMPDIR/said" 2>&1 &
    pid=$!
}

# beaten - waits until the soak's first line is on disk.
beaten() {
    for _ in $(seq 100); do
        grep -qs '"ending": *"cut"' "$out.part" && return
        sleep 0.1
    done
    false
}

@test "a soak passes, and says how many results it verified, in every type, and what NVML told meanwhile" {
    run soak 4s
    [ "$status" = 0 ]
    [ "$(verdict $burn)" = pass ]
    [ "$(saw $burn soak.products)" -ge 100 ]
    [ "$(saw $burn soak.compared)" = $(($(saw $burn soak.products) * 65536)) ]
    [ "$(saw $burn memory.verified)" -gt 1000000 ]
    for type in bf16 e4m3 fp16 int8 tf32 fp32 fp64; do
        saw $burn rate.$type
    done
    [ "$(saw $burn soak.waves)" -ge 7 ]
    [ "$(saw $burn power.min)" = 65 ]
    [ "$(saw $burn temperature.max)" = 40 ]
    [ "$(saw $burn clock.sm.avg)" = 1000 ]
    [ "$(saw $burn grown.ecc.uncorrected)" = 0 ]
    [[ "$output" == *"toolkit-13.0 on gpu0  (1 passed)  "*" values compared"* ]]
}

@test "a library that lies at every 1000th call is caught at the first: time, product, type, tile and element" {
    FAKE_FAULT=wrong:cublasLtMatmul:-1000 run soak 60s
    [ "$status" = 1 ]
    [[ "$(why)" == "1 of its products are wrong: after "*" s, product 1000, "*" by algorithm 2"*": in the tile that begins at D[128][128], D[255][255] is "*", expected "*"; 1 of 4 tiles of it are wrong; of 100 repetitions of it 0 are wrong" ]]
    [ "$(saw $burn soak.products)" -le 1100 ]
}
