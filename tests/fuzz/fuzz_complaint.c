/* Fuzzes what the doctor is told: a log, in pieces, whose lines are looked up and joined with a machine. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "diagnose/told/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void look_at(const struct complaint *c, struct arena *a)
{
    static const struct pci_gpu gpu = { .address = "0000:01:00.0", .driver = "nouveau" };
    const struct machine m = { .pci = &gpu, .n_pci = 1, .place = PLACE_HOST, .nouveau_loaded = true, .gpu_meant = true };
    const struct report r = { .machine = &m, .closing = "", .exit_code = 77, .complaint = c };
    struct diagnoses d;

    diagnose(&d, &r, a);
    for (size_t i = 0; i < d.n; i++)
        if (d.list[i].cause == NULL || d.list[i].n_evidence == 0)
            __builtin_trap();
    if (diagnoses_closing(&d, &r, a) == NULL)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena a = { NULL };
    struct complaint_reader *r = arena_alloc(&a, sizeof *r);
    struct complaint c = { .source = n > 0 ? (enum complaint_source)(bytes[0] % 3) : COMPLAINT_TEXT, .signo = n > 1 ? bytes[1] % 32 : 0 };
    const size_t piece = n > 2 ? bytes[2] + 1u : 1;

    *r = (struct complaint_reader){ .arena = &a, .tells = message_tells };
    for (size_t at = 3; at < n; at += piece)
        complaint_read(r, (const char *)bytes + at, n - at < piece ? n - at : piece);
    complaint_close(&c, r);
    for (size_t i = 0; i < c.n_lines; i++)
        if (strlen(c.lines[i]) > COMPLAINT_LINE_MAX || strchr(c.lines[i], '\n') != NULL)
            __builtin_trap();
    look_at(&c, &a);
    arena_free(&a);
    return 0;
}
