/* The kernel's log: the lines that name a cause. */
#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"

void facts_of_log(struct fact_reader *r)
{
    static const struct { const char *name, *part; } lines[] = {
        { "key-rejected", "Key was rejected by service" }, { "rm-init-failed", "RmInitAdapter failed" },
        { "needs-open-module", "requires use of the NVIDIA open kernel modules" }, { "legacy-driver", "Legacy drivers" },
        { "open-needs-gsp", "does not include the required GPU System Processor" }, { "api-mismatch", "API mismatch" },
        { "bound-to-nouveau", "already bound to nouveau" }, { "gsp-firmware", "gsp_" }, { "bar-unassigned", "BAR1 is 0M" },
    };
    const char *text = root_is_this_machine(r->root) ? NULL : root_read(r->root, r->arena, "/dev/kmsg", NULL), *line;
    size_t n;

    if (text != NULL)
        fact_add(r, "log.readable", "yes", "/dev/kmsg");
    while (text_next_line(&text, &line, &n)) {
        const char *copy = arena_copy(r->arena, line, n);

        for (size_t i = 0; i < COUNT_OF(lines); i++)
            if (text_has(copy, lines[i].part))
                fact_add(r, text_make(r->arena, "log.line.%s", lines[i].name), copy, "/dev/kmsg");
    }
}
