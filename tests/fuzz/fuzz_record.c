/* Fuzzes the lines that a child writes: what is accepted can be written again
 * and read to the same. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena arena = { NULL };
    struct record r, again;
    char line[RECORD_MAX];
    size_t fields = 0, length;
    struct err e;

    if (record_parse(&r, &arena, (const char *)bytes, n, &e)) {
        while (fields < RECORD_FIELDS && r.field[fields] != NULL)
            fields++;
        length = record_format(line, r.kind, r.field, fields);
        if (length == 0 || line[length - 1] != '\n' || !record_parse(&again, &arena, line, length - 1, &e) || again.kind != r.kind
            || again.index != r.index || again.code != r.code || again.count != r.count
            || !(again.number == r.number || (isnan(again.number) && isnan(r.number))))
            __builtin_trap();
        for (size_t i = 0; i < fields; i++)
            if (strcmp(r.field[i], again.field[i]) != 0)
                __builtin_trap();
    } else if (e.text[0] == '\0') {
        __builtin_trap();
    }
    arena_free(&arena);
    return 0;
}
