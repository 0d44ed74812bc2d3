/* gpuvet doctor: a run of what a diagnosis needs, or a saved one, and what is wrong by it. */
#include "verbs/doctor.h"

#include <signal.h>

#include "diagnose/look.h"
#include "report/json.h"
#include "report/out.h"
#include "store/saved.h"
#include "verbs/subject.h"
#include "verbs/verbs.h"

int doctor_tell(const struct report *r, const struct options *o, struct arena *a)
{
    struct err e = { .kind = ERR_NONE };
    struct diagnoses d;

    diagnose(&d, r, a);
    if (o->save != NULL && !json_write(o->save, r, &e)) {
        out_error("%s", e.text);
        return 3;
    }
    if (out_diagnoses(&d, r, diagnoses_closing(&d, r, a), o->json, &e))
        return diagnoses_exit_code(&d, r);
    out_error("%s", e.text);
    return 3;
}

int verb_doctor(const struct options *o, char *const *env)
{
    struct arena arena = { NULL };
    struct err e = { .kind = ERR_NONE };
    struct subject subject;
    struct report r;

    if (!subject_read(&subject, o, &arena, &e)) {
        out_error("%s", e.text);
        return o->failing.n > 0 || e.kind == ERR_USAGE ? 2 : 3;
    }
    if (subject.interrupted) {
        out_error("interrupted, and with it the command");
        return 128 + SIGINT;
    }
    if (o->from == NULL)
        return run_about(&subject, o, env);
    if (saved_read(&r, &arena, o->from, &e)) {
        r.complaint = subject.complains ? &subject.complaint : r.complaint;
        return doctor_tell(&r, o, &arena);
    }
    out_error("%s", e.text);
    return 3;
}
