/* What makes NVIDIA's libraries compute more coarsely, or by other means, than they
 * were asked to: these variables are named in the CUDA, cuBLAS and PyTorch documentation. */
#include "child/product/product.h"

static const struct { const char *name, *meaning; } variables[] = {
    { "NVIDIA_TF32_OVERRIDE",                         "0 forbids TF32 in NVIDIA's libraries, 1 allows it whatever the program asks for" },
    { "CUBLAS_EMULATE_SINGLE_PRECISION",              "cuBLAS may compute fp32 by sums of bf16 products" },
    { "CUBLAS_EMULATE_DOUBLE_PRECISION",              "cuBLAS may compute fp64 by sums of int8 products" },
    { "CUBLAS_EMULATION_STRATEGY",                    "it says when cuBLAS computes fp32 and fp64 by narrower products" },
    { "CUBLAS_FIXEDPOINT_EMULATION_MANTISSA_BIT_COUNT", "it says how many bits cuBLAS keeps of fp64 when it computes that by int8" },
    { "CUBLASLT_HEURISTICS_LUT_FILE",                 "cuBLASLt takes its algorithms from that file" },
    { "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",             "1 lets PyTorch multiply fp32 matrices in TF32" },
};

void product_look_at_environment(struct child *c)
{
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        const char *value = child_env(c, variables[i].name);

        if (value != NULL)
            saw_text(c, "warning", "%s=%s is set: %s", variables[i].name, value, variables[i].meaning);
    }
}
