/* A table is a list of columns: where each goes in the row's struct, and what may
 * stand in it. Everything else about reading is the same for all of them. */
#include "store/expected.h"

#include <string.h>

#include "base/embed.h"
#include "base/text.h"
#include "store/column.h"
#include "store/door.h"
#include "store/file.h"

enum { LARGEST_FILE = 4 << 20, ROWS_MAX = 20000 };

#define TABLES(X) \
    X(torch,      "torch.json",       torch_build,       torch) \
    X(cuda,       "cuda.json",        cuda_release,      cuda) \
    X(drivers,    "drivers.json",     driver_branch,     drivers) \
    X(compat,     "compat.json",      compat_package,    compat) \
    X(archs,      "archs.json",       gpu_arch,          archs) \
    X(chips,      "chips.json",       gpu_chip,          chips) \
    X(gpus,       "gpus.json",        gpu_model,         gpus) \
    X(peaks,      "peaks.json",       gpu_peak,          peaks) \
    X(sm_rates,   "sm-rates.json",    sm_rate,           sm_rates) \
    X(rates,      "rates.json",       healthy_rate,      rates) \
    X(cudnn,      "cudnn.json",       cudnn_release,     cudnn) \
    X(parts,      "cudnn-parts.json", cudnn_parts,       parts) \
    X(frameworks, "frameworks.json",  framework_release, frameworks) \
    X(companions, "companions.json",  companion,         companions)

#define EMBED_TABLE(id, file, type, field) EMBED(expected_##id, "results/expected/" file)
TABLES(EMBED_TABLE)

#define COLUMN(type, name, kind, presence) { #name, kind, offsetof(struct type, name), presence }
#define NAMED(type, name, field, kind, presence) { name, kind, offsetof(struct type, field), presence }
#define ORIGIN(type) \
    { "source", SOURCES, offsetof(struct type, origin.source), MUST_BE }, \
    { "as_of",  DATE,    offsetof(struct type, origin.as_of),  MUST_BE }, \
    { "notes",  WORDS,   offsetof(struct type, origin.notes),  MAY_BE }, \
    { NULL, WORDS, 0, MAY_BE }

static const struct column torch_columns[] = {
    COLUMN(torch_build, torch, VERSION, MUST_BE), COLUMN(torch_build, variant, ARGUMENTS, MUST_BE), COLUMN(torch_build, platform, WORDS, MUST_BE),
    COLUMN(torch_build, cuda, VERSION, MUST_BE), COLUMN(torch_build, cuda_full, VERSION, MAY_BE),
    COLUMN(torch_build, cudnn, VERSION, MAY_BE), COLUMN(torch_build, nccl, VERSION, MAY_BE), COLUMN(torch_build, python, VERSIONS, MAY_BE),
    NAMED(torch_build, "archs", codes, GPU_CODES, MAY_BE), NAMED(torch_build, "archs_basis", codes_basis, WORDS, MAY_BE),
    COLUMN(torch_build, on_pypi, ANSWER, MAY_BE), COLUMN(torch_build, index, ARGUMENTS, MAY_BE), COLUMN(torch_build, conda, ARGUMENTS, MAY_BE),
    COLUMN(torch_build, glibc, VERSION, MAY_BE), COLUMN(torch_build, pins, PINS, MAY_BE),
    COLUMN(torch_build, released, DATE, MAY_BE), COLUMN(torch_build, status, WORDS, MAY_BE), ORIGIN(torch_build),
};

static const struct column cuda_columns[] = {
    COLUMN(cuda_release, cuda, VERSION, MUST_BE), COLUMN(cuda_release, minor, VERSION, MUST_BE),
    COLUMN(cuda_release, bundled_driver, VERSION, MAY_BE), COLUMN(cuda_release, driver_floor, VERSION, MUST_BE),
    COLUMN(cuda_release, driver_api, WHOLE, MAY_BE), ORIGIN(cuda_release),
};

static const struct column drivers_columns[] = {
    COLUMN(driver_branch, branch, WHOLE, MUST_BE), COLUMN(driver_branch, driver_api, WHOLE, MUST_BE), COLUMN(driver_branch, cuda, VERSION, MUST_BE),
    COLUMN(driver_branch, type, WORDS, MAY_BE), COLUMN(driver_branch, released, DATE, MAY_BE), COLUMN(driver_branch, eol, DATE, MAY_BE),
    COLUMN(driver_branch, last_version, VERSION, MAY_BE), ORIGIN(driver_branch),
};

static const struct column compat_columns[] = {
    COLUMN(compat_package, package, ARGUMENTS, MUST_BE), COLUMN(compat_package, cuda, VERSION, MUST_BE),
    COLUMN(compat_package, branches, WHOLES, MUST_BE), COLUMN(compat_package, not_on, WHOLES, MAY_BE), COLUMN(compat_package, gpus, WORDS, MAY_BE),
    ORIGIN(compat_package),
};

