/* bare LIBCUDNN - the vendor calls of dnn.conv.fp32 and nothing else: what a run of that probe is timed against by scripts/peers,
 * which compiles it beside the vendors' headers. A context, every fp32 algorithm for two small convolutions in both layouts
 * on two sets of data, its result fetched and, where it is promised to be the same, computed again; then one that fills the
 * GPU. Looks at no result. Exit code: 0, or 1 with the call that failed. */
#define _GNU_SOURCE
#include <cuda.h>
#include <cudnn.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKSPACE = 16 << 20, ALGORITHMS = 64 };

static void *cuda, *cudnn;

static void *symbol(void *library, const char *name)
{
    void *at = dlsym(library, name);

    if (at == NULL) {
        fprintf(stderr, "%s: not found\n", name);
        exit(1);
    }
    return at;
}

static void demand(long code, const char *name)
{
    if (code != 0) {
        fprintf(stderr, "%s gives %ld\n", name, code);
        exit(1);
    }
}

/* cuda.h gives some names to a later version of the call; what is looked up here is the exported name. */
#define CUDA(type, name, ...)  demand((long)((CUresult (*)type)symbol(cuda, name))(__VA_ARGS__), name)
#define CUDNN(name, ...)       demand((long)((__typeof__(&name))symbol(cudnn, #name))(__VA_ARGS__), #name)
#define CUDNN_CODE(name, ...)  ((long)((__typeof__(&name))symbol(cudnn, #name))(__VA_ARGS__))

struct shape { int n, c, h, w, k, r, pad, stride; };
struct buffer { CUdeviceptr at; size_t bytes; void *host; };

static struct buffer buffer_of(int a, int b, int c, int d)
{
    struct buffer made = { .bytes = (size_t)a * (size_t)b * (size_t)c * (size_t)d * sizeof(float) };
    unsigned word = 1;

    made.host = malloc(made.bytes);
    for (size_t i = 0; i < made.bytes / sizeof(float); i++)
        ((float *)made.host)[i] = (float)((word = word * 1664525u + 1013904223u) >> 30) - 1;
    CUDA((CUdeviceptr *, size_t), "cuMemAlloc_v2", &made.at, made.bytes);
    CUDA((CUdeviceptr, const void *, size_t), "cuMemcpyHtoD_v2", made.at, made.host, made.bytes);
    return made;
}

struct conv {
    cudnnHandle_t handle;
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t desc;
    struct buffer from, by, to;
    CUdeviceptr space;
};

static void compute(struct conv *v, cudnnConvolutionFwdAlgo_t algo, size_t room)
{
    const float one = 1, zero = 0;

    CUDA((CUdeviceptr, unsigned, size_t), "cuMemsetD32_v2", v->to.at, 0x7FFF7FFFu, v->to.bytes / 4);
    CUDNN(cudnnSetConvolutionMathType, v->desc, CUDNN_FMA_MATH);
    if (CUDNN_CODE(cudnnConvolutionForward, v->handle, &one, v->x, (const void *)v->from.at, v->w, (const void *)v->by.at, v->desc, algo,
                   (void *)v->space, room, &zero, v->y, (void *)v->to.at) != 0)
        return;
    CUDA((void), "cuCtxSynchronize");
    CUDA((void *, CUdeviceptr, size_t), "cuMemcpyDtoH_v2", v->to.host, v->to.at, v->to.bytes);
}

static void every_algorithm(struct conv *v, int turns)
{
    cudnnConvolutionFwdAlgoPerf_t found[ALGORITHMS];
    int most, n;

    CUDNN(cudnnGetConvolutionForwardAlgorithmMaxCount, v->handle, &most);
    if (CUDNN_CODE(cudnnGetConvolutionForwardAlgorithm_v7, v->handle, v->x, v->w, v->desc, v->y, most < ALGORITHMS ? most : ALGORITHMS, &n, found) != 0)
        return;
    for (int i = 0; i < n; i++) {
        size_t room = 0;
        int listed = 0;

        for (int j = 0; j < i; j++)
            listed |= found[j].algo == found[i].algo;
        if (listed || found[i].status != 0
            || CUDNN_CODE(cudnnGetConvolutionForwardWorkspaceSize, v->handle, v->x, v->w, v->desc, v->y, found[i].algo, &room) != 0 || room > WORKSPACE)
            continue;
        for (int turn = 0; turn < turns + (turns > 1 && found[i].determinism == CUDNN_DETERMINISTIC); turn++)
            compute(v, found[i].algo, room);
    }
}

