/* libtorch.h - PyTorch's libraries from plain C.
 *
 * Every symbol is WANT: which are there decides the route (child/torch/torch.h).
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
    SYM(WANT, int32_t,        aoti_torch_dtype_float16,           (void)) \
    SYM(WANT, int32_t,        aoti_torch_dtype_bfloat16,          (void)) \
    SYM(WANT, int32_t,        aoti_torch_dtype_int64,             (void)) \
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

/* Layouts that the mangled names do not tell; they held from 1.8 to 2.14:
 * at::Tensor is one pointer, ArrayRef pointer and length; std::optional keeps
 * the value first, the older c10::optional the flag. A Tensor is returned
 * through a hidden pointer, which a struct of more than 16 bytes asks for on
 * x86-64 and aarch64 alike. */
struct at_tensor   { void *impl; };
struct at_returned { void *impl; char beyond_registers[24]; };
struct at_array    { const int64_t *items; size_t n; };
struct at_device   { int8_t type, index; };
struct at_std_tensor { void *impl; bool has; };                 /* optional<Tensor> */
struct at_c10_tensor { bool has; void *impl; };
struct at_small      { uint8_t a, b; };                         /* optional of one byte: dtype, layout, bool, memory format */
struct at_small_device { uint8_t a, b, c; };                    /* optional<Device> */

#define AT_POOL   (const struct at_tensor *, struct at_array, struct at_array, struct at_array, struct at_array, bool)
#define AT_ZEROS  (struct at_array, struct at_small, struct at_small, struct at_small_device, struct at_small)
#define AT_TO     (const struct at_tensor *, struct at_device, int8_t, bool, bool, struct at_small)
#define AT_LINEAR(optional)         (const struct at_tensor *, const struct at_tensor *, const struct optional *)
#define AT_CONV2D(optional, groups) (const struct at_tensor *, const struct at_tensor *, const struct optional *, \
                                     struct at_array, struct at_array, struct at_array, groups)

/* SYM(field, return type, parameters, mangled name) - libtorch_cpu.so; one line
 * for each spelling that a release has used. */