static const struct column archs_columns[] = {
    COLUMN(gpu_arch, cc, CC, MUST_BE), COLUMN(gpu_arch, arch, WORDS, MUST_BE),
    COLUMN(gpu_arch, first_cuda, VERSION, MAY_BE), COLUMN(gpu_arch, last_cuda, VERSION, MAY_BE),
    COLUMN(gpu_arch, min_driver, WHOLE, MAY_BE), COLUMN(gpu_arch, last_driver, WHOLE, MAY_BE),
    COLUMN(gpu_arch, cudnn_last, VERSION, MAY_BE),
    COLUMN(gpu_arch, tegra, ANSWER, MAY_BE), COLUMN(gpu_arch, examples, WORD_LIST, MAY_BE),
    ORIGIN(gpu_arch),
};

static const struct column chips_columns[] = {
    COLUMN(gpu_chip, first, PCI_DEVICE, MUST_BE), COLUMN(gpu_chip, last, PCI_DEVICE, MUST_BE), COLUMN(gpu_chip, chip, WORDS, MUST_BE),
    COLUMN(gpu_chip, cc, CC, MUST_BE), COLUMN(gpu_chip, module, WORDS, MAY_BE), ORIGIN(gpu_chip),
};

static const struct column gpus_columns[] = {
    COLUMN(gpu_model, gpu, WORDS, MUST_BE), COLUMN(gpu_model, cc, CC, MUST_BE), COLUMN(gpu_model, kind, WORDS, MUST_BE), COLUMN(gpu_model, platform, WORDS, MAY_BE),
    ORIGIN(gpu_model),
};

static const struct column peaks_columns[] = {
    COLUMN(gpu_peak, gpu, WORDS, MUST_BE), COLUMN(gpu_peak, sms, WHOLE, MUST_BE), COLUMN(gpu_peak, memory_gbs, WHOLE, MUST_BE),
    COLUMN(gpu_peak, boost_mhz, WHOLE, MUST_BE), COLUMN(gpu_peak, tensor_mhz, WHOLE, MAY_BE), COLUMN(gpu_peak, family, WORDS, MAY_BE),
    COLUMN(gpu_peak, fp64, NUMBER, MAY_BE), COLUMN(gpu_peak, fp64_tensor, NUMBER, MAY_BE), COLUMN(gpu_peak, fp32, NUMBER, MAY_BE),
    COLUMN(gpu_peak, tf32, NUMBER, MAY_BE), COLUMN(gpu_peak, fp16, NUMBER, MAY_BE), COLUMN(gpu_peak, bf16, NUMBER, MAY_BE),
    COLUMN(gpu_peak, fp8, NUMBER, MAY_BE), COLUMN(gpu_peak, int8, NUMBER, MAY_BE), COLUMN(gpu_peak, fp4, NUMBER, MAY_BE),
    COLUMN(gpu_peak, quoted, WORD_LIST, MAY_BE), COLUMN(gpu_peak, pcie_generation, WHOLE, MAY_BE), COLUMN(gpu_peak, pcie_lanes, WHOLE, MAY_BE),
    COLUMN(gpu_peak, nvlink_gbs, NUMBER, MAY_BE), ORIGIN(gpu_peak),
};

static const struct column sm_rates_columns[] = {
    COLUMN(sm_rate, cc, CC, MUST_BE), COLUMN(sm_rate, family, WORDS, MAY_BE),
    COLUMN(sm_rate, fp64, WHOLE, MAY_BE), COLUMN(sm_rate, fp64_tensor, WHOLE, MAY_BE), COLUMN(sm_rate, fp32, WHOLE, MAY_BE),
    COLUMN(sm_rate, tf32, WHOLE, MAY_BE), COLUMN(sm_rate, fp16, WHOLE, MAY_BE), COLUMN(sm_rate, bf16, WHOLE, MAY_BE),
    COLUMN(sm_rate, fp8, WHOLE, MAY_BE), COLUMN(sm_rate, int8, WHOLE, MAY_BE), COLUMN(sm_rate, fp4, WHOLE, MAY_BE), ORIGIN(sm_rate),
};

static const struct column rates_columns[] = {
    COLUMN(healthy_rate, measure, WORDS, MUST_BE), COLUMN(healthy_rate, gpu, WORDS, MAY_BE), COLUMN(healthy_rate, gpus, WHOLE, MAY_BE),
    COLUMN(healthy_rate, percent, WHOLE, MAY_BE), COLUMN(healthy_rate, least, NUMBER, MAY_BE), ORIGIN(healthy_rate),
};

static const struct column cudnn_columns[] = {
    COLUMN(cudnn_release, cudnn, VERSION, MUST_BE), COLUMN(cudnn_release, full, VERSION, MAY_BE), COLUMN(cudnn_release, builds, CUDNN_BUILDS, MAY_BE),
    ORIGIN(cudnn_release),
};

