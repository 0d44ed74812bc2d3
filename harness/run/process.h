/* process.h - child processes within time limits that move with their progress.
 * Several may live at once: each is looked at in turn, and slept for together.
 *
 *     process_start(&r, &p, &sink, &e);
 *     while (!process_look(&r))
 *         process_sleep((struct running *[]){ &r }, 1);
 *     process_finish(&r, &end, arena);
 */
#ifndef RUN_PROCESS_H
#define RUN_PROCESS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/outcome.h"

/* Where the parent puts what the child writes. Takes every byte, never blocks. */
struct sink {
    void  (*started)(struct sink *s);       /* the child lives; its control pipe can be written to */
    void  (*take)(struct sink *s, const char *bytes, size_t n);
    int64_t deadline;       /* clock_ms() at which the child is asked to end; take() may move it */
    int64_t patience_ms;    /* how long after an interruption it may take to end by itself; 0: it is asked to at once */
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

enum process_stage { STAGE_RUNNING, STAGE_ASKED, STAGE_FORCED };

struct process_pipes { int result[2], control[2], output; };

/* A child that lives. All but control is process.c's own. */
struct running {
    const struct process *process;      /* must live as long as this */
    struct sink          *sink;
    int                   control;      /* the writing end of its control pipe; -1 before and after */
    pid_t                 pid;
    struct process_pipes  pipes;
    enum process_stage    stage;
    int64_t               killed_at;    /* when the last signal was sent */
    int64_t               interrupted_at;       /* 0: not */
    bool                  pipe_ended, stuck;
};

/* Starts the child and tells the sink. */
bool process_start(struct running *r, const struct process *p, struct sink *sink, struct err *e) MUST_USE;

/* Takes what it has written and sends what is due; never blocks. True once it
 * is over: dead, or deaf to SIGKILL. */
bool process_look(struct running *r) MUST_USE;

/* Sleeps until one of them writes, ends or reaches its limit, at most 100 ms. */
void process_sleep(struct running *const *all, size_t n);

/* After process_look was true: reaps it and says how it ended. */
void process_finish(struct running *r, struct process_end *end, struct arena *a);

#endif
