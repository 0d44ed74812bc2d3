# scripts/examples: what users paste. The shell lines of the CI jobs and of the Kubernetes Job run the real program on
# the fakes.
load helpers
load examples

# ---- All of them ----

@test "each example opens by saying where it goes, what to change and what each exit code does there" {
    for file in "$examples"/*; do
        opening=$(head -n 30 "$file")
        for words in "${file##*/}" "Where to put it" "What to change" "Exit codes of gpuvet"; do
            [[ "$opening" == *"$words"* ]] || { echo "$file does not say: $words"; false; }
        done
        for code in 0 1 2 3 77; do
            sed -n '/Exit codes of gpuvet/,$p' <<<"$opening" | grep -qw "$code" || { echo "$file does not say what $code does"; false; }
        done
    done
}

@test "the shell examples pass shellcheck, and run under a plain sh" {
    command -v shellcheck >/dev/null || skip "shellcheck is not installed"
    shellcheck "$examples"/*.sh
    shellcheck -s bash "$examples"/*.nhc
    for file in "$examples"/*.sh; do [ "$(head -n 1 "$file")" = "#!/bin/sh" ] && [ -x "$file" ]; done
}

@test "explain prints each file byte for byte, alone and in its topic, and each file has one" {
    "$GPUVET" explain >"$BATS_TEST_TMPDIR/topics"
    for topic in slurm ci k8s ansible; do
        grep -q "^  $topic " "$BATS_TEST_TMPDIR/topics"
        "$GPUVET" explain $topic >"$BATS_TEST_TMPDIR/$topic"
    done
    for file in "$examples"/*; do
        "$GPUVET" explain "${file##*/}" | cmp - "$file"
        grep -q "${file##*/}" "$BATS_TEST_TMPDIR/topics"
        python3 - "$file" "$BATS_TEST_TMPDIR"/{slurm,ci,k8s,ansible} <<'PY'
import sys
text = open(sys.argv[1], "rb").read()
assert sum(text in open(t, "rb").read() for t in sys.argv[2:]) == 1
PY
    done
}

@test "an unknown topic is a usage error that names the topics" {
    run "$GPUVET" explain nonsense
    [ "$status" = 2 ]
    [[ "$output" == *"nonsense"*"slurm, ci, k8s, ansible"* ]]
    run "$GPUVET" explain slurm ci
    [ "$status" = 2 ]
    run bash -c "'$GPUVET' explain slurm >/dev/full"
    [ "$status" = 3 ]
}

# ---- CI ----

# ci COMMANDS - as the runner of either service runs a step.
ci() { (cd "$BATS_TEST_TMPDIR/work" && PATH="$bin:$PATH" bash -e -o pipefail -c "$1" >"$BATS_TEST_TMPDIR/text" 2>&1) && status=0 || status=$?; }

