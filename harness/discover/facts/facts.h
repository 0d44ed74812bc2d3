/* facts.h - what one room of a machine's files says, as facts (model/facts.h): each reader adds those it knows, and none decides what they mean. */
#ifndef DISCOVER_FACTS_H
#define DISCOVER_FACTS_H

#include "base/root.h"
#include "discover/environment.h"
#include "model/facts.h"

struct fact_reader {
    struct machine           *m;
    struct arena             *arena;
    const struct root        *root;
    const struct environment *env;      /* of the process that is looked at */
    struct fact              *facts;
};

/* The file's text without white space around it; NULL: it cannot be read, or is empty. */
const char *fact_line(const struct fact_reader *r, const char *path);

/* The value behind the first "NAME ...:" of a /proc file; NULL: there is none. */
const char *fact_proc_value(const struct fact_reader *r, const char *path, const char *name);

/* A file of which a recorded machine holds the name alone (scripts/record-machine). */
bool fact_is_name_alone(const struct fact_reader *r, const char *path);

/* Nothing where the value is unknown: NULL or empty. */
void fact_add(struct fact_reader *r, const char *key, const char *value, const char *source);

/* What a file is to this process: as the kernel says; in a recorded machine, where it is a plain file, as its lines say:
 * "mode 0660 root:video", "major 195", and the words of the refusal alone on a line. `ask` opens it as a program would; else
 * only the right to is looked for, which wakes nothing. False: it is not there. */
bool fact_node(const struct fact_reader *r, const char *path, bool ask, struct node *n);

/* A group's name by /etc/group; NULL: it has none here. */
const char *fact_group_name(const struct fact_reader *r, long gid);

void facts_of_nodes(struct fact_reader *r);             /* device nodes, and the drivers behind them; needs no other room */
void facts_of_module(struct fact_reader *r);            /* the kernel module, and the GPUs that it drives */
void facts_of_bus(struct fact_reader *r);               /* how each GPU is attached */
void facts_of_boot(struct fact_reader *r);              /* modules on disk, and what lets them be loaded */
void facts_of_sharing(struct fact_reader *r);           /* instances, guests */
void facts_of_fabric(struct fact_reader *r);            /* switches and their manager */
void facts_of_libraries(struct fact_reader *r);         /* which libcuda the loader takes, what is preloaded; the driver's files are known */
void facts_of_mounts(struct fact_reader *r);            /* where a container has its driver from; the driver's files are known */
void facts_of_mps(struct fact_reader *r);               /* what MPS, which shares GPUs between processes, left or runs */
/* "log.readable" is "yes", or "no: WHY"; "log.xid.0000:18:00.0.79" is "COUNT: LINE", the first or, of 154, the last, in the order in which they came;
 * "log.programs.0000:18:00.0.31" is "python3, train"; "log.line.NAME" is the first message of that kind (discover/kernel_log.c). */
void facts_of_log(struct fact_reader *r);
void facts_of_mapped(struct fact_reader *r);            /* the running process that is asked about (--pid): which it is, and the libraries that it has mapped */
void facts_of_surroundings(struct fact_reader *r);      /* limits and variables of the process, boot, processor */
void facts_of_process(struct fact_reader *r);           /* who it is, what confines it, the folder where the driver keeps what it compiled */
void facts_of_container(struct fact_reader *r);         /* shared memory; what gives containers their GPUs */
void facts_of_wsl(struct fact_reader *r);               /* the driver's parts that Windows brings */
void facts_of_python(struct fact_reader *r);            /* what lies in the process's folder */

#endif
