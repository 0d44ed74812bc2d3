#include "model/complaint.h"

#include <signal.h>
#include <string.h>

#include "base/text.h"

enum { SHELL_SIGNAL = 128 };    /* and the signal's number: a shell's exit code where the program that it ran was killed */

static bool is_blank(const char *line)
{
    return line[strspn(line, " ")] == '\0';
}

/* The oldest of the last ones makes room, and is kept where it tells something. */
static void end_line(struct complaint_reader *r)
{
    r->line[r->n_line] = '\0';
    r->n_line = 0;
    if (is_blank(r->line))
        return;
    if (r->n_last == COMPLAINT_LAST) {
        if (r->n_kept < COMPLAINT_TELLING && r->tells(r->last[r->first]))
            *ARENA_PUSH(r->arena, r->kept, r->n_kept) = arena_text(r->arena, r->last[r->first]);
        r->first = (r->first + 1) % COMPLAINT_LAST;
        r->n_last--;
    }
    text_format(r->last[(r->first + r->n_last++) % COMPLAINT_LAST], sizeof r->last[0], "%s", r->line);
}

/* Whether the byte is part of a terminal's escape sequence: colours, and moves of the cursor. */
static bool is_escape(struct complaint_reader *r, unsigned char c)
{
    if (c == 033)
        r->escape = 1;
    else if (r->escape == 1)
        r->escape = c == '[' ? 2 : 0;
    else if (r->escape == 2)
        r->escape = c >= '@' && c <= '~' ? 0 : 2;
    else
        return false;
    return true;
}

/* What is no text becomes a space: a library may print anything. A return ends a line, as progress bars do. */
void complaint_read(struct complaint_reader *r, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)bytes[i];

        if (c == '\n' || c == '\r') {
            r->escape = 0;
            end_line(r);
        } else if (!is_escape(r, c) && r->n_line < COMPLAINT_LINE_MAX) {
            r->line[r->n_line++] = c < ' ' || c == 0x7f ? ' ' : (char)c;
        }
    }
}

void complaint_close(struct complaint *c, struct complaint_reader *r)
{
    end_line(r);
    for (size_t i = 0; i < r->n_last; i++)
        *ARENA_PUSH(r->arena, r->kept, r->n_kept) = arena_text(r->arena, r->last[(r->first + i) % COMPLAINT_LAST]);
    r->n_last = 0;
    c->lines = r->kept;
    c->n_lines = r->n_kept;
}

bool complaint_is_of_failure(const struct complaint *c)
{
    return c->source != COMPLAINT_COMMAND || c->signo != 0 || c->exit_code != 0 || c->limit_s > 0;
}

/* NULL: it has no name here. */
static const char *signal_name(int signo)
{
    static const struct { int signo; const char *name; } names[] = {
        { SIGHUP, "SIGHUP" }, { SIGINT, "SIGINT" }, { SIGQUIT, "SIGQUIT" }, { SIGILL, "SIGILL" }, { SIGTRAP, "SIGTRAP" }, { SIGABRT, "SIGABRT" },
        { SIGBUS, "SIGBUS" }, { SIGFPE, "SIGFPE" }, { SIGKILL, "SIGKILL" }, { SIGSEGV, "SIGSEGV" }, { SIGPIPE, "SIGPIPE" }, { SIGTERM, "SIGTERM" },
        { SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" }, { SIGSYS, "SIGSYS" },
    };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].signo == signo)
            return names[i].name;
    return NULL;
}

const char *complaint_signal(int signo)
{
    const char *name = signal_name(signo);

    return name != NULL ? name : "a signal";
}

const char *complaint_ending(const struct complaint *c, struct arena *a)
{
    struct text t = { .arena = a };

    if (c->source != COMPLAINT_COMMAND)
        return NULL;
    for (size_t i = 0; i < c->n_command; i++) {
        text_put(&t, " ", i > 0);
        text_add_quoted(&t, c->command[i]);
    }
    if (c->limit_s > 0)
        text_add(&t, " did not end within %u s", c->limit_s);
    else if (c->signo != 0)
        text_add(&t, " was killed by %s (%d)", complaint_signal(c->signo), c->signo);
    else
        text_add(&t, " ended with exit code %d", c->exit_code);
    if (c->limit_s == 0 && c->signo == 0 && signal_name(c->exit_code - SHELL_SIGNAL) != NULL)
        text_add(&t, ", as a shell tells that something was killed by %s (%d)", complaint_signal(c->exit_code - SHELL_SIGNAL), c->exit_code - SHELL_SIGNAL);
    return t.s;
}
