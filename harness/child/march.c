#include "child/march.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "child/checked.h"
#include "math/march.h"

#define TILE_BYTES  (MARCH_TILE * sizeof(uint64_t))
#define ZERO        UINT64_C(0)         /* a hash of the word's number */
#define ONE         (~UINT64_C(0))      /* its complement */

const struct march_element march_two_passes[] = {
    { "march_write", "up, write 0",         ZERO, ZERO, 0 },
    { "march_step",  "up, read 0, write 1", ZERO, ONE,  0 },
    { "march_read",  "up, read 1",          ONE,  ONE,  0 },
    { NULL, NULL, 0, 0, 0 },
};

/* March C-: van de Goor, "Testing Semiconductor Memories", 1991: every stuck bit and transition, every
 * address fault, every coupling of two cells, whichever of them is written first. */
const struct march_element march_c[] = {
    { "march_write", "up, write 0",           ZERO, ZERO, 0 },
    { "march_step",  "up, read 0, write 1",   ZERO, ONE,  0 },
    { "march_step",  "up, read 1, write 0",   ONE,  ZERO, 0 },
    { "march_step",  "down, read 0, write 1", ZERO, ONE,  1 },
    { "march_step",  "down, read 1, write 0", ONE,  ZERO, 1 },
    { "march_read",  "up, read 0",            ZERO, ZERO, 0 },
    { NULL, NULL, 0, 0, 0 },
};

uint64_t area_rate(struct child *c)
{
    int khz, bits;

    MUST(c, cuda, cuDeviceGetAttribute(&khz, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, c->device));
    MUST(c, cuda, cuDeviceGetAttribute(&bits, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, c->device));
    return khz > 0 && bits > 0 ? (uint64_t)khz * 1000 * 2 * (uint64_t)bits / 8 : 0;     /* two transfers a cycle */
}

uint64_t area_fair_share(struct child *c)
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

void area_take(struct child *c, struct area *m, uint64_t most)
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

void march_go_over(struct child *c, struct march *m, uint32_t element)
{
    const struct march_element *e = &m->elements[element];
    uint64_t expect = e->expect, next = e->next;
    uint32_t down = e->down;

    for (size_t i = 0; i < m->area.n; i++) {
        struct piece *p = &m->area.pieces[down ? m->area.n - 1 - i : i];

        launch(c, e->kernel, ((struct grid){ (unsigned)(p->words / MARCH_TILE), 1, 1 }), ((struct grid){ MARCH_THREADS, 1, 1 }),
               &p->at, &p->first, &c->seed, &expect, &next, &down, &element, &m->log);
        m->tiles += p->words / MARCH_TILE;
    }
    device_wait(c);
}

/* The address is the one that this process has it at. */
const char *march_place(struct child *c, const struct area *m, uint64_t word)
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

const char *area_first_wrong(struct child *c, const struct area *m, const char *words, const struct march_log *log)
{
    const struct march_fault *f = &log->fault[0];
    struct text t = { .arena = &c->arena };
    uint64_t owner;

    text_add(&t, "the first at %s, in \"%s\": expected 0x%016llx, read 0x%016llx, ", march_place(c, m, f->word), words, f->want, f->got);
    if (f->again == f->got)
        text_add(&t, "and the same again");
    else if (f->again == f->want)
        text_add(&t, "and what was expected when it was read again");
    else
        text_add(&t, "and 0x%016llx when it was read again", f->again);
    if (march_owner(c->seed, f->got, m->words, &owner) && owner != f->word) {
        text_add(&t, "; that was written to %s: two addresses reach one cell", march_place(c, m, owner));
        return t.s;
    }
    tell_bits(&t, "1 where 0 was written", log->ones);
    tell_bits(&t, "0 where 1 was written", log->zeros);
    text_add(&t, "; bit lane %d of 256", (int)(f->word % 4) * 64 + __builtin_ctzll(f->want ^ f->got));
    return t.s;
}

struct march *march_begin(struct child *c, const struct march_element *elements, uint64_t most)
{
    struct march *m = host_buffer(c, sizeof *m);
    struct march_log *log = host_buffer(c, sizeof *log);

    m->elements = elements;
    m->log = device_buffer(c, sizeof *log);
    device_upload(c, m->log, log, sizeof *log);
    area_take(c, &m->area, most);
    return m;
}

uint64_t march_tiles(const struct march_log *log)
{
    uint64_t all = 0;

    for (size_t i = 0; i < MARCH_SLOTS; i++)
        all += log->tiles[i];
    return all;
}

void march_went_over(struct child *c, uint64_t tiles, uint64_t due)
{
    checked_all(c, "the march", "tiles of 16 KiB", tiles, due);
}

void march_tell(struct child *c, const struct march *m)
{
    struct march_log *log = host_buffer(c, sizeof *log);

    device_download(c, log, m->log, sizeof *log);
    march_went_over(c, march_tiles(log), m->tiles);
    if (log->wrong > 0)
        saw_text(c, "memory.first", "%s", area_first_wrong(c, &m->area, m->elements[log->fault[0].element].words, log));
    saw_num(c, "memory.wrong", "", (double)log->wrong);
}
