#include "model/probe.h"

#include "base/text.h"
#include "list.h"

#define DECLARE(id)     extern const struct probe probe_##id;
#define POINT(id)       &probe_##id,

PROBES(DECLARE)

const struct probe *const all_probes[] = { PROBES(POINT) NULL };

const struct probe *probe_by_name(const char *name)
{
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if (text_is((*p)->name, name))
            return *p;
    return NULL;
}
