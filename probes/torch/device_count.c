/* torch.device_count - PyTorch counts the GPUs that the driver shows: where it does not, torch.cuda.is_available() is False. */
#include "child/child.h"

static void run(struct child *c)
{
    int of_driver, of_torch;

    child_bind_libc10_cuda(c);
    if (c->libc10_cuda.device_count == NULL)
        stop_unsupported(c, "this libc10_cuda exports no c10::cuda::device_count()");
    MUST(c, cuda, cuDeviceGetCount(&of_driver));
    of_torch = VALUE(c, libc10_cuda, device_count());
    saw_num(c, "driver.gpus", "", of_driver);
    saw_num(c, "torch.gpus", "", of_torch);
    saw_num(c, "not_seen", "", of_driver - of_torch);
}

extern const struct probe probe_stack_loads, probe_cuda_context;

const struct probe probe_torch_device_count = {
    .name     = "torch.device_count",
    .claim    = "PyTorch counts the GPUs that the driver shows to this process.",
    .scope    = SCOPE_STACK_DEVICE,
    .needs    = NEEDS_STACK | NEEDS_DRIVER,
    .stacks   = ON_TORCH,
    .library  = "c10_cuda",
    .rests_on = { &probe_stack_loads, &probe_cuda_context },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "not_seen", .bound = EQUALS, .number = 0, .sentence = "PyTorch does not see %s of the GPUs that the driver shows to this process" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
