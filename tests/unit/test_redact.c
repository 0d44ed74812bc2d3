/* Names of people and machines are taken out of what is given to others, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include "model/redact.h"

struct row { const char *text, *becomes; };

static void check(const struct redaction *names, const struct row *rows, size_t n)
{
    struct arena a = { NULL };

    for (size_t i = 0; i < n; i++)
        assert_string_equal(redact(names, rows[i].text, &a), rows[i].becomes != NULL ? rows[i].becomes : rows[i].text);
    arena_free(&a);
}

static void names_become_words_that_say_what_they_were(void **state)
{
    const struct redaction names = { "gpu-node-12", "alice" };
    const struct row rows[] = {
        { "gpu-node-12", "HOST" }, { "/mnt/gpu-node-12/scratch", "/mnt/HOST/scratch" }, { "gpu-node-12.example.org is up", "HOST.example.org is up" },
        { "/home/alice/venv/lib/libcudnn.so.9", "/home/USER/venv/lib/libcudnn.so.9" }, { "/home/bob.b/x:/home/alice", "/home/USER/x:/home/USER" },
        { "/scratch/alice/job", "/scratch/USER/job" }, { "alice@host", "USER@host" }, { "/home/alice", "/home/USER" }, { "", NULL },
    };

    (void)state;
    check(&names, rows, COUNT_OF(rows));
}

static void what_only_looks_like_a_name_stays(void **state)
{
    const struct redaction names = { "gpu-node-1", "cuda" }, plain = { "machine", NULL }, none = { NULL, NULL };
    const struct row rows[] = {
        { "gpu-node-12", NULL }, { "my-gpu-node-1", NULL }, { "the cuda driver", NULL }, { "/usr/lib/libcuda.so.1", NULL }, { "cuda-13.0 is cuda", NULL }, { "/home/", NULL },
    };
    const struct row words[] = { { "this machine has no GPU", NULL }, { "/net/machine/x", "/net/HOST/x" }, { "machine", "HOST" } };
    const struct row paths[] = { { "/root/venv", NULL }, { "/opt/home/x", "/opt/home/USER" } };

    (void)state;
    check(&names, rows, COUNT_OF(rows));
    check(&plain, words, COUNT_OF(words));
    check(&none, paths, COUNT_OF(paths));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_words_that_say_what_they_were),
        cmocka_unit_test(what_only_looks_like_a_name_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
