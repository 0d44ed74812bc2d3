#include "model/loading.h"

#include "base/text.h"

static const char *place(struct arena *a, const struct loading *l, const char *what)
{
    if (l->entry == NULL)
        return arena_text(a, what);
    return text_make(a, "%s: %s", what, l->entry[0] != '\0' ? l->entry : "an empty entry, which is the current folder");
}

static const char *found(struct arena *a, const struct loading *l)
{
    const char *whose = l->whose != NULL ? text_base_name(l->whose) : "the file that needs it";

    switch (l->by) {
    case FOUND_NOT:          return "nowhere";
    case FOUND_LOADED:       return "loaded already";
    case FOUND_PRELOAD:      return place(a, l, text_make(a, "preloaded by %s", l->whose != NULL ? l->whose : "LD_PRELOAD"));
    case FOUND_PATH:         return "needed by its path";
    case FOUND_RPATH:        return place(a, l, text_make(a, "the RPATH of %s", whose));
    case FOUND_LIBRARY_PATH: return place(a, l, "LD_LIBRARY_PATH");
    case FOUND_RUNPATH:      return place(a, l, text_make(a, "the RUNPATH of %s", whose));
    case FOUND_CACHE:        return "the loader's cache";
    case FOUND_DEFAULT:      return place(a, l, "a default folder");
    }
    return "nowhere";
}

const char *loading_why(struct arena *a, const struct loading *l)
{
    const char *why = found(a, l);

    if (l->passed_over == NULL)
        return why;
    return text_make(a, l->by == FOUND_NOT ? "%s (%s)" : "%s (not %s)", why, l->passed_over);
}
