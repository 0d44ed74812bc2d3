/* What a program says while it works: of memory, its own processes, its own mistakes, and of results that are wrong. */
#include "diagnose/told/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define SAYS(...) .words = { __VA_ARGS__ }
#define MEANS(...) .ids = { __VA_ARGS__ }

/* The MiB of "20.00 MiB" or "1.17 GiB" behind the first of these words; -1: it does not say. */
static double mib_behind(const char *line, const char *words)
{
    static const struct { const char *unit; double mib; } units[] = { { "KiB", 1.0 / 1024 }, { "MiB", 1 }, { "GiB", 1024 }, { "TiB", 1024 * 1024 } };
    const char *at = line != NULL ? strstr(line, words) : NULL;
    double count;
    char *end;

    if (at == NULL)
        return -1;
    at += strlen(words);
    count = strtod(at, &end);
    if (end == at)
        return -1;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (text_starts(end + strspn(end, " "), units[i].unit))
            return count * units[i].mib;
    return -1;
}

/* The MiB that stand before these words: "2.35 GiB is free". */
static double mib_before(const char *line, const char *words)
{
    const char *at = strstr(line, words), *from = at;
    char number[32];

    while (from != NULL && from > line && strchr("0123456789. KMGTiB", from[-1]) != NULL)
        from--;
    if (from == NULL || !text_format(number, sizeof number, "%.*s", (int)(at - from), from))
        return -1;
    return mib_behind(number, "");
}

static double requested(const char *line)
{
    return mib_behind(line, "Tried to allocate ");
}

static bool asks_more_than_there_is(const char *line)
{
    const double total = mib_behind(line, "total capacity of ");

    return total > 0 && requested(line) > total;
}

/* What other processes hold would be enough. In a container this process, too, is called by its number there: it is the one that holds what
 * PyTorch says that it has. */
static bool others_hold_it(const char *line)
{
    const double ask = requested(line), free = mib_before(line, " is free"), own = mib_before(line, " is allocated by PyTorch");
    const double spare = mib_before(line, " is reserved by PyTorch but unallocated");
    double others = 0;

    for (const char *at = line; (at = strstr(at, "Process ")) != NULL; at++) {
        const double holds = mib_behind(at + strcspn(at, "h"), "has ");
        const bool is_this = own >= 0 && holds >= own && holds <= own + (spare > 0 ? spare : 0) + 2048;

        others += holds > 0 && !is_this ? holds : 0;
    }
    /* A text that was cut says nothing of this process: then it may be any of them. */
    return ask > 0 && free >= 0 && others > 0 && free + others >= ask && (own >= 0 || strstr(line, "this process has") != NULL);
}

static bool is_in_pieces(const char *line)
{
    const double ask = requested(line);
    double spare = mib_before(line, " is reserved by PyTorch but unallocated");

    if (spare < 0)                              /* older releases: "...; 9.00 GiB reserved in total by PyTorch" */
        spare = mib_before(line, " reserved in total by PyTorch") - mib_before(line, " already allocated");
    return ask > 0 && spare >= ask;
}

static bool is_free_and_refused(const char *line)
{
    const double ask = requested(line), free = mib_before(line, " is free");

    return ask > 0 && free >= ask;
}

