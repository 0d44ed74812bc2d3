# The CPU twins: our kernels compiled for the host. Never with a sanitizer: fibers switch stacks behind its back.
CXX           ?= g++
twin_objects  := $(BUILD)/tests/host/twin.o
twin_cxxflags := -std=c++17 -O2 -g -fPIC -fvisibility=hidden -ffp-contract=off -U_FORTIFY_SOURCE -Wall -Wextra

$(BUILD)/tests/host/twin.o: tests/host/twin.cpp $(BUILD)/flags
	$(say) TWIN $<
	$(quiet)mkdir -p $(@D)
	$(quiet)$(CXX) -Itests/host/include -I. $(twin_cxxflags) -MMD -MP -c $< -o $@

-include $(twin_objects:.o=.d)
