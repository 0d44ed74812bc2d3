/* Our own kernels: machine code where the program carries it for this GPU and
 * the driver takes it, else PTX for the driver to compile. */
#include "child/state.h"

#include "base/text.h"
#include "kernels/images.h"

enum {
    JIT_LOG = 8192,
    CUBIN_DRIVER = 13000,               /* nvcc 13's machine code has an ELF format that older drivers refuse */
};

static bool load_fatbin(struct child *c, const struct kernel_image *image, CUmodule *module)
{
    int driver;

    MUST(c, cuda, cuDriverGetVersion(&driver));
    if (image->fatbin == NULL || driver < CUBIN_DRIVER)
        return false;
    return CALL(c, cuda, cuModuleLoadData(module, image->fatbin)) == 0;
}

static void load_ptx(struct child *c, const struct kernel_image *image, CUmodule *module)
{
    static char log[JIT_LOG];
    CUjit_option options[] = { CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
    void *values[] = { log, (void *)(uintptr_t)sizeof log };
    long code = CALL(c, cuda, cuModuleLoadDataEx(module, image->ptx, 2, options, values));

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
        if (s->modules[i].image == image->name)
            return s->modules[i].handle;
    if (s->n_modules == MODULES_MAX)
        stop_ours(c, "more than %d kernel images", MODULES_MAX);
    if (load_fatbin(c, image, &module)) {
        s->rung = "sass";
    } else {
        load_ptx(c, image, &module);
        s->rung = "ptx";
    }
    s->modules[s->n_modules++] = (struct module){ image->name, module };
    return module;
}

void child_load_kernels(struct child *c)
{
    if (c->state->kernels_ready)
        return;
    for (const struct kernel_image *m = kernel_images; m->name != NULL; m++)
        load_image(c, m);
    c->state->kernels_ready = true;
}

const char *child_kernels_rung(const struct child *c)
{
    return c->state->rung;
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

void child_launch_from(struct child *c, CUmodule module, const char *name, struct grid blocks, struct grid threads, void **args)
{
    CUfunction f = function_of(c, module, name);
    char call[CRUMB_CALL];
    long code;

    text_format(call, sizeof call, "cuLaunchKernel(%s)", name);
    child_enter(c, call, c->cuda.dl.path);
    code = child_leave(c, c->cuda.cuLaunchKernel(f, blocks.x, blocks.y, blocks.z, threads.x, threads.y, threads.z, 0, NULL, args, NULL));
    if (code != 0)
        child_call_failed(c, call, &c->cuda.dl, code);
}

void child_launch(struct child *c, const char *name, struct grid blocks, struct grid threads, void **args)
{
    const struct kernel_image *image = kernel_image_of(name);

    if (image == NULL)
        stop_ours(c, "no kernel is called %s", name);
    child_launch_from(c, load_image(c, image), name, blocks, threads, args);
}