@test "GitHub and GitLab: green on a good machine, red on a faulty, a wedged and an empty one" {
    github=$(yaml github-actions.yml '"\n".join(s["run"] for s in d["jobs"]["gpuvet"]["steps"] if "run" in s)')
    gitlab=$(yaml gitlab-ci.yml '"\n".join(d["gpuvet"]["script"])')
    for commands in "$github" "$gitlab"; do
        [[ "$commands" == *"--require gpu "* ]]
        for machine in good:0 faulty:1 wedged:3 none:1; do
            on ${machine%:*}
            ci "$commands"
            [ "$status" = ${machine#*:} ] || { echo "$machine: $status"; cat "$BATS_TEST_TMPDIR/text"; false; }
            [ -s "$BATS_TEST_TMPDIR/work/gpuvet.json" ]
            python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$BATS_TEST_TMPDIR/work/gpuvet.xml"
        done
    done
}

@test "GitHub and GitLab: what was found is kept when the job fails, and no code is forgiven" {
    [ "$(yaml github-actions.yml '[s["if"] for s in d["jobs"]["gpuvet"]["steps"] if "upload-artifact" in s.get("uses", "")]')" = "['always()']" ]
    [ "$(yaml gitlab-ci.yml '(d["gpuvet"]["artifacts"]["when"], d["gpuvet"]["artifacts"]["reports"]["junit"])')" = "('always', 'gpuvet.xml')" ]
    run grep -nE '^[^#]*(continue-on-error|allow_failure|\|\| *true)' "$examples"/git*.yml
    [ "$status" = 1 ]
}

# ---- Kubernetes ----

@test "the Job's command ends with gpuvet's code, and leaves the verdict and the saved run" {
    command=$(yaml kubernetes-job.yaml 'd["spec"]["template"]["spec"]["containers"][0]["command"][2]')
    command=${command//\/tmp\//$BATS_TEST_TMPDIR/work/}
    command=${command//\/var\/lib\/gpuvet/$BATS_TEST_TMPDIR/work}
    command=${command//\/dev\/termination-log/$BATS_TEST_TMPDIR/work/termination-log}
    for machine in good:0:PASS faulty:1:FAIL wedged:3:BROKEN none:1:FAIL; do
        IFS=: read -r name code word <<<"$machine"
        on "$name"
        PATH="$bin:$PATH" run sh -c "$command"
        [ "$status" = "$code" ]
        [[ "$output" == *"gpuvet: $word - "* ]]
        [[ "$(cat "$BATS_TEST_TMPDIR/work/termination-log")" == "gpuvet: $word - "* ]]
        [ "$(wc -l <"$BATS_TEST_TMPDIR/work/termination-log")" = 1 ]
        [ -s "$BATS_TEST_TMPDIR/work/last.json" ]
    done
}

@test "the Job fails at once for 1 and 2, tries again for the rest, and an eviction is no try" {
    rules='next(r["action"] for r in d["spec"]["podFailurePolicy"]["rules"] + [{"action": "Count"}] if %s in r.get("onExitCodes", {"values": [%s] if "onPodConditions" not in r else []})["values"])'
    for code in 1:FailJob 2:FailJob 3:Count 137:Count 127:Count; do
        [ "$(yaml kubernetes-job.yaml "${rules//%s/${code%:*}}")" = "${code#*:}" ]
    done
    [ "$(yaml kubernetes-job.yaml '[r["action"] for r in d["spec"]["podFailurePolicy"]["rules"] if "onPodConditions" in r]')" = "['Ignore']" ]
    [ "$(yaml kubernetes-job.yaml 'd["spec"]["template"]["spec"]["restartPolicy"]')" = Never ]
}

@test "node-problem-detector's command answers 0, 1 or unknown in 80 bytes, and asks for health alone" {
    mapfile -t words < <(python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert d["plugin"] == "custom" and d["pluginConfig"]["max_output_length"] == 80
assert {r["condition"] for r in d["rules"]} <= {c["type"] for c in d["conditions"]}
print(d["rules"][0]["path"], *d["rules"][0]["args"], sep="\n")' "$examples/node-problem-detector.json")
    [ "${words[*]}" = "/usr/local/bin/gpuvet health --oneline" ]
    for machine in good:0:PASS faulty:1:FAIL wedged:3: gone:3:; do
        IFS=: read -r name code word <<<"$machine"
        on "$name"
        rm -f "$BATS_TEST_TMPDIR/last.json"
        [ "$name" = gone ] || "$bin/gpuvet" run -q --require gpu -o "$BATS_TEST_TMPDIR/last.json" >/dev/null || :
        run "$bin/gpuvet" "${words[@]:1}"
        [ "$status" = "$code" ] || { echo "$name: $status $output"; false; }
        [[ "$output" == "$word"* ]]
        [ "${#output}" -le 80 ] && [ "${#lines[@]}" = 1 ]
    done
}

# ---- Ansible ----

@test "the play goes on for 0, 1 and 77 alone, and then looks at the verdict" {
    [ "$(yaml ansible.yml '[(t["failed_when"], t["changed_when"]) for t in d[0]["tasks"] if "failed_when" in t]')" \
        = "[('gpuvet.rc not in [0, 1, 77]', False)]" ]
    [ "$(yaml ansible.yml '[t["ansible.builtin.assert"]["that"] for t in d[0]["tasks"] if "ansible.builtin.assert" in t]')" \
        = "['gpuvet.rc == 0 or (gpuvet.rc == 77 and not gpuvet_require)']" ]
}
