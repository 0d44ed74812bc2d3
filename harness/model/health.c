#include "model/health.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { CLOCKS_DIFFER_S = 300 };         /* less than that is no time travel */

/* Cut between two characters, and said so. */
static const char *cut(struct arena *a, const char *s)
{
    static const char dots[] = "...";
    size_t n = 0, step = 0;

    if (strlen(s) <= HEALTH_LINE)
        return s;
    for (; n + step <= HEALTH_LINE - (sizeof dots - 1); step = text_utf8_length(s + n) > 0 ? text_utf8_length(s + n) : 1)
        n += step;
    return text_make(a, "%.*s%s", (int)n, s, dots);
}

static const char *line_of(const char *fact, struct arena *a)
{
    char *line = text_make(a, "%s", cut(a, fact));

    text_clean(line);
    return line;
}

/* "PASS 8 GPUs proved ..." of "PASS - 8 GPUs proved ... (96 of 96 trials passed, ...)". */
static const char *fact_of(const struct report *r, struct arena *a)
{
    const char *dash = strstr(r->closing, " - "), *last = NULL;

    for (const char *at = strstr(r->closing, " ("); at != NULL; at = strstr(at + 1, " ("))
        last = at;
    if (dash == NULL || last == NULL || last < dash)
        return r->closing;
    return text_make(a, "%.*s %.*s", (int)(dash - r->closing), r->closing, (int)(last - dash) - 3, dash + 3);
}

static const char *warning_of(const struct report *r, struct arena *a)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].warns)
            return text_make(a, "PASS with a warning: %s: %s", r->trials[i].trial.id, r->trials[i].why);
    return "PASS with a warning";
}

static const char *duration(int64_t s, struct arena *a)
{
    if (s < 120)
        return text_make(a, "%lld s", (long long)s);
    if (s < 120 * 60)
        return text_make(a, "%lld min", (long long)s / 60);
    return s < 48 * 3600 ? text_make(a, "%lld h", (long long)s / 3600) : text_make(a, "%lld days", (long long)s / 86400);
}

/* Why the run says nothing any more; NULL if it does. */
static const char *outdated(const struct report *r, const struct health_now *now, bool knows_age, int64_t age_s, struct arena *a)
{
    const char *boot_id = machine_fact(r->machine, "boot.id");

    if (boot_id != NULL && now->boot_id != NULL && !text_is(boot_id, now->boot_id))
        return "the last run was before this boot, or elsewhere";
    if (r->exit_code == 1)
        return NULL;
    if (!knows_age)
        return "the last run does not say when it was";
    if (age_s < -CLOCKS_DIFFER_S)
        return "the last run is later than this machine's clock";
    if (age_s > (int64_t)now->max_age_s)
        return text_make(a, "the last run is %s old", duration(age_s, a));
    return NULL;
}

void health_judge(struct health *h, const struct report *r, const struct health_now *now, struct arena *a)
{
    int64_t began_s = 0;
    const bool knows_age = clock_parse(r->began, &began_s);
    const int64_t age_s = now->unix_s - began_s;
    const char *why = outdated(r, now, knows_age, age_s, a), *fact = *r->closing != '\0' ? fact_of(r, a) : "it was killed before its end";

    *h = (struct health){ .exit_code = r->exit_code == 0 || r->exit_code == 1 || r->exit_code == 77 ? r->exit_code : 3,
                          .age = knows_age ? duration(age_s > 0 ? age_s : 0, a) : "unknown" };
    for (size_t i = 0; i < r->n_trials; i++)
        h->warns |= r->trials[i].warns;
    if (why == NULL && h->exit_code == 0 && h->warns)
        fact = warning_of(r, a);
    if (why == NULL && h->exit_code == 1 && age_s > (int64_t)now->max_age_s)
        fact = text_make(a, "FAIL %s ago:%s", h->age, fact + strcspn(fact, " "));
    if (why != NULL) {
        h->exit_code = 3;
        fact = text_make(a, "UNKNOWN %s: %s", why, fact);
    } else if (h->exit_code == 3 && !text_starts(fact, "BROKEN")) {
        fact = text_make(a, "UNKNOWN %s", fact);
    }
    h->line = line_of(fact, a);
}

void health_unknown(struct health *h, const char *why, struct arena *a)
{
    *h = (struct health){ .exit_code = 3, .age = "unknown", .line = line_of(text_make(a, "UNKNOWN %s", why), a) };
}
