# gpuvet report: a saved run told again, on the terminal and as a page.
load helpers

page=

saved_run() {
    FAKE_FAULT=$1 run simulated -p cuda.launch -p sm.map --require 'gpu = 2' -o "$out"
    page=$BATS_TEST_TMPDIR/run.html
}

@test "a saved run is told as the run told it, and the exit code says only that it was written" {
    saved_run fail:cuLaunchKernel
    [ "$status" = 1 ]
    told=$output
    run "$GPUVET" report "$out"
    [ "$status" = 0 ]
    [ "$output" = "$told" ]
}

@test "a page holds the verdict, its cause and the command first; nothing in it is a script or is fetched" {
    saved_run fail:cuLaunchKernel
    run "$GPUVET" report "$out" --html -o "$page"
    [ "$status" = 0 ]
    [ -z "$output" ]
    python3 - "$page" <<'PY'
import html.parser, sys

class Page(html.parser.HTMLParser):
    open, seen, headings, ids, labels = [], set(), [], set(), 0

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        assert tag not in ("script", "img", "link", "iframe", "object"), tag
        assert not {"src", "style"} & set(attributes) and not [a for a in attributes if a.startswith("on")], attributes
        assert attributes.get("href", "#").startswith("#")
        if tag == "svg":
            assert attributes["role"] == "img" and attributes["aria-label"]
        if tag in ("h1", "h2", "h3"):
            assert int(tag[1]) <= (self.headings[-1] if self.headings else 0) + 1
            self.headings.append(int(tag[1]))
        if "id" in attributes:
            assert attributes["id"] not in self.ids
            self.ids.add(attributes["id"])
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

text = open(sys.argv[1]).read()
page = Page()
page.feed(text)
assert page.open == [] and {"main", "nav", "header", "table", "caption"} <= page.seen, page.open
first = text[text.index("<body>"):text.index("<main>")]
assert "FAIL" in first and "cuLaunchKernel" in first and "-p cuda.launch" in first, first
assert "required: " in text and "prefers-color-scheme: dark" in text and "@media print" in text
PY
}

@test "standard output holds the page where no file is named, and the summary as Markdown" {
    saved_run ""
    run "$GPUVET" report "$out" --html
    [ "$status" = 0 ]
    [[ "$output" == "<!doctype html>"*"</html>" ]]
    [[ "$output" == *"multiprocessors proved"* ]]
    run "$GPUVET" report "$out" --markdown
    [ "$status" = 0 ]
    [[ "$output" == "### gpuvet: FAIL"* ]]
    run "$GPUVET" report "$out" --html --json
    [ "$status" = 2 ]
    run "$GPUVET" report
    [ "$status" = 2 ]
    run "$GPUVET" report "$BATS_TEST_TMPDIR/none.json" --html
    [ "$status" = 3 ]
    run "$GPUVET" report "$out" --html -o "$BATS_TEST_TMPDIR/none/page.html"
    [ "$status" = 3 ]
}

@test "the journal of a run that was killed makes a page that says so" {
    saved_run ""
    python3 - "$out" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))
head = {k: run[k] for k in ("format", "gpuvet", "machine", "devices", "stacks", "began", "command", "requires")}
with open(sys.argv[1] + ".part", "w") as f:
    for line in [{"head": head}] + run["trials"][:3]:
        print(json.dumps(line, separators=(",", ":")), file=f)
    print('{"id":"cut', end="", file=f)
PY
    run "$GPUVET" report "$out.part" --html -o "$page"
    [ "$status" = 0 ]
    grep -q "interrupted, partial" "$page"
    grep -q "INTERRUPTED - partial: " "$page"
}

@test "a soak's page shows the course of what NVML told" {
    run simulated --level soak --for 3s -p 'soak.burn' -o "$out"
    [ "$status" = 0 ]
    run "$GPUVET" report "$out" --html
    [[ "$output" == *"Power of gpu0 over time"*"<polyline class=\"course\""* ]]
}

@test "eight GPUs with two hundred measurements each make a page in a moment" {
    one_build "time is asked of the program as it is used"
    saved_run ""
    python3 - "$out" "$BATS_TEST_TMPDIR/big.json" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))
gpu, trial = run["devices"][0], next(t for t in run["trials"] if t["probe"] == "cuda.launch")
run["devices"] = [dict(gpu, index=i, uuid=f"GPU-{i}") for i in range(8)]
run["trials"] = [dict(trial, id=f"bench.f{m // 20}.m{m}@gpu{i}", probe=f"bench.f{m // 20}.m{m}", device=i, verdict="pass", figure=dict(
    unit="GB/s", rounds=[4400 + i, 4401 + m, 4402], middle=4401, spread=0.001, peak=4814, peak_of="the datasheet", least=4332, least_source="x"))
    for m in range(200) for i in range(8)]
json.dump(run, open(sys.argv[2], "w"))
PY
    run "$GPUVET" report "$BATS_TEST_TMPDIR/big.json" --html -o "$page"
    [ "$status" = 0 ]
    [ "$(grep -c '<svg class="strip"' "$page")" = 200 ]
    [ "$(grep -c '<svg class="bar"' "$page")" = 1600 ]
}
