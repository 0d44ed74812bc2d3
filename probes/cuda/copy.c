/* cuda.copy.* - what is copied arrives, in each direction. The pattern is made
 * on one side and checked on the other. */
#include "child/child.h"

#include <string.h>

#include "child/checked.h"
#include "kernels/pattern.h"

enum { WORDS = 1 << 18 };               /* 1 MiB: more than the driver sends without staging */

static void make(uint32_t *p, uint64_t seed)
{
    for (uint64_t i = 0; i < WORDS; i++)
        p[i] = pattern_word(seed, i);
}

static uint64_t count_wrong(const uint32_t *p, uint64_t seed)
{
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < WORDS; i++)
        wrong += p[i] != pattern_word(seed, i);
    return wrong;
}

static void fill(struct child *c, CUdeviceptr p)
{
    uint64_t words = WORDS;

    launch(c, "fill_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &c->seed);
    device_wait(c);
}

static uint64_t verify(struct child *c, CUdeviceptr p)
{
    uint64_t words = WORDS;
    CUdeviceptr at = checked_begin(c);
    struct checked found;

    launch(c, "verify_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &c->seed, &at);
    found = checked_end(c, at);
    checked_all(c, "verify_words", "words", found.looked, words);
    return found.wrong;
}

/* Pageable and pinned memory take different ways through the driver. */
static void run_h2d(struct child *c)
{
    size_t bytes = WORDS * sizeof(uint32_t);
    uint32_t *pageable = host_buffer(c, bytes);
    CUdeviceptr p = device_buffer(c, bytes), q = device_buffer(c, bytes);
    void *pinned;

    make(pageable, c->seed);
    MUST(c, cuda, cuMemAllocHost_v2(&pinned, bytes));
    memcpy(pinned, pageable, bytes);
    device_upload(c, p, pageable, bytes);
    device_upload(c, q, pinned, bytes);
    saw_num(c, "pageable.wrong", "", (double)verify(c, p));
    saw_num(c, "pinned.wrong", "", (double)verify(c, q));
    child_verified(c, 2);
    saw_num(c, "words", "", WORDS);
    MUST(c, cuda, cuMemFreeHost(pinned));
}

static void run_d2h(struct child *c)
{
    size_t bytes = WORDS * sizeof(uint32_t);
    uint32_t *pageable = host_buffer(c, bytes);
    CUdeviceptr p = device_buffer(c, bytes);
    void *pinned;

    MUST(c, cuda, cuMemAllocHost_v2(&pinned, bytes));
    memset(pinned, 0, bytes);
    fill(c, p);
    device_download(c, pageable, p, bytes);
    device_download(c, pinned, p, bytes);
    saw_num(c, "pageable.wrong", "", (double)count_wrong(pageable, c->seed));
    saw_num(c, "pinned.wrong", "", (double)count_wrong(pinned, c->seed));
    child_verified(c, 2);
    saw_num(c, "words", "", WORDS);
    MUST(c, cuda, cuMemFreeHost(pinned));
}

/* By the driver's copy, and by a kernel of ours. */
static void run_d2d(struct child *c)
{
    size_t bytes = WORDS * sizeof(uint32_t);
    CUdeviceptr from = device_buffer(c, bytes), p = device_buffer(c, bytes), q = device_buffer(c, bytes);
    uint64_t words = WORDS;

    fill(c, from);
    MUST(c, cuda, cuMemcpyDtoD_v2(p, from, bytes));
    launch(c, "copy_words", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &q, &from, &words);
    device_wait(c);
    saw_num(c, "driver.wrong", "", (double)verify(c, p));
    saw_num(c, "kernel.wrong", "", (double)verify(c, q));
    child_verified(c, 2);
    saw_num(c, "words", "", WORDS);
}

static const struct expect host_copies[] = {
    { .key = "pageable.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 262144 words differ after a copy through pageable memory" },
    { .key = "pinned.wrong",   .bound = EQUALS, .number = 0, .sentence = "%s of 262144 words differ after a copy through pinned memory" },
    { .key = NULL },
};

static const struct expect device_copies[] = {
    { .key = "driver.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 262144 words differ after the driver's copy" },
    { .key = "kernel.wrong", .bound = EQUALS, .number = 0, .sentence = "%s of 262144 words differ after a kernel's copy" },
    { .key = NULL },
};

extern const struct probe probe_cuda_launch;

#define COPY(id, label, sentence, bounds) \
    const struct probe probe_cuda_copy_##id = { \
        .name = label, .claim = sentence, .scope = SCOPE_DEVICE, .needs = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS, \
        .rests_on = { &probe_cuda_launch }, .expects = bounds, .run = run_##id, \
    };

COPY(h2d, "cuda.copy.h2d", "What is copied to the GPU arrives there.", host_copies)
COPY(d2h, "cuda.copy.d2h", "What is copied from the GPU arrives at the host.", host_copies)
COPY(d2d, "cuda.copy.d2d", "What is copied within the GPU arrives.", device_copies)
