/* libtorch_ops.h - more of PyTorch's operations by their mangled C++ names (load/libtorch.h); it is part of that list.
 *
 * A SymInt that is an argument is passed by its address. c10::Scalar holds a tag,
 * 0 for a double, and at byte 16 the number; 1.8 takes it by value. What ends
 * in an underscore changes its first argument and returns it.
 */
#ifndef LOAD_LIBTORCH_OPS_H
#define LOAD_LIBTORCH_OPS_H

struct at_scalar     { int32_t tag; double number __attribute__((aligned(16))); double imaginary; };
struct at_std_double { double number; bool has; };              /* optional<double> */
struct at_c10_double { bool has; double number; };
struct std_string    { const char *text; size_t n; char within[16]; };      /* the older one is `text` alone; both end with a 0 */
struct at_tensors    { const struct at_tensor *items; size_t n; };      /* ArrayRef<Tensor> */

#define AT_X            const struct at_tensor *
#define AT_NORM(optional)               (AT_X, struct at_array, const struct optional *, const struct optional *, double, bool)
#define AT_EMBEDDING(integer)           (AT_X, AT_X, integer, bool, bool)
#define AT_SCATTER(rows, padding)       (AT_X, AT_X, rows, padding, bool)
#define AT_SOFTMAX                      (AT_X, int64_t, struct at_small)
#define AT_ADAMW(optional) \
    (struct at_tensors, struct at_tensors, struct at_tensors, struct at_tensors, struct at_tensors, struct at_tensors, \
     double, double, double, double, double, bool, bool, const struct optional *, const struct optional *)
#define AT_SGD          (struct at_tensors, struct at_tensors, struct at_tensors, double, double, double, double, bool, bool, bool, \
                         const struct at_std_tensor *, const struct at_std_tensor *)

