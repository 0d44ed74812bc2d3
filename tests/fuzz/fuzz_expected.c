/* Fuzzes the reader of the tables of expected builds. The first byte picks the table; what is accepted is asked for a matrix. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/framework.h"
#include "model/matrix.h"
#include "store/expected.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *const tables[] = {
    "torch.json", "cuda.json", "drivers.json", "compat.json", "archs.json", "gpus.json", "peaks.json", "rates.json", "cudnn.json", "cudnn-parts.json", "frameworks.json", "companions.json",
};

/* The other tables are the program's own, so that what was accepted meets real rows. */
static void ask(struct expected *x, struct arena *a)
{
    static const struct fit_gpu gpus[] = { { "RTX 5090", 120 }, { NULL, 70 } };
    const struct fit_host host = { .platform = "linux-x86_64", .driver = "535.183.01", .gpus = gpus, .n_gpus = 2, .python = "3.12", .glibc = "2.36" };
    const struct matrix_ask all = { .all = true };
    struct frameworks f;
    struct matrix m;
    struct err e;

    if (!matrix_make(&m, a, x, &host, &all, &e) || m.closing == NULL)
        __builtin_trap();
    for (size_t i = 0; i < m.n; i++)
        if (m.fits[i].runs != ANSWER_YES && m.fits[i].links[m.fits[i].decides].why == NULL)
            __builtin_trap();
    if (x->n_frameworks > 0 && frameworks_make(&f, a, x, &host, x->frameworks[0].framework, &e) && f.closing == NULL)
        __builtin_trap();
    expected_gpu(x, a, "A100");
}

/* Read once: each input replaces one of them. */
static const struct expected *own_tables(void)
{
    static struct arena kept;
    static struct expected own;
    struct err e;

    if (own.n_torch == 0 && !expected_read(&own, &kept, NULL, &e))
        __builtin_trap();
    return &own;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct expected x = *own_tables();
    struct arena a = { NULL };
    struct err e = { .text = "" };

    if (n == 0)
        return 0;
    if (expected_parse(&x, &a, tables[*bytes % COUNT_OF(tables)], (const char *)bytes + 1, n - 1, &e))
        ask(&x, &a);
    else if (*e.text == '\0')
        __builtin_trap();
    arena_free(&a);
    return 0;
}
