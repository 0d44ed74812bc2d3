/* part.h - what the page is made of: each part knows whether it has anything to say, and says it. */
#ifndef REPORT_HTML_PART_H
#define REPORT_HTML_PART_H

#include <stdio.h>

#include "base/arena.h"
#include "model/report.h"

struct page {
    FILE                *f;
    const struct report *r;
    struct arena         arena;         /* lives as long as the page is written */
};

struct part {
    const char *id;                     /* our own word: where links on the page lead */
    const char *title;
    bool      (*has)(const struct report *r);
    void      (*write)(struct page *p);
};

/* In the order of the page. */
extern const struct part part_findings, part_machine, part_stacks, part_figures, part_across, part_roofline, part_sm, part_soak,
                         part_trials, part_not_proven, part_again, part_compared;

/* The heading of the page: the verdict, and what to do first. */
void verdict_write(struct page *p);

/* "[FAIL]", in its colour: `word` is one of detail_word's. */
void part_badge(struct page *p, const char *word);

/* The beginning of a table: what it holds, and its columns (NULL ends them). One that is `stacked` has each row as
 * a block of its own on a narrow screen: its cells are part_cell's. */
void part_table(struct page *p, const char *is, const char *caption, const char *const *columns);
void part_table_end(struct page *p);

/* <td> that knows its column's name; the caller closes it. */
void part_cell(struct page *p, const char *column);

/* A command, as it is given to a shell. */
void part_command(struct page *p, const char *label, const char *command);

#endif
