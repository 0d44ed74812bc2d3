#include "options.h"

#include <string.h>

#include "base/text.h"

enum kind { FLAG, TEXT, LIST, NUMBER, SEED, COLOURED, LEVELLED, RUNG, CI, DURATION, ON_FAULT, PID };

struct option { const char *name, *letter; enum kind kind; size_t at; const char *verbs; };

enum { SOAK_S = 3600, TASTE_S = 10, TIMEOUT_S = 600, COMMAND_S = 120 };          /* README.md and the help say so, too */
enum { LARGEST_NUMBER = 366 * 86400 };         /* a year in seconds: more is a mistake */

#define AT(field) offsetof(struct options, field)

/* Where each option is allowed stands behind it: options of no use are errors. */
static const struct option table[] = {
    { "--probe",   "-p", LIST,     AT(probes),     "run bench" },
    { "--device",  "-d", LIST,     AT(devices),    "run bench selftest doctor" },
    { "--select",  "-s", LIST,     AT(stacks),     "run bench doctor" },
    { "--stack",   NULL, LIST,     AT(stack_dirs), "run bench list doctor" },
    { "--require", NULL, LIST,     AT(requires),   "run bench judge" },
    { "--expect",  NULL, TEXT,     AT(expect),     "run judge" },
    { "--as-require", NULL, FLAG,  AT(as_require), "list" },
    { "--needs",   NULL, FLAG,     AT(needs),      "inspect" },
    { "--root",    NULL, TEXT,     AT(root),       "run bench list inspect matrix doctor" },
    { "--driver",  NULL, TEXT,     AT(driver),     "matrix" },
    { "--gpu",     NULL, LIST,     AT(gpus),       "matrix" },
    { "--torch",   NULL, TEXT,     AT(torch),      "matrix" },
    { "--cuda",    NULL, TEXT,     AT(cuda),       "matrix" },
    { "--python",  NULL, TEXT,     AT(python),     "matrix" },
    { "--framework", NULL, TEXT,   AT(framework),  "matrix" },
    { "--all",     NULL, FLAG,     AT(all),        "matrix" },
    { "--markdown", NULL, FLAG,    AT(markdown),   "matrix report" },
    { "--html",    NULL, FLAG,     AT(html),       "report" },
    { "--data",    NULL, TEXT,     AT(data),       "run bench judge matrix doctor" },
    { "--output",  "-o", TEXT,     AT(out),        "run bench selftest judge report" },
    { "--json",    NULL, FLAG,     AT(json),       "run bench selftest list inspect judge matrix report doctor" },
    { "--junit",   NULL, TEXT,     AT(junit),      "run bench selftest judge report" },
    { "--metrics", NULL, TEXT,     AT(metrics),    "run bench selftest judge report" },
    { "--ci",      NULL, CI,       AT(ci),         "run bench judge report" },
    { "--nagios",  NULL, FLAG,     AT(nagios),     "run bench selftest judge health" },
    { "--oneline", NULL, FLAG,     AT(oneline),    "health" },
    { "--max-age", NULL, NUMBER,   AT(max_age_s),  "health" },
    { "--plan",    NULL, FLAG,     AT(plan),       "run bench" },
    { "--no-gpu",  NULL, FLAG,     AT(no_gpu),     "run selftest doctor" },
    { "--clean",   NULL, FLAG,     AT(clean),      "run" },
    { "--level",   NULL, LEVELLED, AT(level),      "run bench" },
    { "--for",     NULL, DURATION, AT(soak_s),     "run" },
    { "--on-fault", NULL, ON_FAULT, AT(on_fault),  "run" },
    { "--all-gpus", NULL, FLAG,    AT(all_gpus),   "run bench selftest list doctor" },
    { "--even-if-busy", NULL, FLAG, AT(even_if_busy), "run bench doctor" },
    { "--isolate", NULL, FLAG,     AT(isolate),    "run" },
    { "--kernels", NULL, RUNG,     AT(kernels),    "run bench selftest doctor" },
    { "--strict",  NULL, FLAG,     AT(strict),     "run bench selftest judge" },
    { "--quiet",   "-q", FLAG,     AT(quiet),      "run bench selftest doctor" },
    { "--seed",    NULL, SEED,     AT(seed),       "run bench selftest doctor" },
    { "--repeat",  NULL, NUMBER,   AT(repeat),     "run" },
    { "--timeout", NULL, NUMBER,   AT(timeout_s),  "run bench selftest doctor" },
    { "--limit",   NULL, NUMBER,   AT(limit_s),    "run bench selftest doctor" },
    { "--color",   NULL, COLOURED, AT(colour),     "run bench selftest list judge inspect report" },
    { "--rounds",  NULL, NUMBER,   AT(repeat),     "bench" },
    { "--baseline", NULL, TEXT,    AT(baseline),   "bench" },
    { "--from",    NULL, TEXT,     AT(from),       "doctor" },
    { "--save",    NULL, TEXT,     AT(save),       "doctor" },
    { "--error",   NULL, LIST,     AT(errors),     "doctor" },
    { "--pid",     NULL, PID,      AT(pid),        "doctor" },
    { "--with-names", NULL, FLAG,  AT(with_names), "doctor" },
};

