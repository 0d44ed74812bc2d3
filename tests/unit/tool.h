/* tool.h - other people's checkers, where they are installed. Included behind cmocka. */
#ifndef TESTS_TOOL_H
#define TESTS_TOOL_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/text.h"

/* Skips the test, with a sentence, where the tool is missing. */
static void need_tool(const char *name, struct arena *a)
{
    if (system(text_make(a, "command -v %s >/dev/null 2>&1", name)) == 0)
        return;
    print_message("skipped: %s is not installed\n", name);
    skip();
}

/* The tool's exit code, with that text on its standard input. */
static int tool_says(const char *command, const char *text)
{
    FILE *f;
    int status;

    signal(SIGPIPE, SIG_IGN);
    f = popen(command, "w");
    assert_non_null(f);
    fputs(text, f);
    status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
