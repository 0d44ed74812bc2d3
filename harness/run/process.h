/* process.h - one child process within time limits that move with its progress. */
#ifndef RUN_PROCESS_H
#define RUN_PROCESS_H

#include "base/arena.h"
#include "base/err.h"
#include "model/outcome.h"

/* Where the parent puts what the child writes. Takes every byte, never blocks. */
struct sink {
    void  (*started)(struct sink *s);       /* the child lives; its control pipe can be written to */
    void  (*take)(struct sink *s, const char *bytes, size_t n);
    int64_t deadline;       /* clock_ms() at which the child is asked to end; take() may move it */
};

struct process {
    char *const *argv;
    char *const *envp;
    int          result_fd;     /* the number under which the child finds its result pipe */
    int          control_fd;    /* ... the pipe it is told by what to do next */
    int          crumb_fd;      /* ... the shared page; the parent's own descriptor has another number */
    int          crumb;         /* the parent's descriptor of that page */
    int64_t      grace_ms;      /* how long each signal is given to work */
    int          ask, force;    /* SIGTERM and SIGKILL; tests put 0 to play a stuck child */
};

struct process_end {
    enum ending ending;         /* clean here means: exited by itself, whatever the code */
    int         status;         /* exit code or signal */
    bool        interrupted;    /* ended because we were told to stop */
    const char *said;           /* the tail of its stdout and stderr, cleaned; NULL if nothing */
};

/* Call once before the first child: makes SIGCHLD wake the wait and nothing
 * else; SIGINT and SIGTERM are remembered instead of killing us. */
void process_setup(void);

/* The signal that told us to stop, 0 if none did. */
int process_interrupted(void);

/* Runs a child until it ends. *control is the writing end of its control pipe
 * while it runs (-1 before and after), for the sink to use. */
bool process_run(const struct process *p, struct sink *sink, int *control,
                 struct process_end *end, struct arena *a, struct err *e) MUST_USE;

#endif
