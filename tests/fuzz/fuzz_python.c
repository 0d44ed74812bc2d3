/* Fuzzes the files of a Python environment: pyvenv.cfg, a .pth, RECORD of two
 * packages, torch's version.py and __init__.py. */
#include "discover/stacks.h"
#include "tests/fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define SITE "/opt/app/lib/python3.11/site-packages"

static const char *const files[] = {
    "/opt/app/pyvenv.cfg", SITE "/torch/__init__.py", SITE "/torch/version.py", SITE "/torch-2.5.1.dist-info/RECORD",
    SITE "/nvidia_cudnn_cu12-9.1.0.70.dist-info/RECORD", SITE "/extra.pth", SITE "/torch/lib/libtorch_cpu.so",
    SITE "/nvidia/cudnn/lib/libcudnn.so.9", SITE "/torch/lib/libtorch_global_deps.so", "/opt/app/bin/python3", "/proc/self/environ",
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct root *root = tree_of(files, sizeof files / sizeof *files, bytes, n);
    static const struct machine machine = { .arch = "x86_64" };
    static const char *const dirs[] = { "/opt/app" };
    struct arena arena = { NULL };
    struct environment env;
    struct stack *stacks;
    size_t found;

    environment_read(&env, &arena, root);
    found = stacks_find(&stacks, &arena, root, &env, &machine, dirs, 1);
    if (found == 0)                     /* what was asked for is there, if only as broken */
        __builtin_trap();
    for (size_t i = 0; i < found; i++) {
        if (stacks[i].name == NULL)
            __builtin_trap();
        for (size_t k = 0; k < stacks[i].n_members; k++)
            if (stacks[i].members[k].family == NULL || stacks[i].members[k].path == NULL)
                __builtin_trap();
        for (size_t k = 0; k < stacks[i].n_entries; k++)
            if (stacks[i].entries[k].file == NULL)
                __builtin_trap();
        for (size_t k = 0; k < stacks[i].n_versions; k++)
            must_be_clean(stacks[i].versions[k].version);
    }
    arena_free(&arena);
    return 0;
}
