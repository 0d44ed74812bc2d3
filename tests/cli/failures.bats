# Machines that were broken as reported: the doctor names the cause first, and finds nothing where nothing is wrong.
load helpers

@test "every reproduced failure has its confirmed cause as the first finding, here and from its bundle elsewhere" {
    one_build "some hundred machines, each looked at twice"
    run scripts/reproduce "${GPUVET%/gpuvet}"
    echo "$output"
    [ "$status" = 0 ]
}
