/* cuda.context - the first thing that needs a working GPU. */
#include "child/child.h"

#include "base/clock.h"

static void run(struct child *c)
{
    size_t free_bytes, total;
    double began = clock_ms_fine();

    child_open_context(c);
    saw_num(c, "context.ms", "ms", clock_ms_fine() - began);
    MUST(c, cuda, cuMemGetInfo_v2(&free_bytes, &total));
    saw_num(c, "memory.free", "B", (double)free_bytes);
    saw_num(c, "memory.total", "B", (double)total);
}

extern const struct probe probe_driver_answers;

const struct probe probe_cuda_context = {
    .name     = "cuda.context",
    .claim    = "A context can be made on the GPU.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER,
    .rests_on = { &probe_driver_answers },
    .expects  = (const struct expect[]){
        { .key = "memory.free", .bound = AT_LEAST, .number = 1, .sentence = "the GPU has no free memory" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
