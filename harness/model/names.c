#include "model/names.h"

#include "model/complaint.h"
#include "model/facts.h"
#include "model/outcome.h"
#include "model/report.h"
#include "model/stack.h"

const char *const place_names[] = {
    [PLACE_HOST] = "host", [PLACE_CONTAINER] = "container", [PLACE_WSL] = "wsl", [PLACE_TEGRA] = "tegra", NULL,
};

const char *const driver_kind_names[] = {
    [DRIVER_INSTALLED] = "installed", [DRIVER_COMPAT] = "compat", [DRIVER_STUB] = "stub", [DRIVER_WSL] = "wsl", NULL,
};

const char *const stack_kind_names[] = {
    [STACK_TOOLKIT] = "toolkit", [STACK_PYTHON] = "python", [STACK_LIBTORCH] = "libtorch", NULL,
};

const char *const unmet_kind_names[] = {
    [UNMET_LIBRARY] = "library", [UNMET_SYMBOL] = "symbol", [UNMET_PART] = "part", [UNMET_OWN] = "own", NULL,
};

const char *const ending_names[] = {
    [ENDED_CLEAN] = "clean", [ENDED_SILENT] = "silent", [ENDED_CRASHED] = "crashed",
    [ENDED_TIMEOUT] = "timeout", [ENDED_STUCK] = "stuck", [ENDED_NOT_RUN] = "not run", [ENDED_CUT] = "cut", NULL,
};

const char *const stop_names[] = {
    [STOP_NONE] = "none", [STOP_CALL] = "call", [STOP_LOAD] = "load", [STOP_UNSUPPORTED] = "unsupported",
    [STOP_OURS] = "ours", [STOP_BAD_RECORD] = "bad record", NULL,
};

const char *const verdict_names[] = { [BROKEN] = "broken", [PASS] = "pass", [FAIL] = "fail", [SKIP] = "skip", NULL };

const char *const unproved_names[] = {
    [UNPROVED_GPU] = "gpu", [UNPROVED_MEMORY] = "memory", [UNPROVED_SM] = "sm", [UNPROVED_STACK] = "stack", [UNPROVED_TRIAL] = "trial",
    [UNPROVED_LIBRARY] = "library", [UNPROVED_LEVEL] = "level", [UNPROVED_PROBE] = "probe", NULL,
};

const char *const complaint_source_names[] = { [COMPLAINT_TEXT] = "text", [COMPLAINT_LOG] = "log", [COMPLAINT_COMMAND] = "command", NULL };
