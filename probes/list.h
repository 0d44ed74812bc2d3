/* list.h - every probe, in the order in which they run: what others build upon
 * comes first. To add one: write probes/AREA/NAME.c, add a line here.
 */
#ifndef PROBES_LIST_H
#define PROBES_LIST_H

#define PROBES(X) \
    X(driver_nvml) \
    X(driver_answers) \
    X(driver_sees_all) \
    X(driver_tenants) \
    X(device_facts) \
    X(cuda_context) \
    X(cuda_launch) \
    X(cuda_jit) \
    X(cuda_copy_h2d) \
    X(cuda_copy_d2h) \
    X(cuda_copy_d2d) \
    X(cuda_sum) \
    X(sm_map) \
    X(memory_pattern) \
    X(memory_march) \
    X(torch_build) \
    X(torch_driver) \
    X(torch_pins) \
    X(torch_host) \
    X(torch_toolkit) \
    X(stack_files) \
    X(torch_record) \
    X(stack_complete) \
    X(stack_parts) \
    X(stack_loads) \
    X(stack_own) \
    X(stack_versions) \
    X(torch_cudnn) \
    X(stack_archs) \
    X(torch_cudnn_gpu) \
    X(nvrtc_compile) \
    X(blas_gemm_fp32) \
    X(blas_gemm_fp64) \
    X(blas_gemm_tf32) \
    X(blas_gemm_fp16) \
    X(blas_gemm_bf16) \
    X(blas_lt_fp64) \
    X(blas_lt_fp32) \
    X(blas_lt_tf32) \
    X(blas_lt_fp16) \
    X(blas_lt_bf16) \
    X(blas_lt_fp8_e4m3) \
    X(blas_lt_fp8_e5m2) \
    X(blas_lt_int8) \
    X(blas_repeat_fp32) \
    X(blas_repeat_tf32) \
    X(blas_repeat_fp16) \
    X(blas_repeat_bf16) \
    X(blas_repeat_fp8_e4m3) \
    X(dnn_conv_fp32) \
    X(dnn_conv_fp32_backward_data) \
    X(dnn_conv_fp32_backward_filter) \
    X(dnn_conv_tf32) \
    X(dnn_conv_tf32_backward_data) \
    X(dnn_conv_tf32_backward_filter) \
    X(dnn_conv_fp16) \
    X(dnn_conv_fp16_backward_data) \
    X(dnn_conv_fp16_backward_filter) \
    X(dnn_conv_bf16) \
    X(dnn_conv_bf16_backward_data) \
    X(dnn_conv_bf16_backward_filter) \
    X(dnn_bias_relu) \
    X(dnn_pool) \
    X(dnn_batchnorm) \
    X(dnn_softmax) \
    X(nccl_kernel) \
    X(cnn_simple) \
    X(cnn_simple_random) \
    X(cnn_train) \
    X(cnn_train_tf32) \
    X(cnn_train_repeat) \
    X(cnn_train_long) \
    X(torch_cnn) \
    X(bench_memory_read) \
    X(bench_memory_write) \
    X(bench_memory_copy) \
    X(bench_memory_triad)

#endif
