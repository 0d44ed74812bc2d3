/* Fuzzes the lines of a kernel's log. */
#include "discover/kernel_log.h"

#include "base/text.h"
#include "tests/fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct pci_gpu gpu = { .address = "0000:01:00.0" };
    struct arena arena = { NULL };
    struct kernel_log log = { .arena = &arena, .gpus = &gpu, .n_gpus = 1 };

    kernel_log_take_text(&log, arena_copy(&arena, (const char *)bytes, n));
    for (size_t i = 0; i < log.n_xids; i++) {
        if (log.xids[i].count == 0 || log.xids[i].number <= 0 || log.xids[i].told == NULL)
            __builtin_trap();
        must_be_clean(log.xids[i].address);
        must_be_clean(log.xids[i].told);
        for (size_t k = 0; k < log.xids[i].n_programs; k++)
            must_be_clean(log.xids[i].programs[k]);
    }
    for (size_t i = 0; i < log.n_lines; i++)
        must_be_clean(log.lines[i].text);
    arena_free(&arena);
    return 0;
}
