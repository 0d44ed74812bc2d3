# What a run writes for others: CI systems, monitoring, and a report that cannot be delivered.
load helpers

short_run() { simulated -p device.facts -p cuda.launch "$@"; }

tool() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

@test "JUnit fits the schema: a good run, a failure, a skip, a requirement" {
    tool xmllint
    short_run --junit "$BATS_TEST_TMPDIR/good.xml" --require gpu >/dev/null
    FAKE_FAULT=wrong:cuMemcpyDtoH_v2 run short_run --junit "$BATS_TEST_TMPDIR/bad.xml" --require 'gpu = 4'
    [ "$status" = 1 ]
    NVIDIA_VISIBLE_DEVICES=void run "$GPUVET" run -q -p 'driver.*' -p cuda.launch --junit "$BATS_TEST_TMPDIR/none.xml"
    [ "$status" = 77 ]
    xmllint --noout --schema results/junit.xsd "$BATS_TEST_TMPDIR"/good.xml "$BATS_TEST_TMPDIR"/bad.xml "$BATS_TEST_TMPDIR"/none.xml
    grep -q '<testcase classname="gpu0.driver" name="cuda.launch"' "$BATS_TEST_TMPDIR/good.xml"
    grep -q '<failure type="wrong-result" ' "$BATS_TEST_TMPDIR/bad.xml"
    grep -q '<testcase classname="required" name="gpu = 4"' "$BATS_TEST_TMPDIR/bad.xml"
    grep -q '<skipped' "$BATS_TEST_TMPDIR/none.xml"
}

@test "metrics are what promtool takes, and the old ones stay where they cannot be written" {
    tool promtool
    FAKE_GPUS=2 short_run --metrics "$BATS_TEST_TMPDIR/gpuvet.prom" --require gpu --require gpu >/dev/null
    promtool check metrics <"$BATS_TEST_TMPDIR/gpuvet.prom"
    grep -q '^gpuvet_gpus{state="proved"} 2$' "$BATS_TEST_TMPDIR/gpuvet.prom"
    [ "$(ls "$BATS_TEST_TMPDIR")" = gpuvet.prom ]
    FAKE_FAULT=wrong:cuMemcpyDtoH_v2 run short_run --metrics "$BATS_TEST_TMPDIR/gpuvet.prom"
    [ "$status" = 1 ]
    promtool check metrics <"$BATS_TEST_TMPDIR/gpuvet.prom"
    grep -q '^gpuvet_last_run_exit_code 1$' "$BATS_TEST_TMPDIR/gpuvet.prom"
}

@test "GitHub: the report between stopped commands, then annotations, and a summary behind what others wrote" {
    echo "### another step" >"$BATS_TEST_TMPDIR/summary.md"
    FAKE_FAULT=wrong:cuMemcpyDtoH_v2 GITHUB_STEP_SUMMARY=$BATS_TEST_TMPDIR/summary.md run short_run --ci github
    [ "$status" = 1 ]
    token=$(sed -n 's/^::stop-commands:://p' <<<"$output")
    [ "${#token}" -ge 32 ]
    [ "$(grep -c '^ *::' <<<"${output%"::$token::"*}")" = 1 ]       # the line that stops them, and no other
    after=${output##*"::$token::"}
    [[ "$after" == *"::error title=cuda.launch@gpu0::"*"%0Arerun: "*"::notice title=gpuvet::FAIL - "* ]]
    head -n 1 "$BATS_TEST_TMPDIR/summary.md" | grep -qx '### another step'
    grep -q 'cuda.launch' "$BATS_TEST_TMPDIR/summary.md"
    run short_run --ci github
    [ "$status" = 0 ]
    [[ "$output" != *"::error"* ]]
    run short_run --ci gitlab
    [ "$status" = 2 ]
}

@test "Nagios: a line, and its codes: only a bad machine is critical" {
    run short_run --nagios
    [ "$status" = 0 ]
    [[ "$output" == "GPUVET OK - PASS - 1 GPU proved"*" | 'passed'="* ]]
    FAKE_GPUS=3 FAKE_ODD=vbios FAKE_ODD_GPU=2 run short_run --nagios
    [ "$status" = 1 ]
    [[ "$output" == "GPUVET WARNING - "* ]]
    FAKE_FAULT=wrong:cuMemcpyDtoH_v2 run short_run --nagios -o "$out"
    [ "$status" = 2 ]
    [[ "$output" == "GPUVET CRITICAL - "* ]]
    run "$GPUVET" health --nagios "$out"
    [ "$status" = 2 ]
    [[ "$output" == "GPUVET CRITICAL - FAIL cuda.launch@gpu0: "* ]]
    run "$GPUVET" health --nagios "$BATS_TEST_TMPDIR/none.json"
    [ "$status" = 3 ]
    NVIDIA_VISIBLE_DEVICES=void run "$GPUVET" run -q -p 'driver.*' --nagios
    [ "$status" = 3 ]
    for bad in "--no-such-option --nagios" "--nagios --require no.such" "--nagios -p no.such"; do
        run simulated $bad
        [ "$status" = 3 ]
    done
}

@test "a report that cannot be delivered is 3, and a found fault stays 1; the others are written all the same" {
    for option in -o --junit --metrics; do
        run short_run $option /no/such/folder/file
        [ "$status" = 3 ]
        [[ "$output" == *"cannot write /no/such/folder/file"* ]]
    done
    GITHUB_STEP_SUMMARY=/no/such/folder/summary.md FAKE_FAULT=wrong:cuMemcpyDtoH_v2 run short_run --ci github --metrics "$BATS_TEST_TMPDIR/gpuvet.prom"
    [ "$status" = 1 ]
    [ -s "$BATS_TEST_TMPDIR/gpuvet.prom" ]
    GITHUB_STEP_SUMMARY=/no/such/folder/summary.md run short_run --ci github --junit "$BATS_TEST_TMPDIR/good.xml"
    [ "$status" = 3 ]
    [ -s "$BATS_TEST_TMPDIR/good.xml" ]
}

@test "what cannot be written is said before anything runs, and a folder is no file" {
    mkdir "$BATS_TEST_TMPDIR/folder"
    for option in -o --junit --metrics; do
        FAKE_FAULT=wrong:cuMemcpyDtoH_v2 run short_run $option "$BATS_TEST_TMPDIR/folder"
        [ "$status" = 3 ]
        [[ "$output" == *"Is a directory"* && "$output" != *"[fail]"* ]]
    done
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/folder")" ]
}