int options_usage_code(const struct options *o)
{
    return o->nagios ? 3 : 2;
}

static bool is_verb(const char *s)
{
    static const char *const verbs[] = { "run", "doctor", "selftest", "bench", "compare", "list", "inspect", "judge", "report", "health", "matrix", "explain", "help", "version" };

    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (text_is(s, verbs[i]))
            return true;
    return false;
}

static const struct option *find(const char *name, size_t n, const char *verb)
{
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const char *long_name = table[i].name;

        if (((strncmp(name, long_name, n) == 0 && strlen(long_name) == n) || text_is(name, table[i].letter))
            && text_has(table[i].verbs, verb))
            return &table[i];
    }
    return NULL;
}

static bool set_colour(enum colour *out, const char *value, struct err *e)
{
    static const char *const names[] = { [COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_is(value, names[i])) {
            *out = (enum colour)i;
            return true;
        }
    return err_set(e, ERR_USAGE, "--color takes auto, always or never, not \"%s\"", value);
}

static bool set_level(enum level *out, const char *value, struct err *e)
{
    static const char *const names[] = { [LEVEL_QUICK] = "quick", [LEVEL_FULL] = "full", [LEVEL_SOAK] = "soak" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_is(value, names[i])) {
            *out = (enum level)i;
            return true;
        }
    return err_set(e, ERR_USAGE, "--level takes quick, full or soak, not \"%s\"", value);
}

/* "90s", "30m", "4h", "2d". */
static bool set_duration(unsigned *out, const char *name, const char *value, struct err *e)
{
    static const struct { char letter; long seconds; } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    char number[16];
    size_t n = strlen(value);
    long count;

    for (size_t i = 0; i < COUNT_OF(units) && n > 1 && n < sizeof number; i++)
        if (value[n - 1] == units[i].letter && text_format(number, sizeof number, "%.*s", (int)n - 1, value)
            && text_to_long(number, &count) && count > 0 && count <= LARGEST_NUMBER / units[i].seconds) {
            *out = (unsigned)(count * units[i].seconds);
            return true;
        }
    return err_set(e, ERR_USAGE, "%s takes a time like 90s, 30m, 4h or 2d, not \"%s\"", name, value);
}

static bool set_on_fault(const char **out, const char *value, struct err *e)
{
    *out = value;
    return text_is(value, "stop") || text_is(value, "go-on") || err_set(e, ERR_USAGE, "--on-fault takes stop or go-on, not \"%s\"", value);
}

unsigned options_soak_s(const struct options *o)
{
    return o->soak_s > 0 ? o->soak_s : o->level == LEVEL_SOAK ? SOAK_S : TASTE_S;
}

/* 2^53: what JSON's numbers hold whole. */
static bool set_seed(uint64_t *out, const char *value, struct err *e)
{
    long n;

    if (!text_to_long(value, &n) || n < 1 || n > 1L << 53)
        return err_set(e, ERR_USAGE, "--seed takes a number from 1 to %ld, not \"%s\"", 1L << 53, value);
    *out = (uint64_t)n;
    return true;
}

static bool set(struct options *o, struct arena *a, const struct option *opt, const char *value, struct err *e)
{
    void *field = (char *)o + opt->at;
    struct words *list = field;
    long n;

    switch (opt->kind) {
    case FLAG:
        *(bool *)field = true;
        return true;
    case TEXT:
        *(const char **)field = value;
        return *value != '\0' || err_set(e, ERR_USAGE, "%s needs a value", opt->name);
    case LIST:
        *ARENA_PUSH(a, list->items, list->n) = value;
        return *value != '\0' || err_set(e, ERR_USAGE, "%s needs a value", opt->name);
    case NUMBER:
        if (!text_to_long(value, &n) || n < 1 || n > LARGEST_NUMBER)
            return err_set(e, ERR_USAGE, "%s takes a number from 1 to %d, not \"%s\"", opt->name, LARGEST_NUMBER, value);
        *(unsigned *)field = (unsigned)n;
        return true;
    case SEED:
        return set_seed(field, value, e);
    case COLOURED:
        return set_colour(field, value, e);
    case LEVELLED:
        return set_level(field, value, e);
    case RUNG:
        *(const char **)field = value;
        return text_is(value, "sass") || text_is(value, "ptx")
            || err_set(e, ERR_USAGE, "%s takes sass or ptx, not \"%s\"", opt->name, value);
    case DURATION:
        return set_duration(field, opt->name, value, e);
    case ON_FAULT:
        return set_on_fault(field, value, e);
    case PID:
        *(const char **)field = value;
        return (text_to_long(value, &n) && n > 0) || err_set(e, ERR_USAGE, "%s takes the number of a process, not \"%s\"", opt->name, value);
    case CI:
        *(const char **)field = value;
        return text_is(value, "github") || err_set(e, ERR_USAGE, "%s takes github, not \"%s\"", opt->name, value);
    }
    return false;
}

/* getopt_long would accept abbreviations, which break scripts when an option is added. */
static bool parse_option(struct options *o, struct arena *a, int argc, char **argv, int *i, struct err *e)
{
    const char *word = argv[*i], *equals = text_starts(word, "--") ? strchr(word, '=') : NULL;
    size_t n = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct option *opt = find(word, n, o->verb);
    const char *value = equals != NULL ? equals + 1 : NULL;

    if (opt == NULL)
        return err_set(e, ERR_USAGE, "gpuvet %s has no option %.*s", o->verb, (int)n, word);
    if (opt->kind == FLAG && value != NULL)
        return err_set(e, ERR_USAGE, "%s takes no value", opt->name);
    if (opt->kind != FLAG && value == NULL) {
        if (*i + 1 >= argc)
            return err_set(e, ERR_USAGE, "%s needs a value", opt->name);
        value = argv[++*i];
    }
    return set(o, a, opt, value, e);
}

/* What stands beside the options. */
static bool check_words(const struct options *o, struct err *e)
{
    const size_t n = o->rest.n;

    if ((text_is(o->verb, "run") || text_is(o->verb, "selftest") || text_is(o->verb, "bench") || text_is(o->verb, "doctor")) && n > 0)
        return err_set(e, ERR_USAGE, "gpuvet %s takes options only, not \"%s\"", o->verb, o->rest.items[0]);
    if (text_is(o->verb, "list") && (n > 1 || (n == 1 && !text_is(o->rest.items[0], "probes"))))
        return err_set(e, ERR_USAGE, "gpuvet list takes \"probes\" or nothing");
    if (text_is(o->verb, "inspect") && n == 0)
        return err_set(e, ERR_USAGE, "gpuvet inspect takes files, folders or wheels");
    for (size_t i = 0; i < n; i++)
        if (o->rest.items[i][0] == '\0')        /* a shell's variable that is not set: never "the current folder" */
            return err_set(e, ERR_USAGE, "gpuvet %s was given an empty name", o->verb);
    if (text_is(o->verb, "judge") && n != 1)
        return err_set(e, ERR_USAGE, "gpuvet judge takes one file");
    if (text_is(o->verb, "report") && n != 1)
        return err_set(e, ERR_USAGE, "gpuvet report takes one file");
    if (text_is(o->verb, "compare") && n != 2)
        return err_set(e, ERR_USAGE, "gpuvet compare takes two files: before and after");
    if (text_is(o->verb, "health") && n > 1)
        return err_set(e, ERR_USAGE, "gpuvet health takes one file at most");
    if (text_is(o->verb, "matrix") && n > 0)
        return err_set(e, ERR_USAGE, "gpuvet matrix takes options only, not \"%s\"", o->rest.items[0]);
    if (o->framework != NULL && (o->torch != NULL || o->cuda != NULL))
        return err_set(e, ERR_USAGE, "--torch and --cuda choose among PyTorch's builds: with --framework they choose nothing");
    if (text_is(o->verb, "explain") && n > 1)
        return err_set(e, ERR_USAGE, "gpuvet explain takes one topic or one file");
    if ((o->soak_s > 0 || o->on_fault != NULL) && o->level != LEVEL_SOAK)
        return err_set(e, ERR_USAGE, "--for and --on-fault are a soak's: they need --level soak");
    return true;
}

/* Of the ways to tell the doctor what is wrong, one. */
static bool check_complaint(const struct options *o, struct err *e)
{
    size_t inputs = 0;

    for (size_t i = 0; i < o->errors.n; i++)
        inputs += text_is(o->errors.items[i], "-");
    if (inputs > 0 && o->errors.n > 1)
        return err_set(e, ERR_USAGE, "--error - reads all of standard input: it goes with no other --error");
    if ((o->errors.n > 0) + (o->pid != NULL) + (o->failing.n > 0) > 1)
        return err_set(e, ERR_USAGE, "--error, --pid and a command exclude each other");
    if (o->from != NULL && (o->pid != NULL || o->failing.n > 0))
        return err_set(e, ERR_USAGE, "--from looks at a saved run: it goes with neither --pid nor a command");
    if (o->from != NULL && (!text_is(o->root, "/") || o->devices.n + o->stacks.n + o->stack_dirs.n > 0 || o->no_gpu))
        return err_set(e, ERR_USAGE, "--from looks at what was saved, all of it: it goes with none of --root, --device, --select, --stack and --no-gpu");
    if (text_is(o->save, "-"))
        return err_set(e, ERR_USAGE, "--save takes a file: standard output holds the answer");
    if (o->failing.n > 0 && !text_is(o->root, "/"))
        return err_set(e, ERR_USAGE, "a command runs on this machine: it does not go with --root");
    return true;
}

/* One thing at a time on standard output, and in a file. */
static bool check_outputs(const struct options *o, struct err *e)
{
    const char *const files[] = { o->out, o->junit, o->metrics };

    if (o->json + o->nagios + o->as_require + o->oneline + (o->ci != NULL) + o->plan + o->markdown + o->html > 1)
        return err_set(e, ERR_USAGE, "--json, --html, --markdown, --nagios, --oneline, --as-require, --plan and --ci exclude each other: standard output holds one of them");
    for (size_t i = 0; i < COUNT_OF(files); i++)
        for (size_t k = i + 1; k < COUNT_OF(files); k++)
            if (text_is(files[i], files[k]))
                return err_set(e, ERR_USAGE, "%s cannot hold two things", files[i]);
    return true;
}

bool options_parse(struct options *o, struct arena *a, int argc, char **argv, struct err *e)
{
    *o = (struct options){ .verb = "help", .root = "/", .repeat = 1, .max_age_s = 86400,
                           .command = (const char *const *)(void *)argv, .n_command = (size_t)argc };
    if (argc < 2)
        return true;
    for (int i = 2; i < argc && !text_is(argv[i], "--"); i++)
        o->nagios |= text_is(argv[i], "--nagios");      /* decides how an error ends, wherever it stands */
    o->verb = text_is(argv[1], "--help") || text_is(argv[1], "-h") ? "help" : text_is(argv[1], "--version") ? "version" : argv[1];
    if (!is_verb(o->verb))
        return err_set(e, ERR_USAGE, "there is no verb \"%s\"", argv[1]);
    if (text_is(o->verb, "bench"))
        o->repeat = 0;                          /* by its level, below */
    for (int i = 2; i < argc; i++) {
        if (text_is(argv[i], "--help") || text_is(argv[i], "-h")) {
            *ARENA_PUSH(a, o->rest.items, o->rest.n) = o->verb;
            o->verb = "help";
            return true;
        }
        if (text_is(argv[i], "--") && text_is(o->verb, "doctor")) {
            o->failing = (struct words){ (const char **)(void *)(argv + i + 1), (size_t)(argc - i - 1) };
            if (o->failing.n == 0 || argv[i + 1][0] == '\0')
                return err_set(e, ERR_USAGE, "gpuvet doctor -- needs the command that fails behind it");
            break;
        }
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!parse_option(o, a, argc, argv, &i, e))
                return false;
        } else {
            *ARENA_PUSH(a, o->rest.items, o->rest.n) = argv[i];
        }
    }
    if (text_is(o->verb, "selftest"))           /* a run of these probes, without the stacks */
        *ARENA_PUSH(a, o->probes.items, o->probes.n) = "selftest.*";
    o->command_s = o->timeout_s > 0 ? o->timeout_s : COMMAND_S;
    o->timeout_s = o->timeout_s > 0 && o->failing.n == 0 ? o->timeout_s : TIMEOUT_S;
    o->timed = o->repeat == 0;
    if (o->timed)
        o->repeat = o->level >= LEVEL_FULL ? BENCH_ROUNDS_FULL : BENCH_ROUNDS;
    o->measures = text_is(o->verb, "bench") && o->probes.n == 0;
    o->diagnoses = text_is(o->verb, "doctor") && o->probes.n == 0;
    if (text_is(o->verb, "bench"))
        *ARENA_PUSH(a, o->probes.items, o->probes.n) = "device.facts";      /* the circumstances of a comparison */
    return check_words(o, e) && check_complaint(o, e) && check_outputs(o, e);
}
