#include "model/elf_facts.h"

#include "base/text.h"

size_t gpu_code_names(const char ***out, struct arena *a, const struct gpu_code *codes, size_t n_codes)
{
    const char **names = NULL;
    size_t n = 0;

    for (size_t i = 0; i < n_codes; i++) {
        const struct gpu_code *code = &codes[i];
        const char variant[2] = { code->variant, '\0' };

        if (code->sass)
            *ARENA_PUSH(a, names, n) = text_make(a, "sm_%d%s", code->arch, variant);
        if (code->ptx)
            *ARENA_PUSH(a, names, n) = text_make(a, "compute_%d%s", code->arch, variant);
        if (code->lto)
            *ARENA_PUSH(a, names, n) = text_make(a, "lto_%d%s", code->arch, variant);
    }
    *out = names;
    return n;
}
