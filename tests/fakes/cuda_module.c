/* The fake driver's modules: it reads what an image says of its architecture and
 * its kernels, refuses what the real one refuses, and launches the CPU twin. */
#include "tests/fakes/cuda.h"
#include "tests/host/twin.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KIND_SASS = 2, CHANGED_MAX = 16 };

#define FATBIN_MAGIC 0xBA55ED50u
#define FAKE_CUBIN   "\177ELF FAKE-CUBIN "      /* what the fake NVRTC gives, with the kernel's name */

struct CUmod_st { const char *text; };          /* PTX or a fake cubin; NULL for machine code */
struct CUfunc_st { char name[96]; int n, dynamic_max; };

static uint32_t u32_at(const unsigned char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t u64_at(const unsigned char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Machine code runs on its own major version, from its own minor version on. */
static bool runs_here(unsigned arch)
{
    return (int)arch / 10 == fake_cc() / 10 && (int)arch <= fake_cc();
}

/* Machine code of CUDA 13 is refused by older drivers. */
static CUresult load_fatbin(const unsigned char *at)
{
    const unsigned char *end = at + 16 + u64_at(at + 8);

    for (at += 16; at + 64 <= end;) {
        uint16_t kind;
        uint64_t size = u64_at(at + 8);

        memcpy(&kind, at, sizeof kind);
        if (kind == KIND_SASS && runs_here(u32_at(at + 28)) && fake_driver_version() >= 13000)
            return 0;
        at += u32_at(at + 4) + size;
    }
    return CUDA_ERROR_NO_BINARY_FOR_GPU;
}

/* The newest PTX that a driver of that CUDA version takes (PTX ISA's release table). */
static double newest_ptx(int driver)
{
    static const struct { int driver; double ptx; } releases[] = {
        { 13000, 9.0 }, { 12090, 8.8 }, { 12080, 8.7 }, { 12040, 8.4 }, { 12000, 8.0 }, { 11080, 7.8 }, { 11000, 7.0 }, { 10000, 6.3 },
    };

    for (size_t i = 0; i < COUNT_OF(releases); i++)
        if (driver >= releases[i].driver)
            return releases[i].ptx;
    return 6.0;
}

static CUresult load_ptx(const char *text)
{
    const char *version = strstr(text, ".version "), *target = strstr(text, ".target sm_");

    if (version == NULL || target == NULL)
        return 218;
    if (strtod(version + strlen(".version "), NULL) > newest_ptx(fake_driver_version()) + 0.01)
        return 222;
    return strtol(target + strlen(".target sm_"), NULL, 10) <= fake_cc() ? 0 : CUDA_ERROR_NO_BINARY_FOR_GPU;
}

CUresult fake_cuModuleLoadData(CUmodule *module, const void *image)
{
    CUresult code = fake_need_context();
    struct CUmod_st loaded = { NULL };

    if (code != 0)
        return code;
    if (u32_at(image) == FATBIN_MAGIC) {
        code = load_fatbin(image);
    } else if (memcmp(image, FAKE_CUBIN, strlen(FAKE_CUBIN)) == 0) {
        loaded.text = strdup(image);
    } else if (memcmp(image, ELFMAG, SELFMAG) == 0) {
        code = 200;                     /* a cubin of a real compiler: nothing here can run it */
    } else {
        code = load_ptx(image);
        loaded.text = strdup(image);
    }
    if (code != 0)
        return code;
    *module = malloc(sizeof **module);
    **module = loaded;
    return 0;
}

CUresult fake_cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned n, CUjit_option *options, void **values)
{
    CUresult code = fake_cuModuleLoadData(module, image);

    for (unsigned i = 0; i + 1 < n; i++)
        if (code != 0 && options[i] == CU_JIT_ERROR_LOG_BUFFER && options[i + 1] == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES)
            snprintf(values[i], (size_t)(uintptr_t)values[i + 1], "the simulated driver does not take this image (%d)", code);
    return code;
}

CUresult fake_cuModuleUnload(CUmodule module)
{
    free((void *)(uintptr_t)module->text);
    free(module);
    return fake_need_context();
}

static bool names_kernel(const char *text, const char *name)
{
    char entry[128], cubin[128];
    const char *at;

    snprintf(entry, sizeof entry, ".entry %s(", name);
    snprintf(cubin, sizeof cubin, FAKE_CUBIN "%s\n", name);
    at = strstr(text, entry);
    return at != NULL || strstr(text, cubin) != NULL;
}

CUresult fake_cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name)
{
    int n = twin_params(name);

    if ((module->text != NULL && !names_kernel(module->text, name)) || n < 0)
        return 500;
    *function = calloc(1, sizeof **function);
    snprintf((*function)->name, sizeof (*function)->name, "%s", name);
    (*function)->dynamic_max = 49152;
    (*function)->n = n;
    return fake_need_context();
}

CUresult fake_cuFuncGetAttribute(int *value, CUfunction_attribute which, CUfunction function)
{
    static const int values[] = { 1024, 0, 0, 0, 32 };  /* max threads, shared, const and local bytes, registers */

    (void)function;
    *value = which >= 0 && (size_t)which < COUNT_OF(values) ? values[which] : 0;
    if (which == 5 || which == 6)
        *value = fake_cc();
    return which >= 0 && which <= 6 ? fake_need_context() : 1;
}

/* The product ends the list with NULL, so a call with too few or too many
 * arguments, which a real GPU would read as rubbish, is an error here. */
static bool as_many_as(void **params, int n)
{
    for (int i = 0; i < n; i++)
        if (params[i] == NULL)
            return false;
    return params[n] == NULL;
}

