/* cudnn.h - cuDNN 8 and 9 (libcudnn.so) as a table of function pointers: the
 * legacy API, whose prototypes are the same in both (proven in tests/abi).
 */
#ifndef LOAD_CUDNN_H
#define LOAD_CUDNN_H

#include "load/dl.h"

typedef int cudnnStatus_t;              /* enums there */
typedef int cudnnDataType_t;
typedef int cudnnTensorFormat_t;
typedef int cudnnConvolutionMode_t;
typedef int cudnnMathType_t;
typedef int cudnnConvolutionFwdAlgo_t;
typedef int cudnnDeterminism_t;
typedef int cudnnActivationMode_t;
typedef int cudnnNanPropagation_t;
typedef int cudnnPoolingMode_t;

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

enum {
    CUDNN_DATA_FLOAT = 0,
    CUDNN_TENSOR_NCHW = 0,
    CUDNN_CROSS_CORRELATION = 1,
    CUDNN_FMA_MATH = 3,                 /* no TF32: fp32 means fp32 */
    CUDNN_CONVOLUTION_FWD_ALGO_FFT = 4, CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING = 5,
    CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD = 6, CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED = 7,
    CUDNN_PROPAGATE_NAN = 1,
    CUDNN_ACTIVATION_RELU = 1,
    CUDNN_POOLING_MAX = 0,
};

#define CUDNN_SYMS(SYM) \
    SYM(NEED, size_t,        cudnnGetVersion,                   (void)) \
    SYM(NEED, size_t,        cudnnGetCudartVersion,             (void)) \
    SYM(NEED, const char *,  cudnnGetErrorString,               (cudnnStatus_t)) \
    SYM(WANT, void,          cudnnGetLastErrorString,           (char *, size_t)) /* since cuDNN 9 */ \
    SYM(NEED, cudnnStatus_t, cudnnCreate,                       (cudnnHandle_t *)) \
    SYM(NEED, cudnnStatus_t, cudnnDestroy,                      (cudnnHandle_t)) \
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
    SYM(NEED, cudnnStatus_t, cudnnPoolingForward,               (cudnnHandle_t, const cudnnPoolingDescriptor_t, const void *, const cudnnTensorDescriptor_t, const void *, const void *, const cudnnTensorDescriptor_t, void *))

struct cudnn { struct dl dl; CUDNN_SYMS(DL_FIELD) };

bool cudnn_bind(struct cudnn *t, void *handle, struct err *e) MUST_USE;

#endif
