/* sm_map.h - a map of the multiprocessors, by either build of the kernel (child only). */
#ifndef CHILD_SM_MAP_H
#define CHILD_SM_MAP_H

#include "child/child.h"
#include "math/sm_map.h"

/* Launches it, again where blocks came late; stops as not supported where the GPU or MPS does not let it. */
struct sm_map_seen sm_map_look(struct child *c, const char *kernel);

/* Observes "sm.wrong", "sm.where", "sm.proved", "sm.unproved" and "sm.missing". */
void sm_map_tell(struct child *c, const struct sm_map_seen *s);

/* What these observations are held to. */
extern const struct expect sm_map_bounds[];

#endif
