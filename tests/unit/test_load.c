/* Binding, against the fake libraries in GPUVET_FAKES. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "load/cublaslt.h"
#include "load/cuda.h"
#include "load/cudart.h"
#include "load/cudnn.h"
#include "load/cufft.h"
#include "load/cupti.h"
#include "load/curand.h"
#include "load/cusolver.h"
#include "load/cusparselt.h"
#include "load/libtorch.h"
#include "load/nccl.h"
#include "load/nvjitlink.h"
#include "load/nvml.h"
#include "load/nvrtc.h"

static struct cuda     cuda;
static struct nvml     nvml;
static struct cudart   cudart;
static struct cublas   cublas;
static struct cublaslt cublaslt;
static struct cudnn    cudnn;
static struct cusolver cusolver;
static struct cusparse cusparse;
static struct cusparselt cusparselt;
static struct nvrtc    nvrtc;
static struct nccl     nccl;
static struct libtorch libtorch;
static struct libtorch_cuda libtorch_cuda;
static struct libc10_cuda   libc10_cuda;
static struct nvjitlink nvjitlink;
static struct cufft    cufft;
static struct curand   curand;
static struct cupti    cupti;

#define BIND_OF(lib) \
    static bool bind_##lib(void *handle, struct err *e) { return lib##_bind(&lib, handle, e); }
BIND_OF(cuda) BIND_OF(nvml) BIND_OF(cudart) BIND_OF(cublas) BIND_OF(cublaslt) BIND_OF(cudnn) BIND_OF(nvrtc) BIND_OF(nccl)
BIND_OF(libtorch) BIND_OF(libtorch_cuda) BIND_OF(libc10_cuda)
BIND_OF(nvjitlink) BIND_OF(cufft) BIND_OF(curand) BIND_OF(cupti)
BIND_OF(cusolver) BIND_OF(cusparse) BIND_OF(cusparselt)

static const struct library {
    const char *file, *lacking, *symbol;        /* a build that lacks this symbol; NULL if there is none */
    bool      (*bind)(void *handle, struct err *e);
    struct dl  *dl;
} libraries[] = {
    { "driver/libcuda.so.1",             "lacking/libcuda.so.1",    "cuMemGetInfo_v2",         bind_cuda,     &cuda.dl },
    { "driver/libnvidia-ml.so.1",        NULL,                      NULL,                      bind_nvml,     &nvml.dl },
    { "toolkit/lib64/libcudart.so.13",   "lacking/libcudart.so.13", "cudaGetLastError",        bind_cudart,   &cudart.dl },
    { "toolkit/lib64/libcublasLt.so.13", NULL,                      NULL,                      bind_cublaslt, &cublaslt.dl },
    { "toolkit/lib64/libcublas.so.13",   "lacking/libcublas.so.13", "cublasSgemm_v2",          bind_cublas,   &cublas.dl },
    { "toolkit/lib64/libcudnn.so.9",     "lacking/libcudnn.so.9",   "cudnnConvolutionForward", bind_cudnn,    &cudnn.dl },
    { "toolkit/lib64/libnvrtc.so.13",    NULL,                      NULL,                      bind_nvrtc,    &nvrtc.dl },
    { "toolkit/lib64/libnccl.so.2",      "lacking/libnccl.so.2",    "ncclAllReduce",           bind_nccl,     &nccl.dl },
    { "torch-2.14.1/lib/libtorch_cpu.so",  NULL,                    NULL,                      bind_libtorch, &libtorch.dl },
    { "torch-2.14.1/lib/libtorch_cuda.so", NULL,                    NULL,                      bind_libtorch_cuda, &libtorch_cuda.dl },
    { "torch-2.14.1/lib/libc10_cuda.so",   NULL,                    NULL,                      bind_libc10_cuda, &libc10_cuda.dl },
    { "toolkit/lib64/libnvJitLink.so.13", "lacking/libnvJitLink.so.13", "nvJitLinkAddData",   bind_nvjitlink, &nvjitlink.dl },
    { "toolkit/lib64/libcufft.so.12",    "lacking/libcufft.so.12",  "cufftExecR2C",            bind_cufft,    &cufft.dl },
    { "toolkit/lib64/libcurand.so.10",   "lacking/libcurand.so.10", "curandGenerate",          bind_curand,   &curand.dl },
    { "toolkit/lib64/libcupti.so.13",    "lacking/libcupti.so.13",  "cuptiGetVersion",         bind_cupti,    &cupti.dl },
    { "toolkit/lib64/libcusolver.so.12", "lacking/libcusolver.so.12", "cusolverDnSgetrf",      bind_cusolver, &cusolver.dl },
    { "toolkit/lib64/libcusparse.so.12", "lacking/libcusparse.so.12", "cusparseGetProperty",   bind_cusparse, &cusparse.dl },
    { "toolkit/lib64/libcusparseLt.so.0", "lacking/libcusparseLt.so.0", "cusparseLtMatmul",    bind_cusparselt, &cusparselt.dl },
};

