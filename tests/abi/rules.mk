# ABI proofs: every prototype, constant and struct of harness/load against the vendor's headers, with every compiler there is.
# Nothing is linked. ABI_HEADERS holds what the toolkit does not bring (scripts/abi-headers makes it); TORCH_HEADERS lists
# torch/include folders of installed PyTorch environments. What has no headers here is skipped, and says so.
ABI_HEADERS   ?= $(HOME)/.cache/gpuvet/headers
shim          := torch/csrc/inductor/aoti_torch/c/shim.h
TORCH_HEADERS ?= $(patsubst %/$(shim),%,$(sort $(wildcard $(HOME)/.cache/gpuvet/envs/*/lib/python3*/site-packages/torch/include/$(shim))))

abi_compilers := $(foreach c,gcc clang aarch64-linux-gnu-gcc,$(if $(shell command -v $c),$c))
abi_toolkit   := $(foreach l,cuda cudart cublas cublaslt nvrtc cufft curand,$l:$(CUDA)/include) \
                 $(foreach p,cudnn:cudnn nccl:nccl cupti:cupti,$(if $(wildcard $(CUDA)/include/$(lastword $(subst :, ,$p)).h),$(firstword $(subst :, ,$p)):$(CUDA)/include)) \
                 $(if $(shell grep -sl __nvJitLinkCreate_13 $(CUDA)/include/nvJitLink.h),nvjitlink:$(CUDA)/include)
abi_pairs     := $(if $(wildcard $(CUDA)/include/cuda.h),$(abi_toolkit)) \
                 $(if $(wildcard $(ABI_HEADERS)/nvml/nvml.h),nvml:$(ABI_HEADERS)/nvml) \
                 $(if $(wildcard $(ABI_HEADERS)/cudnn8/cudnn.h),cudnn:$(ABI_HEADERS)/cudnn8) \
                 $(foreach t,$(TORCH_HEADERS),libtorch:$t)
abi_dir       := build/abi
abi_proofs    :=

# Older headers may lack what we only want.
abi_flags/libtorch := -DMAY_BE_OLDER -x c++ -std=c++17
# nvJitLink's header gives its functions the names of its release: __nvJitLinkCreate_13_0.
abi_flags/nvjitlink = -std=c11 -DRELEASE=$(shell sed -n 's/.*__nvJitLinkCreate\(_[0-9_]*\).*/\1/p' $(CUDA)/include/nvJitLink.h | head -n 1)
abi_cppflags = -I. -Iharness -I$(abi_dir) -D_GNU_SOURCE

$(abi_dir)/own_%.h: harness/load/%.h tests/abi/own $(wildcard harness/load/*.h)
	$(quiet)mkdir -p $(@D)
	$(quiet)tests/abi/own $< >$@

# abi_proof LIST FOLDER COMPILER NUMBER
define abi_proof
abi_proofs += $(abi_dir)/$(1)-$(4)-$(3).o
$(abi_dir)/$(1)-$(4)-$(3).o: tests/abi/$(1).c $(abi_dir)/own_$(1).h tests/abi/prove.h
	$$(say) PROVE '$(1) against $(2) ($(3))'
	$$(quiet)$(3) $$(abi_cppflags) $(if $(findstring cudnn8,$(2)),-DMAY_BE_OLDER) -isystem $(2) -isystem $(CUDA)/include \
		-Wall -Wextra $$(or $$(abi_flags/$(1)),-std=c11) -c $$< -o $$@
endef
abi_seen :=
# The cross compiler for C may come without the one for C++.
abi_without/libtorch := $(if $(shell command -v aarch64-linux-gnu-g++),,aarch64-linux-gnu-gcc)
$(foreach p,$(abi_pairs),$(eval abi_seen += x)$(foreach c,$(filter-out $(abi_without/$(firstword $(subst :, ,$p))),$(abi_compilers)),$(eval \
	$(call abi_proof,$(firstword $(subst :, ,$p)),$(word 2,$(subst :, ,$p)),$c,$(words $(abi_seen))))))

.PHONY: abi
abi: $(abi_proofs)
	$(quiet)$(if $(filter cuda:%,$(abi_pairs)),,echo '  skipped: cuda cudart cublas cublaslt nvrtc cufft curand - no headers in $(CUDA)/include')
	$(quiet)$(if $(filter cudnn:$(CUDA)%,$(abi_pairs)),,echo '  skipped: cudnn 9 - no cudnn.h in $(CUDA)/include')
	$(quiet)$(if $(filter nccl:%,$(abi_pairs)),,echo '  skipped: nccl - no nccl.h in $(CUDA)/include')
	$(quiet)$(if $(filter cupti:%,$(abi_pairs)),,echo '  skipped: cupti - no cupti.h in $(CUDA)/include')
	$(quiet)$(if $(filter nvjitlink:%,$(abi_pairs)),,echo '  skipped: nvjitlink - no nvJitLink.h of CUDA 13 in $(CUDA)/include')
	$(quiet)$(if $(filter nvml:%,$(abi_pairs)),,echo '  skipped: nvml - scripts/abi-headers fetches its header')
	$(quiet)$(if $(filter %/cudnn8,$(abi_pairs)),,echo '  skipped: cudnn 8 - scripts/abi-headers --cudnn8 fetches its headers (700 MB)')
	$(quiet)$(if $(filter aarch64%,$(abi_compilers)),,echo '  skipped: aarch64 - no aarch64-linux-gnu-gcc')
	$(quiet)$(if $(filter libtorch:%,$(abi_pairs)),,echo '  skipped: libtorch - no PyTorch in TORCH_HEADERS')
