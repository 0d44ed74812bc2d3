/* loader_file.h - what the dynamic loader does with a file of the right name. */
#ifndef DISCOVER_LOADER_FILE_H
#define DISCOVER_LOADER_FILE_H

#include "base/root.h"

enum loader_takes {
    LOADER_FINDS_NOTHING,       /* and looks on in the next folder */
    LOADER_PASSES_OVER,         /* made for another architecture, or not to be read: looks on as well */
    LOADER_STOPS,               /* with an error: whatever comes later on the path does not help */
    LOADER_TAKES_IT,
};

/* The kind of file that a loader takes. */
struct loader_kind { unsigned char bits; uint16_t machine; };   /* 32 or 64, EM_X86_64 */

struct loader_file {
    enum loader_takes takes;
    const char       *why;      /* it is not taken: "32-bit", "an empty file"; NULL if nothing is there */
    int               fd;       /* of a file that is taken, or else -1; the caller closes */
    dev_t             device;
    ino_t             inode;
    struct loader_kind kind;
    bool              program;  /* linked to lie at a fixed place, as only programs are (ET_EXEC) */
};

/* Reads the first 64 bytes. `kind` NULL takes any. */
struct loader_file loader_file_open(const struct root *root, struct arena *a, const char *path, const struct loader_kind *kind);

#endif
