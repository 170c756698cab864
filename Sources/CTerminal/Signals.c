// Signals set a flag and ring a bell; the thread that draws answers. A second request to end, or a crash, does not wait.

#define _GNU_SOURCE 1
#include "Private.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/// How long an orderly end may take until it is taken for a hang.
enum { grace_seconds = 5 };

terminal_requests requests;
int doorbell = -1;

static const int request_signals[] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, SIGALRM,
};
static const int crash_signals[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct sigaction previous[NSIG];
static bool is_taken_over;
/// Whether a crash goes on to the handler that was there before. Swift's asks questions at the terminal for half a
/// minute: only for those who have asked for it.
static bool chains_crashes;

static void ring(void) {
    // The counter can only be full when the bell is ringing already.
    const uint64_t one = 1;
    ssize_t result = write(doorbell, &one, sizeof one);
    (void)result;
}

void terminal_wake(void) {
    if (doorbell < 0) return;
    int error = errno;
    atomic_store(&requests.wake, true);
    ring();
    errno = error;
}

_Noreturn void terminal_die(int signal) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(signal, &action, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(signal);
    _exit(128 + signal);  // Its default action is not to end a process.
}

static void request_end(int signal) {
    int first = 0;
    if (atomic_compare_exchange_strong(&requests.quit_signal, &first, signal)) {
        atomic_store(&requests.quit, true);
        alarm(grace_seconds);
        return;
    }
    // A closed window says so twice, once by the kernel and once by the shell; that is one request.
    if (signal == SIGHUP && first == SIGHUP) return;
    rescue_restore(true);
    terminal_die(signal == SIGALRM ? first : signal);
}

static void on_request(int signal) {
    int error = errno;
    switch (signal) {
    case SIGWINCH:
        atomic_store(&requests.resize, true);
        break;
    case SIGTSTP:
        atomic_store(&requests.suspend, true);
        break;
    case SIGCONT:
        atomic_store(&requests.continued, true);
        break;
    default:
        request_end(signal);
    }
    ring();
    errno = error;
}

static void on_crash(int signal, siginfo_t *info, void *context) {
    (void)context;
    rescue_restore(true);
    const struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(signal, chains_crashes ? &previous[signal] : &standard, NULL);
    // A fault happens again on return, and then meets the handler just put back; one that was sent, or a trap, does not.
    if (info->si_code <= 0 || signal == SIGTRAP) raise(signal);
}

static void hook(int signal, struct sigaction action) {
    sigfillset(&action.sa_mask);
    sigaction(signal, &action, &previous[signal]);
}

static void hook_requests(void) {
    const struct sigaction action = {.sa_handler = on_request, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < COUNT(request_signals); i++) hook(request_signals[i], action);
    hook(SIGPIPE, (struct sigaction){.sa_handler = SIG_IGN});
}

static void hook_crashes(void) {
    const struct sigaction action = {
        .sa_sigaction = on_crash,
        .sa_flags = SA_SIGINFO | SA_ONSTACK,
    };
    chains_crashes = getenv("SWIFT_BACKTRACE") != NULL;
    for (size_t i = 0; i < COUNT(crash_signals); i++) hook(crash_signals[i], action);
}

/// A stack that has overflown holds no handler; this thread gets another one for it, if it has none yet.
static void provide_crash_stack(void) {
    static char bytes[64 * 1024];
    stack_t present;
    if (sigaltstack(NULL, &present) != 0 || !(present.ss_flags & SS_DISABLE)) return;
    const stack_t stack = {.ss_sp = bytes, .ss_size = sizeof bytes};
    sigaltstack(&stack, NULL);
}

/// A process started from a worker thread of its parent inherits a mask that blocks nearly all.
static void unblock_requests(void) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < COUNT(request_signals); i++) sigaddset(&set, request_signals[i]);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

bool signals_take_over(void) {
    // Kept for good once made: a late worker may still ring it after the screen is closed.
    if (doorbell < 0) doorbell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (doorbell < 0) return false;
    atomic_store(&requests.quit, false);
    atomic_store(&requests.quit_signal, 0);
    provide_crash_stack();
    hook_requests();
    hook_crashes();
    unblock_requests();
    is_taken_over = true;
    return true;
}

void signals_give_back(void) {
    if (!is_taken_over) return;
    is_taken_over = false;
    alarm(0);
    for (size_t i = 0; i < COUNT(request_signals); i++) {
        sigaction(request_signals[i], &previous[request_signals[i]], NULL);
    }
    for (size_t i = 0; i < COUNT(crash_signals); i++) {
        sigaction(crash_signals[i], &previous[crash_signals[i]], NULL);
    }
    sigaction(SIGPIPE, &previous[SIGPIPE], NULL);
}

void signals_stop_job(void) {
    struct sigaction ours;
    const struct sigaction stopping = {.sa_handler = SIG_DFL};
    sigaction(SIGTSTP, &stopping, &ours);
    // The whole job, as the key would: the shell waits for all of a pipeline.
    kill(0, SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
}
