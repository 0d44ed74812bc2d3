/* The CPU twins of the kernels that read what is near: every word is read as often as it should be, and the chain leads through
 * all of its links and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/base.h"
#include "kernels/caches.h"
#include "kernels/stream.h"
#include "tests/host/twin.h"

enum { TILES = 3, TILE_WORDS = CACHE_TILE_BYTES / 8, LINKS = 1024 };

static _Alignas(16) unsigned long long words[TILES * TILE_WORDS], chain[LINKS * LINK_WORDS];

static unsigned long long sum_of(unsigned long long n, unsigned long long base, unsigned long long step)
{
    return n * base + step * (n * (n - 1) / 2);
}

static unsigned long long sum_all(const unsigned long long sums[STREAM_SLOTS])
{
    unsigned long long sum = 0;

    for (size_t i = 0; i < STREAM_SLOTS; i++)
        sum += sums[i];
    return sum;
}

static void every_block_reads_the_whole_row_as_often_as_it_is_told(void **state)
{
    static const struct { unsigned blocks; unsigned long long times; } shapes[] = { { 1, 1 }, { 2, 3 }, { 5, 1 }, { 70, 2 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        words[i] = 7 + 3 * i;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        unsigned long long *p = words, tiles = TILES, times = shapes[i].times, sums[STREAM_SLOTS] = { 0 }, *at = sums;

        assert_true(twin_launch("cache_read", shapes[i].blocks, 1, 1, CACHE_THREADS, 1, 1, (void *[]){ &p, &tiles, &times, &at, NULL }));
        assert_true(sum_all(sums) == shapes[i].blocks * times * sum_of(COUNT_OF(words), 7, 3));
    }
}

static void every_block_reads_its_shared_memory_as_often_as_it_is_told(void **state)
{
    unsigned long long base = 11, step = 5, times = 4, sums[STREAM_SLOTS] = { 0 }, *at = sums;

    (void)state;
    assert_true(twin_launch("shared_read", 3, 1, 1, SHARED_THREADS, 1, 1, (void *[]){ &base, &step, &times, &at, NULL }));
    assert_true(sum_all(sums) == 3 * times * sum_of(SHARED_WORDS, base, step));
}

static unsigned long long follow(unsigned long long from, unsigned long long hops)
{
    unsigned long long end = 0, *at = &end;

    assert_true(twin_launch("chain_follow", 1, 1, 1, 1, 1, 1, (void *[]){ &from, &hops, &at, NULL }));
    return end;
}

static void a_chain_leads_through_all_links_and_back(void **state)
{
    unsigned long long *first = chain, links = LINKS, step = 12345, at = (uintptr_t)chain, end = at;
    bool seen[LINKS] = { false };

    (void)state;
    assert_true(twin_launch("chain_write", LINKS / 256, 1, 1, 256, 1, 1, (void *[]){ &first, &links, &step, NULL }));
    for (size_t i = 0; i < LINKS; i++) {
        const size_t link = (at - (uintptr_t)chain) / (LINK_WORDS * 8);

        assert_true(link < LINKS && !seen[link]);
        seen[link] = true;
        at = follow(at, 1);
    }
    assert_true(at == end);
    assert_true(follow(at, LINKS) == at);
    assert_true(follow(at, 3) == follow(follow(at, 1), 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_reads_the_whole_row_as_often_as_it_is_told),
        cmocka_unit_test(every_block_reads_its_shared_memory_as_often_as_it_is_told),
        cmocka_unit_test(a_chain_leads_through_all_links_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