CUresult fake_cuFuncSetAttribute(CUfunction f, CUfunction_attribute which, int value)
{
    if (which != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES || value < 0 || value > SHARED_OPTIN)
        return 1;
    f->dynamic_max = value;
    return fake_need_context();
}

/* By threads and by shared memory, of which each block costs 1 KiB more. */
CUresult fake_cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, CUfunction f, int threads, size_t shared)
{
    const int by_shared = SHARED_OF_SM / ((int)shared + 1024);

    if (threads <= 0 || threads > 1024 || shared > (size_t)f->dynamic_max)
        return 1;
    *n = by_shared < 2048 / threads ? by_shared : 2048 / threads;
    return fake_need_context();
}

struct watched { void *base; size_t bytes; unsigned char *before; };

/* Which memory a kernel writes is seen by what changed. Only done when a fault is ordered. */
static size_t watch(struct watched list[CHANGED_MAX], void **params, int n)
{
    size_t watched = 0;

    for (int i = 0; i < n && watched < CHANGED_MAX; i++) {
        struct watched *w = &list[watched];
        void *p;

        if ((uintptr_t)params[i] % sizeof p != 0)
            continue;                   /* not a pointer's place */
        memcpy(&p, params[i], sizeof p);
        if (!fake_allocation_of(p, &w->base, &w->bytes))
            continue;
        w->before = malloc(w->bytes);
        memcpy(w->before, w->base, w->bytes);
        watched++;
    }
    return watched;
}

static void spoil_changed(struct watched *list, size_t n)
{
    fake_compares();
    for (size_t i = 0; i < n; i++) {
        size_t words = list[i].bytes / 4, at = words;
        float *now = list[i].base;

        while (at > 0 && memcmp(now + at - 1, list[i].before + 4 * (at - 1), 4) == 0)
            at--;
        if (at > 0 && fake_lie_is(STALE_RESULT)) {
            fake_told();                /* it was never launched */
            memcpy(list[i].base, list[i].before, list[i].bytes);
        } else if (at > 0) {
            fake_spoil(now + at - 1, 1);
        }
        free(list[i].before);
    }
}

/* A kernel that is launched, and writes nothing. */
static bool is_dropped(void)
{
    bool stale = fake_lie_is(STALE_RESULT);

    if (stale)
        fake_spoil(NULL, 0);
    return stale;
}

/* A fault may be ordered for one kernel alone: cuLaunchKernel@NAME. */
static CUresult ask_gate(CUresult code, const char *call, CUfunction f)
{
    char finer[160];

    snprintf(finer, sizeof finer, "%s@%s", call, f->name);
    return code != 0 ? code : (CUresult)fake_gate(finer);
}

/* Memory of a device that the current one has no access to is an illegal address. Where it has, an order may be for
 * that pair: cuLaunchKernel@NAME@2-5 is a kernel of GPU 2 that uses memory of GPU 5. */
static CUresult reach(CUfunction f, void **params)
{
    const int here = fake_current();

    for (int i = 0; i < f->n; i++) {
        char pair[160];
        int owner;
        void *p;

        if ((uintptr_t)params[i] % sizeof p != 0)
            continue;
        memcpy(&p, params[i], sizeof p);
        owner = fake_device_of(p);
        if (owner < 0 || owner == here)
            continue;
        if (!fake_reaches(here, owner))
            return 700;
        snprintf(pair, sizeof pair, "cuLaunchKernel@%s@%d-%d", f->name, fake_gpu(here), fake_gpu(owner));
        return (CUresult)fake_gate(pair);
    }
    return 0;
}

CUresult fake_cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                             unsigned shared, CUstream stream, void **params, void **extra)
{
    CUresult code = ask_gate(fake_need_context(), "cuLaunchKernel", f);
    struct watched list[CHANGED_MAX];
    size_t n = 0;
    bool ok;

    if (code != 0)
        return code;
    if (gx == 0 || gx > INT32_MAX || gy == 0 || gz == 0 || bx == 0 || by == 0 || bz == 0 || bx > 1024 || by > 1024 || bz > 64
        || bx * by * bz > 1024 || gy > 65535 || gz > 65535 || shared > 49152 || extra != NULL || !as_many_as(params, f->n))
        return 1;
    code = reach(f, params);
    if (code != 0 || fake_captures(stream, f, (unsigned[]){ gx, gy, gz, bx, by, bz }, shared, params, f->n))
        return code;
    if (is_dropped())
        return 0;
    if (fake_spoil_is_ordered())
        n = watch(list, params, f->n);
    fake_make_trouble(false);
    ok = twin_launch(f->name, gx, gy, gz, bx, by, bz, params);
    spoil_changed(list, n);
    return ok ? 0 : 719;
}

CUresult fake_cuLaunchCooperativeKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                                        unsigned shared, CUstream stream, void **params)
{
    CUresult code = ask_gate(fake_need_context(), "cuLaunchCooperativeKernel", f);
    struct watched list[CHANGED_MAX];
    size_t n = 0;
    int fit = 0;
    bool ok;

    (void)stream;
    if (code == 0)
        code = fake_cuOccupancyMaxActiveBlocksPerMultiprocessor(&fit, f, (int)bx, shared);
    if (code != 0)
        return code;
    if (gy != 1 || gz != 1 || by != 1 || bz != 1 || gx == 0 || !as_many_as(params, f->n))
        return 1;
    if (gx > (unsigned)(fit * (fake_number("FAKE_MPS", 0) > 0 ? (int)fake_number("FAKE_MPS", 0) : fake_sms())))
        return 720;                     /* CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE */
    if (is_dropped())
        return 0;
    if (fake_spoil_is_ordered())
        n = watch(list, params, f->n);
    fake_make_trouble(true);
    ok = twin_launch_together(f->name, gx, bx, shared, params);
    spoil_changed(list, n);
    return ok ? 0 : 719;
}
