/* Which Python a command line comes to: the program, a script's first line, what stands behind a wrapper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/interpreter.h"

static char folder[] = "/tmp/gpuvet-interpreter-XXXXXX";

static void put(const char *path, const char *text)
{
    char whole[512];

    for (const char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
        text_format(whole, sizeof whole, "%s%.*s", folder, (int)(at - path), path);
        mkdir(whole, 0755);
    }
    text_format(whole, sizeof whole, "%s%s", folder, path);
    int fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC, 0755);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int make(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    put("/usr/bin/python3", "\177ELF");
    put("/usr/bin/env", "\177ELF");
    put("/usr/bin/nice", "\177ELF");
    put("/usr/bin/timeout", "\177ELF");
    put("/usr/bin/bash", "\177ELF");
    put("/usr/bin/uv", "\177ELF");
    put("/opt/conda/bin/conda", "#!/opt/conda/bin/python\n");
    put("/opt/conda/bin/python", "\177ELF");
    put("/opt/conda/envs/ml/bin/python", "\177ELF");
    put("/opt/app/bin/python3", "\177ELF");
    put("/opt/app/bin/torchrun", "#!/opt/app/bin/python3\nimport sys\n");
    put("/opt/app/bin/accelerate", "#!/bin/sh\n'''exec' \"/opt/app/bin/python3\" \"$0\" \"$@\"\n' '''\n");
    put("/home/u/work/run.py", "#!/usr/bin/env -S python3 -u\n");
    put("/home/u/work/run.sh", "#!/bin/bash\npython3 run.py\n");
    put("/home/u/work/sub/deep/x", "");
    put("/home/u/work/.venv/bin/python", "\177ELF");
    put("/home/u/work/spaces", "#!  /opt/app/bin/python3 -s\n");
    put("/home/u/work/nothing", "#!\n");
    put("/home/u/.pyenv/shims/python3", "#!/usr/bin/env bash\nexec pyenv exec\n");
    put("/home/u/.pyenv/version", "3.12.1\n");
    put("/home/u/.pyenv/versions/3.12.1/bin/python3", "\177ELF");
    put("/home/u/.pyenv/versions/3.10.4/bin/python3", "\177ELF");
    put("/home/u/old/.python-version", "3.10.4\n");
    put("/home/u/gone/.python-version", "3.6.0\n");
    put("/opt/mise/shims/python3", "#!/bin/sh\n");
    return 0;
}

static int unmake(void **state)
{
    char command[128];

    (void)state;
    text_format(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

static void the_python_of_a_command_is_found(void **state)
{
    static const struct { const char *words[8], *at, *python, *first; } table[] = {
        { { "python3", "train.py" }, "/home/u/work", "/usr/bin/python3", "/home/u/work" },
        { { "python3", "-u", "-W", "ignore", "sub/train.py", "-m" }, "/home/u/work", "/usr/bin/python3", "/home/u/work/sub" },
        { { "python3", "-m", "app" }, "/home/u/work", "/usr/bin/python3", "/home/u/work" },
        { { "python3", "-I", "-c", "1" }, "/home/u/work", "/usr/bin/python3", NULL },
        { { "/opt/app/bin/python3", "/srv/x.py" }, "/home/u", "/opt/app/bin/python3", "/srv" },
        { { "../../../opt/app/bin/python3", "x.py" }, "/home/u/work", "/home/u/work/../../../opt/app/bin/python3", "/home/u/work" },
        { { "/opt/app/bin/torchrun", "--nproc-per-node=8", "x.py" }, "/", "/opt/app/bin/python3", "/opt/app/bin" },
        { { "/opt/app/bin/accelerate", "launch" }, "/", "/opt/app/bin/python3", "/opt/app/bin" },
        { { "./run.py" }, "/home/u/work", "/usr/bin/python3", "/home/u/work/." },
        { { "./spaces" }, "/home/u/work", "/opt/app/bin/python3", "/home/u/work/." },
        { { "env", "-u", "A", "B=python3", "nice", "-n", "5", "python3" }, "/", "/usr/bin/python3", "/" },
        { { "timeout", "10", "/opt/app/bin/torchrun" }, "/", "/opt/app/bin/python3", "/opt/app/bin" },
        { { "uv", "run", "train.py" }, "/home/u/work/sub/deep", "/home/u/work/.venv/bin/python", NULL },
        { { "/opt/conda/bin/conda", "run", "-n", "ml", "python" }, "/", "/opt/conda/envs/ml/bin/python", NULL },
        { { "/opt/conda/bin/conda", "run", "-p", "/opt/app/../conda", "python" }, "/", "/opt/app/../conda/bin/python", NULL },
        { { "/home/u/.pyenv/shims/python3", "x.py" }, "/home/u/work", "/home/u/.pyenv/versions/3.12.1/bin/python3", "/home/u/work" },
        { { "/home/u/.pyenv/shims/python3" }, "/home/u/old", "/home/u/.pyenv/versions/3.10.4/bin/python3", "/home/u/old" },
        { { "/home/u/.pyenv/shims/python3" }, "/home/u/gone", NULL, NULL }, { { "/opt/mise/shims/python3" }, "/", NULL, NULL },
        { { "bash", "run.sh" }, "/home/u/work", NULL, NULL }, { { "./run.sh" }, "/home/u/work", NULL, NULL }, { { "./nothing" }, "/home/u/work", NULL, NULL },
        { { "nothing" }, "/", NULL, NULL }, { { "" }, "/", NULL, NULL }, { { "env" }, "/", NULL, NULL }, { { NULL }, "/", NULL, NULL },
    };
    static const char *const vars[] = { "PATH=/usr/bin" };
    const struct environment env = { vars, 1 };
    struct arena a = { NULL };
    struct root root;
    struct err e;

    (void)state;
    assert_true(root_open(&root, &a, folder, &e));
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct command_line line = { .words = table[i].words, .folder = table[i].at };
        const char *first, *python;

        while (line.n < COUNT_OF(table[i].words) && table[i].words[line.n] != NULL)
            line.n++;
        python = interpreter_of(&line, &a, &root, &env, &first);
        if (!(table[i].python == NULL ? python == NULL : text_is(table[i].python, python)) || !(table[i].first == NULL ? first == NULL : text_is(table[i].first, first)))
            fail_msg("%s %s: %s, %s", table[i].words[0], table[i].words[1], python != NULL ? python : "none", first != NULL ? first : "none");
    }
    close(root.fd);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_python_of_a_command_is_found) };

    return cmocka_run_group_tests(tests, make, unmake);
}