static char path_of_fake[1100];

static const char *fake(const char *file)
{
    const char *fakes = getenv("GPUVET_FAKES");

    if (fakes == NULL)
        skip();
    text_format(path_of_fake, sizeof path_of_fake, "%s/%s", fakes, file);
    return path_of_fake;
}

static void *opened(const char *file)
{
    struct err e = { .text = "" };
    void *handle;

    if (!dl_open(&handle, fake(file), false, &e))
        fail_msg("%s", e.text);
    return handle;
}

static void open_all(void)
{
    for (size_t i = 0; i < COUNT_OF(libraries); i++) {
        struct err e = { .text = "" };

        if (!libraries[i].bind(opened(libraries[i].file), &e))
            fail_msg("%s", e.text);
    }
}

static void every_library_binds_and_tells_its_true_path(void **state)
{
    (void)state;
    open_all();
    for (size_t i = 0; i < COUNT_OF(libraries); i++) {
        assert_non_null(libraries[i].dl->handle);
        assert_string_equal(libraries[i].dl->path, fake(libraries[i].file));
        assert_string_equal(libraries[i].dl->hook, "");
    }
}

static void a_missing_symbol_is_named_with_its_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(libraries); i++) {
        const struct library *lib = &libraries[i];
        struct err e = { .text = "" };

        if (lib->lacking == NULL)
            continue;
        assert_false(lib->bind(opened(lib->lacking), &e));
        assert_true(text_starts(e.text, fake(lib->lacking)));
        assert_true(text_has(e.text, lib->symbol));
        assert_null(lib->dl->handle);
    }
}

static void a_missing_library_is_named(void **state)
{
    struct err e = { .text = "" };
    void *handle;

    (void)state;
    assert_false(dl_open(&handle, "libsurely-not-here.so.1", false, &e));
    assert_true(text_starts(e.text, "libsurely-not-here.so.1: "));
}

/* libcublas is linked with libcublasLt: dlsym on its handle finds cublasLt's symbols. */
static void a_symbol_of_a_dependency_does_not_count_as_present(void **state)
{
    struct err e = { .text = "" };
    struct cublaslt t;

    (void)state;
    assert_false(cublaslt_bind(&t, opened("toolkit/lib64/libcublas.so.13"), &e));
    assert_true(text_has(e.text, "libcublas.so.13 has no cublasLt"));
}

static void a_wanted_symbol_that_is_absent_is_null(void **state)
{
    struct err e = { .text = "" };
    struct libtorch t;

    (void)state;
    memset(&t, 0x5a, sizeof t);
    assert_true(libtorch_bind(&t, opened("toolkit/lib64/libcudart.so.13"), &e));
    assert_null(t.aoti_torch_abi_version);
    assert_null(t.relu);
}

static void codes_are_explained_in_the_librarys_own_words(void **state)
{
    static const struct { struct dl *dl; long code; const char *words; } cases[] = {
        { &cuda.dl,     100, "CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected" },
        { &cuda.dl,   77777, "an unknown code (77777): no text" },
        { &nvml.dl,      18, "NVML code 18: Driver/library version mismatch" },
        { &cudart.dl,    35, "cudaErrorInsufficientDriver (35): CUDA driver version is insufficient for CUDA runtime version" },
        { &cublas.dl,    13, "CUBLAS_STATUS_EXECUTION_FAILED (13)" },
        { &cublaslt.dl,   1, "CUBLAS_STATUS_NOT_INITIALIZED (1)" },
        { &cudnn.dl,   2000, "CUDNN_STATUS_BAD_PARAM (2000)" },
        { &nvrtc.dl,      6, "NVRTC_ERROR_COMPILATION (6)" },
        { &nccl.dl,       4, "invalid argument (4)" },
        { &cusolver.dl,   7, "CUSOLVER_STATUS_INTERNAL_ERROR (7)" },
        { &cusolver.dl,  99, "an unknown status (99)" },
        { &cusparse.dl,  10, "CUSPARSE_STATUS_NOT_SUPPORTED (10): operation not supported" },
        { &cusparselt.dl, 4, "CUSPARSE_STATUS_ARCH_MISMATCH (4)" },
    };

    (void)state;
    open_all();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char words[300];

        cases[i].dl->explain(cases[i].dl, cases[i].code, words, sizeof words);
        assert_string_equal(words, cases[i].words);
    }
}

