/* nccl.kernel - one rank, out of place, PreMulSum: the only way in which a
 * one-rank reduction runs a kernel (a plain sum would be a copy). */
#include "child/child.h"

enum { ELEMENTS = 1 << 18 };

static void run(struct child *c)
{
    static const int dims[] = { ELEMENTS, 0 }, devices[] = { 0 };
    float *host = host_buffer(c, ELEMENTS * sizeof *host), scale = 3;
    double *expected = host_buffer(c, ELEMENTS * sizeof *expected);
    CUdeviceptr from, to;
    ncclResult_t late = 0;
    ncclComm_t comm;
    ncclRedOp_t op;

    child_bind_nccl(c);
    if (c->nccl.ncclRedOpCreatePreMulSum == NULL || c->nccl.ncclRedOpDestroy == NULL)
        stop_unsupported(c, "%s has no PreMulSum (that came with 2.11)", c->nccl.dl.path);
    for (int i = 0; i < ELEMENTS; i++) {
        host[i] = (float)(i % 4096 - 2048);
        expected[i] = 3.0 * (i % 4096 - 2048);
    }
    from = device_buffer(c, ELEMENTS * sizeof *host);
    to = device_buffer(c, ELEMENTS * sizeof *host);
    device_upload(c, from, host, ELEMENTS * sizeof *host);
    MUST(c, nccl, ncclCommInitAll(&comm, 1, devices));
    MUST(c, nccl, ncclRedOpCreatePreMulSum(&op, &scale, ncclFloat32, ncclScalarHostImmediate, comm));
    MUST(c, nccl, ncclAllReduce((const void *)(uintptr_t)from, (void *)(uintptr_t)to, ELEMENTS, ncclFloat32, op, comm, NULL));
    device_wait(c);
    MUST(c, nccl, ncclCommGetAsyncError(comm, &late));
    device_download(c, host, to, ELEMENTS * sizeof *host);
    MUST(c, nccl, ncclRedOpDestroy(op, comm));
    MUST(c, nccl, ncclCommDestroy(comm));
    saw_num(c, "async_error", "", late);
    compare_exact(c, "sum", host, expected, dims);
}

extern const struct probe probe_stack_loads, probe_cuda_launch;

const struct probe probe_nccl_kernel = {
    .name     = "nccl.kernel",
    .claim    = "NCCL runs a reduction kernel on the GPU and its result is exact.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_STACK | NEEDS_CONTEXT,
    .stacks   = ON_ANY_STACK,
    .library  = "nccl",
    .rests_on = { &probe_stack_loads, &probe_cuda_launch },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "async_error", .bound = EQUALS, .number = 0, .sentence = "NCCL reports the asynchronous error %s" },
        { .key = "sum.wrong",   .bound = EQUALS, .number = 0, .sentence = "%s of 262144 elements differ", .detail = "sum.first" },
        { .key = NULL },
    },
    .run      = run,
};
