/* cudnn.h - cuDNN 8 and 9 (libcudnn.so) as a table of function pointers: the
 * legacy API, whose prototypes are the same in both (proven in tests/abi).
 */
#ifndef LOAD_CUDNN_H
#define LOAD_CUDNN_H

#include "load/cuda.h"

typedef int cudnnStatus_t;              /* enums there */
typedef int cudnnDataType_t;
typedef int cudnnTensorFormat_t;
typedef int cudnnConvolutionMode_t;
typedef int cudnnMathType_t;
typedef int cudnnConvolutionFwdAlgo_t;
typedef int cudnnConvolutionBwdDataAlgo_t;
typedef int cudnnConvolutionBwdFilterAlgo_t;
typedef int cudnnDeterminism_t;
typedef int cudnnActivationMode_t;
typedef int cudnnNanPropagation_t;
typedef int cudnnPoolingMode_t;
typedef int cudnnSoftmaxAlgorithm_t;
typedef int cudnnSoftmaxMode_t;
typedef int cudnnBatchNormMode_t;

typedef struct cudnnContext           *cudnnHandle_t;
typedef struct cudnnTensorStruct      *cudnnTensorDescriptor_t;
typedef struct cudnnFilterStruct      *cudnnFilterDescriptor_t;
typedef struct cudnnConvolutionStruct *cudnnConvolutionDescriptor_t;
typedef struct cudnnActivationStruct  *cudnnActivationDescriptor_t;
typedef struct cudnnPoolingStruct     *cudnnPoolingDescriptor_t;

typedef struct {
    cudnnConvolutionFwdAlgo_t algo;
    cudnnStatus_t             status;
    float                     time;
    size_t                    memory;
    cudnnDeterminism_t        determinism;
    cudnnMathType_t           mathType;
    int                       reserved[3];
} cudnnConvolutionFwdAlgoPerf_t;

typedef struct {
    cudnnConvolutionBwdDataAlgo_t algo;
    cudnnStatus_t             status;
    float                     time;
    size_t                    memory;
    cudnnDeterminism_t        determinism;
    cudnnMathType_t           mathType;
    int                       reserved[3];
} cudnnConvolutionBwdDataAlgoPerf_t;

typedef struct {
    cudnnConvolutionBwdFilterAlgo_t algo;
    cudnnStatus_t             status;
    float                     time;
    size_t                    memory;
    cudnnDeterminism_t        determinism;
    cudnnMathType_t           mathType;
    int                       reserved[3];
} cudnnConvolutionBwdFilterAlgoPerf_t;

enum {
    CUDNN_DATA_FLOAT = 0, CUDNN_DATA_HALF = 2, CUDNN_DATA_BFLOAT16 = 9,
    CUDNN_TENSOR_NCHW = 0, CUDNN_TENSOR_NHWC = 1,
    CUDNN_CROSS_CORRELATION = 1,
    CUDNN_DEFAULT_MATH = 0, CUDNN_TENSOR_OP_MATH = 1, CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION = 2,
    CUDNN_FMA_MATH = 3,                 /* no TF32: fp32 means fp32 */
    CUDNN_NON_DETERMINISTIC = 0, CUDNN_DETERMINISTIC = 1,
    CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM = 0, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM = 1,
    CUDNN_CONVOLUTION_FWD_ALGO_GEMM = 2, CUDNN_CONVOLUTION_FWD_ALGO_DIRECT = 3,
    CUDNN_CONVOLUTION_FWD_ALGO_FFT = 4, CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING = 5,
    CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD = 6, CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED = 7,
    CUDNN_CONVOLUTION_BWD_DATA_ALGO_0 = 0, CUDNN_CONVOLUTION_BWD_DATA_ALGO_1 = 1,
    CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT = 2, CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING = 3,
    CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD = 4, CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED = 5,
    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0 = 0, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1 = 1,
    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT = 2, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3 = 3,
    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD = 4, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED = 5,
    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING = 6,
    CUDNN_NOT_PROPAGATE_NAN = 0, CUDNN_PROPAGATE_NAN = 1,
    CUDNN_ACTIVATION_RELU = 1,
    CUDNN_POOLING_MAX = 0, CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING = 1, CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING = 2,
    CUDNN_POOLING_MAX_DETERMINISTIC = 3,
    CUDNN_SOFTMAX_ACCURATE = 1, CUDNN_SOFTMAX_MODE_CHANNEL = 1,
    CUDNN_BATCHNORM_SPATIAL = 1,
};

