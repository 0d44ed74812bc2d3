/* kernel_log.h - what the kernel's log says of NVIDIA's GPUs: the driver's Xids, and the lines that name a cause. Foreign text, read line by line. */
#ifndef DISCOVER_KERNEL_LOG_H
#define DISCOVER_KERNEL_LOG_H

#include "base/arena.h"
#include "model/facts.h"

/* One number of one GPU; https://docs.nvidia.com/deploy/xid-errors/ */
struct xid {
    const char *address;                /* "0000:18:00.0" */
    long        number;
    size_t      count;
    const char *told;                   /* the whole first line; of 154, which says what has to be done now, the last */
    char       *programs[8];            /* their names as the lines give them, each once, in order */
    size_t      n_programs;
};

/* A line that is known by its words. */
struct log_line {
    const char *name;                   /* "rm-init-failed" */
    const char *text;                   /* the first message of the kind; one of NVIDIA's is told whole where it takes several lines */
};

enum { KERNEL_MESSAGE_BYTES = 1000 };   /* what is longer is cut */

struct kernel_log {
    struct arena    *arena;
    const struct pci_gpu *gpus;         size_t n_gpus;      /* lines that the bus has of other devices, too, count where they name one of these */
    struct xid      *xids;              size_t n_xids;      /* in the order in which they first came; at most 64 */
    struct log_line *lines;             size_t n_lines;     /* one of a name */

    char             message[KERNEL_MESSAGE_BYTES];         /* the last of NVIDIA's driver, with which the next line may go on */
    const char      *kept;              /* that message, where it is in lines */
};

/* A record of /dev/kmsg ("4,1234,5678901,-;text", bytes escaped as \x0a), or a line as dmesg prints it, with its time or without. */
void kernel_log_take(struct kernel_log *log, const char *line, size_t n);

/* All lines of a text. */
void kernel_log_take_text(struct kernel_log *log, const char *text);

#endif
