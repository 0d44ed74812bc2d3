# Tests: cmocka programs, the CPU twins of the kernels, fake vendor libraries, ABI proofs.
include tests/host/rules.mk
include tests/fakes/rules.mk
-include tests/abi/rules.mk
include tests/fuzz/rules.mk

# Every tests/unit/test_*.c is one program.
unit_sources := $(sort $(wildcard tests/unit/test_*.c))
unit_tests   := $(unit_sources:tests/unit/%.c=$(BUILD)/tests/unit/%)

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(inside) $(kernel_objects)
	$(say) LD $@
	$(quiet)$(CC) $(own_cflags) $(own_ldflags) $^ $(own_libs) -lcmocka -o $@

# Those that run the twins themselves.
twin_tests := $(patsubst %,$(BUILD)/tests/unit/%,test_twins test_contract test_tilecheck test_errors test_march test_sm_map test_soak test_stream test_caches test_gate)
$(twin_tests): $(twin_objects)
$(twin_tests): own_libs += -lstdc++

# Its clock is the test's own.
$(BUILD)/tests/unit/test_pace: own_ldflags += -Wl,--wrap=clock_ms_fine

# Sound arithmetic against each tolerance: the sample of `make check`, and the program behind scripts/check-tolerances.
tolerance_objects := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard tests/tolerance/*.c)))
$(BUILD)/tests/unit/test_tolerances: $(tolerance_objects)
$(tolerance_objects): own_cflags += -O2

$(BUILD)/tests/tolerances: $(BUILD)/tests/tolerance/main.o $(tolerance_objects) $(inside) $(kernel_objects)
	$(say) LD $@
	$(quiet)$(CC) $(own_cflags) $(own_ldflags) $^ $(own_libs) -o $@

# Every lie of every call that gives a result, against every probe: minutes.
.PHONY: failures
failures: all fakes
	$(quiet)scripts/reproduce $(BUILD) results/doctor.md

.PHONY: liars
liars: all fakes
	$(quiet)scripts/liars $(BUILD) results/liars.md

.PHONY: check-tolerances
check-tolerances: $(BUILD)/tests/tolerances
	$(quiet)scripts/check-tolerances $< results/tolerances.md

-include $(tolerance_objects:.o=.d)

# What the harness costs: a launch above the bare call, and a report of a large run.
.PHONY: bench
$(BUILD)/tests/bench/overhead: $(BUILD)/tests/bench/overhead.o $(inside) $(kernel_objects)
	$(say) LD $@
	$(quiet)$(CC) $(own_cflags) $(own_ldflags) $^ $(own_libs) -o $@

bench: all fakes $(BUILD)/tests/bench/overhead
	$(quiet)scripts/bench $(BUILD)

-include $(BUILD)/tests/bench/overhead.d

check:
	$(quiet)scripts/setup check
	$(quiet)$(MAKE) --no-print-directory tests
	$(quiet)scripts/run-tests $(BUILD)

# Every fault at every vendor call of every probe: an hour on two cores.
.PHONY: torture
torture: all fakes
	$(quiet)scripts/torture $(BUILD) results/torture.md

# Which lines and branches the tests ran; what they did not is named.
.PHONY: coverage
coverage:
	$(quiet)$(MAKE) --no-print-directory MODE=coverage tests
	$(quiet)find build/coverage -name '*.gcda' -delete
	$(quiet)scripts/run-tests build/coverage
	$(quiet)scripts/coverage build/coverage

.PHONY: tests
tests: all fakes $(unit_tests) $(abi_proofs) fuzz-targets

# The main job against a SIMULATED GPU: fake driver and toolkit, kernels run by their CPU twins. Nothing of it is a GPU's result.
demo: all fakes
	$(quiet)echo "SIMULATED: a fake driver, a fake toolkit, and kernels run on the CPU. No GPU is tested."
	LD_LIBRARY_PATH=$(fakes)/driver NVIDIA_VISIBLE_DEVICES=all $(BUILD)/gpuvet run --stack $(fakes)/toolkit -s toolkit-13.0

-include $(unit_tests:%=%.d)

# Real PyTorch environments from PyPI, good and spoilt, in a cache outside the repository (about 10 GB).
.PHONY: demo check-wheels
check-wheels: all
	$(quiet)scripts/check-wheels $(BUILD)/gpuvet results/wheels.md
	$(quiet)scripts/check-doctor $(BUILD)/gpuvet results/doctor-wheels.md

# Real builds of PyTorch, one after the other, on the CPU.
.PHONY: check-torch
check-torch: all
	$(quiet)scripts/check-torch $(BUILD)/gpuvet results/torch.md

# Every library of the toolkit and of a torch, beside NVIDIA's own tool.
.PHONY: check-cuobjdump
check-cuobjdump: all
	$(quiet)scripts/check-cuobjdump $(BUILD)/gpuvet results/cuobjdump.md