#define CUDNN_SYMS(SYM) \
    SYM(NEED, size_t,        cudnnGetVersion,                   (void)) \
    SYM(NEED, size_t,        cudnnGetCudartVersion,             (void)) \
    SYM(NEED, const char *,  cudnnGetErrorString,               (cudnnStatus_t)) \
    SYM(WANT, void,          cudnnGetLastErrorString,           (char *, size_t)) /* since cuDNN 9 */ \
    SYM(NEED, cudnnStatus_t, cudnnCreate,                       (cudnnHandle_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnDestroy,                      (cudnnHandle_t)) \
    SYM(NEED, cudnnStatus_t, cudnnSetStream,                    (cudnnHandle_t, CUstream)) \
    SYM(NEED, cudnnStatus_t, cudnnCreateTensorDescriptor,       (cudnnTensorDescriptor_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnDestroyTensorDescriptor,      (cudnnTensorDescriptor_t)) \
    SYM(NEED, cudnnStatus_t, cudnnSetTensor4dDescriptor,        (cudnnTensorDescriptor_t, cudnnTensorFormat_t, cudnnDataType_t, int, int, int, int)) \
    SYM(NEED, cudnnStatus_t, cudnnCreateFilterDescriptor,       (cudnnFilterDescriptor_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnDestroyFilterDescriptor,      (cudnnFilterDescriptor_t)) \
    SYM(NEED, cudnnStatus_t, cudnnSetFilter4dDescriptor,        (cudnnFilterDescriptor_t, cudnnDataType_t, cudnnTensorFormat_t, int, int, int, int)) \
    SYM(NEED, cudnnStatus_t, cudnnCreateConvolutionDescriptor,  (cudnnConvolutionDescriptor_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnDestroyConvolutionDescriptor, (cudnnConvolutionDescriptor_t)) \
    SYM(NEED, cudnnStatus_t, cudnnSetConvolution2dDescriptor,   (cudnnConvolutionDescriptor_t, int, int, int, int, int, int, cudnnConvolutionMode_t, cudnnDataType_t)) \
    SYM(NEED, cudnnStatus_t, cudnnSetConvolutionMathType,       (cudnnConvolutionDescriptor_t, cudnnMathType_t)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolution2dForwardOutputDim, (const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t, const cudnnFilterDescriptor_t, int *, int *, int *, int *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionForwardAlgorithmMaxCount, (cudnnHandle_t, int *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionForwardAlgorithm_v7, (cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnFilterDescriptor_t, const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t, const int, int *, cudnnConvolutionFwdAlgoPerf_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionForwardWorkspaceSize, (cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnFilterDescriptor_t, const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t, cudnnConvolutionFwdAlgo_t, size_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnConvolutionForward,           (cudnnHandle_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnFilterDescriptor_t, const void *, const cudnnConvolutionDescriptor_t, cudnnConvolutionFwdAlgo_t, void *, size_t, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnAddTensor,                    (cudnnHandle_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnCreateActivationDescriptor,   (cudnnActivationDescriptor_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnDestroyActivationDescriptor,  (cudnnActivationDescriptor_t)) \
    SYM(NEED, cudnnStatus_t, cudnnSetActivationDescriptor,      (cudnnActivationDescriptor_t, cudnnActivationMode_t, cudnnNanPropagation_t, double)) \
    SYM(NEED, cudnnStatus_t, cudnnActivationForward,            (cudnnHandle_t, cudnnActivationDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnCreatePoolingDescriptor,      (cudnnPoolingDescriptor_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnDestroyPoolingDescriptor,     (cudnnPoolingDescriptor_t)) \
    SYM(NEED, cudnnStatus_t, cudnnSetPooling2dDescriptor,       (cudnnPoolingDescriptor_t, cudnnPoolingMode_t, cudnnNanPropagation_t, int, int, int, int, int, int)) \
    SYM(NEED, cudnnStatus_t, cudnnPoolingForward,               (cudnnHandle_t, const cudnnPoolingDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnConvolutionBiasActivationForward, (cudnnHandle_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnFilterDescriptor_t, const void *, const cudnnConvolutionDescriptor_t, cudnnConvolutionFwdAlgo_t, void *, size_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnActivationDescriptor_t, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionBackwardDataAlgorithmMaxCount, (cudnnHandle_t, int *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionBackwardDataAlgorithm_v7, (cudnnHandle_t, const cudnnFilterDescriptor_t, const cudnnTensorDescriptor_t, const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t, const int, int *, cudnnConvolutionBwdDataAlgoPerf_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionBackwardDataWorkspaceSize, (cudnnHandle_t, const cudnnFilterDescriptor_t, const cudnnTensorDescriptor_t, const cudnnConvolutionDescriptor_t, const cudnnTensorDescriptor_t, cudnnConvolutionBwdDataAlgo_t, size_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnConvolutionBackwardData, (cudnnHandle_t, const void *, const cudnnFilterDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnConvolutionDescriptor_t, cudnnConvolutionBwdDataAlgo_t, void *, size_t, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionBackwardFilterAlgorithmMaxCount, (cudnnHandle_t, int *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionBackwardFilterAlgorithm_v7, (cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t, const cudnnConvolutionDescriptor_t, const cudnnFilterDescriptor_t, const int, int *, cudnnConvolutionBwdFilterAlgoPerf_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetConvolutionBackwardFilterWorkspaceSize, (cudnnHandle_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t, const cudnnConvolutionDescriptor_t, const cudnnFilterDescriptor_t, cudnnConvolutionBwdFilterAlgo_t, size_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnConvolutionBackwardFilter, (cudnnHandle_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnConvolutionDescriptor_t, cudnnConvolutionBwdFilterAlgo_t, void *, size_t, const void *, const cudnnFilterDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnConvolutionBackwardBias, (cudnnHandle_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnActivationBackward, (cudnnHandle_t, cudnnActivationDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnGetPooling2dForwardOutputDim, (const cudnnPoolingDescriptor_t, const cudnnTensorDescriptor_t, int *, int *, int *, int *)) \
    SYM(NEED, cudnnStatus_t, cudnnPoolingBackward, (cudnnHandle_t, const cudnnPoolingDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnSoftmaxForward, (cudnnHandle_t, cudnnSoftmaxAlgorithm_t, cudnnSoftmaxMode_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnSoftmaxBackward, (cudnnHandle_t, cudnnSoftmaxAlgorithm_t, cudnnSoftmaxMode_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnDeriveBNTensorDescriptor, (cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t, cudnnBatchNormMode_t)) \
    SYM(NEED, cudnnStatus_t, cudnnBatchNormalizationForwardInference, (cudnnHandle_t, cudnnBatchNormMode_t, const void *, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, void *, const cudnnTensorDescriptor_t, const void *, const void *, const void *, const void *, double)) \
    SYM(NEED, cudnnStatus_t, cudnnBatchNormalizationForwardTraining, (cudnnHandle_t, cudnnBatchNormMode_t, const void *, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, void *, const cudnnTensorDescriptor_t, const void *, const void *, double, void *, void *, double, void *, void *)) \
    SYM(NEED, cudnnStatus_t, cudnnBatchNormalizationBackward, (cudnnHandle_t, cudnnBatchNormMode_t, const void *, const void *, const void *, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const cudnnTensorDescriptor_t, void *, const cudnnTensorDescriptor_t, const void *, void *, void *, double, const void *, const void *))

struct cudnn { struct dl dl; CUDNN_SYMS(DL_FIELD) };

bool cudnn_bind(struct cudnn *t, void *handle, struct err *e) MUST_USE;

#endif
