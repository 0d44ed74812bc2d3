#include "child/state.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

const char *pci_address(const char *text, struct child *c)
{
    const char *colon = strchr(text, ':');
    char *out = arena_text(&c->arena, text);

    /* The domain has eight digits in NVML and four in /sys. */
    if (colon != NULL && colon - text == 8)
        out += 4;
    for (char *at = out; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return out;
}

const char *child_env(const struct child *c, const char *name)
{
    size_t n = strlen(name);

    for (char *const *v = c->env; *v != NULL; v++)
        if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
            return *v + n + 1;
    return NULL;
}

void child_open_driver(struct child *c)
{
    void *handle;

    if (c->state->driver_ready)
        return;
    child_enter(c, "dlopen(\"libcuda.so.1\")", "libcuda.so.1");
    if (!dl_open(&handle, c->libcuda != NULL ? c->libcuda : "libcuda.so.1", false, &c->err))
        stop_load(c, "no usable libcuda.so.1: %s", c->err.text);
    child_leave(c, 0);
    if (!cuda_bind(&c->cuda, handle, &c->err))
        stop_load(c, "%s", c->err.text);
    MUST(c, cuda, cuInit(0));
    c->state->driver_ready = true;
}

void child_open_nvml(struct child *c)
{
    void *handle;

    if (c->state->nvml_ready)
        return;
    child_enter(c, "dlopen(\"libnvidia-ml.so.1\")", "libnvidia-ml.so.1");
    if (!dl_open(&handle, "libnvidia-ml.so.1", false, &c->err))
        stop_load(c, "no usable libnvidia-ml.so.1: %s", c->err.text);
    child_leave(c, 0);
    if (!nvml_bind(&c->nvml, handle, &c->err))
        stop_load(c, "%s", c->err.text);
    MUST(c, nvml, nvmlInit_v2());
    c->state->nvml_ready = true;
}

void child_open_context(struct child *c)
{
    if (c->state->context_ready)
        return;
    child_open_driver(c);
    /* CUDA_VISIBLE_DEVICES holds this child's devices, in their order. The first comes last, and so is current. */
    for (size_t i = c->n_gpus; i-- > 0;) {
        struct child_gpu *g = &c->gpus[i];

        child_choose_gpu(c, i);
        MUST(c, cuda, cuDeviceGet(&g->device, (int)i));
        MUST(c, cuda, cuDevicePrimaryCtxRetain(&g->context, g->device));
        MUST(c, cuda, cuCtxSetCurrent(g->context));
    }
    child_choose_gpu(c, 0);
    c->state->context_ready = true;
}

void child_choose_gpu(struct child *c, size_t gpu)
{
    const struct child_gpu *g = &c->gpus[gpu];

    c->gpu = gpu;
    c->device_uuid = g->uuid;
    c->cc = g->cc;
    c->at_most = g->at_most;
    c->nvml_answers = g->nvml_answers;
    c->device = g->device;
    c->context = g->context;
}

/* A library that works with all of them may have left another context current (NCCL sets the runtime's device): it is set each time. */
void child_use_gpu(struct child *c, size_t gpu)
{
    if (c->n_gpus == 1)
        return;
    child_choose_gpu(c, gpu);
    MUST(c, cuda, cuCtxSetCurrent(c->context));
}

const char *of_gpu(struct child *c, const char *key)
{
    return c->n_gpus > 1 ? text_make(&c->arena, "gpu%d.%s", c->gpus[c->gpu].index, key) : key;
}

static bool is_ready(const struct child *c, unsigned needs)
{
    const struct child_state *s = c->state;

    return s->asked_for_counters && (!(needs & NEEDS_NVML) || s->nvml_ready) && (!(needs & NEEDS_DRIVER) || s->driver_ready)
        && (!(needs & NEEDS_STACK) || s->stack_open) && (!(needs & NEEDS_CONTEXT) || s->context_ready)
        && (!(needs & NEEDS_KERNELS) || s->kernels_ready);
}

void child_prepare(struct child *c, const struct probe *p)
{
    if (is_ready(c, p->needs))
        return;
    record_prepare(c, p->name);
    if (p->needs & NEEDS_NVML)
        child_open_nvml(c);
    if (p->needs & NEEDS_STACK)
        child_open_stack(c);
    if (p->needs & NEEDS_DRIVER)
        child_open_driver(c);
    if (p->needs & NEEDS_CONTEXT)
        child_open_context(c);
    if (p->needs & NEEDS_KERNELS)
        child_load_kernels(c);
    counters_open(c);
}

void child_run_trial(struct child *c, const struct probe *p, long index)
{
    fault_install(c->crumb, c->state->crumb_fd);
    child_prepare(c, p);
    record_begin(c, index);
    fault_install(c->crumb, c->state->crumb_fd);
    child_settle_begin(c, p);
    p->run(c);
    child_settle(c, p);
    record_end(c, index);
}
