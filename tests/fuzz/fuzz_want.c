/* Fuzzes what --expect reads: a text, and a requirements file. What is accepted is compared with versions of all kinds. */
#include <stdint.h>

#include "base/text.h"
#include "model/crosscheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void compare(const struct want *w, const char *text)
{
    static const char *const versions[] = { "2.4.1+cu124", "2.4", "2.5.0a0+git1a2b3c4", "2.0.1+cu117.with.pypi.cudnn", "", "+", "..", "1" };

    for (size_t i = 0; i < COUNT_OF(versions); i++)
        want_holds(w, versions[i]);
    want_holds(w, text);
    if (want_holds(w, NULL) || w->text == NULL || w->specifiers == NULL)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena a = { NULL };
    const char *text = arena_copy(&a, (const char *)bytes, n);
    struct want w;
    struct err e = { .text = "" };

    if (want_parse(&w, &a, text, &e))
        compare(&w, text);
    else if (e.text[0] == '\0')
        __builtin_trap();
    e.text[0] = '\0';
    if (want_of_requirements(&w, &a, text, &e))
        compare(&w, text);
    else if (e.text[0] == '\0')
        __builtin_trap();
    arena_free(&a);
    return 0;
}
