/* crosscheck.h - gives a session what the tables know of it: of its GPUs, of a libcuda for forward compatibility, and of each PyTorch. */
#ifndef VERBS_CROSSCHECK_H
#define VERBS_CROSSCHECK_H

#include "model/expected.h"
#include "model/want.h"
#include "verbs/session.h"

/* Adds facts: of each GPU whose model files say, which kind it is and the last branch of drivers for it; of a libcuda for forward compatibility
 * that the loader takes, under which older branches it works. */
void crosscheck_machine(struct session *s, const struct expected *x);

/* Adds to the versions of each stack that is a PyTorch; after the census, which
 * knows the driver. want->text is NULL where nothing is asked for. */
void crosscheck_stacks(struct session *s, const struct expected *x, const struct want *want);

/* Adds to the facts of the machine for which Pythons the PyTorch is built that the project in this folder asks for (project.torch.python). */
void crosscheck_project(struct session *s, const struct expected *x);

#endif
