/* Fuzzes the reader of JSON: jansson reads the same of the same bytes, and refuses what it refuses. */
#include <stdint.h>
#include <stdlib.h>

#include "tests/unit/document_peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena arena = { NULL };
    struct flaw c = { 0, 0, NULL };

    if (agreement(&arena, (const char *)bytes, n, &c) == THEY_DIFFER || (c.why != NULL && (*c.why == '\0' || c.line == 0 || c.column == 0)))
        __builtin_trap();
    arena_free(&arena);
    return 0;
}
