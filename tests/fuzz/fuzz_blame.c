/* Fuzzes the explanation of a fault: the input is the page that a dying child
 * left, its head first, then the stack, then the maps. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/blame.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { HEAD = offsetof(struct crumb, stack) - offsetof(struct crumb, signo), STACK = 256 };

static size_t take(void *to, size_t most, const uint8_t **bytes, size_t *n)
{
    size_t k = *n < most ? *n : most;

    memcpy(to, *bytes, k);
    *bytes += k;
    *n -= k;
    return k;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct crumb c;
    struct arena arena = { NULL };
    struct blame b;
    size_t maps;

    memset(&c, 0, sizeof c.call + sizeof c.library + HEAD + STACK);
    take(&c.signo, HEAD, &bytes, &n);
    take(c.stack, STACK, &bytes, &n);
    maps = take(c.maps, 4096, &bytes, &n);
    memset(c.maps + maps, 0, 4096);
    memset(c.frames, 0, sizeof c.frames);
    memcpy(c.frames, c.stack, STACK);
    b = blame_explain(&c, "/usr/bin/gpuvet", &arena);
    if (b.sentence == NULL || b.sentence[0] == '\0' || (b.file != NULL && b.file[0] != '/'))
        __builtin_trap();
    arena_free(&arena);
    return 0;
}
