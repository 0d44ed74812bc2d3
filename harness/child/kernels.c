/* Our own kernels: machine code where the program carries it for this GPU and
 * the driver takes it, else PTX for the driver to compile. */
#include "child/state.h"

#include "base/text.h"
#include "model/gpu_code.h"
#include "kernels/images.h"

enum {
    JIT_LOG = 8192,
    ARCHS_MAX = 32,
    CUBIN_DRIVER = 13000,               /* nvcc 13's machine code has an ELF format that older drivers refuse */
};

/* Why this driver, or this GPU, cannot take the machine code that we carry; NULL if both can. */
static const char *why_no_sass(struct child *c, const struct kernel_image *image)
{
    struct text list = { .arena = &c->state->lasting };
    int archs[ARCHS_MAX], driver;
    size_t n = kernel_image_archs(image, archs, ARCHS_MAX);

    if (n == 0)
        return "this program was built without nvcc and carries no machine code";
    MUST(c, cuda, cuDriverGetVersion(&driver));
    if (driver < CUBIN_DRIVER)
        return text_make(list.arena, "the driver is for CUDA up to %d.%d, and our machine code needs one for %d.%d (R580) or newer",
                         driver / 1000, driver % 1000 / 10, CUBIN_DRIVER / 1000, CUBIN_DRIVER % 1000 / 10);
    for (size_t i = 0; i < n && i < ARCHS_MAX; i++) {
        if (gpu_code_runs(&(struct gpu_code){ .arch = archs[i], .sass = true }, c->cc))
            return NULL;
        text_add(&list, " sm_%d", archs[i]);
    }
    return text_make(list.arena, "this program carries machine code for%s, and none of it runs on compute capability %d.%d",
                     list.s, c->cc / 10, c->cc % 10);
}

static bool load_fatbin(struct child *c, const struct kernel_image *image, CUmodule *module)
{
    bool forced = text_is(c->kernels, "sass");
    const char *why = why_no_sass(c, image);
    long code;

    if (why != NULL && forced)
        stop_load(c, "--kernels sass: %s; without --kernels the driver compiles our PTX", why);
    if (why != NULL) {
        c->state->no_sass = why;
        return false;
    }
    code = CALL(c, cuda, cuModuleLoadData(module, image->fatbin));
    if (code != 0 && forced)
        child_call_failed(c, "cuModuleLoadData(machine code)", &c->cuda.dl, code);
    if (code != 0)
        c->state->no_sass = text_make(&c->state->lasting, "the driver refused our machine code with error %ld", code);
    return code == 0;
}

