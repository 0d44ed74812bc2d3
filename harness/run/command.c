#include "run/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/process.h"

enum { GRACE_MS = 5000, WAKE_MS = 100, READS = 64, SHELL_INTERRUPTED = 128 + SIGINT };

struct live {
    pid_t   pid;
    int     output;             /* the reading end; -1 once it ended */
    bool    terminal;           /* it has our terminal, and Ctrl-C goes to it */
    int     asked;              /* the signal that asked it to end; 0: none did */
    int64_t asked_at;
    bool    forced, timed_out;
};

/* The terminal's foreground: who reads from it, and whom Ctrl-C ends. */
static void give_terminal(pid_t group)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN }, was;

    sigaction(SIGTTOU, &ignore, &was);          /* which is sent to those in the background who try */
    tcsetpgrp(STDIN_FILENO, group);
    sigaction(SIGTTOU, &was, NULL);
}

static void restore_signals(void)
{
    static const int all[] = { SIGCHLD, SIGPIPE, SIGHUP, SIGINT, SIGTERM };
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (size_t i = 0; i < COUNT_OF(all); i++)
        sigaction(all[i], &by_default, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void become(const struct command *c, int output, int failed, bool terminal, pid_t parent)
{
    int why;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)                    /* it died before the line above */
        _exit(127);
    if (terminal)
        give_terminal(getpid());
    if (dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0) {
        restore_signals();
        execvp(c->argv[0], c->argv);
    }
    why = errno;
    if (write(failed, &why, sizeof why) < 0)
        _exit(126);
    _exit(127);
}

/* The pipe closes as the command begins; before that it says why it did not. */
static bool has_begun(int failed, const char *name, struct err *e)
{
    int why = 0;
    ssize_t n;

    do
        n = read(failed, &why, sizeof why);
    while (n < 0 && errno == EINTR);
    if (n != sizeof why)
        return true;
    errno = why;
    return err_sys(e, "cannot run %s", name);
}

static bool start(struct live *l, const struct command *c, struct err *e)
{
    const pid_t parent = getpid();
    int output[2], failed[2];
    bool begun;

    if (pipe2(output, O_CLOEXEC) != 0)
        return err_sys(e, "cannot make a pipe");
    if (pipe2(failed, O_CLOEXEC) != 0) {
        close(output[0]);
        close(output[1]);
        return err_sys(e, "cannot make a pipe");
    }
    *l = (struct live){ .output = output[0], .terminal = isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp() };
    l->pid = fork();
    if (l->pid == 0)
        become(c, output[1], failed[1], l->terminal, parent);
    close(output[1]);
    close(failed[1]);
    if (l->pid > 0)
        setpgid(l->pid, l->pid);                /* both sides do it: neither has to win */
    begun = l->pid > 0 ? has_begun(failed[0], c->argv[0], e) : err_sys(e, "cannot start a process");
    close(failed[0]);
    fcntl(l->output, F_SETFL, O_NONBLOCK);
    return begun;
}

/* What is there now; no more than a while's worth, so that the clock is looked at. */
static void drain(struct live *l, const struct command *c)
{
    char page[65536];

    for (int i = 0; i < READS && l->output >= 0; i++) {
        const ssize_t n = read(l->output, page, sizeof page);

        if (n > 0) {
            c->take(c->taker, page, (size_t)n);
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(l->output);
            l->output = -1;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

/* It stays a zombie, so its number stays ours. */
static bool is_dead(pid_t pid)
{
    siginfo_t si = { .si_pid = 0 };

    return waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid == pid;
}

static void ask(struct live *l, int signo)
{
    l->asked = signo;
    l->asked_at = clock_ms();
    kill(-l->pid, signo);
    kill(-l->pid, SIGCONT);                     /* a stopped one would not hear it */
}

static void look_at_clock(struct live *l, int64_t deadline)
{
    const int signo = process_interrupted();

    if (l->asked == 0 && signo != 0) {
        ask(l, signo);
    } else if (l->asked == 0 && clock_ms() >= deadline) {
        l->timed_out = true;
        ask(l, SIGTERM);
    } else if (l->asked != 0 && !l->forced && clock_ms() - l->asked_at >= GRACE_MS) {
        l->forced = true;
        kill(-l->pid, SIGKILL);
    }
}

/* Deaf to SIGKILL, in the driver: it is not waited for. */
static bool is_stuck(const struct live *l)
{
    return l->forced && clock_ms() - l->asked_at >= 2 * (int64_t)GRACE_MS;
}

static void nap(const struct live *l)
{
    struct pollfd p = { .fd = l->output, .events = POLLIN };
    const struct timespec ts = { .tv_nsec = WAKE_MS * 1000000L };
    sigset_t none;

    sigemptyset(&none);
    ppoll(&p, 1, &ts, &none);
}

static void end_of(struct live *l, struct command_end *end, bool stuck)
{
    int status = 0;

    kill(-l->pid, SIGKILL);                     /* what it left running, before the number is free */
    if (!stuck)
        waitpid(l->pid, &status, 0);
    *end = (struct command_end){ .timed_out = l->timed_out, .signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                                 .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0 };
    /* The terminal's Ctrl-C goes to the command alone, and it may turn it into an exit code as shells do. */
    end->interrupted = process_interrupted() != 0 || (l->terminal && (end->signo == SIGINT || end->exit_code == SHELL_INTERRUPTED));
}

bool command_run(const struct command *c, struct command_end *end, struct err *e)
{
    const int64_t deadline = clock_ms() + (int64_t)c->limit_s * 1000;
    struct live l = { .pid = -1, .output = -1 };
    bool stuck = false, begun = start(&l, c, e);

    while (begun && !is_dead(l.pid) && !stuck) {
        drain(&l, c);
        look_at_clock(&l, deadline);
        stuck = is_stuck(&l);
        nap(&l);
    }
    drain(&l, c);                               /* what is there; one that it left may hold the other end */
    if (l.pid > 0)
        end_of(&l, end, stuck);
    if (l.output >= 0)
        close(l.output);
    if (l.terminal)
        give_terminal(getpgrp());
    return begun;
}
