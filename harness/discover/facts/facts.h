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

/* Nothing where the value is unknown: NULL or empty. */
void fact_add(struct fact_reader *r, const char *key, const char *value, const char *source);

void facts_of_module(struct fact_reader *r);            /* the kernel module, and the GPUs that it drives */
void facts_of_bus(struct fact_reader *r);               /* how each GPU is attached */
void facts_of_boot(struct fact_reader *r);              /* modules on disk, and what lets them be loaded */
void facts_of_sharing(struct fact_reader *r);           /* instances, guests, switches */
void facts_of_libraries(struct fact_reader *r);         /* which libcuda the loader takes, what is preloaded; the driver's files are known */
void facts_of_mps(struct fact_reader *r);               /* what MPS, which shares GPUs between processes, left or runs */
/* "log.readable" is "yes", or "no: WHY"; "log.xid.0000:18:00.0.79" is "COUNT: FIRST LINE", in the order in which they came;
 * "log.programs.0000:18:00.0.31" is "python3, train"; "log.line.NAME" is the first message of that kind (discover/kernel_log.c). */
void facts_of_log(struct fact_reader *r);
void facts_of_surroundings(struct fact_reader *r);      /* limits and variables of the process, boot, processor */

#endif
