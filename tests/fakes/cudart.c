/* The fake libcudart.so.13. */
#include "load/cudart.h"
#include "tests/fakes/gate.h"

#include <string.h>

FAKE_LIBRARY(CUDART_SYMS)

const long fake_failure = 999;          /* cudaErrorUnknown */

static cudaError_t last;

static cudaError_t keep(int code)
{
    last = code != 0 ? code : last;
    return code;
}

cudaError_t fake_cudaRuntimeGetVersion(int *version)
{
    *version = 13000;
    return 0;
}

/* 0 without a driver, as the real one. */
cudaError_t fake_cudaDriverGetVersion(int *version)
{
    *version = fake_driver() != NULL ? fake_driver()->version() : 0;
    return 0;
}

/* cudaErrorInsufficientDriver, cudaErrorNoDevice */
static cudaError_t ready(void)
{
    if (fake_driver() == NULL || fake_driver()->version() < 13000)
        return keep(35);
    return fake_driver()->device_count() > 0 ? 0 : keep(100);
}

cudaError_t fake_cudaGetDeviceCount(int *n)
{
    *n = 0;
    if (ready() != 0)
        return last;
    *n = fake_driver()->device_count();
    return 0;
}

cudaError_t fake_cudaGetLastError(void)
{
    cudaError_t code = last;

    last = 0;
    return code;
}

cudaError_t fake_cudaPeekAtLastError(void)
{
    return last;
}

cudaError_t fake_cudaMalloc(void **p, size_t bytes)
{
    return ready() != 0 ? last : keep(fake_driver()->alloc(p, bytes));
}

cudaError_t fake_cudaFree(void *p)
{
    return ready() != 0 ? last : keep(fake_driver()->release(p));
}

cudaError_t fake_cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    if (ready() != 0)
        return last;
    if ((kind != cudaMemcpyHostToDevice && !fake_driver()->owns(from, bytes))
        || (kind != cudaMemcpyDeviceToHost && !fake_driver()->owns(to, bytes)))
        return keep(1);
    memmove(to, from, bytes);
    return 0;
}

cudaError_t fake_cudaDeviceSynchronize(void)
{
    int code;

    if (ready() != 0)
        return last;
    code = fake_driver()->synchronize();
    return code == 201 ? 0 : keep(code);        /* no context yet: nothing to wait for */
}

static const struct { cudaError_t code; const char *name, *text; } errors[] = {
    { 0, "cudaSuccess", "no error" },
    { 1, "cudaErrorInvalidValue", "invalid argument" },
    { 2, "cudaErrorMemoryAllocation", "out of memory" },
    { 35, "cudaErrorInsufficientDriver", "CUDA driver version is insufficient for CUDA runtime version" },
    { 100, "cudaErrorNoDevice", "no CUDA-capable device is detected" },
    { 700, "cudaErrorIllegalAddress", "an illegal memory access was encountered" },
    { 999, "cudaErrorUnknown", "unknown error" },
};

const char *fake_cudaGetErrorName(cudaError_t code)
{
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i].code == code)
            return errors[i].name;
    return "unrecognized error code";
}

const char *fake_cudaGetErrorString(cudaError_t code)
{
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i].code == code)
            return errors[i].text;
    return "unrecognized error code";
}
