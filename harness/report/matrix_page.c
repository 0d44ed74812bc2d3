/* The matrix as Markdown, for a page or a ticket. */
#include "report/matrix.h"

#include "base/text.h"
#include "report/safe.h"

static void put_host(FILE *f, const struct fit_host *host)
{
    for (size_t i = 0; i < host->n_lines; i++)
        safe_print(f, "- %s: %s\n", host->lines[i].what, host->lines[i].value);
}

/* A cell ends at a bar. */
static void put_cell(FILE *f, struct arena *a, const char *text)
{
    struct text t = { .arena = a };

    text_put(&t, "", 0);
    for (; *text != '\0'; text++)
        text_add(&t, *text == '|' ? "\\%c" : "%c", *text);
    safe_print(f, "%s", t.s);
}

static void put_command(FILE *f, const char *pip)
{
    if (pip == NULL)
        return;
    safe_print(f, "\n```sh\n");
    safe_print(f, "%s\n", pip);
    safe_print(f, "```\n");
}

void matrix_write_markdown(FILE *f, const struct matrix *m)
{
    struct arena a = { NULL };

    safe_print(f, "Official PyTorch builds for %s\n\n", m->host->platform);
    put_host(f, m->host);
    safe_print(f, "\n| torch | build | CUDA | cuDNN | runs | why |\n");
    safe_print(f, "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < m->n; i++) {
        const struct torch_build *b = m->fits[i].build;

        safe_print(f, "| %s | %s%s | %s | %s | %s | ", b->torch, b->variant, &m->fits[i] == m->best ? " (best)" : "", b->cuda,
                   b->cudnn != NULL ? b->cudnn : "?", answer_name(m->fits[i].runs));
        put_cell(f, &a, fit_sentence(&a, &m->fits[i]));
        safe_print(f, " |\n");
    }
    safe_print(f, "\n%s.\n", m->closing);
    if (m->hint != NULL)
        safe_print(f, "%s.\n", m->hint);
    if (m->caveat != NULL)
        safe_print(f, "%s.\n", m->caveat);
    put_command(f, m->install.pip);
    arena_free(&a);
}

void frameworks_write_markdown(FILE *f, const struct frameworks *x)
{
    struct arena a = { NULL };

    if (x->n > 0)
        safe_print(f, "Releases of %s for %s\n\n", x->fits[0].release->framework, x->host->platform);
    put_host(f, x->host);
    safe_print(f, "\n| release | needs | runs | why |\n");
    safe_print(f, "|---|---|---|---|\n");
    for (size_t i = 0; i < x->n; i++) {
        const struct framework_fit *fit = &x->fits[i];

        safe_print(f, "| %s%s | %s | %s | ", framework_versions(&a, fit->release), fit == x->best ? " (newest that runs)" : "",
                   framework_needs(&a, fit->release), answer_name(fit->runs.holds));
        put_cell(f, &a, fit->runs.why != NULL ? fit->runs.why : "");
        safe_print(f, " |\n");
    }
    safe_print(f, "\n%s.\n", x->closing);
    put_command(f, x->pip);
    arena_free(&a);
}
