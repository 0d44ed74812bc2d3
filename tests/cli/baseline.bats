#!/usr/bin/env bats
# scripts/baseline: what it lets through, and what it stops. The programs that it is shown are made here.

load helpers

baseline=$BATS_TEST_DIRNAME/../../scripts/baseline

# program NAME OPTIONS... - a program that calls libc, made by the compiler here.
program() {
    cd "$BATS_TEST_TMPDIR"
    echo 'int puts(const char *); int main(void) { return puts("here") < 0; }' >main.c
    cc -o "$1" main.c "${@:2}"
}

@test "a program that needs nothing newer than the baseline passes" {
    program good
    run "$baseline" good 2.99
    [ "$status" -eq 0 ]
    [[ $output == *"starts with glibc 2.99: it needs GLIBC_2."*"libc.so.6" ]]
}

@test "a newer symbol is named with its version and library" {
    program good
    run "$baseline" good 2.1
    [ "$status" -eq 1 ]
    [[ $output == *"needs GLIBC_2."*" of libc.so.6 for "*"__libc_start_main"* ]]
}

@test "the ordinary build is newer than the oldest glibc that could take it" {
    run "$baseline" "$GPUVET" 2.26
    [ "$status" -eq 1 ]
    [[ $output == *"memfd_create"* ]]
}

@test "versions are compared as numbers, not as text" {
    run python3 - "$baseline" <<'PY'
import importlib.machinery, importlib.util, sys
loader = importlib.machinery.SourceFileLoader("baseline", sys.argv[1])
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("baseline", loader))
loader.exec_module(module)
assert module.number("2.3.4") < module.number("2.28") and module.number("2.9") < module.number("2.28")
PY
    [ "$status" -eq 0 ]
}

@test "a library that not every host has is named" {
    cd "$BATS_TEST_TMPDIR"
    echo 'int puts(const char *); int theirs(void) { return puts("theirs"); }' >theirs.c
    cc -shared -fPIC -o libtheirs.so.1 -Wl,-soname,libtheirs.so.1 theirs.c
    program bad -Wl,--no-as-needed ./libtheirs.so.1
    run "$baseline" bad 2.99
    [ "$status" -eq 1 ]
    [ "$output" = "bad: needs the library libtheirs.so.1, which not every host has" ]
}

@test "packed relocations are stopped below glibc 2.36" {
    program packed -pie -fPIE -Wl,-z,pack-relative-relocs 2>/dev/null || skip "this linker packs no relocations"
    readelf -d packed | grep -q RELR || skip "this linker packs no relocations"
    run "$baseline" packed 2.35
    [ "$status" -eq 1 ]
    [[ $output == *"DT_RELR"* ]]
}

@test "a static program is refused, for it could open no library" {
    program fixed -static || skip "no static libc here"
    run "$baseline" fixed
    [ "$status" -eq 2 ]
    [[ $output == *"not dynamically linked"* ]]
}

@test "what is no program, or is cut, is said to be so" {
    program good
    size=$(stat -c %s good)
    for n in 0 3 40 100 2000 $((size / 2)) $((size - 1)); do
        head -c "$n" good >cut
        run "$baseline" cut 2.99
        [ "$status" -eq 2 ]
        [[ $output == "cut: "* && $output != *Traceback* ]]
    done
    run "$baseline" "$BATS_TEST_DIRNAME/helpers.bash"
    [ "$status" -eq 2 ]
    [[ $output == *"not an ELF file" ]]
    run "$baseline" nosuch
    [ "$status" -eq 2 ]
    [[ $output == "nosuch: No such file or directory" ]]
    run "$baseline" good newest
    [ "$status" -eq 2 ]
    [[ $output == "usage: "* ]]
}
