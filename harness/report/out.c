#include "report/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/text.h"
#include "report/as_require.h"
#include "report/comparison.h"
#include "report/diagnosed.h"
#include "report/github.h"
#include "report/health.h"
#include "report/html/page.h"
#include "report/inspect.h"
#include "report/inspect_json.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/list.h"
#include "report/matrix.h"
#include "report/metrics.h"
#include "report/nagios.h"
#include "report/plan_writer.h"
#include "report/safe.h"
#include "report/terminal.h"
#include "report/whole_file.h"

void out_error(const char *fmt, ...)
{
    va_list ap;

    fputs("gpuvet: ", stderr);
    va_start(ap, fmt);
    safe_vprint(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

bool out_is_watched(void)
{
    return isatty(STDERR_FILENO) == 1;
}

void out_pass_on(const char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t done = write(STDERR_FILENO, bytes, n);

        if (done < 0 && errno != EINTR)
            return;                             /* nobody watches any more */
        bytes += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
}

void out_refusal(bool nagios, const char *why)
{
    if (nagios) {
        nagios_line(stdout, 3, false, why);
        fputc('\n', stdout);
        fflush(stdout);
    } else {
        out_error("%s", why);
    }
}

/* stdio keeps the first write error: it is asked once, here. */
static bool finish(struct err *e)
{
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (errno == 0)
            errno = EIO;
        return err_sys(e, "cannot write to standard output");
    }
    return true;
}

bool out_text(const char *text, struct err *e)
{
    fputs(text, stdout);
    return finish(e);
}

bool out_json(const struct report *r, struct err *e)
{
    return json_report(stdout, r, e) && finish(e);
}

bool out_html(const struct report *r, struct err *e)
{
    html_page(stdout, r);
    return finish(e);
}

bool out_markdown(const struct report *r, struct err *e)
{
    github_summary(stdout, r);
    return finish(e);
}

bool out_nagios(const struct report *r, struct err *e)
{
    nagios_write(stdout, r);
    return finish(e);
}

bool out_file_check(const char *path, struct err *e)
{
    return whole_file_check(path, e);
}

bool out_file_json(const char *path, const struct report *r, struct err *e)
{
    return json_write(path, r, e);
}

bool out_file_html(const char *path, const struct report *r, struct err *e)
{
    return whole_file_write(path, html_page, r, e);
}

bool out_file_markdown(const char *path, const struct report *r, struct err *e)
{
    return whole_file_write(path, github_summary, r, e);
}

bool out_file_junit(const char *path, const struct report *r, struct err *e)
{
    return whole_file_write(path, junit_write, r, e);
}

bool out_file_metrics(const char *path, const struct report *r, struct err *e)
{
    return whole_file_write(path, metrics_write, r, e);
}

bool out_comparison(const struct comparison *c, const char *before, const char *after, struct err *e)
{
    comparison_write(stdout, c, before, after);
    return finish(e);
}

bool out_diagnoses(const struct diagnoses *d, const struct report *r, const char *closing, bool json, struct err *e)
{
    if (json)
        return diagnosed_json(stdout, d, r, closing, e) && finish(e);
    diagnosed_write(stdout, d, r, closing);
    return finish(e);
}

bool out_ailment(const struct ailment *one, struct err *e)
{
    ailment_write(stdout, one);
    return finish(e);
}

bool out_plan(const struct plan *p, unsigned rounds, bool timed, enum level level, struct err *e)
{
    plan_write(stdout, p);
    if (rounds > 0)
        plan_write_duration(stdout, p, rounds, timed, level);
    return finish(e);
}

static const char *variable(char *const *env, const char *name)
{
    size_t n = strlen(name);

    for (; *env != NULL; env++)
        if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
            return *env + n + 1;
    return NULL;
}

static bool is_set(const char *value)
{
    return value != NULL && *value != '\0' && !text_is(value, "0");
}

/* no-color.org and its counterparts: NO_COLOR beats FORCE_COLOR beats the terminal. */
static bool wants_colour(char *const *env)
{
    const char *no = variable(env, "NO_COLOR"), *term = variable(env, "TERM");

    if (no != NULL && *no != '\0')
        return false;
    if (is_set(variable(env, "FORCE_COLOR")) || is_set(variable(env, "CLICOLOR_FORCE")))
        return true;
    return isatty(STDOUT_FILENO) && term != NULL && !text_is(term, "dumb");
}

static int width(void)
{
    struct winsize w;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40 ? w.ws_col : 100;
}

static struct terminal terminal_of(bool colour_always, bool colour_never, char *const *env)
{
    return (struct terminal){ .colour = !colour_never && (colour_always || wants_colour(env)), .width = width() };
}

bool out_terminal(const struct report *r, bool colour_always, bool colour_never, char *const *env, struct err *e)
{
    const struct terminal t = terminal_of(colour_always, colour_never, env);

    terminal_report(stdout, r, &t);
    return finish(e);
}

/* Other steps append to it, too: it is never written anew. */
static bool append_summary(const char *path, const struct report *r, struct err *e)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);      /* never waits for a pipe's reader */
    FILE *f = fd >= 0 ? fdopen(fd, "a") : NULL;
    bool ok;

    if (f == NULL)
        return err_sys(e, "cannot write the step summary %s", path);
    github_summary(f, r);
    ok = fflush(f) == 0 && !ferror(f);
    return (fclose(f) == 0 && ok) || err_sys(e, "cannot write the step summary %s", path);
}

