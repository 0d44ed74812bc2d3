#include "report/health.h"

#include "base/text.h"
#include "report/detail.h"
#include "report/safe.h"

/* What makes the next saved run, as a shell takes it. */
static void put_next(FILE *f, const char *path, bool is_there)
{
    struct arena arena = { NULL };
    struct text t = { .arena = &arena };

    if (is_there) {
        text_add(&t, "gpuvet judge ");
        text_add_quoted(&t, path);
        text_add(&t, ", or ");
    } else {
        text_add(&t, "mkdir -p ");
        text_add_quoted(&t, text_dir_name(&arena, path));
        text_add(&t, " && ");
    }
    text_add(&t, "gpuvet run -o ");
    text_add_quoted(&t, path);
    safe_print(f, "  next: %s\n", t.s);
    arena_free(&arena);
}

void health_write(FILE *f, const struct health *h, const struct report *r, const char *path)
{
    safe_print(f, "%s\n", h->line);
    if (r == NULL) {
        put_next(f, path, false);
        return;
    }
    safe_print(f, "  run   %s, %s old, %s\n", path, h->age, *r->began != '\0' ? r->began : "killed before its end");
    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];

        if (detail_is_due(j))
            safe_print(f, "  %-6s %s: %s\n", detail_word(j), j->trial.id, j->why);
        if (j->verdict != PASS && j->act != NULL)
            safe_print(f, "         try: %s\n", j->act);
    }
    for (size_t i = 0; i < r->n_requires; i++)
        if (!r->requires[i].met)
            safe_print(f, "  %-6s required %s: %s\n", r->requires[i].unknown ? "broken" : "fail", r->requires[i].text, r->requires[i].why);
    if (h->exit_code != 0)
        put_next(f, path, true);
}
