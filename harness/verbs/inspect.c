/* gpuvet inspect: what files say about themselves. No GPU is asked, nothing is loaded. */
#include "verbs/verbs.h"

#include "discover/inspect.h"
#include "report/out.h"
#include "report/progress.h"

static bool inspect(const struct options *o, char *const *env, struct arena *a, struct inspection *all, struct err *e)
{
    struct environment environment;
    struct root root;
    struct byte_progress progress;
    struct inspector in;

    if (!root_open(&root, a, o->root, e))
        return err_in(e, "cannot begin");
    environment_read(&environment, a, &root);
    all->whole_needs = o->needs;
    inspector_begin(&in, a, &root, &environment);
    byte_progress_begin(&progress);
    in.watcher = &progress.watcher;
    for (size_t i = 0; i < o->rest.n; i++)
        inspect_path(&in, all, o->rest.items[i]);
    byte_progress_end(&progress);
    return o->json ? out_inspection_json(all, e)
                   : out_inspection(all, o->colour == COLOUR_ALWAYS, o->colour == COLOUR_NEVER, env, e);
}

int verb_inspect(const struct options *o, char *const *env)
{
    struct inspection all = { .n_files = 0 };
    struct arena arena = { NULL };
    struct err e = { .kind = ERR_NONE };

    if (inspect(o, env, &arena, &all, &e))
        return inspection_exit_code(&all);
    out_error("%s", e.text);
    return inspection_exit_code(&all) == 1 ? 1 : 3;
}
