/* Fuzzes the files that tell a toolkit's versions: version.json, version.txt,
 * headers, and the package lists of dpkg. */
#include "discover/stacks.h"
#include "tests/fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *const files[] = {
    "/usr/local/cuda/version.json", "/usr/local/cuda/version.txt", "/usr/local/cuda/include/cudnn_version.h",
    "/usr/local/cuda/include/nccl.h", "/usr/local/cuda/include/cuda.h", "/var/lib/dpkg/status", "/usr/local/cuda/lib64/libcudart.so.12.4.127",
    "/usr/local/cuda/lib64/libcublas.so.12", "/usr/lib/x86_64-linux-gnu/libcudnn.so.9", "/etc/ld.so.cache",
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct root *root = tree_of(files, sizeof files / sizeof *files, bytes, n);
    static const struct machine machine = { .arch = "x86_64" };
    static const char *const dirs[] = { "/usr/local/cuda" };
    struct arena arena = { NULL };
    struct environment env = { .n = 0 };
    struct stack *stacks;
    size_t found = stacks_find(&stacks, &arena, root, &env, &machine, dirs, 1);

    if (found == 0)
        __builtin_trap();
    for (size_t i = 0; i < found; i++) {
        must_be_clean(stacks[i].name);
        for (size_t k = 0; k < stacks[i].n_versions; k++)
            must_be_clean(stacks[i].versions[k].version);
        for (size_t k = 0; k < stacks[i].n_members; k++)
            must_be_clean(stacks[i].members[k].version);
    }
    arena_free(&arena);
    return 0;
}
