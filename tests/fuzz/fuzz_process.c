/* Fuzzes what /proc says of a running process, and the Python that its words come to. */
#include "discover/environment.h"
#include "discover/interpreter.h"
#include "discover/machine.h"
#include "tests/fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *const files[] = { "/proc/7/maps", "/proc/7/environ", "/proc/7/status", "/proc/7/cmdline", "/proc/7/limits", "/bin/script", "/bin/python3" };

enum { WORDS_MAX = 64 };

static size_t words_of(const struct root *root, struct arena *a, const char **words)
{
    size_t bytes = 0, n = 0;
    const char *all = root_read(root, a, "/proc/self/cmdline", &bytes);

    for (size_t at = 0; all != NULL && at < bytes && n < WORDS_MAX; at += strlen(all + at) + 1)
        words[n++] = all + at;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const char *const script[] = { "/bin/script", "x" }, *words[WORDS_MAX], *first;
    struct root root = *tree_of(files, sizeof files / sizeof *files, bytes, n);
    struct command_line line = { words, 0, "/" }, of_script = { script, 2, "/" };
    struct arena arena = { NULL };
    struct environment env;
    struct machine m;

    root.process = "7";
    environment_read(&env, &arena, &root);
    machine_read(&m, &arena, &root, &env);
    for (size_t i = 0; i < m.n_facts; i++)
        if (m.facts[i].key == NULL || m.facts[i].value == NULL)
            __builtin_trap();
    line.n = words_of(&root, &arena, words);
    (void)interpreter_of(&line, &arena, &root, &env, &first);
    (void)interpreter_of(&of_script, &arena, &root, &env, &first);
    arena_free(&arena);
    return 0;
}
