#include "model/gpu_code.h"

#include <string.h>

#include "base/text.h"

/* CUDA's rule of binary compatibility (CUDA C++ Programming Guide, "Binary
 * Compatibility"): machine code runs on the same major with the same or a
 * higher minor; 'a' code only on exactly its own; 'f' code within its family,
 * taken here as the same major. PTX compiles for its own and every later one. */
static bool serves(const struct gpu_code *code, int cc, bool any_later_major)
{
    if (code->variant == 'a')
        return code->arch == cc;
    return code->arch <= cc && (code->arch / 10 == cc / 10 || (any_later_major && code->variant == 0));
}

bool gpu_code_runs(const struct gpu_code *code, int cc)
{
    return code->sass && serves(code, cc, false);
}

struct gpu_cover gpu_code_covers(const struct gpu_code *codes, size_t n, int cc)
{
    struct gpu_cover cover = { .has_code = false };

    for (size_t i = 0; i < n; i++) {
        cover.has_code |= codes[i].sass || codes[i].ptx;
        cover.sass |= gpu_code_runs(&codes[i], cc);
        cover.ptx |= codes[i].ptx && serves(&codes[i], cc, true);
    }
    return cover;
}

size_t gpu_code_names(const char ***out, struct arena *a, const struct gpu_code *codes, size_t n_codes)
{
    const char **names = NULL;
    size_t n = 0;

    for (size_t i = 0; i < n_codes; i++) {
        const char variant[2] = { codes[i].variant, '\0' };

        if (codes[i].sass)
            *ARENA_PUSH(a, names, n) = text_make(a, "sm_%d%s", codes[i].arch, variant);
        if (codes[i].ptx)
            *ARENA_PUSH(a, names, n) = text_make(a, "compute_%d%s", codes[i].arch, variant);
        if (codes[i].lto)
            *ARENA_PUSH(a, names, n) = text_make(a, "lto_%d%s", codes[i].arch, variant);
    }
    *out = names;
    return n;
}

const char *gpu_code_list(struct arena *a, const struct gpu_code *codes, size_t n)
{
    struct text list = { .arena = a };
    const char **names;
    size_t n_names = gpu_code_names(&names, a, codes, n);

    for (size_t i = 0; i < n_names; i++)
        text_add(&list, "%s%s", i > 0 ? " " : "", names[i]);
    return n_names > 0 ? list.s : "none";
}

bool gpu_code_parse(struct gpu_code *out, const char *text)
{
    const char *digits = text_starts(text, "sm_") ? text + 3 : text_starts(text, "compute_") ? text + 8 : "";
    size_t n = strspn(digits, "0123456789");
    int arch = 0;

    if (n < 2 || n > 3 || (digits[n] != '\0' && ((digits[n] != 'a' && digits[n] != 'f') || digits[n + 1] != '\0')))
        return false;
    for (size_t i = 0; i < n; i++)
        arch = arch * 10 + (digits[i] - '0');
    *out = (struct gpu_code){ .arch = arch, .variant = digits[n], .sass = *text == 's', .ptx = *text == 'c' };
    return true;
}
