/* Fuzzes the command line: the input's lines are its words. */
#include <stdint.h>
#include <string.h>

#include "options.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { WORDS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena arena = { NULL };
    char *words = arena_copy(&arena, (const char *)bytes, n), *argv[WORDS + 1], program[] = "gpuvet";
    struct options o;
    struct err e = { .text = "" };
    int argc = 1;

    argv[0] = program;
    for (char *at = words; argc < WORDS && at != NULL && *at != '\0';) {
        char *end = strchr(at, '\n');

        argv[argc++] = at;
        if (end != NULL)
            *end++ = '\0';
        at = end;
    }
    argv[argc] = NULL;
    if (!options_parse(&o, &arena, argc, argv, &e)) {
        if (e.kind != ERR_USAGE || e.text[0] == '\0')
            __builtin_trap();
    } else if (o.verb == NULL || o.root == NULL || o.timeout_s == 0 || o.repeat == 0 || options_help(o.rest.n > 0 ? o.rest.items[0] : NULL) == NULL) {
        __builtin_trap();
    }
    arena_free(&arena);
    return 0;
}
