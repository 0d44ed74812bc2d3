#include "selftest.h"

#include <string.h>

#include "base/text.h"
#include "model/judge.h"

static const char *broken_bound(struct child *c, const struct outcome *heard, const struct expect *bounds)
{
    static const struct machine unknown;            /* no bound here is about the machine */

    return judge_broken_bound(bounds, heard, &unknown, &c->arena);
}

void selftest_caught(struct child *c, const char *fault, const char *where, const struct expect *bounds, const char *place)
{
    const struct outcome heard = child_heard(c);
    const char *why = broken_bound(c, &heard, bounds);
    bool names = place == NULL || (why != NULL && strstr(why, place) != NULL);

    saw_num(c, text_make(&c->arena, "caught.%s", fault), "", why != NULL && names);
    if (why == NULL)
        saw_text(c, "missed", "%s (%s): all of %zu observations are as of a right result", fault, where, heard.n_saw);
    else if (!names)
        saw_text(c, "missed", "%s (%s): what is said of it has no \"%s\": %s", fault, where, place, why);
}

void selftest_clean(struct child *c, const char *where, const struct expect *bounds)
{
    const struct outcome heard = child_heard(c);
    const char *why = broken_bound(c, &heard, bounds);

    why = why != NULL ? why : broken_bound(c, &heard, judge_after_any_trial);
    saw_num(c, "alarms", "", why != NULL);
    if (why != NULL)
        saw_text(c, "alarm", "%s: %s", where, why);
}

const struct expect selftest_bounds[] = {
    { .key = "caught.*", .bound = EQUALS, .number = 1, .detail = "missed",
      .sentence = "gpuvet itself cannot be trusted on this machine: a fault that it put into a right result was not caught" },
    { .key = "alarms", .bound = EQUALS, .number = 0, .detail = "alarm",
      .sentence = "gpuvet itself cannot be trusted on this machine, or the GPU cannot: fault was found with a right result" },
    { .key = NULL },
};
