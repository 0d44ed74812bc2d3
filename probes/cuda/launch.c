/* cuda.launch - our kernels load and run: memory is filled by one and checked
 * by another, and by the host. */
#include "child/child.h"

#include "base/clock.h"
#include "kernels/pattern.h"

enum { WORDS = 1 << 18 };               /* 1 MiB */

static void run(struct child *c)
{
    double began = clock_ms_fine();
    uint64_t words = WORDS, found[2] = { 0, ~UINT64_C(0) }, host_wrong = 0;
    uint32_t *host = host_buffer(c, WORDS * sizeof *host);
    CUdeviceptr p, wrong, first;

    child_load_kernels(c);
    saw_text(c, "kernels", "%s", child_kernels_rung(c));
    if (child_kernels_why(c) != NULL)
        saw_text(c, "kernels.why", "%s", child_kernels_why(c));
    saw_num(c, "kernels.load_ms", "ms", clock_ms_fine() - began);
    p = device_buffer(c, WORDS * sizeof *host);
    wrong = device_buffer(c, sizeof found);
    first = wrong + sizeof found[0];
    device_upload(c, wrong, found, sizeof found);
    launch(c, "fill_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &c->seed);
    launch(c, "verify_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &c->seed, &wrong, &first);
    device_wait(c);
    device_download(c, found, wrong, sizeof found);
    device_download(c, host, p, WORDS * sizeof *host);
    for (uint64_t i = 0; i < words; i++)
        host_wrong += host[i] != pattern_word(c->seed, i);
    saw_num(c, "device.wrong", "", (double)found[0]);
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
    .run      = run,
};
