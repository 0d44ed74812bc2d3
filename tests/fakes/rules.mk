# Fake vendor libraries, laid out as a driver and a toolkit. FAKE_* variables are in gate.c, cuda.c and nvml.c.
# lacking/ holds libraries that lack one symbol each.
fakes := $(BUILD)/fakes

fake_driver_libs  := libcuda.so.1 libnvidia-ml.so.1
fake_toolkit_libs := libcudart.so.13 libcublasLt.so.13 libcublas.so.13 libcudnn_ops.so.9 libcudnn.so.9 libnccl.so.2 libnvrtc.so.13 \
                     libnvJitLink.so.13 libcufft.so.12 libcurand.so.10 libcupti.so.13 libcusparse.so.12 libcusolver.so.12 libcusparseLt.so.0
fake_lacking_libs := libcuda.so.1 libcudart.so.13 libcublas.so.13 libcudnn.so.9 libnccl.so.2 libnvJitLink.so.13 libcufft.so.12 libcurand.so.10 \
                     libcupti.so.13 libcusolver.so.12 libcusparse.so.12 libcusparseLt.so.0
fake_libs         := $(fake_driver_libs:%=$(fakes)/driver/%) $(fake_toolkit_libs:%=$(fakes)/toolkit/lib64/%) \
                     $(fake_lacking_libs:%=$(fakes)/lacking/%)

# Folders of a libtorch, which differ in what they export: each leads gpuvet to another of its routes, the last to none for one operation.
fake_torches      := 2.14.1 2.6.0 1.13.1 1.8.1 9.9.9
fake_torch_libs   := libtorch_cpu.so libtorch_cuda.so libc10.so libc10_cuda.so
fake_libs         += $(foreach t,$(fake_torches),$(fake_torch_libs:%=$(fakes)/torch-$t/lib/%) $(fakes)/torch-$t/build-version)
fake_files        := $(fake_libs) $(fakes)/libhook.so $(fakes)/toolkit/version.json \
                     $(fakes)/toolkit/include/cudnn_version.h $(fakes)/toolkit/include/nccl.h $(fakes)/gpuvet-ptx

fake_sources/libcuda.so.1      := cuda cuda_memory cuda_module cuda_peer cuda_graph trouble
fake_sources/libnvidia-ml.so.1 := nvml
fake_sources/libcudart.so.13   := cudart
fake_sources/libcublas.so.13   := cublas product
fake_sources/libcublasLt.so.13 := cublaslt product
fake_sources/libcudnn.so.9     := cudnn cudnn_conv cudnn_layers cudnn_norm
fake_sources/libcudnn_ops.so.9 := cudnn_ops
fake_sources/libnccl.so.2      := nccl
fake_sources/libnvrtc.so.13    := nvrtc
fake_sources/libtorch_cpu.so   := torch_tensor torch_shim torch_dispatch torch_ops torch_mangled torch_throw
fake_sources/libtorch_cuda.so  := torch_cuda
fake_sources/libc10.so         := c10
fake_sources/libc10_cuda.so    := c10_cuda
fake_sources/libnvJitLink.so.13 := nvjitlink
fake_sources/libcufft.so.12    := cufft
fake_sources/libcurand.so.10   := curand
fake_sources/libcupti.so.13    := cupti
fake_sources/libcusparse.so.12 := cusparse product
fake_sources/libcusolver.so.12 := cusolver product
fake_sources/libcusparseLt.so.0 := cusparselt product

# What the release does not export, of all that the fake has.
fake_hides/2.6.0  := torch_*; aoti_torch_call_dispatcher; aoti_torch_abi_version; aoti_torch_new_tensor_handle
fake_hides/1.13.1 := torch_*; aoti_*; *St8optional*
fake_hides/1.8.1  := $(fake_hides/1.13.1); _ZN2at4_ops*
fake_hides/9.9.9  := $(fake_hides/2.6.0); *layer_norm*

fake_lacks/libcuda.so.1    := cuMemGetInfo_v2
fake_lacks/libcudart.so.13 := cudaGetLastError
fake_lacks/libcublas.so.13 := cublasSgemm_v2
fake_lacks/libcudnn.so.9   := cudnnConvolutionForward
fake_lacks/libnccl.so.2    := ncclAllReduce
fake_lacks/libnvJitLink.so.13 := *nvJitLinkAddData*
fake_lacks/libcufft.so.12  := cufftExecR2C
fake_lacks/libcurand.so.10 := curandGenerate
fake_lacks/libcupti.so.13  := cuptiGetVersion
fake_lacks/libcusolver.so.12   := cusolverDnSgetrf
fake_lacks/libcusparse.so.12   := cusparseGetProperty
fake_lacks/libcusparseLt.so.0  := cusparseLtMatmul

# As the product's objects, but: -fPIC, plain loops without contraction, and no sanitizer, for a fault on order is a real one.
fake_cflags = -std=c11 -fPIC -O1 -g -fvisibility=hidden -ffp-contract=off $(WARN)
fake_link    = -shared -Wl,-z,defs -Wl,-soname,$(@F) -Wl,--enable-new-dtags,-rpath,'$$ORIGIN:$$ORIGIN/../toolkit/lib64'