static const struct column parts_columns[] = {
    COLUMN(cudnn_parts, major, WHOLE, MUST_BE), COLUMN(cudnn_parts, files, WORD_LIST, MUST_BE), ORIGIN(cudnn_parts),
};

static const struct column frameworks_columns[] = {
    COLUMN(framework_release, framework, ARGUMENTS, MUST_BE), COLUMN(framework_release, version, ARGUMENTS, MUST_BE), COLUMN(framework_release, last, ARGUMENTS, MAY_BE),
    COLUMN(framework_release, torch, WORDS, MAY_BE), COLUMN(framework_release, cuda, VERSIONS, MAY_BE), COLUMN(framework_release, cudnn, WORDS, MAY_BE),
    COLUMN(framework_release, python, VERSIONS, MAY_BE), COLUMN(framework_release, min_cc, CC, MAY_BE), COLUMN(framework_release, install, WORD_LIST, MAY_BE),
    ORIGIN(framework_release),
};

static const struct column companions_columns[] = {
    COLUMN(companion, torch, VERSION, MUST_BE), COLUMN(companion, distribution, ARGUMENTS, MUST_BE), COLUMN(companion, version, VERSION, MUST_BE),
    ORIGIN(companion),
};

static const struct table {
    const char *file, *text, *end;
    const struct column *columns;
    size_t row_size, at;                /* the row's struct, and where in struct expected the list begins */
} tables[] = {
#define TABLE(id, file, type, field) { file, expected_##id, expected_##id##_end, id##_columns, sizeof(struct type), offsetof(struct expected, field) },
    TABLES(TABLE)
};

#define CHECK(id, file, type, field) \
    _Static_assert(offsetof(struct expected, n_##field) == offsetof(struct expected, field) + sizeof(void *), "a list and its length are neighbours");
TABLES(CHECK)

/* "(torch 2.4.1, variant cu124)": what the row is about, by its first two columns, as far as they are texts. */
static const char *about(struct arena *a, const struct table *t, const struct value *row)
{
    struct text said = { .arena = a };

    for (size_t i = 0; i < 2 && t->columns[i].name != NULL; i++) {
        const struct value *value = value_member(row, t->columns[i].name);

        if (value_is(value, VALUE_TEXT))
            text_add(&said, "%s%s %s", said.n > 0 ? ", " : "", t->columns[i].name, value->text);
        else if (value_is(value, VALUE_WHOLE))
            text_add(&said, "%s%s %lld", said.n > 0 ? ", " : "", t->columns[i].name, value->whole);
    }
    return said.n > 0 ? said.s : "nothing says what it is about";
}

static bool read_rows(struct expected *x, struct arena *a, const struct table *t, const struct value *document, struct err *e)
{
    struct door d = { .arena = a, .err = e };
    const struct value *rows = door_list(&d, document, "rows"), *item = value_first(rows);
    size_t n = value_count(rows);
    char *items = arena_alloc(a, (n + 1) * t->row_size);

    if (rows != NULL && (n == 0 || n > ROWS_MAX))
        door_refuse(&d, "rows", n == 0 ? "there is none" : "there are too many");
    for (size_t i = 0; i < n && !d.failed; i++, item = item->next) {
        const struct value *row = door_enter(&d, item, "rows", (long)i);

        if (row != NULL && !columns_read(&d, t->columns, row, items + i * t->row_size))
            return err_in(e, "the row of %s", about(a, t, row));
        door_leave(&d);
    }
    memcpy((char *)x + t->at, &items, sizeof items);
    memcpy((char *)x + t->at + sizeof items, &n, sizeof n);
    return !d.failed;
}

static bool parse(struct expected *x, struct arena *a, const struct table *t, char *text, size_t n, struct err *e)
{
    struct flaw why;
    const struct value *document = document_parse(a, text, n, &why);

    if (document == NULL)
        return err_set(e, ERR_FORMAT, "line %zu: %s", why.line, why.why);
    return read_rows(x, a, t, document, e);
}

bool expected_parse(struct expected *x, struct arena *a, const char *name, const char *text, size_t n, struct err *e)
{
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        if (text_is(tables[i].file, name))
            return parse(x, a, &tables[i], arena_copy(a, text, n), n, e);
    return err_set(e, ERR_USAGE, "there is no table %s", name);
}

bool expected_read(struct expected *x, struct arena *a, const char *dir, struct err *e)
{
    *x = (struct expected){ .where = dir != NULL ? dir : "this program's own data" };
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        const struct table *t = &tables[i];
        const char *path = dir != NULL ? text_join(a, dir, t->file) : t->file;
        size_t n = (size_t)(t->end - t->text);
        char *text;

        if (dir == NULL)
            text = arena_copy(a, t->text, n);
        else if (!file_read(&text, &n, a, path, LARGEST_FILE, e))
            return false;               /* it names the file */
        if (!parse(x, a, t, text, n, e))
            return err_in(e, "%s", path);
    }
    return true;
}
