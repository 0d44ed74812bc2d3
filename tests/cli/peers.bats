# Several GPUs together: what they send each other arrives, and what does not is told with its pair.
load helpers

@test "two GPUs send each other what arrives: by the driver, and by kernels" {
    FAKE_GPUS=2 run simulated -p 'peer.*' -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict peer.copy@gpus)" = pass ]
    [ "$(verdict peer.access@gpus)" = pass ]
    [ "$(field peer.copy@gpus together)" = "[0, 1]" ]
}

@test "one GPU has nobody to talk to" {
    run simulated -p 'peer.*' -o "$out"
    [ "$status" = 0 ]
    [ "$(field peer.copy@gpus why)" = "one GPU: there is nobody to talk to" ]
}
