#include "run/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum {
    PIPE_READS  = 16,               /* at most a full pipe before we look at the clock again */
    OUTPUT_MAX  = 16 << 20,         /* what a child may print before it is cut */
    OUTPUT_TAIL = 16384,            /* what of it is kept for the report: a C++ backtrace is long */
    WAKE_MS     = 100,              /* how often a flood of output is looked at */
    PROCESSES_MAX = 256,            /* slept for at once */
};

static volatile sig_atomic_t told_to_stop;
static const int stops[] = { SIGINT, SIGTERM, SIGHUP };     /* end the run, and what was proved is reported */

static void on_child(int signo)
{
    (void)signo;                    /* only there to interrupt ppoll */
}

/* A second Ctrl-C does not wait for the report that the first asked for: our children die with us (become_child). */
static void on_stop(int signo)
{
    if (told_to_stop > 0 && signo == SIGINT)
        _exit(128 + SIGINT);
    told_to_stop = signo;
}

static sigset_t all_stops(void)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < COUNT_OF(stops); i++)
        sigaddset(&set, stops[i]);
    return set;
}

void process_setup(void)
{
    struct sigaction child = { .sa_handler = on_child }, stop = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN }, was;
    sigset_t blocked;

    /* An inherited SIG_IGN would make every exit status vanish. */
    sigaction(SIGCHLD, &child, NULL);
    for (size_t i = 0; i < COUNT_OF(stops); i++)
        if (sigaction(stops[i], NULL, &was) == 0 && (stops[i] != SIGHUP || was.sa_handler != SIG_IGN))      /* nohup */
            sigaction(stops[i], &stop, NULL);
    /* A child that dies while we tell it something must not take us along. */
    sigaction(SIGPIPE, &ignore, NULL);
    blocked = all_stops();
    sigaddset(&blocked, SIGCHLD);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
}

int process_interrupted(void)
{
    const sigset_t wait = all_stops();
    const struct timespec now = { .tv_sec = 0 };
    int signo;

    /* Signals are blocked but for the wait: look whether one is due. */
    signo = sigtimedwait(&wait, NULL, &now);
    if (signo > 0)
        on_stop(signo);
    return told_to_stop;
}

/* The mask and SIG_IGN survive exec, and libcuda waits for helpers of its own. */
static void restore_signals(void)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    sigset_t none;

    sigaction(SIGCHLD, &by_default, NULL);
    sigaction(SIGPIPE, &by_default, NULL);
    sigaction(SIGHUP, &by_default, NULL);
    sigaction(SIGINT, &by_default, NULL);
    sigaction(SIGTERM, &by_default, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* dup2 clears close-on-exec, but not where both numbers are the same. */
static bool give(int fd, int number)
{
    return fd == number ? fcntl(fd, F_SETFD, 0) == 0 : dup2(fd, number) == number;
}

/* Above the numbers that a child is given, far above where that is allowed. */
static int copy_high(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 300);

    return high >= 0 ? high : fcntl(fd, F_DUPFD_CLOEXEC, 10);
}

/* In the child, before exec: its standard error is kept by the parent. */
_Noreturn static void fail_child(const char *what)
{
    if (write(STDERR_FILENO, what, strlen(what)) < 0)
        _exit(127);
    _exit(127);
}

_Noreturn static void become_child(const struct process *p, const struct process_pipes *pipes, pid_t parent)
{
    /* The page may have one of the numbers that are about to be taken. */
    int null = open("/dev/null", O_RDONLY), crumb = copy_high(p->crumb);

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)                /* it died before the line above */
        _exit(127);
    if (null < 0 || !give(null, STDIN_FILENO) || !give(pipes->output, STDOUT_FILENO)
        || !give(pipes->output, STDERR_FILENO) || !give(pipes->result[1], p->result_fd)
        || !give(pipes->control[0], p->control_fd) || !give(crumb, p->crumb_fd))
        fail_child("cannot give a child its descriptors: too few may be open (ulimit -n)\n");
    restore_signals();
    execve(p->argv[0], p->argv, p->envp);
    fail_child("cannot execute a child\n");
}

/* Low numbers are taken in the child (0, 1, 2 and the three it is given), so
 * that a dup2 there can never close the source of the next one. */
static int move_high(int fd)
{
    int high = copy_high(fd);

    if (high < 0)
        return fd;
    close(fd);
    return high;
}

static void close_pipes(struct process_pipes *p)
{
    int *fds[] = { &p->result[0], &p->result[1], &p->control[0], &p->control[1], &p->output };

    for (size_t i = 0; i < COUNT_OF(fds); i++)
        if (*fds[i] >= 0) {
            close(*fds[i]);
            *fds[i] = -1;
        }
}

static bool open_pipes(struct process_pipes *p, struct err *e)
{
    *p = (struct process_pipes){ { -1, -1 }, { -1, -1 }, -1 };
    p->output = memfd_create("gpuvet output", MFD_CLOEXEC);
    if (p->output < 0 || pipe2(p->result, O_CLOEXEC) != 0 || pipe2(p->control, O_CLOEXEC) != 0) {
        err_sys(e, "cannot make the pipes of a child");
        close_pipes(p);
        return false;
    }
    p->output = move_high(p->output);
    p->result[0] = move_high(p->result[0]);
    p->result[1] = move_high(p->result[1]);
    p->control[0] = move_high(p->control[0]);
    p->control[1] = move_high(p->control[1]);
    /* Append, so that output that was cut goes on at the start of the file. */
    fcntl(p->output, F_SETFL, O_APPEND);
    fcntl(p->result[0], F_SETFL, O_NONBLOCK);
    fcntl(p->control[1], F_SETFL, O_NONBLOCK);
    return true;
}

