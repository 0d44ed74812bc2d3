/* libtorch.h - PyTorch's libraries from plain C.
 *
 * Every symbol is WANT: which are there decides the route (child/torch.h).
 * The C shim is "stable" from 2.10 on and was exported since 2.2; the mangled
 * names serve older ones. A mangled name holds all argument types, so a
 * changed signature is a missing symbol.
 */
#ifndef LOAD_LIBTORCH_H
#define LOAD_LIBTORCH_H

#include "load/dl.h"

typedef struct AtenTensorOpaque *AtenTensorHandle;
typedef int32_t                  AOTITorchError;
typedef uint64_t                 StableIValue;
typedef struct StableListOpaque *StableListHandle;

/* C names of libtorch_cpu.so. */
#define LIBTORCH_SYMS(SYM) \
    SYM(WANT, uint64_t,       aoti_torch_abi_version,             (void)) \
    SYM(WANT, int32_t,        aoti_torch_device_type_cpu,         (void)) \
    SYM(WANT, int32_t,        aoti_torch_device_type_cuda,        (void)) \
    SYM(WANT, int32_t,        aoti_torch_dtype_float32,           (void)) \
    SYM(WANT, void,           aoti_torch_grad_mode_set_enabled,   (bool)) \
    SYM(WANT, AOTITorchError, aoti_torch_empty_strided,           (int64_t, const int64_t *, const int64_t *, int32_t, int32_t, int32_t, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_create_tensor_from_blob, (void *, int64_t, const int64_t *, const int64_t *, int64_t, int32_t, int32_t, int32_t, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_copy_,                   (AtenTensorHandle, AtenTensorHandle, int32_t)) \
    SYM(WANT, AOTITorchError, aoti_torch_tensor_copy_,            (AtenTensorHandle, AtenTensorHandle)) \
    SYM(WANT, AOTITorchError, aoti_torch_get_data_ptr,            (AtenTensorHandle, void **)) \
    SYM(WANT, AOTITorchError, aoti_torch_get_device_type,         (AtenTensorHandle, int32_t *)) \
    SYM(WANT, AOTITorchError, aoti_torch_delete_tensor_object,    (AtenTensorHandle)) \
    SYM(WANT, AOTITorchError, aoti_torch_new_tensor_handle,       (AtenTensorHandle, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_assign_tensors_out,      (AtenTensorHandle, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch__reinterpret_tensor,     (AtenTensorHandle, int64_t, const int64_t *, const int64_t *, int64_t, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_convolution,             (AtenTensorHandle, AtenTensorHandle, AtenTensorHandle, const int64_t *, int64_t, const int64_t *, int64_t, const int64_t *, int64_t, int, const int64_t *, int64_t, int64_t, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_addmm_out,               (AtenTensorHandle, AtenTensorHandle, AtenTensorHandle, AtenTensorHandle, float, float)) \
    SYM(WANT, AOTITorchError, aoti_torch_cpu_convolution,         (AtenTensorHandle, AtenTensorHandle, AtenTensorHandle *, const int64_t *, int64_t, const int64_t *, int64_t, const int64_t *, int64_t, int32_t, const int64_t *, int64_t, int64_t, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_cpu_max_pool2d_with_indices, (AtenTensorHandle, const int64_t *, int64_t, const int64_t *, int64_t, const int64_t *, int64_t, const int64_t *, int64_t, int32_t, AtenTensorHandle *, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_cpu_addmm_out,           (AtenTensorHandle, AtenTensorHandle, AtenTensorHandle, AtenTensorHandle, double, double)) \
    SYM(WANT, AOTITorchError, aoti_torch_call_dispatcher,         (const char *, const char *, StableIValue *)) \
    SYM(WANT, AOTITorchError, torch_call_dispatcher,              (const char *, const char *, StableIValue *, uint64_t)) \
    SYM(WANT, AOTITorchError, torch_new_list_reserve_size,        (size_t, StableListHandle *)) \
    SYM(WANT, AOTITorchError, torch_list_push_back,               (StableListHandle, StableIValue)) \
    SYM(WANT, AOTITorchError, torch_new_stable_ivalue,            (StableIValue **)) \
    SYM(WANT, const char *,   torch_exception_get_what_without_backtrace, (void))

/* C names of libtorch_cuda.so. */
#define LIBTORCH_CUDA_SYMS(SYM) \
    SYM(WANT, AOTITorchError, aoti_torch_cuda_convolution,        (AtenTensorHandle, AtenTensorHandle, AtenTensorHandle *, const int64_t *, int64_t, const int64_t *, int64_t, const int64_t *, int64_t, int32_t, const int64_t *, int64_t, int64_t, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_cuda_max_pool2d_with_indices, (AtenTensorHandle, const int64_t *, int64_t, const int64_t *, int64_t, const int64_t *, int64_t, const int64_t *, int64_t, int32_t, AtenTensorHandle *, AtenTensorHandle *)) \
    SYM(WANT, AOTITorchError, aoti_torch_cuda_addmm_out,          (AtenTensorHandle, AtenTensorHandle, AtenTensorHandle, AtenTensorHandle, double, double))

/* Layouts that the mangled names do not tell; they held from 1.8 to 2.14: an
 * at::Tensor is one pointer, and is returned through a hidden pointer, which a
 * struct of more than 16 bytes asks for on x86-64 and aarch64 alike. */
struct at_tensor   { void *impl; };
struct at_returned { void *impl; char beyond_registers[24]; };

/* SYM(field, return type, parameters, mangled name) - libtorch_cpu.so. */
#define LIBTORCH_MANGLED(SYM) \
    SYM(relu,              struct at_returned, (const struct at_tensor *), "_ZN2at4_ops4relu4callERKNS_6TensorE") \
    SYM(global_context,    void *, (void), "_ZN2at13globalContextEv") \
    SYM(allow_tf32_cudnn,  void,   (void *, bool), "_ZN2at7Context17setAllowTF32CuDNNEb") \
    SYM(allow_tf32_cublas, void,   (void *, bool), "_ZN2at7Context18setAllowTF32CuBLASEb")

#define LIBTORCH_FIELD(field, ret, params, mangled)     ret (*field) params;

struct libtorch      { struct dl dl; LIBTORCH_SYMS(DL_FIELD) LIBTORCH_MANGLED(LIBTORCH_FIELD) void *(*operator_new)(size_t); };
struct libtorch_cuda { struct dl dl; LIBTORCH_CUDA_SYMS(DL_FIELD) };

bool libtorch_bind(struct libtorch *t, void *handle, struct err *e) MUST_USE;
bool libtorch_cuda_bind(struct libtorch_cuda *t, void *handle, struct err *e) MUST_USE;

#endif
