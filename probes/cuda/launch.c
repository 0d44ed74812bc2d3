/* cuda.launch - our kernels load and run: memory is filled by one and checked
 * by another, and by the host. */
#include "child/child.h"

#include "base/clock.h"
#include "child/checked.h"
#include "kernels/pattern.h"

enum { WORDS = 1 << 18 };               /* 1 MiB */

static void run(struct child *c)
{
    double began = clock_ms_fine();
    uint64_t words = WORDS, host_wrong = 0;
    uint32_t *host = host_buffer(c, WORDS * sizeof *host);
    struct checked found;
    CUdeviceptr p, at;

    child_load_kernels(c);
    saw_text(c, "kernels", "%s", child_kernels_rung(c));
    if (child_kernels_why(c) != NULL)
        saw_text(c, "kernels.why", "%s", child_kernels_why(c));
    saw_num(c, "kernels.load_ms", "ms", clock_ms_fine() - began);
    p = device_buffer(c, WORDS * sizeof *host);
    at = checked_begin(c);
    launch(c, "fill_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &c->seed);
    launch(c, "verify_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &c->seed, &at);
    found = checked_end(c, at);
    checked_all(c, "verify_words", "words", found.looked, words);
    device_download(c, host, p, WORDS * sizeof *host);
    for (uint64_t i = 0; i < words; i++)
        host_wrong += host[i] != pattern_word(c->seed, i);
    saw_num(c, "device.wrong", "", (double)found.wrong);
    saw_num(c, "host.wrong", "", (double)host_wrong);
    child_verified(c, 1);
    saw_num(c, "words", "", (double)words);
}

extern const struct probe probe_cuda_context;

const struct probe probe_cuda_launch = {
    .name     = "cuda.launch",
    .claim    = "Kernels load and run, and write what they should.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT,
    .rests_on = { &probe_cuda_context },
    .expects  = (const struct expect[]){
        { .key = "device.wrong", .bound = EQUALS, .number = 0, .sentence = "%s words differ when the GPU checks them" },
        { .key = "host.wrong",   .bound = EQUALS, .number = 0, .sentence = "%s words differ when the host checks them" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
