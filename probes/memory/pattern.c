/* memory.pattern - as much of the GPU's memory as may be taken is filled by one
 * kernel and checked by another, all of it before any of it is checked, so that
 * two addresses of one cell show, too. The pattern is a hash: a bit that is stuck
 * agrees with it by chance in half of the rounds. */
#include "child/child.h"

enum { PIECES = 20, ROUNDS = 8 };       /* a stuck bit is missed by all rounds with probability 2^-8 */

struct piece { CUdeviceptr at; uint64_t words, seed; };

static size_t take(struct child *c, struct piece *pieces)
{
    const uint64_t largest = device_room(c) / PIECES;
    size_t n = 0;

    for (; n < PIECES && device_room(c) >= 4; n++) {
        uint64_t room = device_room(c), bytes = (room < largest ? room : largest) / 4 * 4;

        if (bytes == 0)
            break;
        pieces[n] = (struct piece){ .at = device_buffer(c, bytes), .words = bytes / 4 };
    }
    return n;
}

static void fill(struct child *c, struct piece *p, uint64_t seed)
{
    p->seed = seed;
    launch(c, "fill_words", blocks_for(p->words), ((struct grid){ BLOCK, 1, 1 }), &p->at, &p->words, &p->seed);
}

static void verify(struct child *c, struct piece *p, CUdeviceptr found)
{
    CUdeviceptr wrong = found, first = found + sizeof(uint64_t);

    launch(c, "verify_words", blocks_for(p->words), ((struct grid){ BLOCK, 1, 1 }), &p->at, &p->words, &p->seed, &wrong, &first);
}

static void run(struct child *c)
{
    struct piece pieces[PIECES];
    uint64_t found[2] = { 0, ~UINT64_C(0) }, words = 0;
    CUdeviceptr counters = device_buffer(c, sizeof found);
    size_t n = take(c, pieces);

    device_upload(c, counters, found, sizeof found);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < n; i++)
            fill(c, &pieces[i], c->seed + round * PIECES + i);
        for (size_t i = 0; i < n; i++)
            verify(c, &pieces[i], counters);
        device_wait(c);
    }
    device_download(c, found, counters, sizeof found);
    for (size_t i = 0; i < n; i++)
        words += pieces[i].words;
    if (found[0] > 0)
        saw_num(c, "memory.first_wrong", "", (double)found[1]);
    saw_num(c, "memory.wrong", "", (double)found[0]);
    saw_num(c, "memory.tested", "B", (double)words * 4);
    saw_num(c, "words", "", (double)words * ROUNDS);
}

extern const struct probe probe_cuda_launch;

const struct probe probe_memory_pattern = {
    .name     = "memory.pattern",
    .claim    = "Device memory holds what is written to it, as far as it is free.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .rests_on = { &probe_cuda_launch },
    .level    = LEVEL_FULL,
    .limit_s  = 120,
    .expects  = (const struct expect[]){
        { .key = "memory.wrong",  .bound = EQUALS, .number = 0, .sentence = "%s words are not what was written", .detail = "memory.first_wrong" },
        { .key = "memory.tested", .bound = AT_LEAST, .number = 4, .sentence = "no memory could be taken" },
        { .key = NULL },
    },
    .run      = run,
};
