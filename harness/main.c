#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/text.h"
#include "report/out.h"
#include "verbs/verbs.h"

extern char **environ;

/* A standard stream that was closed must not become the number of a file we
 * open: it is taken by one for reading, to which writing fails. */
static void keep_standard_numbers(void)
{
    int fd = open("/dev/null", O_RDONLY);

    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDONLY);
    if (fd > STDERR_FILENO)
        close(fd);
}

int main(int argc, char **argv)
{
    struct arena arena = { NULL };
    struct err e = { .kind = ERR_NONE };
    struct options o;

    keep_standard_numbers();
    /* Not an option of the user's: how the program starts itself for a trial. */
    if (argc > 1 && text_is(argv[1], "child"))
        return verb_child(argc, argv, environ);
    signal(SIGPIPE, SIG_IGN);           /* a reader that goes away is a write error, not our death */
    if (!options_parse(&o, &arena, argc, argv, &e)) {
        out_refusal(o.nagios, e.text);
        if (!o.nagios)
            out_error("try 'gpuvet help%s%s'", argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
        return options_usage_code(&o);
    }
    if (text_is(o.verb, "run") || text_is(o.verb, "selftest") || text_is(o.verb, "bench"))
        return verb_run(&o, environ);
    if (text_is(o.verb, "list"))
        return verb_list(&o, environ);
    if (text_is(o.verb, "inspect"))
        return verb_inspect(&o, environ);
    if (text_is(o.verb, "judge"))
        return verb_judge(&o, environ);
    if (text_is(o.verb, "report"))
        return verb_report(&o, environ);
    if (text_is(o.verb, "doctor"))
        return verb_doctor(&o, environ);
    if (text_is(o.verb, "compare"))
        return verb_compare(&o);
    if (text_is(o.verb, "health"))
        return verb_health(&o);
    if (text_is(o.verb, "matrix"))
        return verb_matrix(&o, environ);
    if (text_is(o.verb, "explain"))
        return verb_explain(&o);
    return out_text(text_is(o.verb, "version") ? "gpuvet " GPUVET_VERSION "\n"
                    : options_help(o.rest.n > 0 ? o.rest.items[0] : NULL), &e) ? 0 : 3;
}
