# Memory that the driver is told to fill.
load helpers

@test "memory that is not filled, or with something else, always or once" {
    local lies=(none:cuMemsetD8_v2 {stale,wrong,offset}:cuMemsetD8_v2{,:1} {stale,wrong,offset}:cuMemsetD32_v2:{4,-4}     # a buffer and its guards are three
                stale:cuMemsetD8_v2:3 stale:cuMemsetD32_v2:8)                                                         # a single byte, and the last word
    for i in "${!lies[@]}"; do
        export "FAKE_FAULT_ON_$i=${lies[i]}"
    done
    FAKE_GPUS=${#lies[@]} FAKE_FAULT_PROBE=cuda.memset run simulated --isolate -p cuda.memset -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict cuda.memset@gpu0)" = pass ]
    for i in "${!lies[@]}"; do
        [[ $i = 0 || "$(field "cuda.memset@gpu$i" why)" == *" bytes are wrong after cuMemsetD"*": byte "*" that were to be filled" ]]
    done
}

@test "a byte too many is seen beside what was to be filled" {
    case $GPUVET in */asan/*) skip "the sanitizer must be loaded before any other library" ;; esac
    cat >"$BATS_TEST_TMPDIR/long.c" <<'C'
#include <dlfcn.h>
#include <stddef.h>
int cuMemsetD8_v2(unsigned long long p, unsigned char byte, size_t n)
{
    static int (*real)(unsigned long long, unsigned char, size_t);

    if (real == NULL)
        real = dlsym(dlopen("libcuda.so.1", RTLD_NOW), "cuMemsetD8_v2");
    return real(p, byte, n == 2 ? 3 : n);
}
C
    "${CC:-cc}" -shared -fPIC -o "$BATS_TEST_TMPDIR/long.so" "$BATS_TEST_TMPDIR/long.c" -ldl
    LD_PRELOAD=$BATS_TEST_TMPDIR/long.so run simulated -p cuda.memset -o "$out"
    [ "$status" = 1 ]
    [[ "$(field cuda.memset@gpu0 why)" == "1 bytes are wrong after cuMemsetD8: byte 257 is 0xff, expected "*", which is none of bytes 255 to 256 that were to be filled" ]]
}
