/* look.h - how an ailment is looked for in what is known, and told. Pure: in a saved run as on this machine.
 *
 * The rules are in rooms: machine/ (bus, kernel module, nodes, container, WSL, the process's limits), driver/ (its libraries, and what it
 * answers when it is asked to begin), gpu/ (of one that answers: health, links, sharing, pace), stack/ (Python, files, loader, builds)
 * and told/ (what a user says of it).
 */
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

/* The tables of rules, NAME_rules: each ends with one without an id. Within a link of the chain they are told in this order. */
#define RULES(X) \
    X(bus) X(chip) X(kernel) X(mismatch) X(node) X(container) X(wsl) X(libcuda) \
    X(compat) X(preload) X(driver) X(begin) X(uvm) X(visible) X(mps) X(xid) \
    X(health) X(fabric) X(mig) X(vgpu) X(wrong) X(code) X(process) X(library) \
    X(stack) X(python) X(build) X(system) X(companion) X(extension) X(age) X(pace) \
    X(mapped) X(work)

#define DECLARE_RULES(name) extern const struct rule name##_rules[];
RULES(DECLARE_RULES)
#undef DECLARE_RULES

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

/* "/proc/modules: module.loaded = no": a fact as evidence, with the file that says so. Nothing where it is not known. */
void evidence_of_fact(struct look *l, const char *key);

/* The same of what a machine's files say of the GPU at that place of the bus: "driver" of "gpu.0000:01:00.0.driver". */
const char *fact_of_gpu(const struct look *l, const char *address, const char *what);
void evidence_of_gpu(struct look *l, const char *address, const char *what);

/* An environment variable of this process; NULL: not set, or not known. */
const char *variable(const struct look *l, const char *name);

bool is_in_container(const struct look *l);

/* The line of the complaint that may mean that ailment; NULL: none may, or nobody complains. */
const char *complaint_means(const struct look *l, const char *id);

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

/* "docker run --gpus all": how this kind of container is given its GPUs. Its command is the host's to run, wherever that is. */
const char *container_run(const struct look *l);
bool is_container_of(const struct look *l, const char *kind);

/* The container anew, with these options: a command, or advice where a cluster starts it. */
void fix_container(struct look *l, const char *options, const char *for_a_pod);

/* Takes "sudo" out of a command that root is to give here. */
const char *without_sudo(const struct look *l, const char *command);

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