static void without_the_librarys_own_words_known_codes_have_names(void **state)
{
    char words[100];

    (void)state;
    open_all();
    cublas.cublasGetStatusString = NULL;
    cublas.dl.explain(&cublas.dl, 3, words, sizeof words);
    assert_string_equal(words, "CUBLAS_STATUS_ALLOC_FAILED (3)");
    cublas.dl.explain(&cublas.dl, 99, words, sizeof words);
    assert_string_equal(words, "an unknown status (99)");
    cusparse.cusparseGetErrorName = NULL;
    cusparse.cusparseGetErrorString = NULL;
    cusparse.dl.explain(&cusparse.dl, 9, words, sizeof words);
    assert_string_equal(words, "CUSPARSE_STATUS_ZERO_PIVOT (9)");
    cusparselt.cusparseLtGetErrorName = NULL;           /* before 0.8 */
    cusparselt.dl.explain(&cusparselt.dl, 11, words, sizeof words);
    assert_string_equal(words, "CUSPARSE_STATUS_INSUFFICIENT_RESOURCES (11)");
}

static void a_family_that_is_mapped_twice_shows_both_files(void **state)
{
    char path[1024], other[1024];

    (void)state;
    opened("toolkit/lib64/libnccl.so.2");
    opened("lacking/libnccl.so.2");
    assert_true(dl_find_mapped("nccl", path, other));
    assert_string_not_equal(path, other);
    assert_true(text_ends(other, "libnccl.so.2"));
    assert_non_null(dl_handle_of_mapped(other));
    assert_false(dl_find_mapped("surely-not-here", path, other));
    assert_string_equal(path, "");
}

/* The fake entries pass on what they do not understand: floating point too. */
static void an_entry_of_a_fake_keeps_its_arguments(void **state)
{
    cudnnActivationDescriptor_t d;
    double coefficient;

    (void)state;
    open_all();
    assert_int_equal(cudnn.cudnnCreateActivationDescriptor(&d), 0);
    assert_int_equal(cudnn.cudnnSetActivationDescriptor(d, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 6.25), 0);
    memcpy(&coefficient, (const char *)(const void *)d + sizeof coefficient, sizeof coefficient);
    assert_true(coefficient > 6.24 && coefficient < 6.26);
}

static void a_copy_out_of_bounds_is_refused_by_the_fake_driver(void **state)
{
    char bytes[16] = "";
    CUcontext context;
    CUdeviceptr p;

    (void)state;
    open_all();
    assert_int_equal(cuda.cuMemAlloc_v2(&p, 16), 3);            /* not initialised */
    assert_int_equal(cuda.cuInit(0), 0);
    assert_int_equal(cuda.cuMemAlloc_v2(&p, 16), 201);          /* no context */
    assert_int_equal(cuda.cuDevicePrimaryCtxRetain(&context, 0), 0);
    assert_int_equal(cuda.cuCtxSetCurrent(context), 0);
    assert_int_equal(cuda.cuMemAlloc_v2(&p, 16), 0);
    assert_int_equal(cuda.cuMemcpyHtoD_v2(p, bytes, 16), 0);
    assert_int_equal(cuda.cuMemcpyHtoD_v2(p + 1, bytes, 16), 1);
    assert_int_equal(cuda.cuMemFree_v2(p + 1), 1);
    assert_int_equal(cuda.cuMemFree_v2(p), 0);
    assert_int_equal(cuda.cuMemcpyDtoH_v2(bytes, p, 1), 1);
}

/* ---- A preloaded library, and faults on order: this program again, in another environment ---- */

