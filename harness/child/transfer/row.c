#include "child/transfer/row.h"

#include "child/checked.h"

void row_write(struct child *c, CUdeviceptr at, uint64_t words, struct row row)
{
    uint64_t tiles = words * sizeof(uint64_t) / ROW_BYTES;

    launch(c, "stream_write_4", ((struct grid){ (unsigned)tiles, 1, 1 }), ((struct grid){ BLOCK, 1, 1 }), &at, &tiles, &row.base, &row.step);
}

uint64_t row_wrong(struct child *c, CUdeviceptr p, uint64_t words, struct row row, CUdeviceptr found)
{
    struct checked is;

    checked_empty(c, found);
    launch(c, "stream_wrong", blocks_for(words), ((struct grid){ BLOCK, 1, 1 }), &p, &words, &row.base, &row.step, &found);
    is = checked_end(c, found);
    checked_all(c, "stream_wrong", "words", is.looked, words);
    return is.wrong;
}

void row_write_host(uint64_t *at, uint64_t words, struct row row)
{
    for (uint64_t i = 0; i < words; i++)
        at[i] = row.base + row.step * i;
}

uint64_t row_wrong_host(const uint64_t *at, uint64_t words, struct row row)
{
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < words; i++)
        wrong += at[i] != row.base + row.step * i;
    return wrong;
}
