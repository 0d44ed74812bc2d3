/* memory.pattern, memory.march - as much of the GPU's memory as may be taken is
 * written and checked over and over: each element of a march goes over all of it
 * before the next begins, so that two addresses that reach one cell, and a cell
 * that changes with another, show too.
 *
 * Up and down are kept between waves of thread blocks: those that run at the same
 * time, over some 10 MB, go in any order. Where an element turns round, the second
 * level cache still holds the end of the last one (up to 130 MB): memory.pattern never
 * turns, so that both of its values come from memory. */
#include "child/child.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "kernels/march.h"
#include "math/march.h"

enum { PIECES_MAX = 32, CACHES = 4 };

#define TILE_BYTES  (MARCH_TILE * sizeof(uint64_t))
#define ZERO        UINT64_C(0)         /* a hash of the word's number */
#define ONE         (~UINT64_C(0))      /* its complement */

/* What a kernel reads and writes; no kernel ends a march. */
struct element { const char *kernel, *words; uint64_t expect, next; uint32_t down; };

static const struct element two_passes[] = {
    { "march_write", "up, write 0",         ZERO, ZERO, 0 },
    { "march_step",  "up, read 0, write 1", ZERO, ONE,  0 },
    { "march_read",  "up, read 1",          ONE,  ONE,  0 },
    { NULL, NULL, 0, 0, 0 },
};

/* March C-: van de Goor, "Testing Semiconductor Memories", 1991: every stuck bit and transition, every
 * address fault, every coupling of two cells, whichever of them is written first. */
static const struct element march_c[] = {
    { "march_write", "up, write 0",           ZERO, ZERO, 0 },
    { "march_step",  "up, read 0, write 1",   ZERO, ONE,  0 },
    { "march_step",  "up, read 1, write 0",   ONE,  ZERO, 0 },
    { "march_step",  "down, read 0, write 1", ZERO, ONE,  1 },
    { "march_step",  "down, read 1, write 0", ONE,  ZERO, 1 },
    { "march_read",  "up, read 0",            ZERO, ZERO, 0 },
    { NULL, NULL, 0, 0, 0 },
};

struct piece { CUdeviceptr at; uint64_t words, first; };

struct area { struct piece pieces[PIECES_MAX]; size_t n; uint64_t words; };

/* How often a march reads or writes each word. */
static unsigned operations(const struct element *e)
{
    unsigned n = 0;

    for (; e->kernel != NULL; e++)
        n += text_is(e->kernel, "march_step") ? 2 : 1;
    return n;
}

/* How many bytes can be marched over within that time at the memory's peak rate, by
 * the device's own words: more than there are on all but integrated and simulated ones. */
static uint64_t bytes_within(struct child *c, unsigned seconds, unsigned times)
{
    int khz, bits;

    MUST(c, cuda, cuDeviceGetAttribute(&khz, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, c->device));
    MUST(c, cuda, cuDeviceGetAttribute(&bits, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, c->device));
    if (khz <= 0 || bits <= 0)
        return UINT64_MAX;
    return (uint64_t)khz * 1000 * 2 * (uint64_t)bits / 8 * seconds / times;     /* two transfers a cycle */
}

/* An integrated GPU's memory is the machine's: half of what is free there stays for the rest of it. */
static uint64_t fair_share(struct child *c)
{
    int integrated;

    MUST(c, cuda, cuDeviceGetAttribute(&integrated, CU_DEVICE_ATTRIBUTE_INTEGRATED, c->device));
    return integrated ? device_room(c) / 2 : UINT64_MAX;
}

static int by_address(const void *a, const void *b)
{
    const struct piece *p = a, *q = b;

    return p->at < q->at ? -1 : p->at > q->at;
}

/* The largest pieces there are, until what is left is not worth asking for. */
static void take(struct child *c, struct area *m, uint64_t most)
{
    const uint64_t all = device_room(c) < most ? device_room(c) : most;
    uint64_t taken = 0;

    while (m->n < PIECES_MAX && taken < all) {
        size_t bytes;
        CUdeviceptr at = device_largest(c, TILE_BYTES, all - taken, &bytes);

        if (bytes == 0)
            break;
        m->pieces[m->n++] = (struct piece){ .at = at, .words = bytes / sizeof(uint64_t) };
        taken += bytes;
        if (bytes < all / 1024)
            break;
    }
    qsort(m->pieces, m->n, sizeof *m->pieces, by_address);
    for (size_t i = 0; i < m->n; i++) {
        m->pieces[i].first = m->words;
        m->words += m->pieces[i].words;
    }
}

static void go_over(struct child *c, struct area *m, const struct element *e, uint32_t number, CUdeviceptr log)
{
    uint64_t expect = e->expect, next = e->next;
    uint32_t down = e->down;

    for (size_t i = 0; i < m->n; i++) {
        struct piece *p = &m->pieces[down ? m->n - 1 - i : i];

        launch(c, e->kernel, ((struct grid){ (unsigned)(p->words / MARCH_TILE), 1, 1 }), ((struct grid){ MARCH_THREADS, 1, 1 }),
               &p->at, &p->first, &c->seed, &expect, &next, &down, &number, &log);
    }
    device_wait(c);
}

/* "offset 0x1f40 of piece 1", and the address that this process has it at. */
static const char *place(struct child *c, const struct area *m, uint64_t word)
{
    size_t i = m->n - 1;

    while (i > 0 && m->pieces[i].first > word)
        i--;
    word -= m->pieces[i].first;
    return text_make(&c->arena, "offset 0x%" PRIx64 " of piece %zu of %zu (address 0x%llx)", word * 8, i + 1, m->n, m->pieces[i].at + word * 8);
}

