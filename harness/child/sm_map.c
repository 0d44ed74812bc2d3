#include "child/sm_map.h"

#include <string.h>

#include "base/text.h"

enum {
    WAIT_MS      = 500,                 /* for blocks that start within microseconds of each other */
    LAUNCHES_MAX = 3,
};

/* Under MPS a process has a share of the multiprocessors, and which one is not told. */
static void refuse_mps(struct child *c)
{
    const char *percent = child_env(c, "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE");

    if (percent != NULL && !text_is(percent, "100"))
        stop_unsupported(c, "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE is %s: this process is given some of the multiprocessors, and not told which", percent);
}

void sm_map_tell(struct child *c, const struct sm_map_seen *s)
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

struct map { struct together t; struct sm_log *log; struct sm_row *rows; CUdeviceptr want, log_at, rows_at; };

static void launch_map(struct child *c, struct map *m)
{
    uint64_t wait_ns = WAIT_MS * UINT64_C(1000000);
    uint32_t each = m->t.shared / (SM_THREADS * sizeof(uint32_t));

    memset(m->log, 0, sizeof *m->log);
    memset(m->rows, 0xff, m->t.blocks * sizeof *m->rows);
    device_upload(c, m->rows_at, m->rows, m->t.blocks * sizeof *m->rows);
    device_upload(c, m->log_at, m->log, sizeof *m->log);
    child_launch_together(c, &m->t, (void *[]){ &m->want, &m->rows_at, &m->log_at, &c->seed, &wait_ns, &each, NULL });
    device_wait(c);
    device_download(c, m->rows, m->rows_at, m->t.blocks * sizeof *m->rows);
    device_download(c, m->log, m->log_at, sizeof *m->log);
}

/* Where the GPU is taken from us for a while (a display, another process), a block may come late or move: that
 * does not happen each time. */
static struct sm_map_seen look(struct child *c, struct map *m)
{
    struct sm_map_seen s = { .blocks = m->t.blocks, .rows = m->rows, .log = m->log };
    unsigned launches = 0;
    int sms;

    MUST(c, cuda, cuDeviceGetAttribute(&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->device));
    s.sms = (unsigned)sms;
    do {
        launch_map(c, m);
        launches++;
    } while (launches < LAUNCHES_MAX && m->log->faults == 0 && sm_map_missing(&s, &c->arena) != NULL);
    saw_num(c, "sm.launches", "", launches);
    return s;
}

struct sm_map_seen sm_map_look(struct child *c, const char *kernel)
{
    struct map m = { .log = host_buffer(c, sizeof *m.log) };
    struct sm_map_seen s;

    refuse_mps(c);
    m.t = child_together(c, kernel, SM_THREADS);
    m.rows = host_buffer(c, m.t.blocks * sizeof *m.rows);
    m.want = device_buffer(c, SM_EXPECTED * sizeof(uint64_t));
    m.rows_at = device_buffer(c, m.t.blocks * sizeof *m.rows);
    m.log_at = device_buffer(c, sizeof *m.log);
    device_upload(c, m.want, sm_map_expect(&c->arena), SM_EXPECTED * sizeof(uint64_t));
    saw_num(c, "sm.blocks_each", "", m.t.per_sm);
    saw_num(c, "sm.shared_memory", "B", m.t.shared);
    s = look(c, &m);
    if (m.log->faults == 0 && sm_map_missing(&s, &c->arena) != NULL && child_under_mps(c))
        stop_unsupported(c, "under MPS other processes may hold multiprocessors: %s", sm_map_missing(&s, &c->arena));
    return s;
}

const struct expect sm_map_bounds[] = {
    { .key = "sm.wrong",    .bound = EQUALS, .number = 0, .sentence = "%s results are wrong", .detail = "sm.where" },
    { .key = "sm.unproved", .bound = EQUALS, .number = 0, .sentence = "not every multiprocessor was proved", .detail = "sm.missing" },
    { .key = "sm.proved",   .bound = AT_LEAST, .number = 1, .sentence = "no multiprocessor worked" },
    { .key = NULL },
};
