/* crosscheck.h - gives each PyTorch of a session what its official build should be. */
#ifndef VERBS_CROSSCHECK_H
#define VERBS_CROSSCHECK_H

#include "model/expected.h"
#include "model/want.h"
#include "verbs/session.h"

/* Reads the tables and checks what --expect asks for; before anything runs. want->text is NULL where nothing is asked for. */
bool crosscheck_open(struct expected *x, struct want *want, struct session *s, struct err *e) MUST_USE;

/* Adds to the versions of each stack that is a PyTorch; after the census, which knows the driver. */
void crosscheck_stacks(struct session *s, const struct expected *x, const struct want *want);

#endif
