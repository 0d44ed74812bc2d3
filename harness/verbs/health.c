/* gpuvet health: what the last saved run said, if it still says anything. */
#include "verbs/verbs.h"

#include "base/clock.h"
#include "base/root.h"
#include "model/health.h"
#include "report/nagios.h"
#include "report/out.h"
#include "store/saved.h"

static const char *boot_id(struct arena *a)
{
    struct root root;
    struct err e;

    return root_open(&root, a, "/", &e) ? root_read_line(&root, a, "/proc/sys/kernel/random/boot_id") : NULL;
}

int verb_health(const struct options *o)
{
    struct arena arena = { NULL };
    const char *path = o->rest.n > 0 ? o->rest.items[0] : HEALTH_FILE;
    const struct health_now now = { clock_unix_s(), boot_id(&arena), o->max_age_s };
    struct err e = { .kind = ERR_NONE };
    struct health h;
    struct report r;
    bool read = saved_read(&r, &arena, path, &e);

    if (read)
        health_judge(&h, &r, &now, &arena);
    else
        health_unknown(&h, e.text, &arena);
    if (out_health(&h, read ? &r : NULL, path, o->oneline, o->nagios, &e))
        return o->nagios ? nagios_exit_code(h.exit_code, h.warns) : h.exit_code;
    out_error("%s", e.text);
    return h.exit_code == 1 && !o->nagios ? 1 : 3;
}
