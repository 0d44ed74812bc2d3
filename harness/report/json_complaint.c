/* What the doctor was told, for programs. */
#include "report/json_complaint.h"

#include "model/names.h"
#include "report/json_value.h"

json_t *json_complaint(const struct complaint *c)
{
    json_t *o = json_object();

    json_put_text(o, "source", complaint_source_names[c->source]);
    json_put(o, "lines", json_of_texts(c->lines, c->n_lines));
    if (c->source != COMPLAINT_COMMAND)
        return o;
    json_put(o, "command", json_of_texts(c->command, c->n_command));
    if (c->limit_s > 0)
        json_put(o, "limit_s", json_integer(c->limit_s));
    else if (c->signo > 0)
        json_put(o, "signal", json_integer(c->signo));
    else
        json_put(o, "exit_code", json_integer(c->exit_code));
    return o;
}