static void convolve(cudnnHandle_t handle, CUdeviceptr space, cudnnTensorFormat_t format, struct shape s, int turns)
{
    const int p = (s.h + 2 * s.pad - s.r) / s.stride + 1, q = (s.w + 2 * s.pad - s.r) / s.stride + 1;
    struct conv v = { .handle = handle, .space = space };

    CUDNN(cudnnCreateTensorDescriptor, &v.x);
    CUDNN(cudnnSetTensor4dDescriptor, v.x, format, CUDNN_DATA_FLOAT, s.n, s.c, s.h, s.w);
    CUDNN(cudnnCreateTensorDescriptor, &v.y);
    CUDNN(cudnnSetTensor4dDescriptor, v.y, format, CUDNN_DATA_FLOAT, s.n, s.k, p, q);
    CUDNN(cudnnCreateFilterDescriptor, &v.w);
    CUDNN(cudnnSetFilter4dDescriptor, v.w, CUDNN_DATA_FLOAT, format, s.k, s.c, s.r, s.r);
    CUDNN(cudnnCreateConvolutionDescriptor, &v.desc);
    CUDNN(cudnnSetConvolution2dDescriptor, v.desc, s.pad, s.pad, s.stride, s.stride, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT);
    CUDNN(cudnnSetConvolutionMathType, v.desc, CUDNN_FMA_MATH);
    v.from = buffer_of(s.n, s.c, s.h, s.w);
    v.by = buffer_of(s.k, s.c, s.r, s.r);
    v.to = buffer_of(s.n, s.k, p, q);
    every_algorithm(&v, turns);
    CUDNN(cudnnDestroyTensorDescriptor, v.x);
    CUDNN(cudnnDestroyTensorDescriptor, v.y);
    CUDNN(cudnnDestroyFilterDescriptor, v.w);
    CUDNN(cudnnDestroyConvolutionDescriptor, v.desc);
}

int main(int argc, char **argv)
{
    struct shape shapes[] = { { 2, 16, 9, 7, 24, 3, 1, 1 }, { 3, 5, 13, 11, 6, 5, 2, 2 }, { 0, 32, 15, 13, 64, 3, 1, 1 } };
    CUdevice device;
    CUcontext context;
    CUdeviceptr space;
    cudnnHandle_t handle;

    cuda = dlopen("libcuda.so.1", RTLD_NOW);
    cudnn = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (cuda == NULL || cudnn == NULL) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: bare LIBCUDNN");
        return 1;
    }
    CUDA((unsigned), "cuInit", 0);
    CUDA((CUdevice *, int), "cuDeviceGet", &device, 0);
    CUDA((CUcontext *, CUdevice), "cuDevicePrimaryCtxRetain", &context, device);
    CUDA((CUcontext), "cuCtxSetCurrent", context);
    CUDA((int *, CUdevice_attribute, CUdevice), "cuDeviceGetAttribute", &shapes[2].n, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device);
    CUDNN(cudnnCreate, &handle);
    CUDA((CUdeviceptr *, size_t), "cuMemAlloc_v2", &space, (size_t)WORKSPACE);
    for (int i = 0; i < 3; i++) {
        convolve(handle, space, CUDNN_TENSOR_NCHW, shapes[i], i < 2 ? 2 : 1);
        convolve(handle, space, CUDNN_TENSOR_NHWC, shapes[i], i < 2 ? 2 : 1);
    }
    CUDNN(cudnnDestroy, handle);
    return 0;
}
