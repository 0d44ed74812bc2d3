#include "child/torch/python.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "child/state.h"

static void put(struct python_words *w, const char *word)
{
    *ARENA_PUSH(&w->child->arena, w->items, w->n) = arena_text(&w->child->arena, word);
}

void python_word(struct python_words *w, const char *name, const char *fmt, ...)
{
    struct text t = { .arena = &w->child->arena };
    char value[2048];
    va_list ap;

    va_start(ap, fmt);
    text_vformat(value, sizeof value, fmt, ap);
    va_end(ap);
    text_add(&t, "%s=%s", name, value);
    put(w, t.s);
}

void python_numbers(struct python_words *w, const char *name, const double *integers, size_t n)
{
    struct text t = { .arena = &w->child->arena };

    text_add(&t, "%s=", name);
    for (size_t i = 0; i < n; i++)
        text_add(&t, "%.0f ", integers[i]);
    put(w, t.s);
}

static void tell_where_we_are(struct python_words *w)
{
    struct child *c = w->child;

    python_word(w, "fd", "%d", c->fd);
    python_word(w, "index", "%ld", c->state->index);
    python_word(w, "count", "%d", c->records);
    python_word(w, "crumb", "%d", c->state->crumb_fd);
    python_word(w, "at", "%zu", offsetof(struct crumb, call));
    python_word(w, "room", "%d", CRUMB_CALL);
    python_word(w, "python", "%s", c->stack->python);
}

/* The interpreter is given what it shall write to; the control pipe is not for it. */
static void keep_open(int fd)
{
    if (fd >= 0)
        fcntl(fd, F_SETFD, 0);
}

_Noreturn void child_become_python(struct python_words *w, const char *script)
{
    /* -B: nothing is written into the user's environment. faulthandler: the Python lines of a crash. */
    static const char *const options[] = { "-B", "-X", "faulthandler", "-c" };
    struct python_words all = { .child = w->child };
    struct child *c = w->child;
    const char *python = c->stack->python;

    if (python == NULL)
        stop_unsupported(c, "%s has no Python of its own (bin/python3), and another's would not tell of it", c->stack->name);
    if (access(python, X_OK) != 0)
        stop_unsupported(c, "%s cannot be executed (%s), and another's Python would not tell of this environment", python, strerror(errno));
    put(&all, python);
    for (size_t i = 0; i < COUNT_OF(options); i++)
        put(&all, options[i]);
    put(&all, script);
    tell_where_we_are(&all);
    for (size_t i = 0; i < w->n; i++)
        put(&all, w->items[i]);
    *ARENA_PUSH(&c->arena, all.items, all.n) = NULL;
    keep_open(c->fd);
    keep_open(c->state->crumb_fd);
    child_enter(c, "starting Python", python);          /* a death from here on is the interpreter's */
    execve(python, all.items, c->env);
    child_leave(c, 0);
    stop_load(c, "%s cannot be started: %s", python, strerror(errno));
}
