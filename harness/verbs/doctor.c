/* gpuvet doctor: a run of what a diagnosis needs, or a saved one, and what is wrong by it. */
#include "verbs/doctor.h"

#include <signal.h>

#include "diagnose/look.h"
#include "report/json.h"
#include "report/out.h"
#include "run/process.h"
#include "store/saved.h"
#include "verbs/deliver.h"
#include "verbs/patient.h"
#include "verbs/verbs.h"

static bool save(const struct report *r, const struct options *o, const struct redaction *names, struct err *e)
{
    if (o->save == NULL)
        return true;
    return (o->with_names ? json_write(o->save, r, e) : json_write_redacted(o->save, r, names, e)) || err_in(e, "%s", o->save);
}

int doctor_tell(const struct report *r, const struct options *o, const struct redaction *names, struct arena *a)
{
    struct err e = { .kind = ERR_NONE }, unsaved = { .kind = ERR_NONE };
    struct diagnoses d;
    bool told;
    int code;

    diagnose(&d, r, a);
    code = diagnoses_exit_code(&d, r);
    told = out_diagnoses(&d, r, diagnoses_closing(&d, r, a), o->json, &e);
    if (save(r, o, names, told ? &e : &unsaved) && told)        /* also where nobody reads: it is what is sent elsewhere */
        return code;
    out_error("%s", e.text);
    return code == 1 ? 1 : 3;               /* a found fault stays one */
}

int verb_doctor(const struct options *o, char *const *env)
{
    struct arena arena = { NULL };
    struct err e = { .kind = ERR_NONE };
    struct patient patient;
    struct report r;

    if (!outputs_check(o, &e) || !patient_read(&patient, o, &arena, &e)) {
        out_error("%s", e.text);
        return o->failing.n > 0 || e.kind == ERR_USAGE ? 2 : 3;
    }
    if (patient.interrupted) {
        out_error("interrupted, and with it the command");
        return 128 + (process_interrupted() != 0 ? process_interrupted() : SIGINT);       /* 0: Ctrl-C went to the command alone */
    }
    if (o->from == NULL)
        return run_about(&patient, o, env);
    if (saved_read(&r, &arena, o->from, &e)) {
        const struct redaction names = { r.machine->hostname, NULL };

        r.complaint = patient.complains ? &patient.complaint : r.complaint;
        return doctor_tell(&r, o, &names, &arena);
    }
    out_error("%s", e.text);
    return e.kind == ERR_USAGE ? 2 : 3;
}