bool out_github(const struct report *r, bool colour_always, bool colour_never, char *const *env, struct err *e)
{
    const struct terminal t = terminal_of(colour_always, colour_never, env);
    const char *summary = variable(env, "GITHUB_STEP_SUMMARY");
    unsigned char random[16];
    char token[2 * sizeof random + 1];

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return err_sys(e, "no random bytes");
    for (size_t i = 0; i < sizeof random; i++)
        text_format(token + 2 * i, 3, "%02x", random[i]);
    github_stop_commands(stdout, token);
    terminal_report(stdout, r, &t);
    github_resume_commands(stdout, token);
    github_annotations(stdout, r);
    return finish(e) && (!is_set(summary) || append_summary(summary, r, e));
}

bool out_list(const struct report *r, struct err *e)
{
    list_write(stdout, r);
    return finish(e);
}

bool out_list_json(const struct report *r, struct err *e)
{
    return json_list(stdout, r, e) && finish(e);
}

bool out_as_require(const struct report *r, const struct plan *all, struct err *e)
{
    as_require_write(stdout, r, all);
    return finish(e);
}

bool out_health(const struct health *h, const struct report *r, const char *path, bool oneline, bool nagios, struct err *e)
{
    if (oneline) {
        safe_print(stdout, "%s\n", h->line);
    } else if (nagios) {
        nagios_line(stdout, h->exit_code, h->warns, h->line);
        fputc('\n', stdout);
    } else
        health_write(stdout, h, r, path);
    return finish(e);
}

bool out_inspection(const struct inspection *all, bool colour_always, bool colour_never, char *const *env, struct err *e)
{
    const struct terminal t = terminal_of(colour_always, colour_never, env);

    inspect_write(stdout, all, &t);
    return finish(e);
}

bool out_inspection_json(const struct inspection *all, struct err *e)
{
    return inspect_json(stdout, all, e) && finish(e);
}

bool out_matrix(const struct matrix *m, enum matrix_form form, struct err *e)
{
    if (form == MATRIX_JSON && !matrix_write_json(stdout, m, e))
        return false;
    if (form == MATRIX_MARKDOWN)
        matrix_write_markdown(stdout, m);
    else if (form != MATRIX_JSON)
        matrix_write(stdout, m, form == MATRIX_PEOPLE_BRIEF, width());
    return finish(e);
}

bool out_frameworks(const struct frameworks *x, enum matrix_form form, struct err *e)
{
    if (form == MATRIX_JSON && !frameworks_write_json(stdout, x, e))
        return false;
    if (form == MATRIX_MARKDOWN)
        frameworks_write_markdown(stdout, x);
    else if (form != MATRIX_JSON)
        frameworks_write(stdout, x, width());
    return finish(e);
}

bool out_probes(struct err *e)
{
    list_write_probes(stdout);
    return finish(e);
}
