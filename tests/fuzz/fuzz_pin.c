/* Fuzzes the reader of Requires-Dist, and the conditions of it. What is read holds what its fields promise. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/pin.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena a = { NULL };
    const char *text = arena_copy(&a, (const char *)bytes, n);
    struct pin pin;

    if (pin_read(&pin, &a, text)) {
        if (*pin.distribution == '\0' || *pin.version == '\0' || strpbrk(pin.version, "*;,) ") != NULL || strpbrk(pin.distribution, ";[= ") != NULL)
            __builtin_trap();
        pin_applies(&pin, "x86_64");
        pin_applies(&pin, NULL);
    }
    pin_applies(&(struct pin){ .condition = text }, "aarch64");
    arena_free(&a);
    return 0;
}