static void tell_bits(struct text *t, const char *what, uint64_t bits)
{
    if (bits == 0)
        return;
    if ((bits & (bits - 1)) == 0)
        text_add(t, "; %s: bit %d", what, __builtin_ctzll(bits));
    else
        text_add(t, "; %s: bits 0x%" PRIx64, what, bits);
}

/* Where and how the first wrong word is wrong, and which bits are over all of them. */
static const char *first_wrong(struct child *c, const struct area *m, const struct element *march, const struct march_log *log)
{
    const struct march_fault *f = &log->fault[0];
    struct text t = { .arena = &c->arena };
    uint64_t owner;

    text_add(&t, "the first at %s, in \"%s\": expected 0x%016llx, read 0x%016llx, ", place(c, m, f->word), march[f->element].words, f->want, f->got);
    if (f->again == f->got)
        text_add(&t, "and the same again");
    else if (f->again == f->want)
        text_add(&t, "and what was expected when it was read again");
    else
        text_add(&t, "and 0x%016llx when it was read again", f->again);
    if (march_owner(c->seed, f->got, m->words, &owner) && owner != f->word) {
        text_add(&t, "; that was written to %s: two addresses reach one cell", place(c, m, owner));
        return t.s;
    }
    tell_bits(&t, "1 where 0 was written", log->ones);
    tell_bits(&t, "0 where 1 was written", log->zeros);
    text_add(&t, "; bit lane %d of 256", (int)(f->word % 4) * 64 + __builtin_ctzll(f->want ^ f->got));
    return t.s;
}

/* A share that was not tested is said, and a cache that may have answered for memory. */
static void tell_share(struct child *c, const struct area *m, uint64_t total)
{
    const double tested = (double)m->words * sizeof(uint64_t);
    int cache;

    saw_num(c, "memory.tested", "B", tested);
    saw_num(c, "memory.share", "%", 100 * tested / (double)total);
    saw_num(c, "memory.untested", "B", (double)total - tested);
    saw_num(c, "memory.pieces", "", (double)m->n);
    MUST(c, cuda, cuDeviceGetAttribute(&cache, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, c->device));
    if (tested < (double)CACHES * cache)
        saw_text(c, "warning", "%.0f MiB of memory could be taken, less than %d times the second level cache: it may have answered for memory",
                 tested / 1048576, CACHES);
}

static void march(struct child *c, const struct element *elements, unsigned seconds)
{
    struct march_log *log = host_buffer(c, sizeof *log);
    struct area *m = host_buffer(c, sizeof *m);
    CUdeviceptr log_at = device_buffer(c, sizeof *log);
    double began = clock_ms_fine(), fused_ms = 0, fused_bytes = 0;
    uint64_t in_time, fair;
    size_t free_bytes, total;

    MUST(c, cuda, cuMemGetInfo_v2(&free_bytes, &total));
    device_upload(c, log_at, log, sizeof *log);
    in_time = bytes_within(c, seconds, operations(elements));
    fair = fair_share(c);
    take(c, m, in_time < fair ? in_time : fair);
    saw_num(c, "memory.take_ms", "ms", clock_ms_fine() - began);
    for (uint32_t i = 0; elements[i].kernel != NULL && m->n > 0; i++) {
        began = clock_ms_fine();
        go_over(c, m, &elements[i], i, log_at);
        if (elements[i].expect != elements[i].next) {
            fused_ms += clock_ms_fine() - began;
            fused_bytes += 2.0 * (double)m->words * sizeof(uint64_t);
        }
    }
    device_download(c, log, log_at, sizeof *log);
    if (log->wrong > 0)
        saw_text(c, "memory.first", "%s", first_wrong(c, m, elements, log));
    saw_num(c, "memory.wrong", "", (double)log->wrong);
    tell_share(c, m, total);
    if (fused_ms > 0)
        saw_num(c, "memory.rate", "GB/s", fused_bytes / fused_ms / 1e6);
}

/* At most a second and five of the memory's own time: a whole GPU's takes less. */
static void run_two_passes(struct child *c) { march(c, two_passes, 1); }
static void run_march_c(struct child *c)    { march(c, march_c, 5); }

extern const struct probe probe_cuda_launch;

static const struct expect expects[] = {
    { .key = "memory.wrong",  .bound = EQUALS, .number = 0, .sentence = "%s words of 8 bytes are not what was written", .detail = "memory.first" },
    { .key = "memory.tested", .bound = AT_LEAST, .number = 8, .sentence = "no memory could be taken" },
    { .key = NULL },
};

const struct probe probe_memory_pattern = {
    .name     = "memory.pattern",
    .claim    = "Device memory holds what is written to it, as far as it is free: a hash of each word's address, and then its complement.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .tells_counters = true,
    .rests_on = { &probe_cuda_launch },
    .limit_s  = 120,
    .expects  = expects,
    .run      = run_two_passes,
};

const struct probe probe_memory_march = {
    .name     = "memory.march",
    .claim    = "March C- finds no stuck, aliased or coupled cell in free device memory; its order is kept between waves of thread blocks.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .tells_counters = true,
    .rests_on = { &probe_memory_pattern },
    .level    = LEVEL_FULL,
    .limit_s  = 120,
    .expects  = expects,
    .run      = run_march_c,
};
