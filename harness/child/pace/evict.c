#include "child/pace/evict.h"

#include "kernels/stream.h"

enum { THREADS = 256, DEPTH = 4, TILE_BYTES = THREADS * DEPTH * 16, TIMES = 2 };

struct evict evict_begin(struct child *c)
{
    struct evict e = { .tiles = 0 };
    int cache;

    MUST(c, cuda, cuDeviceGetAttribute(&cache, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, c->device));
    e.tiles = (TIMES * (uint64_t)cache + TILE_BYTES - 1) / TILE_BYTES;
    e.from = device_buffer(c, e.tiles * TILE_BYTES);
    e.sums = device_buffer(c, STREAM_SLOTS * sizeof(uint64_t));
    evict_all(c, &e);                   /* what was written to make the buffer is written back now */
    return e;
}

void evict_all(struct child *c, const struct evict *e)
{
    CUdeviceptr from = e->from, sums = e->sums;
    uint64_t tiles = e->tiles;

    launch(c, "stream_read_4", ((struct grid){ (unsigned)tiles, 1, 1 }), ((struct grid){ THREADS, 1, 1 }), &from, &tiles, &sums);
}