static void load_ptx(struct child *c, const struct kernel_image *image, CUmodule *module)
{
    static char log[JIT_LOG];
    CUjit_option options[] = { CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
    void *values[] = { log, (void *)(uintptr_t)sizeof log };
    const int floor = kernel_image_floor(image);
    long code;

    if (c->cc < floor)                  /* our limit, and not the machine's */
        stop_ours(c, "gpuvet's own kernels need compute capability %d.%d, this GPU has %d.%d", floor / 10, floor % 10, c->cc / 10, c->cc % 10);
    code = CALL(c, cuda, cuModuleLoadDataEx(module, image->ptx, 2, options, values));

    if (code == 0)
        return;
    if (log[0] != '\0')
        saw_text(c, "jit.log", "%s", log);
    child_call_failed(c, "cuModuleLoadDataEx(PTX)", &c->cuda.dl, code);
}

static CUmodule load_image(struct child *c, const struct kernel_image *image)
{
    struct child_state *s = c->state;
    CUmodule module = NULL;

    for (size_t i = 0; i < s->n_modules; i++)
        if (s->modules[i].image == image->name && s->modules[i].gpu == c->gpu)
            return s->modules[i].handle;
    if (s->n_modules == MODULES_MAX)
        stop_ours(c, "more than %d kernel images", MODULES_MAX);
    if (!text_is(c->kernels, "ptx") && load_fatbin(c, image, &module)) {
        s->rung = s->rung != NULL ? s->rung : "sass";       /* one image as PTX is enough to be told */
    } else {
        load_ptx(c, image, &module);
        s->rung = "ptx";
    }
    s->modules[s->n_modules++] = (struct module){ c->gpu, image->name, module };
    return module;
}

void child_load_kernels(struct child *c)
{
    if (c->state->kernels_ready)
        return;
    for (const struct kernel_image *m = kernel_images; m->name != NULL; m++)
        if (!kernel_image_is_on_demand(m))
            load_image(c, m);
    c->state->kernels_ready = true;
}

const char *child_kernels_rung(const struct child *c)
{
    return c->state->rung;
}

const char *child_kernels_why(const struct child *c)
{
    return c->state->no_sass;
}

CUmodule child_load_ptx(struct child *c, const char *kernel)
{
    const struct kernel_image *image = kernel_image_of(kernel);
    CUmodule module;

    if (image == NULL)
        stop_ours(c, "no kernel is called %s", kernel);
    load_ptx(c, image, &module);
    return module;
}

static CUfunction function_of(struct child *c, CUmodule module, const char *name)
{
    CUfunction f;

    MUST(c, cuda, cuModuleGetFunction(&f, module, name));
    return f;
}

static void launch_function(struct child *c, CUfunction f, const char *call, CUstream stream, struct grid blocks, struct grid threads, void **args)
{
    long code;

    child_enter(c, call, c->cuda.dl.path);
    code = child_leave(c, c->cuda.cuLaunchKernel(f, blocks.x, blocks.y, blocks.z, threads.x, threads.y, threads.z, 0, stream, args, NULL));
    if (code != 0)
        child_call_failed(c, call, &c->cuda.dl, code);
}

void child_launch_from(struct child *c, CUmodule module, const char *name, struct grid blocks, struct grid threads, void **args)
{
    char call[CRUMB_CALL];

    text_format(call, sizeof call, "cuLaunchKernel(%s)", name);
    launch_function(c, function_of(c, module, name), call, NULL, blocks, threads, args);
}

/* Where it is, or is to be: the table is never full. FNV-1a. */
static struct own_kernel *place_of(struct child *c, const char *name)
{
    struct child_state *s = c->state;
    uint32_t hash = 2166136261u ^ (uint32_t)c->gpu;

    for (const char *at = name; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    for (uint32_t i = hash;; i++) {
        struct own_kernel *k = &s->own_kernels[i % OWN_KERNELS_MAX];

        if (k->name == NULL || (k->gpu == c->gpu && text_is(k->name, name)))
            return k;
    }
}

static CUfunction own_function(struct child *c, const char *name)
{
    const struct kernel_image *image = kernel_image_of(name);

    if (image == NULL)
        stop_ours(c, "no kernel is called %s", name);
    return function_of(c, load_image(c, image), name);
}

static void look_up(struct child *c, struct own_kernel *k, const char *name)
{
    struct child_state *s = c->state;

    if (s->n_own_kernels + 1 == OWN_KERNELS_MAX)
        stop_ours(c, "more than %d kernels are launched", OWN_KERNELS_MAX - 1);
    k->function = own_function(c, name);
    k->gpu = c->gpu;
    k->call = text_make(&s->lasting, "cuLaunchKernel(%s)", name);
    k->name = arena_text(&s->lasting, name);    /* last: until here the place is free */
    s->n_own_kernels++;
}

void child_launch_on(struct child *c, CUstream stream, const char *name, struct grid blocks, struct grid threads, void **args)
{
    struct own_kernel *k = place_of(c, name);

    if (k->name == NULL)
        look_up(c, k, name);
    launch_function(c, k->function, k->call, stream, blocks, threads, args);
}

void child_launch(struct child *c, const char *name, struct grid blocks, struct grid threads, void **args)
{
    child_launch_on(c, NULL, name, blocks, threads, args);
}

/* Drivers before R384 know no launch of blocks that wait for each other. */
struct together child_together(struct child *c, const char *name, unsigned threads)
{
    CUfunction f = own_function(c, name);
    int held, own_shared, room, per_sm;

    if (c->cuda.cuLaunchCooperativeKernel == NULL || c->cuda.cuFuncSetAttribute == NULL
        || device_attribute(c, CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH) == 0)
        stop_unsupported(c, "this GPU or its driver has no cooperative launch");
    held = device_attribute(c, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    MUST(c, cuda, cuFuncGetAttribute(&own_shared, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, f));
    room = device_attribute(c, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN) - own_shared;
    room -= room % 1024;
    MUST(c, cuda, cuFuncSetAttribute(f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, room));
    MUST(c, cuda, cuOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, f, (int)threads, (size_t)room));
    if (per_sm < 1)
        stop_ours(c, "no multiprocessor holds a block of %s with %d bytes of shared memory", name, room);
    return (struct together){ .name = name, .function = f, .blocks = (unsigned)(held * per_sm), .per_sm = (unsigned)per_sm,
                              .threads = threads, .shared = (unsigned)room };
}

bool child_under_mps(struct child *c)
{
    int enabled = 0;

    if (CALL(c, cuda, cuDeviceGetAttribute(&enabled, CU_DEVICE_ATTRIBUTE_MPS_ENABLED, c->device)) == 0)
        return enabled != 0;
    return child_env(c, "CUDA_MPS_PIPE_DIRECTORY") != NULL;
}

void child_launch_together(struct child *c, const struct together *t, void **args)
{
    char call[CRUMB_CALL];
    long code;

    text_format(call, sizeof call, "cuLaunchCooperativeKernel(%s)", t->name);
    child_enter(c, call, c->cuda.dl.path);
    code = child_leave(c, c->cuda.cuLaunchCooperativeKernel(t->function, t->blocks, 1, 1, t->threads, 1, 1, t->shared, NULL, args));
    if (code == CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE && child_under_mps(c))
        stop_unsupported(c, "MPS gives this process a part of the multiprocessors: the driver refuses %u blocks of %s at a time", t->blocks, t->name);
    if (code != 0)
        child_call_failed(c, call, &c->cuda.dl, code);
}
