/* report.h - one run, judged. The writers read this and nothing else. */
#ifndef MODEL_REPORT_H
#define MODEL_REPORT_H

#include "model/complaint.h"
#include "model/device.h"
#include "model/facts.h"
#include "model/outcome.h"
#include "model/plan.h"
#include "model/stack.h"

struct figure;
struct comparison;

enum verdict { BROKEN, PASS, FAIL, SKIP };     /* 0 is BROKEN: what was never judged did not pass */

const char *verdict_name(enum verdict v);       /* "pass", "fail", "broken", "skip" */

struct judged {
    struct trial   trial;
    struct outcome outcome;
    enum verdict   verdict;
    const char    *why;         /* one sentence; "" for PASS */
    const char    *act;         /* one command or one thing to do next; NULL if there is none */
    bool           warns;       /* PASS with a finding: `why` says it */
    unsigned       rounds;      /* how often it was run; 0 and 1: once */
    unsigned       passes;      /* in how many of these it passed */
    unsigned       round;       /* the round that outcome and verdict are of: the worst; 0: not repeated */
    struct figure *figure;      /* what it measured (model/figures.h); NULL: nothing */
};

/* One line of `--require`, judged. Not met and `unknown`: it could not be found out. */
struct requirement { const char *text; bool met; const char *why; bool unknown; };

/* What an entry of `unproved` is about. */
enum unproved_about { UNPROVED_GPU, UNPROVED_MEMORY, UNPROVED_SM, UNPROVED_STACK, UNPROVED_TRIAL, UNPROVED_LIBRARY, UNPROVED_LEVEL, UNPROVED_PROBE };

/* One reason why something was not proved, and all that it kept out: GPUs, trials, libraries or probes by name. */
struct unproved {
    enum unproved_about about;
    const char         *why;
    const char *const  *what;
    size_t              n_what;
};

struct report {
    const char           *version;      /* gpuvet's */
    const char           *began;        /* RFC 3339 */
    double                took_ms;
    const char *const    *command;      size_t n_command;
    const struct machine *machine;
    const struct device  *devices;      size_t n_devices;
    const struct stack   *stacks;       size_t n_stacks;
    const struct judged  *trials;       size_t n_trials;
    const struct requirement *requires; size_t n_requires;
    const struct unproved *unproved;    size_t n_unproved;
    unsigned              rounds;       /* --repeat; 0 and 1: once */
    bool                  interrupted;
    int                   signo;        /* of the interruption */
    int                   exit_code;
    const char           *closing;      /* the one line that can be grepped, without the leading "gpuvet: " */
    const struct complaint *complaint;          /* what the doctor was told; NULL: nothing */
    const struct comparison *comparison;        /* with an earlier run (model/comparison.h); NULL: it was not asked for */
    const char           *baseline;     /* that run's file */
    const char           *earlier;      /* judged again: the line that the run itself closed with; NULL: it is the first time */
};

/* A GPU is proved when at least one trial that ran code on it passed and none failed or broke. */
bool report_proves(const struct report *r, const struct device *d);

size_t report_answering(const struct report *r);        /* GPUs that answer */
size_t report_proved(const struct report *r);           /* GPUs that are proved */

/* What any trial saw under that key, as text; NULL if none did. */
const char *report_saw(const struct report *r, const char *key);

/* The driver's version: as it answered, else as the kernel module's files say; NULL if nothing says. */
const char *report_driver(const struct report *r);

/* How many trials came to which end; warn counts some of pass. */
struct tally { size_t pass, fail, broken, skip, warn, all; };

void tally_add(struct tally *t, const struct judged *j);
struct tally report_tally(const struct report *r);

/* Faults that selftest.* put in, of which so many were caught. */
struct caught { size_t faults, caught; };

struct caught report_caught(const struct report *r);

enum verdict report_verdict(const struct report *r);    /* the exit code in a word */

#endif
