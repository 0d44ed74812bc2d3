#include "report/health.h"

#include "report/safe.h"

void health_write(FILE *f, const struct health *h, const struct report *r, const char *path)
{
    safe_print(f, "%s\n", h->line);
    if (r == NULL) {
        safe_print(f, "  next: gpuvet run -o %s\n", path);
        return;
    }
    safe_print(f, "  run   %s, %s old, %s\n", path, h->age, *r->began != '\0' ? r->began : "killed before its end");
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];

        if (j->verdict == FAIL || j->verdict == BROKEN || j->warns)
            safe_print(f, "  %-6s %s: %s\n", j->warns ? "warn" : verdict_name(j->verdict), j->trial.id, j->why);
        if (j->verdict != PASS && j->act != NULL)
            safe_print(f, "         try: %s\n", j->act);
    }
    for (size_t i = 0; i < r->n_requires; i++)
        if (!r->requires[i].met)
            safe_print(f, "  %-6s required %s: %s\n", r->requires[i].unknown ? "broken" : "fail", r->requires[i].text, r->requires[i].why);
    if (h->exit_code != 0)
        safe_print(f, "  next: gpuvet judge %s, or gpuvet run -o %s\n", path, path);
}
