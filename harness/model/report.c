#include "model/report.h"

#include "model/names.h"

const char *verdict_name(enum verdict v)
{
    return verdict_names[v];
}
