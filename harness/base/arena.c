#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first block is small: many an arena holds a line, and a small block is cleared when it is made. Each is twice as
 * large as the one before: large ones come cleared from the kernel, and only as far as they are used. */
enum { FIRST_BYTES = 4 * 1024, BLOCK_BYTES_MAX = 4 * 1024 * 1024, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *next;
    size_t              used, size;
    _Alignas(ALIGNMENT) char bytes[];
};

_Noreturn static void out_of_memory(void)
{
    static const char text[] = "gpuvet: out of memory\n";

    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(3);
    _exit(3);
}

static struct arena_block *new_block(size_t size)
{
    struct arena_block *b = calloc(1, sizeof *b + size);

    if (b == NULL)
        out_of_memory();
    b->size = size;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    struct arena_block *b = a->blocks;
    void *p;

    if (size > SIZE_MAX / 4)
        out_of_memory();
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (b == NULL || b->size - b->used < size) {
        const size_t twice = b == NULL ? FIRST_BYTES : 2 * b->size, usual = twice < BLOCK_BYTES_MAX ? twice : BLOCK_BYTES_MAX;

        b = new_block(size > usual ? size : usual);
        b->next = a->blocks;
        a->blocks = b;
    }
    p = b->bytes + b->used;
    b->used += size;
    return p;
}

char *arena_copy(struct arena *a, const char *s, size_t n)
{
    char *copy = arena_alloc(a, n + 1);

    if (n > 0)
        memcpy(copy, s, n);
    return copy;
}

char *arena_text(struct arena *a, const char *s)
{
    return s != NULL ? arena_copy(a, s, strlen(s)) : NULL;
}

void arena_free(struct arena *a)
{
    while (a->blocks != NULL) {
        struct arena_block *next = a->blocks->next;

        free(a->blocks);
        a->blocks = next;
    }
}

void *arena_grown(struct arena *a, void *items, size_t n, size_t size)
{
    void *grown;

    if (n != 0 && (n < 4 || (n & (n - 1)) != 0))
        return items;
    grown = arena_alloc(a, (n < 4 ? 4 : n * 2) * size);
    if (n > 0)
        memcpy(grown, items, n * size);
    return grown;
}
