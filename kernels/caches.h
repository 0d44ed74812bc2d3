/* caches.h - what host and device agree on about reading what is near: a row of words in the second-level cache or in
 * shared memory, and a chain of addresses that leads once through all of a piece of memory.
 *
 * Link i of a chain leads to link (CHAIN_TIMES * i + step) mod links. Links are a power of two and step is odd: then it
 * comes back only after all of them (T. E. Hull and A. R. Dobell, "Random Number Generators", 1962). */
#ifndef KERNELS_CACHES_H
#define KERNELS_CACHES_H

enum {
    CACHE_DEPTH = 4, CACHE_THREADS = 512,       /* a tile is what a block of so many threads reads at a time, each so often 16 bytes */
    CACHE_TILE_BYTES = CACHE_THREADS * CACHE_DEPTH * 16,
    SHARED_WORDS = 2048, SHARED_THREADS = 512,  /* 16 KiB, of which four fit into the least multiprocessor */
    LINK_WORDS = 16,                            /* 128 bytes: each link has a line to itself */
};

#define CHAIN_TIMES 2862933555777941757ull      /* 5 mod 8 */

#endif
