/* sm.map - every multiprocessor computes the same work, and every result is
 * compared with what the host computed: a wrong one is found at its SM, lane and
 * bit. That all were asked is shown by their own numbers, from blocks that were
 * all running at the same time. */
#include "child/child.h"

#include <string.h>

#include "base/text.h"
#include "math/sm_map.h"

enum { WAIT_MS = 500 };                 /* for blocks that start within microseconds of each other */

/* Under MPS a process has a share of the multiprocessors, and which one is not told. */
static void refuse_mps(struct child *c)
{
    const char *percent = child_env(c, "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE");

    if (percent != NULL && !text_is(percent, "100"))
        stop_unsupported(c, "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE is %s: this process is given some of the multiprocessors, and not told which", percent);
}

static void tell(struct child *c, const struct sm_map_seen *s)
{
    const char *missing = sm_map_missing(s, &c->arena), *where = sm_map_where(s, &c->arena);

    if (where != NULL)
        saw_text(c, "sm.where", "%s", where);
    saw_num(c, "sm.wrong", "", s->log->faults);
    if (missing != NULL)
        saw_text(c, "sm.missing", "%s", missing);
    saw_num(c, "sm.proved", "", sm_map_proved(s));
    saw_num(c, "sm.unproved", "", missing != NULL ? s->sms - sm_map_proved(s) : 0);
}

static void run(struct child *c)
{
    struct sm_log *log = host_buffer(c, sizeof *log);
    uint64_t wait_ns = WAIT_MS * UINT64_C(1000000);
    CUdeviceptr want, rows_at, log_at;
    struct together t;
    struct sm_row *rows;
    uint32_t each;
    int sms;

    refuse_mps(c);
    t = child_together(c, "sm_map", SM_THREADS);
    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->device));
    each = t.shared / (SM_THREADS * sizeof(uint32_t));
    rows = host_buffer(c, t.blocks * sizeof *rows);
    memset(rows, 0xff, t.blocks * sizeof *rows);
    want = device_buffer(c, SM_EXPECTED * sizeof(uint64_t));
    rows_at = device_buffer(c, t.blocks * sizeof *rows);
    log_at = device_buffer(c, sizeof *log);
    device_upload(c, want, sm_map_expect(&c->arena), SM_EXPECTED * sizeof(uint64_t));
    device_upload(c, rows_at, rows, t.blocks * sizeof *rows);
    device_upload(c, log_at, log, sizeof *log);
    child_launch_together(c, &t, (void *[]){ &want, &rows_at, &log_at, &c->seed, &wait_ns, &each, NULL });
    device_wait(c);
    device_download(c, rows, rows_at, t.blocks * sizeof *rows);
    device_download(c, log, log_at, sizeof *log);
    saw_num(c, "sm.blocks_each", "", t.per_sm);
    saw_num(c, "sm.shared_memory", "B", t.shared);
    tell(c, &(struct sm_map_seen){ .sms = (unsigned)sms, .blocks = t.blocks, .rows = rows, .log = log });
}

extern const struct probe probe_cuda_launch;

const struct probe probe_sm_map = {
    .name     = "sm.map",
    .claim    = "Every multiprocessor computes integers, fp32, fp64 and shuffles right, and its shared memory holds what is written to it.",
    .scope    = SCOPE_DEVICE,
    .needs    = NEEDS_DRIVER | NEEDS_CONTEXT | NEEDS_KERNELS,
    .tells_counters = true,
    .rests_on = { &probe_cuda_launch },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "sm.wrong",    .bound = EQUALS, .number = 0, .sentence = "%s results are wrong", .detail = "sm.where" },
        { .key = "sm.unproved", .bound = EQUALS, .number = 0, .sentence = "not every multiprocessor was proved", .detail = "sm.missing" },
        { .key = "sm.proved",   .bound = AT_LEAST, .number = 1, .sentence = "no multiprocessor worked" },
        { .key = NULL },
    },
    .run      = run,
};
