# Device code. With nvcc, each .cu becomes a fat binary; the committed PTX is always there. Both are carried by images.o.
kernel_names   := $(basename $(notdir $(sort $(wildcard kernels/*.cu))))
kernel_fatbins := $(if $(NVCC),$(kernel_names:%=build/kernels/%.fatbin))
kernel_objects := $(BUILD)/kernels/images.o
KERNEL_ARCHS   ?= 75 80 86 89 90 100 103 120

build/kernels/%.fatbin: kernels/%.cu $(wildcard kernels/*.h)
	$(say) NVCC $<
	$(quiet)mkdir -p $(@D)
	$(quiet)$(NVCC) -I. -std=c++17 -Werror all-warnings -fatbin $(foreach a,$(KERNEL_ARCHS),-gencode arch=compute_$a,code=sm_$a) -o $@ $<

build/kernels/sm_map_spoilt.fatbin: kernels/sm_map.cu

$(BUILD)/kernels/images.o: own_cppflags += $(if $(NVCC),-DKERNEL_FATBINS=build/kernels)
$(BUILD)/kernels/images.o: $(kernel_fatbins) $(kernel_names:%=kernels/ptx/%.ptx)

# Rewrites the committed PTX; scripts/check-ptx says whether it is due.
ptx:
	$(quiet)scripts/make-ptx kernels/ptx $(NVCC)

-include $(BUILD)/kernels/images.d
