/* What the process's own folder and Python say: files that go before installed packages, what a project asks for. */
#include "discover/facts/facts.h"

#include "base/text.h"

/* A PyTorch that is built in its own source tree has its extension there, and is meant. */
static bool is_built_in_place(struct fact_reader *r, const char *dir)
{
    char **names;
    size_t n = root_list(r->root, r->arena, dir, &names);

    for (size_t i = 0; i < n; i++)
        if (text_starts(names[i], "_C.") && text_ends(names[i], ".so"))
            return true;
    return false;
}

/* Unless that folder is the one of the packages. */
static void fact_of_shadow(struct fact_reader *r, const char *here)
{
    const char *file = text_join(r->arena, here, "torch.py"), *package = text_join(r->arena, here, "torch/__init__.py");

    if (text_ends(here, "-packages"))
        return;
    if (root_exists(r->root, file))
        fact_add(r, "project.shadows", file, file);
    else if (root_exists(r->root, package) && !is_built_in_place(r, text_join(r->arena, here, "torch")))
        fact_add(r, "project.shadows", package, package);
}

void facts_of_python(struct fact_reader *r)
{
    const char *here = environment_get(r->env, "PWD");

    if (here == NULL || *here != '/')
        return;
    fact_of_shadow(r, here);
}
