# make            build the program: build/release/gpuvet
# make run        set up, build, and prove this machine's CUDA stacks
# make demo       the same against a SIMULATED GPU
# make check      set up, build and run every test (no GPU needed)
# make MODE=asan check    the same under the sanitizers; also MODE=debug
# make coverage   the tests, then which lines and branches they ran, and what they did not
# make torture   every fault at every vendor call of every probe, against the fakes: results/torture.md
# make liars     every lie about a result against every probe, against the fakes: results/liars.md
# make failures  machines broken as reported, against gpuvet doctor: results/doctor.md
# make check-tolerances  each tolerance on 10,000 random inputs: results/tolerances.md (an hour or two of processor time)
# make fuzz      build the fuzz targets (clang); scripts/fuzz runs them
# make check-wheels   real PyTorch environments, good and broken: import torch, and what the doctor says (fetches 13 GB)
# make check-torch    the torch.* probes with real builds from 1.8 to 2.14, on the CPU (fetches 35 GB)
# make check-cuobjdump    gpuvet inspect against NVIDIA's cuobjdump, library by library (fetches 5 GB)
# make ship       build/ship/gpuvet-x86_64 and -aarch64, for every glibc since 2.28 (fetches zig, 100 MB)
# make check-ship     start them in a Debian 11 root
# make check-ptx-old  assemble our PTX with older ptxas (fetches 400 MB)
# make check-examples the examples under a real Slurm, NHC, Ansible and linters (installs nothing; says what it skips)
# make look RUNS=FILE...  gpuvet report --html as browsers show it, and what axe says (needs chromium)
# make abi        prove the symbol lists against the vendors' headers
# make lint       floors, bans, divergence, shell scripts, generated files
# make ptx        write kernels/ptx/ anew (needs nvcc)
# make install    PREFIX=/usr/local, DESTDIR honoured

MODE    ?= release
BUILD   ?= build/$(MODE)
PREFIX  ?= /usr/local
CUDA    ?= /usr/local/cuda
NVCC    ?= $(firstword $(wildcard $(CUDA)/bin/nvcc) $(shell command -v nvcc))
V       ?= 0
say     := @printf '  %-6s %s\n'
quiet   := $(if $(filter 0,$(V)),@)
VERSION := 0.1.0

CFLAGS.release := -O2 -g
CFLAGS.debug   := -O0 -g3
CFLAGS.asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LDFLAGS.asan   := -fsanitize=address,undefined
# A child ends by _exit, which would lose its counters: tests/coverage writes them first.
CFLAGS.coverage  := -O0 -g --coverage -fprofile-update=atomic
LDFLAGS.coverage := --coverage -Wl,--wrap=_exit
CFLAGS.fuzz      := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
LDFLAGS.fuzz     := -fsanitize=address,undefined
$(if $(filter-out undefined,$(origin CFLAGS.$(MODE))),,$(error MODE is release, debug, asan, coverage or fuzz))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wvla -Wformat=2 -Wundef -Wcast-qual -Wpointer-arith
own_cppflags = -I. -Iharness -Iprobes -D_GNU_SOURCE -DGPUVET_VERSION='"$(VERSION)"' $(CPPFLAGS)
own_cflags   = -std=c11 -fvisibility=hidden -ffp-contract=off $(WARN) $(CFLAGS.$(MODE)) $(CFLAGS)
own_ldflags  = -static-libgcc $(LDFLAGS.$(MODE)) $(LDFLAGS)
own_libs     = -Wl,-Bstatic $(shell pkg-config --static --libs jansson libelf zlib) $(nettle) -Wl,-Bdynamic -ldl -lm -lpthread
# For its SHA-256 alone. Distributions of RPMs have no static one.
nettle      := $(if $(findstring /,$(shell $(CC) -print-file-name=libnettle.a)),-lnettle,-Wl,-Bdynamic -lnettle)

sources := $(sort $(wildcard harness/*.c harness/*/*.c harness/*/*/*.c probes/*.c probes/*/*.c))
objects := $(sources:%.c=$(BUILD)/%.o)
objects += $(if $(filter coverage,$(MODE)),$(BUILD)/tests/coverage/exit.o)
inside  := $(filter-out $(BUILD)/harness/main.o,$(objects))     # what unit tests link

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: all run demo check lint ptx install uninstall clean

all: $(BUILD)/gpuvet

# Device code: kernel_objects, `make ptx`. Tests: test programs, fakes, twins, `make check`, `make demo`.
include kernels/rules.mk
include tests/rules.mk

$(BUILD)/gpuvet: $(objects) $(kernel_objects)
	$(say) LD $@
	$(quiet)$(CC) $(own_cflags) $(own_ldflags) $^ $(own_libs) -o $@

# gpuvet explain carries the examples.
$(BUILD)/harness/verbs/explain.o: $(wildcard scripts/examples/*)

# gpuvet report carries the page's style sheet.
$(BUILD)/harness/report/html/page.o: harness/report/html/page.css

# The probe carries what Python runs.
$(BUILD)/probes/torch/python.o: probes/torch/python.py

# gpuvet matrix and run carry the tables of expected builds.
$(BUILD)/harness/store/expected.o: $(wildcard results/expected/*.json)

# The flags are part of what an object depends on.
$(BUILD)/%.o: %.c $(BUILD)/flags
	$(say) CC $<
	$(quiet)mkdir -p $(@D)
	$(quiet)$(CC) $(own_cppflags) $(own_cflags) -MMD -MP -c $< -o $@

run:
	$(quiet)scripts/setup build
	$(quiet)$(MAKE) --no-print-directory all
	$(BUILD)/gpuvet run || [ $$? = 77 ]

lint:
	$(quiet)scripts/lint

.PHONY: ship check-ship check-ptx-old check-examples look
look: all
	$(quiet)GPUVET=$(BUILD)/gpuvet scripts/look-at-report $(RUNS)

ship:
	+$(quiet)scripts/ship x86_64
	+$(quiet)scripts/ship aarch64

check-ship:
	+$(quiet)scripts/check-ship

check-examples: all
	$(quiet)scripts/check-examples $(BUILD)/gpuvet

check-ptx-old:
	$(quiet)scripts/check-ptx-old results/ptx.md

install: all
	install -D -m 755 $(BUILD)/gpuvet $(DESTDIR)$(PREFIX)/bin/gpuvet
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/gpuvet/LICENSE
	install -D -m 644 NOTICES $(DESTDIR)$(PREFIX)/share/doc/gpuvet/NOTICES
	install -d $(DESTDIR)$(PREFIX)/share/gpuvet/examples
	install -m 644 scripts/examples/* $(DESTDIR)$(PREFIX)/share/gpuvet/examples
	chmod 755 $(DESTDIR)$(PREFIX)/share/gpuvet/examples/*.sh

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/gpuvet
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/gpuvet $(DESTDIR)$(PREFIX)/share/gpuvet

clean:
	rm -rf build

# Rewritten only when it changes, so that it does not rebuild by itself.
flags_now := $(CC) $(own_cppflags) $(own_cflags) $(own_ldflags)
ifneq ($(MAKECMDGOALS),clean)
ifneq ($(file <$(BUILD)/flags),$(flags_now))
$(shell mkdir -p $(BUILD))
$(file >$(BUILD)/flags,$(flags_now))
endif
endif

-include $(objects:.o=.d)