static int play(const char *role)
{
    struct err e = { .text = "" };
    char path[1100];
    void *handle;
    int version = 0;

    text_format(path, sizeof path, "%s/driver/libcuda.so.1", getenv("GPUVET_FAKES"));
    if (!dl_open(&handle, path, false, &e) || !cuda_bind(&cuda, handle, &e)) {
        printf("%s\n", e.text);
        return 1;
    }
    if (text_is(role, "init")) {
        for (int i = 0; i < 3; i++)
            printf("%d ", cuda.cuInit(0));
        return 0;
    }
    cuda.cuDriverGetVersion(&version);
    printf("%d|%s", version, cuda.dl.hook);
    return 0;
}

static void run_again(const char *environment, const char *role, char *out, size_t size)
{
    char command[2600], self[1024] = "";
    FILE *pipe;
    size_t n;

    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    text_format(command, sizeof command, "%s ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 TEST_LOAD_ROLE=%s %s 2>&1",
                environment, role, self);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    n = fread(out, 1, size - 1, pipe);
    out[n] = '\0';
    pclose(pipe);
}

static void a_preloaded_file_that_answers_first_is_called_and_noted(void **state)
{
    char environment[1200], expected[1300], out[2000];

    (void)state;
    text_format(environment, sizeof environment, "LD_PRELOAD=%s", fake("libhook.so"));
    run_again(environment, "version", out, sizeof out);
    text_format(expected, sizeof expected, "4242|%s answers cuDriverGetVersion", fake("libhook.so"));
    assert_string_equal(out, expected);
    run_again("LD_PRELOAD=", "version", out, sizeof out);
    assert_string_equal(out, "13000|");
}

static void the_library_itself_preloaded_is_no_hook(void **state)
{
    char environment[1200], out[2000];

    (void)state;
    text_format(environment, sizeof environment, "LD_PRELOAD=%s", fake("driver/libcuda.so.1"));
    run_again(environment, "version", out, sizeof out);
    assert_string_equal(out, "13000|");
}

static void a_fake_fails_the_call_that_was_ordered_to_fail(void **state)
{
    static const struct { const char *environment, *codes; } cases[] = {
        { "FAKE_FAULT=fail:cuInit",                       "999 999 999 " },
        { "FAKE_FAULT=fail:cuInit:2:803",                 "0 803 0 " },
        { "FAKE_FAULT=fail:cuInit:0:100",                 "100 100 100 " },
        { "FAKE_FAULT=fail:cuInit:1:3,fail:cuInit:3:802", "3 0 802 " },
        { "FAKE_FAULT=fail:cuDeviceGet",                  "0 0 0 " },
        { "FAKE_GPUS=0",                                  "100 100 100 " },
        { "CUDA_VISIBLE_DEVICES=",                        "100 100 100 " },
        { "CUDA_VISIBLE_DEVICES=1",                       "100 100 100 " },
        { "FAKE_GPUS=2 CUDA_VISIBLE_DEVICES=1",           "0 0 0 " },
        { "CUDA_VISIBLE_DEVICES=GPU-00000000-0000-0000-0000-000000000000", "0 0 0 " },
    };
    char out[2000];

    (void)state;
    fake("driver/libcuda.so.1");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run_again(cases[i].environment, "init", out, sizeof out);
        assert_string_equal(out, cases[i].codes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_library_binds_and_tells_its_true_path),
        cmocka_unit_test(a_missing_symbol_is_named_with_its_file),
        cmocka_unit_test(a_missing_library_is_named),
        cmocka_unit_test(a_symbol_of_a_dependency_does_not_count_as_present),
        cmocka_unit_test(a_wanted_symbol_that_is_absent_is_null),
        cmocka_unit_test(codes_are_explained_in_the_librarys_own_words),
        cmocka_unit_test(without_the_librarys_own_words_known_codes_have_names),
        cmocka_unit_test(a_family_that_is_mapped_twice_shows_both_files),
        cmocka_unit_test(an_entry_of_a_fake_keeps_its_arguments),
        cmocka_unit_test(a_copy_out_of_bounds_is_refused_by_the_fake_driver),
        cmocka_unit_test(a_preloaded_file_that_answers_first_is_called_and_noted),
        cmocka_unit_test(the_library_itself_preloaded_is_no_hook),
        cmocka_unit_test(a_fake_fails_the_call_that_was_ordered_to_fail),
    };

    if (getenv("TEST_LOAD_ROLE") != NULL)
        return play(getenv("TEST_LOAD_ROLE"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