/* True once the child is dead. It stays a zombie, so its number stays ours. */
static bool is_dead(pid_t pid)
{
    siginfo_t si = { .si_pid = 0 };

    return waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid == pid;
}

/* Takes what can be read now, but no more than a full pipe: a child that never
 * stops writing must not keep us from the clock. False at the end of the pipe. */
static bool drain(int fd, struct sink *sink)
{
    char page[4096];

    for (int i = 0; i < PIPE_READS; i++) {
        ssize_t n = read(fd, page, sizeof page);

        if (n > 0)
            sink->take(sink, page, (size_t)n);
        else if (n == 0)
            return false;
        else if (errno != EINTR)
            break;                          /* empty for now */
    }
    return true;
}

static void cut_output(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && st.st_size > OUTPUT_MAX && ftruncate(fd, 0) != 0)
        return;                             /* it grows on; the time limit ends it */
}

/* ---- One look at a child, and the sleep between two looks ---- */

static int64_t next_deadline(const struct running *r)
{
    return r->stage == STAGE_RUNNING ? r->sink->deadline : r->killed_at + r->process->grace_ms;
}

bool process_look(struct running *r)
{
    if (is_dead(r->pid))
        return true;
    if (!r->pipe_ended && !drain(r->pipes.result[0], r->sink))
        r->pipe_ended = true;
    cut_output(r->pipes.output);
    if (r->stage == STAGE_RUNNING && process_interrupted() != 0) {
        if (r->interrupted_at == 0)
            r->interrupted_at = clock_ms();
        if (clock_ms() - r->interrupted_at >= r->sink->patience_ms)
            r->sink->deadline = 0;
    }
    if (clock_ms() < next_deadline(r))
        return false;
    if (r->stage == STAGE_FORCED) {
        r->stuck = true;                    /* never wait for it: the wait would not end */
        return true;
    }
    r->stage++;
    r->killed_at = clock_ms();
    kill(-r->pid, r->stage == STAGE_ASKED ? r->process->ask : r->process->force);
    return false;
}

void process_sleep(struct running *const *all, size_t n)
{
    struct pollfd pipes[PROCESSES_MAX];
    int64_t left = WAKE_MS;
    struct timespec ts;
    sigset_t none;

    n = n < PROCESSES_MAX ? n : PROCESSES_MAX;      /* the others are looked at when we wake */
    for (size_t i = 0; i < n; i++) {
        int64_t own = next_deadline(all[i]) - clock_ms();

        pipes[i] = (struct pollfd){ .fd = all[i]->pipe_ended ? -1 : all[i]->pipes.result[0], .events = POLLIN };
        left = own < left ? own : left;
    }
    left = left > 0 ? left : 0;
    ts = (struct timespec){ .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
    sigemptyset(&none);
    ppoll(pipes, n, &ts, &none);
}

/* ---- Begin and end ---- */

bool process_start(struct running *r, const struct process *p, struct sink *sink, struct err *e)
{
    pid_t parent = getpid();

    *r = (struct running){ .process = p, .sink = sink, .control = -1 };
    if (!open_pipes(&r->pipes, e))
        return false;
    r->pid = fork();
    if (r->pid < 0) {
        err_sys(e, "cannot start a child");
        close_pipes(&r->pipes);
        return false;
    }
    if (r->pid == 0)
        become_child(p, &r->pipes, parent);

    setpgid(r->pid, r->pid);                /* both sides do it: neither has to win */
    close(r->pipes.result[1]);
    close(r->pipes.control[0]);
    r->pipes.result[1] = r->pipes.control[0] = -1;
    r->control = r->pipes.control[1];
    sink->started(sink);
    return true;
}

static void reap(const struct running *r, struct process_end *end)
{
    int status = 0;

    kill(-r->pid, SIGKILL);                 /* what it left running, before the number is free */
    waitpid(r->pid, &status, 0);
    if (r->stage != STAGE_RUNNING)
        end->ending = ENDED_TIMEOUT;
    else
        end->ending = WIFSIGNALED(status) ? ENDED_CRASHED : ENDED_CLEAN;
    end->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static const char *tail_of_output(int fd, struct arena *a)
{
    static char tail[OUTPUT_TAIL + 1];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) != 0 || st.st_size == 0)
        return NULL;
    n = pread(fd, tail, OUTPUT_TAIL, st.st_size > OUTPUT_TAIL ? st.st_size - OUTPUT_TAIL : 0);
    if (n <= 0)
        return NULL;
    for (ssize_t i = 0; i < n; i++)
        if (((unsigned char)tail[i] < ' ' && tail[i] != '\n') || tail[i] == 0x7f)
            tail[i] = ' ';
    return arena_copy(a, tail, (size_t)n);
}

void process_finish(struct running *r, struct process_end *end, struct arena *a)
{
    *end = (struct process_end){ .ending = ENDED_STUCK };
    if (!r->stuck)
        reap(r, end);
    end->interrupted = r->stage != STAGE_RUNNING && process_interrupted() != 0;
    drain(r->pipes.result[0], r->sink);     /* what is there; a grandchild may hold the other end */
    end->said = tail_of_output(r->pipes.output, a);
    r->control = -1;
    close_pipes(&r->pipes);
}
