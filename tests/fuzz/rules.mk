# A fuzz target for every door. `make check` replays their corpora; `make fuzz` builds them for libFuzzer (clang), and
# scripts/fuzz TARGET SECONDS runs one.
fuzz_targets := $(basename $(notdir $(sort $(wildcard tests/fuzz/fuzz_*.c))))
fuzz_main    := $(if $(filter fuzz,$(MODE)),,$(BUILD)/tests/fuzz/replay.o)
fuzz_link    := $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(fuzz_main) $(inside) $(kernel_objects)
	$(say) LD $@
	$(quiet)$(CC) $(own_cflags) $(own_ldflags) $(fuzz_link) $^ $(own_libs) -o $@

.PHONY: fuzz fuzz-targets
fuzz-targets: $(fuzz_targets:%=$(BUILD)/tests/fuzz/%)

fuzz:
	$(quiet)$(MAKE) --no-print-directory CC=clang MODE=fuzz fuzz-targets

-include $(fuzz_targets:%=$(BUILD)/tests/fuzz/%.d)
