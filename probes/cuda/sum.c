/* cuda.sum - a reduction: shuffles, shared memory, barriers and atomics together. */
#include "child/child.h"

#include <inttypes.h>

#include "kernels/pattern.h"

enum { WORDS = (1 << 18) + 77 };        /* not a multiple of anything: the last block is partly idle */

static void run(struct child *c)
{
    uint64_t words = WORDS, sum = 0, expected = 0;
    CUdeviceptr p = device_buffer(c, WORDS * sizeof(uint32_t)), out = device_buffer(c, sizeof sum);

    device_upload(c, out, &sum, sizeof sum);
    launch(c, "fill_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &c->seed);
    launch(c, "sum_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &out);
    device_wait(c);
    device_download(c, &sum, out, sizeof sum);
    for (uint64_t i = 0; i < words; i++)
        expected += pattern_word(c->seed, i);
    saw_text(c, "sum", "%" PRIu64 ", expected %" PRIu64, sum, expected);
    child_verified(c, 1);
    saw_num(c, "wrong", "", sum != expected);
}

extern const struct probe probe_cuda_launch;

const struct probe probe_cuda_sum = {
    .name     = "cuda.sum",
    .claim    = "A reduction over shared memory, shuffles and atomics gives the exact sum.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .rests_on = { &probe_cuda_launch },
    .expects  = (const struct expect[]){
        { .key = "wrong", .bound = EQUALS, .number = 0, .sentence = "the sum is wrong", .detail = "sum" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
