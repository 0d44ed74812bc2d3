/* record.h - what a child tells its parent: one line a record, fields parted by
 * tabs, at most RECORD_MAX bytes in one write, so that lines never mix.
 *
 *     prepare  WHAT                     the foundations of the next trial are made ready
 *     begin    INDEX                    trial INDEX of the batch starts
 *     num      KEY  UNIT  NUMBER        an observation
 *     text     KEY  TEXT
 *     call     CALL LIBRARY CODE TEXT   a vendor call failed; the trial ends here
 *     load     TEXT                     a library or a symbol could not be had; ...
 *     unsupported TEXT                  not for this device or library; ...
 *     ours     TEXT                     a system call of ours failed; ...
 *     beat     COUNT AT ALL RESULTS FAULTS   the trial goes on: it would have ended with the last COUNT observations now,
 *                                       AT of ALL ms after its begin, RESULTS verified, FAULTS of them wrong
 *     end      INDEX COUNT              trial INDEX is over after COUNT observations, those before the last beat not counted
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "base/arena.h"
#include "base/err.h"
#include "model/outcome.h"

enum { RECORD_MAX = 4096, RECORD_FIELDS = 5 };

enum record_kind {
    RECORD_PREPARE, RECORD_BEGIN, RECORD_NUM, RECORD_TEXT, RECORD_CALL,
    RECORD_LOAD, RECORD_UNSUPPORTED, RECORD_OURS, RECORD_BEAT, RECORD_END,
};

struct record {
    enum record_kind kind;
    const char      *field[RECORD_FIELDS];      /* without the kind; NULL from the last on */
    long             index, code, count;        /* of begin and end; of call; of beat and end */
    double           number;                    /* of num */
    struct beat      beat;
};

/* Formats one line, newline included, into out; control bytes become spaces,
 * what does not fit is cut. Returns its length. */
size_t record_format(char out[RECORD_MAX], enum record_kind kind, const char *const *fields, size_t n);

/* Reads one line (n bytes, no newline). False, with the reason, for anything
 * that record_format could not have written. The fields are copies in the arena. */
bool record_parse(struct record *r, struct arena *a, const char *line, size_t n, struct err *e) MUST_USE;

#endif