# The loops of convolutions and products are what a simulated run spends its time with.
$(foreach o,cudnn_conv product cufft cusparse cusparselt torch_ops,$(fakes)/obj/$o.o): fake_cflags += -O3

$(fakes)/obj/%.o: tests/fakes/%.c $(BUILD)/flags
	$(say) CC $<
	$(quiet)mkdir -p $(@D)
	$(quiet)$(CC) -I. -Iharness -D_GNU_SOURCE $(fake_cflags) -MMD -MP -c $< -o $@

$(fakes)/obj/%.o: tests/fakes/%.cpp $(BUILD)/flags
	$(say) CXX $<
	$(quiet)mkdir -p $(@D)
	$(quiet)$(CXX) -std=c++17 -fPIC -O1 -g -fvisibility=hidden -Wall -Wextra -MMD -MP -c $< -o $@

# The gate knows its library: a fault may be ordered for the time it is loaded.
define fake_library
$(fakes)/obj/gate-$(1).o: tests/fakes/gate.c $(BUILD)/flags
	$$(quiet)mkdir -p $$(@D)
	$$(quiet)$$(CC) -I. -Iharness -D_GNU_SOURCE -DFAKE_SONAME='"$(1)"' $$(fake_cflags) -MMD -MP -c $$< -o $$@

fake_objects/$(1) := $(fake_sources/$(1):%=$(fakes)/obj/%.o) $(fakes)/obj/gate-$(1).o
endef
$(foreach l,$(fake_driver_libs) $(fake_toolkit_libs) $(fake_torch_libs),$(eval $(call fake_library,$l)))

# The driver runs kernels by their CPU twins (tests/host).
fake_more/libcuda.so.1    = $(twin_objects)
fake_libs/libcuda.so.1    = -static-libgcc -Wl,-Bstatic -lstdc++ -Wl,-Bdynamic
fake_more/libcublas.so.13 = $(fakes)/toolkit/lib64/libcublasLt.so.13

.SECONDEXPANSION:
$(fakes)/driver/% $(fakes)/toolkit/lib64/%: $$(fake_objects/$$*) $$(fake_more/$$*)
	$(say) LD $@
	$(quiet)mkdir -p $(@D)
	$(quiet)$(CC) $(fake_link) $^ $(fake_libs/$*) -ldl -lm -o $@

$(fakes)/lacking/%: $$(fake_objects/$$*) $$(fake_more/$$*)
	$(say) LD $@
	$(quiet)mkdir -p $(@D)
	$(quiet)echo '{ local: $(fake_lacks/$*); };' >$(@D)/$*.map
	$(quiet)$(CC) $(fake_link) -Wl,--version-script=$(@D)/$*.map $^ $(fake_libs/$*) -ldl -lm -o $@

# fake_torch VERSION: libtorch_cuda is linked with that folder's libtorch_cpu, and that one with libstdc++, which is the real ones'.
define fake_torch
$(fakes)/torch-$(1)/lib/%: $$$$(fake_objects/$$$$*)
	$$(say) LD $$@
	$$(quiet)mkdir -p $$(@D)
	$$(quiet)echo '{ local: $$(or $$(fake_hides/$(1)),nothing); };' >$(fakes)/torch-$(1)/$$(@F).map
	$$(quiet)$$(CC) $$(fake_link) -Wl,--version-script=$(fakes)/torch-$(1)/$$(@F).map $$^ -lstdc++ -ldl -lm -o $$@

$(fakes)/torch-$(1)/lib/libtorch_cuda.so: $(fakes)/torch-$(1)/lib/libtorch_cpu.so

$(fakes)/torch-$(1)/build-version:
	$$(quiet)mkdir -p $$(@D) && echo $(1)+simulated >$$@
endef
$(foreach t,$(fake_torches),$(eval $(call fake_torch,$t)))

$(fakes)/libhook.so: $(fakes)/obj/hook.o
	$(say) LD $@
	$(quiet)$(CC) -shared $^ -o $@

$(fakes)/toolkit/version.json: tests/fakes/version.json
	$(quiet)mkdir -p $(@D) && cp $< $@

$(fakes)/toolkit/include/%.h: tests/fakes/include/%.h
	$(quiet)mkdir -p $(@D) && cp $< $@

# The program as it is where no nvcc is: its kernels are PTX alone.
$(fakes)/obj/images-ptx.o: kernels/images.c $(kernel_names:%=kernels/ptx/%.ptx) $(BUILD)/flags
	$(quiet)mkdir -p $(@D)
	$(quiet)$(CC) $(own_cppflags) $(own_cflags) -MMD -MP -c $< -o $@

$(fakes)/gpuvet-ptx: $(objects) $(fakes)/obj/images-ptx.o
	$(say) LD $@
	$(quiet)$(CC) $(own_cflags) $(own_ldflags) $^ $(own_libs) -o $@

.PHONY: fakes
fakes: $(fake_files)

-include $(wildcard $(fakes)/obj/*.d)