#define LIBTORCH_MANGLED(SYM) \
    SYM(relu,            struct at_returned, (const struct at_tensor *), "_ZN2at4_ops4relu4callERKNS_6TensorE") \
    SYM(relu_1_8,        struct at_returned, (const struct at_tensor *), "_ZN2at4reluERKNS_6TensorE") \
    SYM(flatten,         struct at_returned, (const struct at_tensor *, int64_t, int64_t), "_ZN2at4_ops18flatten_using_ints4callERKNS_6TensorEll") \
    SYM(flatten_1_8,     struct at_returned, (const struct at_tensor *, int64_t, int64_t), "_ZN2at7flattenERKNS_6TensorEll") \
    SYM(max_pool2d,      struct at_returned, AT_POOL, "_ZN2at4_ops10max_pool2d4callERKNS_6TensorEN3c108ArrayRefIlEES7_S7_S7_b") \
    SYM(max_pool2d_1_8,  struct at_returned, AT_POOL, "_ZN2at10max_pool2dERKNS_6TensorEN3c108ArrayRefIlEES5_S5_S5_b") \
    SYM(linear_std,      struct at_returned, AT_LINEAR(at_std_tensor), "_ZN2at4_ops6linear4callERKNS_6TensorES4_RKSt8optionalIS2_E") \
    SYM(linear_c10,      struct at_returned, AT_LINEAR(at_c10_tensor), "_ZN2at4_ops6linear4callERKNS_6TensorES4_RKN3c108optionalIS2_EE") \
    SYM(linear_1_8,      struct at_returned, AT_LINEAR(at_c10_tensor), "_ZN2at6linearERKNS_6TensorES2_RKN3c108optionalIS0_EE") \
    SYM(conv2d_std_sym,  struct at_returned, AT_CONV2D(at_std_tensor, const int64_t *), "_ZN2at4_ops6conv2d4callERKNS_6TensorES4_RKSt8optionalIS2_EN3c108ArrayRefINS9_6SymIntEEESC_SC_SB_") \
    SYM(conv2d_std,      struct at_returned, AT_CONV2D(at_std_tensor, int64_t), "_ZN2at4_ops6conv2d4callERKNS_6TensorES4_RKSt8optionalIS2_EN3c108ArrayRefIlEESB_SB_l") \
    SYM(conv2d_c10_sym,  struct at_returned, AT_CONV2D(at_c10_tensor, const int64_t *), "_ZN2at4_ops6conv2d4callERKNS_6TensorES4_RKN3c108optionalIS2_EENS5_8ArrayRefINS5_6SymIntEEESC_SC_SB_") \
    SYM(conv2d_c10_pad_sym, struct at_returned, AT_CONV2D(at_c10_tensor, int64_t), "_ZN2at4_ops6conv2d4callERKNS_6TensorES4_RKN3c108optionalIS2_EENS5_8ArrayRefIlEENSA_INS5_6SymIntEEESB_l") \
    SYM(conv2d_c10,      struct at_returned, AT_CONV2D(at_c10_tensor, int64_t), "_ZN2at4_ops6conv2d4callERKNS_6TensorES4_RKN3c108optionalIS2_EENS5_8ArrayRefIlEESB_SB_l") \
    SYM(conv2d_1_8,      struct at_returned, AT_CONV2D(at_c10_tensor, int64_t), "_ZN2at6conv2dERKNS_6TensorES2_RKN3c108optionalIS0_EENS3_8ArrayRefIlEES9_S9_l") \
    SYM(zeros_c10_sym,   struct at_returned, AT_ZEROS, "_ZN2at4_ops5zeros4callEN3c108ArrayRefINS2_6SymIntEEENS2_8optionalINS2_10ScalarTypeEEENS6_INS2_6LayoutEEENS6_INS2_6DeviceEEENS6_IbEE") \
    SYM(zeros_c10,       struct at_returned, AT_ZEROS, "_ZN2at4_ops5zeros4callEN3c108ArrayRefIlEENS2_8optionalINS2_10ScalarTypeEEENS5_INS2_6LayoutEEENS5_INS2_6DeviceEEENS5_IbEE") \
    SYM(zeros_1_8,       struct at_returned, AT_ZEROS, "_ZN2at5zerosEN3c108ArrayRefIlEENS0_8optionalINS0_10ScalarTypeEEENS3_INS0_6LayoutEEENS3_INS0_6DeviceEEENS3_IbEE") \
    SYM(to_device_c10,   struct at_returned, AT_TO, "_ZN2at4_ops9to_device4callERKNS_6TensorEN3c106DeviceENS5_10ScalarTypeEbbNS5_8optionalINS5_12MemoryFormatEEE") \
    SYM(to_device_1_8,   struct at_returned, AT_TO, "_ZNK2at6Tensor2toEN3c106DeviceENS1_10ScalarTypeEbbNS1_8optionalINS1_12MemoryFormatEEE") \
    SYM(data_ptr,        float *, (const struct at_tensor *), "_ZNK2at10TensorBase8data_ptrIfEEPT_v") \
    SYM(data_ptr_1_8,    float *, (const struct at_tensor *), "_ZNK2at6Tensor8data_ptrIfEEPT_v") \
    SYM(global_context,    void *, (void), "_ZN2at13globalContextEv") \
    SYM(allow_tf32_cudnn,  void,   (void *, bool), "_ZN2at7Context17setAllowTF32CuDNNEb") \
    SYM(allow_tf32_cublas, void,   (void *, bool), "_ZN2at7Context18setAllowTF32CuBLASEb")

#include "load/libtorch_ops.h"

/* c10/cuda/CUDAFunctions.h, in libc10_cuda.so: how many GPUs there are, 0 too where it cannot be told; never throws. */
#define LIBC10_CUDA_MANGLED(SYM) \
    SYM(device_count, int8_t, (void), "_ZN3c104cuda12device_countEv")

#define LIBTORCH_FIELD(field, ret, params, mangled)     ret (*field) params;

/* exception_ptr is one pointer, returned like a Tensor. */
struct std_thrown { void *object; char beyond_registers[24]; };

struct libtorch {
    struct dl dl;
    LIBTORCH_SYMS(DL_FIELD)
    LIBTORCH_MANGLED(LIBTORCH_FIELD)
    LIBTORCH_MORE(LIBTORCH_FIELD)

    /* Of libstdc++, which libtorch_cpu needs; the last two NULL if it does not export them. */
    void *(*operator_new)(size_t);
    void  (*(*set_terminate)(void (*handler)(void)))(void);
    struct std_thrown (*current_exception)(void);
};
struct libtorch_cuda { struct dl dl; LIBTORCH_CUDA_SYMS(DL_FIELD) const struct libtorch *cpu; };     /* cpu: whose words explain its errors */
struct libc10_cuda   { struct dl dl; LIBC10_CUDA_MANGLED(LIBTORCH_FIELD) };

bool libtorch_bind(struct libtorch *t, void *handle, struct err *e) MUST_USE;
bool libtorch_cuda_bind(struct libtorch_cuda *t, void *handle, struct err *e) MUST_USE;
bool libc10_cuda_bind(struct libc10_cuda *t, void *handle, struct err *e) MUST_USE;

/* The code that libtorch's explain takes for a C++ exception that nobody caught. */
#define LIBTORCH_THREW (-1)

#endif