/* optional<ScalarType>, <Layout>, <Device> and <bool> of std come by value, as those of c10 do. */
#define LIBTORCH_MORE(SYM) \
    SYM(zeros_std_sym,      struct at_returned, AT_ZEROS, "_ZN2at4_ops5zeros4callEN3c108ArrayRefINS2_6SymIntEEESt8optionalINS2_10ScalarTypeEES6_INS2_6LayoutEES6_INS2_6DeviceEES6_IbE") \
    SYM(to_device_std,      struct at_returned, AT_TO, "_ZN2at4_ops9to_device4callERKNS_6TensorEN3c106DeviceENS5_10ScalarTypeEbbSt8optionalINS5_12MemoryFormatEE") \
    SYM(show_config,        struct std_string, (void), "_ZN2at11show_configB5cxx11Ev") \
    SYM(show_config_old,    struct std_string, (void), "_ZN2at11show_configEv") \
    SYM(layer_norm_std_sym, struct at_returned, AT_NORM(at_std_tensor), "_ZN2at4_ops10layer_norm4callERKNS_6TensorEN3c108ArrayRefINS5_6SymIntEEERKSt8optionalIS2_ESC_db") \
    SYM(layer_norm_c10_sym, struct at_returned, AT_NORM(at_c10_tensor), "_ZN2at4_ops10layer_norm4callERKNS_6TensorEN3c108ArrayRefINS5_6SymIntEEERKNS5_8optionalIS2_EESC_db") \
    SYM(layer_norm_c10,     struct at_returned, AT_NORM(at_c10_tensor), "_ZN2at4_ops10layer_norm4callERKNS_6TensorEN3c108ArrayRefIlEERKNS5_8optionalIS2_EESB_db") \
    SYM(layer_norm_1_8,     struct at_returned, AT_NORM(at_c10_tensor), "_ZN2at10layer_normERKNS_6TensorEN3c108ArrayRefIlEERKNS3_8optionalIS0_EES9_db") \
    SYM(embedding_sym,      struct at_returned, AT_EMBEDDING(const int64_t *), "_ZN2at4_ops9embedding4callERKNS_6TensorES4_N3c106SymIntEbb") \
    SYM(embedding,          struct at_returned, AT_EMBEDDING(int64_t), "_ZN2at4_ops9embedding4callERKNS_6TensorES4_lbb") \
    SYM(embedding_1_8,      struct at_returned, AT_EMBEDDING(int64_t), "_ZN2at9embeddingERKNS_6TensorES2_lbb") \
    SYM(scatter_sym,        struct at_returned, AT_SCATTER(const int64_t *, const int64_t *), "_ZN2at4_ops24embedding_dense_backward4callERKNS_6TensorES4_N3c106SymIntES6_b") \
    SYM(scatter_rows_sym,   struct at_returned, AT_SCATTER(const int64_t *, int64_t), "_ZN2at4_ops24embedding_dense_backward4callERKNS_6TensorES4_N3c106SymIntElb") \
    SYM(scatter,            struct at_returned, AT_SCATTER(int64_t, int64_t), "_ZN2at4_ops24embedding_dense_backward4callERKNS_6TensorES4_llb") \
    SYM(scatter_1_8,        struct at_returned, AT_SCATTER(int64_t, int64_t), "_ZN2at24embedding_dense_backwardERKNS_6TensorES2_llb") \
    SYM(bmm,                struct at_returned, (AT_X, AT_X), "_ZN2at4_ops3bmm4callERKNS_6TensorES4_") \
    SYM(bmm_1_8,            struct at_returned, (AT_X, AT_X), "_ZN2at3bmmERKNS_6TensorES2_") \
    SYM(softmax_std,        struct at_returned, AT_SOFTMAX, "_ZN2at4_ops11softmax_int4callERKNS_6TensorElSt8optionalIN3c1010ScalarTypeEE") \
    SYM(softmax_c10,        struct at_returned, AT_SOFTMAX, "_ZN2at4_ops11softmax_int4callERKNS_6TensorElN3c108optionalINS5_10ScalarTypeEEE") \
    SYM(softmax_1_8,        struct at_returned, AT_SOFTMAX, "_ZN2at7softmaxERKNS_6TensorElN3c108optionalINS3_10ScalarTypeEEE") \
    SYM(attention_std_gqa,  struct at_returned, (AT_X, AT_X, AT_X, const struct at_std_tensor *, double, bool, struct at_std_double, bool), "_ZN2at4_ops28scaled_dot_product_attention4callERKNS_6TensorES4_S4_RKSt8optionalIS2_EdbS5_IdEb") \
    SYM(attention_std,      struct at_returned, (AT_X, AT_X, AT_X, const struct at_std_tensor *, double, bool, struct at_std_double), "_ZN2at4_ops28scaled_dot_product_attention4callERKNS_6TensorES4_S4_RKSt8optionalIS2_EdbS5_IdE") \
    SYM(attention_c10,      struct at_returned, (AT_X, AT_X, AT_X, const struct at_c10_tensor *, double, bool, struct at_c10_double), "_ZN2at4_ops28scaled_dot_product_attention4callERKNS_6TensorES4_S4_RKN3c108optionalIS2_EEdbNS6_IdEE") \
    SYM(attention_2_0,      struct at_returned, (AT_X, AT_X, AT_X, const struct at_c10_tensor *, double, bool), "_ZN2at4_ops28scaled_dot_product_attention4callERKNS_6TensorES4_S4_RKN3c108optionalIS2_EEdb") \
    SYM(sqrt,               struct at_returned, (AT_X), "_ZN2at4_ops4sqrt4callERKNS_6TensorE") \
    SYM(sqrt_1_8,           struct at_returned, (AT_X), "_ZN2at4sqrtERKNS_6TensorE") \
    SYM(mul_,               AT_X, (AT_X, const struct at_scalar *), "_ZN2at4_ops11mul__Scalar4callERNS_6TensorERKN3c106ScalarE") \
    SYM(mul_1_9,            AT_X, (AT_X, const struct at_scalar *), "_ZNK2at6Tensor4mul_ERKN3c106ScalarE") \
    SYM(mul_1_8,            AT_X, (AT_X, struct at_scalar), "_ZNK2at6Tensor4mul_EN3c106ScalarE") \
    SYM(add_,               AT_X, (AT_X, AT_X, const struct at_scalar *), "_ZN2at4_ops11add__Tensor4callERNS_6TensorERKS2_RKN3c106ScalarE") \
    SYM(add_1_9,            AT_X, (AT_X, AT_X, const struct at_scalar *), "_ZNK2at6Tensor4add_ERKS0_RKN3c106ScalarE") \
    SYM(add_1_8,            AT_X, (AT_X, AT_X, struct at_scalar), "_ZNK2at6Tensor4add_ERKS0_N3c106ScalarE") \
    SYM(add_scalar_,        AT_X, (AT_X, const struct at_scalar *, const struct at_scalar *), "_ZN2at4_ops11add__Scalar4callERNS_6TensorERKN3c106ScalarES7_") \
    SYM(add_scalar_1_9,     AT_X, (AT_X, const struct at_scalar *, const struct at_scalar *), "_ZNK2at6Tensor4add_ERKN3c106ScalarES4_") \
    SYM(add_scalar_1_8,     AT_X, (AT_X, struct at_scalar, struct at_scalar), "_ZNK2at6Tensor4add_EN3c106ScalarES2_") \
    SYM(addcmul_,           AT_X, (AT_X, AT_X, AT_X, const struct at_scalar *), "_ZN2at4_ops8addcmul_4callERNS_6TensorERKS2_S5_RKN3c106ScalarE") \
    SYM(addcmul_1_9,        AT_X, (AT_X, AT_X, AT_X, const struct at_scalar *), "_ZNK2at6Tensor8addcmul_ERKS0_S2_RKN3c106ScalarE") \
    SYM(addcmul_1_8,        AT_X, (AT_X, AT_X, AT_X, struct at_scalar), "_ZNK2at6Tensor8addcmul_ERKS0_S2_N3c106ScalarE") \
    SYM(addcdiv_,           AT_X, (AT_X, AT_X, AT_X, const struct at_scalar *), "_ZN2at4_ops8addcdiv_4callERNS_6TensorERKS2_S5_RKN3c106ScalarE") \
    SYM(addcdiv_1_9,        AT_X, (AT_X, AT_X, AT_X, const struct at_scalar *), "_ZNK2at6Tensor8addcdiv_ERKS0_S2_RKN3c106ScalarE") \
    SYM(addcdiv_1_8,        AT_X, (AT_X, AT_X, AT_X, struct at_scalar), "_ZNK2at6Tensor8addcdiv_ERKS0_S2_N3c106ScalarE") \
    SYM(fused_adamw_std,    void, AT_ADAMW(at_std_tensor), "_ZN2at4_ops13_fused_adamw_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_S5_S5_dddddbbRKSt8optionalIS4_ES9_") \
    SYM(fused_adamw_c10,    void, AT_ADAMW(at_c10_tensor), "_ZN2at4_ops13_fused_adamw_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_S5_S5_dddddbbRKNS2_8optionalIS4_EES9_") \
    SYM(fused_sgd_std,      void, AT_SGD, "_ZN2at4_ops11_fused_sgd_4callEN3c108ArrayRefINS_6TensorEEES5_S5_ddddbbbRKSt8optionalIS4_ES9_")

#endif
