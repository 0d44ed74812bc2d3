/* The fault handler only copies: what it saw is explained by the parent. Once all of that is safe it walks the stack,
 * which reads what the fault may have destroyed: a fault on the way ends the process by the first one's signal. */
#include "child/state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

static struct crumb *page;
static int page_fd;
static char alternate_stack[64 * 1024];
static volatile sig_atomic_t dying_by;      /* the signal that is being handled; 0: none */

/* The kernel does the copy into the page's own file, so a bad address costs an
 * error and not a fault; shorter pieces are tried to stop at the end of the stack.
 * (process_vm_readv would do, too, but containers forbid it; the bare system
 * call, because a sanitizer's pwrite would look at the bytes itself.) */
static void copy_stack(uint64_t sp)
{
    for (size_t n = CRUMB_STACK; n >= 256; n /= 2) {
        long got = syscall(SYS_pwrite64, page_fd, sp, n, offsetof(struct crumb, stack));

        if (got > 0) {
            page->stack_bytes = (uint32_t)got;
            return;
        }
    }
}

static void copy_maps(void)
{
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    size_t at = 0;
    ssize_t n;

    if (fd < 0)
        return;
    while (at < CRUMB_MAPS && (n = read(fd, page->maps + at, CRUMB_MAPS - at)) > 0)
        at += (size_t)n;
    page->maps_bytes = (uint32_t)at;
    close(fd);
}

static void copy_registers(const ucontext_t *uc)
{
    const mcontext_t *m = &uc->uc_mcontext;

#if defined __x86_64__
    page->pc = (uint64_t)m->gregs[REG_RIP];
    page->sp = (uint64_t)m->gregs[REG_RSP];
#elif defined __aarch64__
    page->pc = m->pc;
    page->sp = m->sp;
#else
#error "say where this machine keeps pc and sp"
#endif
}

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *unused)
{
    (void)unused;
    if (page->n_frames == CRUMB_FRAMES)
        return _URC_END_OF_STACK;
    page->frames[page->n_frames] = (uint64_t)_Unwind_GetIP(context);
    page->n_frames++;
    return _URC_NO_REASON;
}

/* Returning from the handler comes back to the instruction that faulted; what was sent has to be sent again. */
static void die_by(int signo, bool was_sent)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    sigset_t one;

    sigaction(signo, &by_default, NULL);
    if (!was_sent)
        return;
    sigemptyset(&one);
    sigaddset(&one, signo);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signo);
}

static void on_fault(int signo, siginfo_t *si, void *uc)
{
    int saved = errno;

    if (dying_by != 0)
        die_by(dying_by, true);
    dying_by = signo;
    page->code = si->si_code;
    page->address = (uint64_t)(uintptr_t)si->si_addr;
    page->tid = (int32_t)syscall(SYS_gettid);
    copy_registers(uc);
    copy_maps();
    copy_stack(page->sp);
    page->signo = signo;
    /* A core of a process that maps a GPU is huge, and the page holds what we need. */
    prctl(PR_SET_DUMPABLE, 0);
    _Unwind_Backtrace(add_frame, NULL);
    errno = saved;
    die_by(signo, si->si_code <= 0);
}

void fault_install(struct crumb *p, int fd)
{
    static const int which[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGTERM };
    stack_t other = { .ss_sp = alternate_stack, .ss_size = sizeof alternate_stack };

    page = p;
    page_fd = fd;
    dying_by = 0;
    page->main_tid = (int32_t)syscall(SYS_gettid);
    sigaltstack(&other, NULL);
    for (size_t i = 0; i < COUNT_OF(which); i++) {
        struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND };

        sigaction(which[i], &sa, NULL);
    }
}
