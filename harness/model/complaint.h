/* complaint.h - what the user complains of: an error's text, a log, or a command that failed. */
#ifndef MODEL_COMPLAINT_H
#define MODEL_COMPLAINT_H

#include "base/arena.h"

enum complaint_source {
    COMPLAINT_TEXT,             /* --error TEXT */
    COMPLAINT_LOG,              /* --error -: standard input */
    COMPLAINT_COMMAND,          /* doctor -- COMMAND */
};

/* The longest line that is kept, and how many: the last ones, and before them those that mean something. */
enum { COMPLAINT_LINE_MAX = 2000, COMPLAINT_LAST = 60, COMPLAINT_TELLING = 60 };

struct complaint {
    enum complaint_source source;
    const char *const    *lines;    size_t n_lines;     /* without control characters and colours */
    const char *const    *command;  size_t n_command;   /* of a command, and how it ended: */
    int                   exit_code;
    int                   signo;                        /* 0: it exited by itself */
    unsigned              limit_s;                      /* 0: it ended before its time was up */
};

/* Reads a text of any length, in pieces: of its lines those that `tells` is true for are kept, and the last ones. */
struct complaint_reader {
    struct arena *arena;
    bool        (*tells)(const char *line);
    const char  **kept;         size_t n_kept;          /* from before the last ones */
    char          last[COMPLAINT_LAST][COMPLAINT_LINE_MAX + 1];
    size_t        first, n_last;                        /* a ring */
    char          line[COMPLAINT_LINE_MAX + 1];         /* that is being read; what is longer is cut */
    size_t        n_line;
    int           escape;                               /* 1 behind ESC, 2 within a sequence; 0: neither */
};

void complaint_read(struct complaint_reader *r, const char *bytes, size_t n);

/* No more is read: the lines are the complaint's, in the arena. */
void complaint_close(struct complaint *c, struct complaint_reader *r);

/* A text, a log, or a command that did not end well. */
bool complaint_is_of_failure(const struct complaint *c);

/* "python3 train.py ended with exit code 1", "... was killed by SIGSEGV (11)"; NULL where no command was run. */
const char *complaint_ending(const struct complaint *c, struct arena *a);

/* "SIGSEGV" of 11; "a signal" where it has no name here. */
const char *complaint_signal(int signo);

#endif
