family 53 "Overclock and undervolt"

_tuned() { well_host; answering; setting FAKE_OFFSET=150; }

# https://github.com/h2oai/h2ogpt/issues/490
F302() { _tuned; fails cuCtxSynchronize 700; top overclocked; shown_by "150 MHz"; mended_by "nvidia-smi -rgc"; }

mechanism_invalid_program_counter() { _tuned; fails cuCtxSynchronize 718; top overclocked; }
mechanism_memory_clock() { well_host; answering; setting FAKE_MEMORY_OFFSET=1500; fails cuCtxSynchronize 715; top overclocked; shown_by memory; }
mechanism_faults_of_programs() {
    _tuned
    kernel_log "NVRM: Xid (PCI:0000:01:00): 13, pid=11, name=train, Graphics Exception" "NVRM: Xid (PCI:0000:01:00): 31, pid=12, name=game, MMU Fault"
    top overclocked
}

# Raised clocks at which everything computes as it should.
healthy_raised_clocks() { _tuned; nothing; }

# The same errors at the clocks that it was made for.
alike_memory() { well_host; answering; setting FAKE_ECC=1; setting FAKE_UNCORRECTED=3; fails cuCtxSynchronize 700; top memory-error; }
