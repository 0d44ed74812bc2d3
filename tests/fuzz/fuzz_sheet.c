/* Fuzzes the reader of order sheets, and judges an empty run and a small one by what is accepted. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/judge.h"
#include "store/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct observation saw[] = {
    { "driver.version", "", "580.65.06", 0, false }, { "ecc", "", "on", 0, false }, { "memory.total", "B", "4294967296", 4294967296.0, true },
};
static const struct device devices[] = { { .index = 0, .name = "G", .answers = true, .cc = 90 }, { .index = 1, .name = "G", .answers = true } };
static const struct stack stack = { .name = "toolkit-13.0" };

/* Every demand is either met, or it is said why not. */
static void judge(const struct require *q, struct judged *trials, size_t n, struct arena *a)
{
    const struct machine machine = { .gpu_meant = true, .why_meant = "it is" };
    struct report r = { .machine = &machine, .devices = devices, .n_devices = n > 0 ? 2 : 0, .stacks = &stack, .n_stacks = n > 0,
                        .trials = trials, .n_trials = n };

    judge_report(&r, q, false, a);
    if (r.n_requires != q->n || r.closing == NULL)
        __builtin_trap();
    for (size_t i = 0; i < r.n_requires; i++)
        if (r.requires[i].met != (*r.requires[i].why == '\0') || (r.requires[i].met && r.requires[i].unknown) || (!r.requires[i].met && r.exit_code == 0))
            __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena a = { NULL };
    struct require q = { NULL, 0 };
    struct err e = { .text = "" };

    if (sheet_parse(&q, &a, arena_copy(&a, (const char *)bytes, n), "sheet", &e)) {
        struct judged trials[] = {
            { .trial = { .probe = probe_by_name("device.facts"), .device = &devices[0], .id = "x" }, .verdict = PASS, .why = "", .outcome = { .saw = saw, .n_saw = COUNT_OF(saw) } },
            { .trial = { .probe = probe_by_name("blas.gemm.fp32"), .device = &devices[1], .stack = &stack, .id = "y" }, .verdict = SKIP, .why = "so" },
        };

        judge(&q, trials, 0, &a);
        judge(&q, trials, COUNT_OF(trials), &a);
    } else if (e.text[0] == '\0') {
        __builtin_trap();
    }
    arena_free(&a);
    return 0;
}