@test "devices, pipes and links are written to, and stay what they are" {
    ln -s real.xml "$BATS_TEST_TMPDIR/link.xml"
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    cat "$BATS_TEST_TMPDIR/pipe" >"$BATS_TEST_TMPDIR/from.pipe" &
    cat_pid=$!
    mkfifo "$BATS_TEST_TMPDIR/unread"
    exec 7<>"$BATS_TEST_TMPDIR/pipe"            # a reader at every moment
    run short_run --junit "$BATS_TEST_TMPDIR/link.xml" --metrics "$BATS_TEST_TMPDIR/pipe" -o /dev/null
    exec 7>&-
    [ "$status" = 0 ]
    [ -L "$BATS_TEST_TMPDIR/link.xml" ] && [ -s "$BATS_TEST_TMPDIR/real.xml" ] && [ -p "$BATS_TEST_TMPDIR/pipe" ] && [ -c /dev/null ]
    wait $cat_pid
    grep -q gpuvet_build_info "$BATS_TEST_TMPDIR/from.pipe"
    run timeout 20 "$GPUVET" run -q -p 'driver.*' --metrics "$BATS_TEST_TMPDIR/unread"
    [ "$status" = 3 ]
    GITHUB_STEP_SUMMARY=$BATS_TEST_TMPDIR/unread run timeout 20 "$GPUVET" run -q -p 'driver.*' --ci github
    [ "$status" = 3 ]
}

@test "a warning and --strict, an interruption: red in JUnit, and the last line names the culprit" {
    FAKE_GPUS=3 FAKE_ODD=vbios FAKE_ODD_GPU=2 run short_run --strict --junit "$BATS_TEST_TMPDIR/strict.xml"
    [ "$status" = 1 ]
    [[ "${lines[-1]}" == "gpuvet: FAIL - --strict, and device.facts@gpu2 warns: gpu2 "* ]]
    grep -q '<failure type="verdict"' "$BATS_TEST_TMPDIR/strict.xml"
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_FAULT=hang:cuMemAlloc_v2 \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 --junit "$BATS_TEST_TMPDIR/hup.xml" -o "$out" >/dev/null &
    pid=$!
    for _ in $(seq 100); do
        grep -qs '"cuda.context@gpu0"' "$out.part" && break
        sleep 0.1
    done
    kill -HUP $pid
    wait $pid && code=0 || code=$?
    [ "$code" = 129 ]
    grep -q '<error type="not-known" message="INTERRUPTED' "$BATS_TEST_TMPDIR/hup.xml"
}

@test "a full disk takes nothing away: the old file stays, the exit code says so" {
    mkdir "$BATS_TEST_TMPDIR/small"
    mount -t tmpfs -o size=16k none "$BATS_TEST_TMPDIR/small" 2>/dev/null || skip "no tmpfs may be mounted here"
    echo old >"$BATS_TEST_TMPDIR/small/run.xml"
    head -c 12288 /dev/zero >"$BATS_TEST_TMPDIR/small/rest" || true
    run short_run --junit "$BATS_TEST_TMPDIR/small/run.xml"
    kept=$(cat "$BATS_TEST_TMPDIR/small/run.xml") left=$(ls "$BATS_TEST_TMPDIR/small")
    umount "$BATS_TEST_TMPDIR/small"
    [ "$status" = 3 ]
    [[ "$output" == *"No space left on device"* ]]
    [ "$kept" = old ]
    [ "$left" = $'rest\nrun.xml' ]
}

@test "a saved run is written in every form, without a GPU" {
    short_run -o "$out" >/dev/null
    run "$GPUVET" judge "$out" --junit "$BATS_TEST_TMPDIR/again.xml" --metrics "$BATS_TEST_TMPDIR/again.prom" -o "$BATS_TEST_TMPDIR/again.json" --ci github
    [ "$status" = 0 ]
    [ -s "$BATS_TEST_TMPDIR/again.xml" ] && [ -s "$BATS_TEST_TMPDIR/again.prom" ] && [ -s "$BATS_TEST_TMPDIR/again.json" ]
    run "$GPUVET" judge "$out" --nagios
    [ "$status" = 0 ]
}

@test "standard output holds one thing, and so does a file" {
    for pair in "--json --ci github" "--plan --json" "--json --nagios" "--nagios --ci github"; do
        run simulated $pair
        case $pair in *--nagios*) [ "$status" = 3 ] ;; *) [ "$status" = 2 ] ;; esac
        [[ "$output" == *"exclude each other"* ]]
    done
    run simulated -o same --junit same
    [ "$status" = 2 ]
    [[ "$output" == *"same cannot hold two things"* ]]
}
