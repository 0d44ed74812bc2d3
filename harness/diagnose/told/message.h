/* message.h - what programs say when something is wrong, and which ailments that may mean. */
#ifndef DIAGNOSE_MESSAGE_H
#define DIAGNOSE_MESSAGE_H

#include "diagnose/look.h"

enum { MESSAGE_WORDS = 3, MESSAGE_MEANINGS = 12 };

/* A row: a line that has all these words (case does not matter; # is a number like 12 or 12.4) may mean these, the most likely first. */
struct message {
    const char *words[MESSAGE_WORDS];
    const char *ids[MESSAGE_MEANINGS];          /* of ailments */
    bool      (*when)(const char *line);        /* NULL: always; what words cannot tell */
    bool        proves;                         /* it allows nothing else than the first */
    bool        no_guess;                       /* it points out what a machine shows, and says too little by itself */
};

/* Each ends with a row without words; what says more stands before what says less. */
extern const struct message kernel_messages[], driver_messages[], library_messages[], work_messages[];

/* What to think and to do where a message is all that is known. A # in the cause is the message's number. */
struct hint { const char *id, *cause, *fix, *advice; };

extern const struct hint hints[];               /* ends with one without id */

/* What one line may mean. */
struct meant {
    const struct message *message;
    const char           *id;
    const char           *line;
    const char           *number;               /* the first # of the row's words; NULL: it has none */
    bool                  proves, no_guess;
};

/* Whether a line has the word, and the number that it has where the word has a #. */
bool message_has(const char *line, const char *word, const char **number, size_t *n);

/* All that the lines may mean, the most likely first, each ailment once. */
size_t messages_mean(struct meant **out, struct arena *a, const char *const *lines, size_t n);

/* Whether a line means anything. */
bool message_tells(const char *line);

/* Every id that a row names, by number; NULL after the last. For those who check the tables. */
const char *message_id_at(size_t at);

/* Joins the complaint with what was found: what both say comes first. */
void complaint_join(struct look *l);

#endif
