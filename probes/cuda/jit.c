/* cuda.jit - the driver compiles PTX for this GPU: what a program needs that was
 * built before the GPU was. */
#include "child/child.h"

#include "base/clock.h"
#include "kernels/pattern.h"

enum { WORDS = 4096 };

static void run(struct child *c)
{
    uint64_t words = WORDS, wrong = 0;
    double began = clock_ms_fine();
    uint32_t host[WORDS];
    CUmodule module;
    CUdeviceptr p;
    void *args[] = { &p, &words, &c->seed, NULL };

    module = child_load_ptx(c, "fill_words");
    saw_num(c, "jit.ms", "ms", clock_ms_fine() - began);
    p = device_buffer(c, sizeof host);
    child_launch_from(c, module, "fill_words", blocks_for(words), (struct grid){ BLOCK, 1, 1 }, args);
    device_wait(c);
    device_download(c, host, p, sizeof host);
    for (uint64_t i = 0; i < words; i++)
        wrong += host[i] != pattern_word(c->seed, i);
    child_verified(c, 1);
    saw_num(c, "wrong", "", (double)wrong);
    MUST(c, cuda, cuModuleUnload(module));
}

extern const struct probe probe_cuda_context;

const struct probe probe_cuda_jit = {
    .name     = "cuda.jit",
    .claim    = "The driver compiles PTX for this GPU.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT,
    .rests_on = { &probe_cuda_context },
    .expects  = (const struct expect[]){
        { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 4096 words differ" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
