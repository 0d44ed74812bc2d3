# cuSOLVER: every lie about factors, solutions and eigenvectors, and the codes that it tells.
load helpers

of() {
    python3 -c 'import json, sys
for t in json.load(open(sys.argv[1]))["trials"]:
    if t["id"] == sys.argv[2] + "@gpu0/toolkit-13.0":
        print(*(o.get("text", o.get("value", o.get("number"))) for o in t["saw"] if o["key"] == sys.argv[3]), sep="\n")' "$out" "$1" "$2"
}

# lies LIE PROBE CALL[:NTH] WORDS - in fp32 and in fp64; TYPE in the words is the one.
lies() {
    local letter type words nth=${3#*:}
    [ "$nth" != "$3" ] || nth=0
    for letter in S D; do
        type=$([ $letter = S ] && echo fp32 || echo fp64)
        words=${4//TYPE/$type}
        FAKE_FAULT=$1:cusolverDn$letter${3%%:*}:$nth run simulated --isolate -p "$2" -o "$out"
        echo "$1 $3 $type: $(field "$2@gpu0/toolkit-13.0" why)"
        [ "$status" = 1 ]
        [[ "$(field "$2@gpu0/toolkit-13.0" why)" == *"$words"* ]]
        others_pass "$2@gpu0/toolkit-13.0"
    done
}

@test "what is exact is compared whole, and what is not stays far below its bound" {
    run simulated -p 'solver.*' -o "$out"
    [ "$status" = 0 ]
    [ "$(of solver.lu compared.fp32.factors)" = $((67 * 67)) ]
    [ "$(of solver.lu compared.fp64.solution)" = $((67 * 3)) ]
    [ "$(of solver.lu version)" = 12.0.4 ]
    python3 - "$out" <<'PY'
import json, sys
ratios = [(t["id"], o["key"], o["value"]) for t in json.load(open(sys.argv[1]))["trials"] for o in t["saw"] if o["key"].startswith("ratio.")]
assert len(ratios) == 4 + 12 + 8, len(ratios)
assert all(r[2] < 0.5 for r in ratios), ratios
PY
}

@test "LU: one wrong element" {
    lies wrong solver.lu getrf:1 "1 value is wrong: TYPE: LU[66][66] is "
    lies wrong solver.lu getrs:1 "1 value is wrong: TYPE: X[66][2] is "
    lies wrong solver.lu getrf:2 "times what it may be at most: TYPE, factors, worst at [66][66]"
    lies wrong solver.lu getrs:2 "times what it may be at most: TYPE, solution, worst at ["
}
# bats test_tags=lie
@test "LU: a NaN" {
    lies nan solver.lu getrf:1 "TYPE: LU[0][66] is nan, expected "
    lies nan solver.lu getrs:2 "the error is inf times what it may be at most: TYPE, solution"
}
# bats test_tags=lie
@test "LU: zeros" {
    lies zero solver.lu getrf:1 "TYPE: LU[0][0] is 0, expected "
    lies zero solver.lu getrs:2 "times what it may be at most: TYPE, solution"
}
# bats test_tags=lie
@test "LU: a result that was never written" { lies stale solver.lu getrf:1 "values are wrong: TYPE: LU["; lies stale solver.lu getrs:2 "TYPE, solution"; }
# bats test_tags=lie
@test "LU: all rows shifted by one" { lies shift solver.lu getrf:2 "TYPE, factors"; lies shift solver.lu getrs:1 "TYPE: X["; }
# bats test_tags=lie
@test "LU: triangles taken as their transposes" { lies swap solver.lu getrs:1 "TYPE: X["; lies swap solver.lu getrs:2 "TYPE, solution"; }

# bats test_tags=lie
@test "Cholesky: one wrong element, NaN, zeros, what was never written, and shifted rows" {
    lies wrong solver.cholesky potrf:1 "TYPE, upper.factor, worst at [66][66]"
    lies wrong solver.cholesky potrf:2 "TYPE, lower.factor, worst at [66][66]"
    lies wrong solver.cholesky potrs:3 "TYPE, known.solution, worst at [66][2]"
    lies nan solver.cholesky potrs:1 "the error is inf times what it may be at most: TYPE, upper.solution"
    lies zero solver.cholesky potrf:3 "TYPE, known.factor"
    lies stale solver.cholesky potrs:2 "TYPE, lower.solution"
    lies shift solver.cholesky potrs:1 "TYPE, upper.solution"
}

@test "eigenvectors: one wrong element, NaN, zeros, what was never written, shifted rows, and rows for columns" {
    for lie in wrong nan zero stale shift swap; do lies $lie solver.eigen syevd "times what it may be at most: TYPE, "; done
}

# bats test_tags=lie
@test "fp32 that is computed in tf32 is not taken for it" {
    for call in lu:getrf:1 lu:getrs:1 cholesky:potrf:1 cholesky:potrs:1 eigen:syevd:1; do
        FAKE_FAULT=tf32:cusolverDnS${call#*:} run simulated --isolate -p "solver.${call%%:*}" -o "$out"
        [ "$status" = 1 ]
        [[ "$(field "solver.${call%%:*}@gpu0/toolkit-13.0" why)" == *": fp32"* ]]
    done
}

@test "a code that is not told, or told where all is well, is wrong" {
    FAKE_INFO=7 run simulated --isolate -p 'solver.*' -o "$out"
    [ "$status" = 1 ]
    [ "$(field solver.lu@gpu0/toolkit-13.0 why)" = "1 value is wrong: fp32: getrf tells 7, expected 0" ]
    [ "$(field solver.eigen@gpu0/toolkit-13.0 why)" = "1 value is wrong: fp32: syevd tells 7, expected 0" ]
    FAKE_INFO=0 run simulated --isolate -p 'solver.*' -o "$out"
    [ "$status" = 1 ]
    [ "$(field solver.lu@gpu0/toolkit-13.0 why)" = "1 value is wrong: fp32: getrf of a singular matrix tells 0, expected 67" ]
    [ "$(field solver.cholesky@gpu0/toolkit-13.0 why)" = "1 value is wrong: fp32: potrf of a matrix that is not positive definite tells 0, expected 34" ]
    [ "$(verdict solver.eigen@gpu0/toolkit-13.0)" = pass ]
}

@test "what only solves need not tell that its parameters are in order" {
    FAKE_UNTOLD=1 run simulated --isolate -p 'solver.*' -o "$out"
    [ "$status" = 0 ]
}