const struct message work_messages[] = {
    /* Memory. */
    { SAYS("out of memory", "Tried to allocate"), MEANS("out-of-memory"), .when = asks_more_than_there_is, .proves = true },
    { SAYS("out of memory", "Tried to allocate"), MEANS("memory-held-by-others"), .when = others_hold_it, .proves = true },
    { SAYS("out of memory", "Tried to allocate"), MEANS("memory-in-pieces", "out-of-memory"), .when = is_in_pieces },
    { SAYS("out of memory", "Tried to allocate"), MEANS("memory-refused", "memory-in-pieces", "memory-held-by-others"), .when = is_free_and_refused },
    { SAYS("cannot be utilised"), MEANS("memory-in-pieces", "out-of-memory") },
    { SAYS("cudaGetDeviceCount", "out of memory"), MEANS("address-space-limit", "memory-held-by-others", "preload-hook", "preload-unusable") },
    { SAYS("cuInit", "out of memory"), MEANS("address-space-limit", "memory-held-by-others", "preload-hook", "preload-unusable") },
    { SAYS("CUDA_ERROR_OUT_OF_MEMORY"), MEANS("out-of-memory", "memory-held-by-others", "address-space-limit") },
    { SAYS("CUDA", "out of memory"), MEANS("out-of-memory", "memory-held-by-others", "memory-in-pieces") },
    { SAYS("OutOfMemoryError"), MEANS("out-of-memory", "memory-held-by-others", "memory-in-pieces") },
    { SAYS("CUBLAS_STATUS_NOT_INITIALIZED"), MEANS("library-without-memory", "cache-not-writable", "program-fault", "memory-held-by-others") },
    { SAYS("CUBLAS_STATUS_ALLOC_FAILED"), MEANS("library-without-memory", "out-of-memory") },
    { SAYS("CUDNN_STATUS_NOT_INITIALIZED"), MEANS("library-without-memory", "cudnn-sublibrary-mixing", "library-shadowed", "cache-not-writable") },
    { SAYS("CUDNN_STATUS_ALLOC_FAILED"), MEANS("library-without-memory", "out-of-memory") },
    { SAYS("CUDNN_STATUS_MAPPING_ERROR"), MEANS("library-without-memory", "program-fault") },
    { SAYS("CUDNN_STATUS_NOT_SUPPORTED"), MEANS("program-fault", "cudnn-older-than-needed", "library-without-memory") },
    { SAYS("CUDNN_STATUS_EXECUTION_FAILED"), MEANS("library-shadowed", "program-fault", "cudnn-sublibrary-mixing", "library-without-memory") },
    { SAYS("CUDNN_STATUS_INTERNAL_ERROR"), MEANS("library-without-memory", "library-shadowed", "program-fault", "gpu-suspect") },
    { SAYS("CUBLAS_STATUS_INVALID_VALUE"), MEANS("cublas-release", "cublas-mismatch", "library-shadowed", "environment-interferes") },
    { SAYS("CUBLAS_STATUS_NOT_SUPPORTED"), MEANS("cublas-release", "cublas-mismatch", "library-shadowed") },
    { SAYS("CUBLAS_STATUS_EXECUTION_FAILED"), MEANS("program-fault", "cublas-release", "cublas-mismatch", "library-shadowed") },
    { SAYS("CUBLAS_STATUS_ARCH_MISMATCH"), MEANS("gpu-not-covered", "gpu-newer-than-build", "gpu-older-than-build", "build-not-for-gpu") },
    { SAYS("buggy cublas"), MEANS("cublas-release") },
    /* The program's own mistakes. */
    { SAYS("device-side assert triggered"), MEANS("device-assert"), .proves = true },
    { SAYS(".cu", "Assertion", "failed"), MEANS("device-assert") },
    { SAYS("illegal memory access"), MEANS("program-fault", "overclocked", "gpu-suspect") },
    { SAYS("invalid program counter"), MEANS("program-fault", "overclocked", "gpu-suspect") },
    { SAYS("illegal instruction was encountered"), MEANS("overclocked", "program-fault", "gpu-suspect") },
    { SAYS("CUDA_ERROR_ILLEGAL"), MEANS("program-fault", "overclocked", "gpu-suspect") },
    { SAYS("misaligned address"), MEANS("program-fault", "overclocked", "gpu-suspect") },
    { SAYS("unspecified launch failure"), MEANS("program-fault", "memory-error", "overclocked", "gpu-suspect") },
    { SAYS("launch timed out and was terminated"), MEANS("display-watchdog"), .proves = true },
    { SAYS("too many resources requested for launch"), MEANS("program-fault"), .proves = true },
    /* Processes: shared memory, forks, and those that wait for each other. */
    { SAYS("unable to open shared memory object"), MEANS("shared-memory-small") },
    { SAYS("posix_fallocate failed", "No space left"), MEANS("shared-memory-small") },
    { SAYS("creating shared memory segment"), MEANS("shared-memory-small") },
    { SAYS("DataLoader worker", "killed by signal: Bus error"), MEANS("shared-memory-small"), .proves = true },
    { SAYS("insufficient shared memory"), MEANS("shared-memory-small"), .proves = true },
    { SAYS("DataLoader worker", "killed by signal: Killed"), MEANS("host-out-of-memory") },
    { SAYS("Bus error"), MEANS("shared-memory-small", "library-damaged") },
    { SAYS("SIGBUS"), MEANS("shared-memory-small", "library-damaged") },
    { SAYS("CUDA_LAUNCH_BLOCKING=1", "hang"), MEANS("launch-blocking-hang") },
    { SAYS("NCCL", "hang", "CUDA_LAUNCH_BLOCKING"), MEANS("launch-blocking-hang") },
    { SAYS("deadlock", "lazy loading"), MEANS("lazy-loading-deadlock") },
    { SAYS("deadlock", "CUDA_MODULE_LOADING"), MEANS("lazy-loading-deadlock") },
    { SAYS("cuLibraryLoadData", "hang"), MEANS("lazy-loading-deadlock") },
    { SAYS("NCCL_P2P_DISABLE=1 works"), MEANS("peer-data-astray"), .proves = true },
    { SAYS("AllReduce", "deadlock"), MEANS("peer-data-astray", "launch-blocking-hang", "nccl-mismatch") },
    { SAYS("AllReduce", "hang"), MEANS("peer-data-astray", "launch-blocking-hang", "nccl-mismatch") },
    { SAYS("Watchdog caught collective operation timeout"), MEANS("peer-data-astray", "launch-blocking-hang", "nvlink-error") },
    { SAYS("NCCL", "unhandled system error"), MEANS("shared-memory-small", "nccl-network", "address-space-limit") },
    { SAYS("ncclSystemError"), MEANS("shared-memory-small", "nccl-network") },
    { SAYS("NCCL", "unhandled cuda error"), MEANS("driver-too-old", "peer-data-astray", "out-of-memory") },
    { SAYS("SIGSEGV at first convolution"), MEANS("preload-hook", "library-shadowed", "preload-unusable") },
    { SAYS("silent SIGSEGV", "cudnnCreate"), MEANS("preload-hook", "library-shadowed", "preload-unusable") },
    { SAYS("killed by SIGKILL"), MEANS("host-out-of-memory") },
    { SAYS("Out of memory: Killed process"), MEANS("host-out-of-memory"), .proves = true },
    { SAYS("oom-kill"), MEANS("host-out-of-memory") },
    { SAYS("killed by SIGILL"), MEANS("processor-too-old") },
    { SAYS("Illegal instruction", "core dumped"), MEANS("processor-too-old") },
    { SAYS("memory unallocated", "Too many open files"), MEANS("too-many-files") },
    { SAYS("Too many open files"), MEANS("too-many-files") },
    { SAYS("DefaultCPUAllocator: can't allocate memory"), MEANS("host-out-of-memory"), .proves = true },
    { SAYS("DefaultCPUAllocator: not enough memory"), MEANS("host-out-of-memory"), .proves = true },
    { SAYS("MemoryError: Unable to allocate"), MEANS("host-out-of-memory", "address-space-limit") },
    { SAYS("Cannot allocate memory"), MEANS("host-out-of-memory", "address-space-limit") },
    { SAYS("NCCL", "Connection refused"), MEANS("nccl-network"), .proves = true },
    { SAYS("Socket Timeout"), MEANS("nccl-network") },
    { SAYS("NCCL", "remote process exited"), MEANS("nccl-network", "program-fault") },
    { SAYS("Duplicate GPU detected"), MEANS("ordinal-not-visible"), .proves = true },
    { SAYS("No space left on device", "/dev/shm"), MEANS("shared-memory-small"), .proves = true },
    { SAYS("No space left on device", "torch_"), MEANS("shared-memory-small") },
    { SAYS("Permission denied", ".nv/ComputeCache"), MEANS("cache-not-writable"), .proves = true },
    /* Wrong results. */
    { SAYS("data corruption", "between GPUs"), MEANS("peer-data-astray", "gpu-suspect") },
    { SAYS("moving data between GPUs"), MEANS("peer-data-astray", "gpu-suspect") },
    { SAYS("wrong result", "Ampere"), MEANS("tf32-precision") },
    { SAYS("TF32"), MEANS("tf32-precision"), .no_guess = true },
    { SAYS("Loss NaN", "GPUs"), MEANS("gpu-computes-wrongly", "gpu-suspect", "peer-data-astray") },
    { SAYS("non-deterministic garbage"), MEANS("gpu-computes-wrongly", "gpu-suspect", "peer-data-astray") },
    { SAYS("2x2 matmul"), MEANS("results-of-another-gpu", "tf32-precision", "library-computes-wrongly") },
    /* Ends that say little by themselves. */
    { SAYS("killed by SIGSEGV"),
      MEANS("preload-hook", "library-shadowed", "environment-interferes", "pins-differ", "library-damaged", "preload-unusable"), .no_guess = true },
    { SAYS("Segmentation fault"),
      MEANS("preload-hook", "library-shadowed", "environment-interferes", "pins-differ", "library-damaged", "preload-unusable"), .no_guess = true },
    { SAYS("killed by SIGABRT"),
      MEANS("cudnn-sublibrary-missing", "library-shadowed", "library-missing", "pins-differ", "extension-cudnn-missing"), .no_guess = true },
    { SAYS("did not end within"),
      MEANS("gsp-timeout", "peer-data-astray", "preload-hook", "launch-blocking-hang", "mps-unreachable", "driver-hangs", "preload-unusable"),
            .no_guess = true },
    { .words = { NULL } },
};
