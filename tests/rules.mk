# Test programs: every tests/unit/test_*.c is one cmocka program.
unit_sources := $(sort $(wildcard tests/unit/test_*.c))
unit_tests   := $(unit_sources:tests/unit/%.c=$(BUILD)/tests/unit/%)

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(inside) $(kernel_objects)
	$(say) LD $@
	$(quiet)$(CC) $(own_cflags) $(own_ldflags) $^ $(own_libs) -lcmocka -o $@

check:
	$(quiet)scripts/setup check
	$(quiet)$(MAKE) --no-print-directory tests
	$(quiet)scripts/run-tests $(BUILD)

.PHONY: tests
tests: all $(unit_tests)

-include $(unit_tests:%=%.d)
