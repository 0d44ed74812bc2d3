/* options.h - the command line, checked before anything else happens. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/arena.h"
#include "base/err.h"
#include "model/probe.h"

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* What `health` reads, unless a file is named. */
#define HEALTH_FILE "/var/lib/gpuvet/last.json"

/* How often `bench` measures, each time in fresh processes. */
enum { BENCH_ROUNDS = 3, BENCH_ROUNDS_FULL = 5 };

struct words { const char **items; size_t n; };

struct options {
    const char        *verb;            /* "run", "selftest", "bench", "compare", "list", "inspect", "judge", "report", "health", "matrix", "explain", "help", "version" */
    const char *const *command;         /* the whole command line, for the report */
    size_t             n_command;

    struct words       probes, devices, stacks;         /* -p, -d, -s */
    struct words       stack_dirs;                      /* --stack DIR */
    struct words       requires;                        /* --require WHAT */
    struct words       rest;                            /* what is not an option */
    const char        *expect;                          /* --expect WHAT; NULL: nothing is asked for */
    const char        *root;                            /* --root DIR; "/" */
    const char        *out;                             /* -o FILE */
    const char        *junit, *metrics;                 /* --junit FILE, --metrics FILE */
    const char        *data;                            /* --data DIR; NULL: the program's own tables */
    const char        *driver, *torch, *cuda, *python, *framework;      /* matrix */
    struct words       gpus;                            /* matrix: --gpu NAME */
    bool               all;                             /* matrix */
    bool               markdown, html;                  /* matrix, report; report */
    const char        *ci;                              /* --ci: "github"; NULL: none */
    bool               json, plan, no_gpu, strict, quiet, clean, isolate, even_if_busy, all_gpus;
    bool               nagios, oneline, as_require, needs;
    unsigned           max_age_s;                       /* --max-age; a day */
    const char        *kernels;                         /* --kernels RUNG: "sass" or "ptx"; NULL: the best that works */
    enum colour        colour;
    enum level         level;                           /* --level */
    unsigned           soak_s;                          /* --for: how long a soak lasts; 0: not said */
    const char        *on_fault;                        /* --on-fault: "stop" or "go-on"; NULL: stop */
    const char        *from;                            /* --from: a saved run that the doctor looks at instead of this machine */
    const char        *save;                            /* --save: where what was found out is kept, for `--from` elsewhere */
    struct words       errors;                          /* --error TEXT; "-": standard input */
    const char        *pid;                             /* --pid: the process that the doctor looks at; NULL: our own */
    struct words       failing;                         /* doctor -- COMMAND */
    bool               with_names;                      /* --with-names: what is saved keeps the names of people and machines */
    const char        *baseline;                        /* --baseline: a saved run of bench to compare with */
    unsigned           timeout_s;                       /* --timeout: of the whole run, of each round with --repeat; 600 */
    uint64_t           seed;                            /* --seed; 0: the clock's */
    unsigned           command_s;                       /* doctor -- COMMAND: --timeout, which is the command's then, else 120 */
    bool               measures;                        /* bench without -p: what its level measures */
    bool               diagnoses;                       /* doctor without -p: what a diagnosis needs */
    bool               timed;                           /* bench without --rounds: no more of them than fit into its level's time */
    unsigned           repeat;                          /* --repeat; 1, of bench --rounds: as many as its level has */
    unsigned           limit_s;                         /* --limit: of each trial; 0: the probe's own */
};

bool options_parse(struct options *o, struct arena *a, int argc, char **argv, struct err *e) MUST_USE;

/* How long a soak lasts: as said, else an hour; named at another level, that of a taste. */
unsigned options_soak_s(const struct options *o);

/* What a usage error ends with: 2, which would be a critical state for Nagios. */
int options_usage_code(const struct options *o);

/* The help text of a verb; of the program for NULL. */
const char *options_help(const char *verb);

#endif
