/* look.h - how an ailment is looked for in what is known, and told. Pure: in a saved run as on this machine. */
#ifndef DIAGNOSE_LOOK_H
#define DIAGNOSE_LOOK_H

#include "model/diagnosis.h"

struct look {
    const struct report  *r;
    const struct stack   *stack;        /* of an ailment of stacks */
    const struct ailment *ailment;
    struct arena         *a;
    struct diagnosis     *found;        /* what was found so far, in the order of the chain */
    size_t                n;
};

/* One that is looked for. */
struct rule { struct ailment ailment; void (*look)(struct look *l); };

/* Each ends with a rule without an id; within a link of the chain, in the order in which they are told. */
extern const struct rule bus_rules[], chip_rules[], kernel_rules[], mismatch_rules[], node_rules[], container_rules[], wsl_rules[], libcuda_rules[], compat_rules[],
    preload_rules[], driver_rules[], begin_rules[], uvm_rules[], visible_rules[], mps_rules[], code_rules[],
    process_rules[], library_rules[], extension_rules[], stack_rules[], python_rules[], build_rules[],
    system_rules[], companion_rules[], age_rules[], pace_rules[];
extern const struct rule mapped_rules[], work_rules[];

/* Enters it; what follows adds to it. */
struct diagnosis *found(struct look *l, enum certainty certainty, const char *cause, ...) PRINTF_LIKE(3, 4);
void evidence(struct look *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
void fix(struct look *l, const char *fmt, ...) PRINTF_LIKE(2, 3);           /* a command for a shell, and nothing else */
void advise(struct look *l, const char *fmt, ...) PRINTF_LIKE(2, 3);        /* in words: a sentence without its full stop */

/* The first trial that a call of that name ended, with that code; any code: -1; any call of the driver or the runtime: NULL.
 * NULL: there is none. */
const struct judged *ended_by(const struct look *l, const char *call, long code);

/* The first trial that failed, and passed when it was run once more with that change (verbs/variants.c: "without.LD_PRELOAD"); NULL: there is none. */
const struct judged *passes_with(const struct look *l, const char *change);

/* "cuInit answers 803 (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH) from /usr/lib/libcuda.so.1" */
void evidence_of_call(struct look *l, const struct judged *j);

/* A fact of the machine, or what its files say of a stack (an ailment of stacks); NULL: not known. */
const char *fact(const struct look *l, const char *key);
const char *stated(const struct look *l, const char *what);
const struct stack_version *stated_whole(const struct look *l, const char *what);       /* with its source */

/* "/proc/modules: module.loaded is no": a fact as evidence, with the file that says so. Nothing where it is not known. */
void evidence_of_fact(struct look *l, const char *key);

/* An environment variable of this process; NULL: not set, or not known. */
const char *variable(const struct look *l, const char *name);

bool is_in_container(const struct look *l);

/* A word of a command, as a shell takes it. */
const char *quoted(const struct look *l, const char *word);

/* ---- What mends it, on this distribution and in this place (remedy.c) ---- */

/* "sudo apt-get install -y nvidia-driver-580-open && sudo reboot": the driver of that branch (0: whichever the distribution offers) whose
 * kernel module is "open", "proprietary" or NULL, whichever. In a container it is the host's to do, and so it says. */
void fix_driver(struct look *l, unsigned branch, const char *flavor);

/* A command that is the host's to run where this is a container. */
void fix_on_host(struct look *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* NVIDIA's module for the running kernel, by what builds or brings it here. */
void fix_module(struct look *l);

/* "sudo update-initramfs -u": what makes the files of /etc/modprobe.d count at boot. */
const char *initramfs(const struct look *l);

/* These arguments for the pip that installs in this stack; false, and no fix, where pip is not what installs there. */
bool fix_by_pip(struct look *l, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Whether the process that was asked about has another file mapped in the place of one of the stack's: then it is found (mapped.c). */
bool found_shadow_in_process(struct look *l);

/* All that is wrong, by all rules. */
void diagnose(struct diagnoses *d, const struct report *r, struct arena *a);

/* By its id; NULL: none is called so. `at` counts from 0 for those who list them. */
const struct ailment *ailment_by_id(const char *id);
const struct ailment *ailment_at(size_t at);

#endif
