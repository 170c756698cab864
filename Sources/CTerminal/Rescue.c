// Leaving the terminal as it was found, whatever happens.
//
// `rescue_restore` and all it calls may run in a signal handler, on any thread, while another thread is inside ncurses:
// only async-signal-safe calls, no allocation, no locks.

#define _GNU_SOURCE 1
#include "Private.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { phase_idle, phase_armed, phase_restoring };

static atomic_int phase = phase_idle;
static pid_t owner;
/// The terminal as ncurses writes to it, and opened once more for us: writing to ours does not block, for the last words
/// of a process must not wait for a line that is cut.
static int watched_tty = -1;
static int rescue_tty = -1;
static int null_device = -1;
static struct termios found_modes;
static char leaving[512];
static size_t leaving_count;

/// Where standard error really goes, -1 where it is not a terminal and stays as it is.
static int real_stderr = -1;
/// What is written to standard error while the screen is up, for it would scribble over the picture.
static int captured_stderr = -1;

bool rescue_save_modes(int tty) {
    return tcgetattr(tty, &found_modes) == 0;
}

static void capture_stderr(void) {
    if (captured_stderr < 0) captured_stderr = memfd_create("stderr", MFD_CLOEXEC);
    if (captured_stderr < 0) return;
    if (real_stderr < 0) real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (real_stderr >= 0) dup2(captured_stderr, STDERR_FILENO);
}

void rescue_arm(int tty, const char *leaving_bytes, size_t count) {
    owner = getpid();
    watched_tty = tty;
    rescue_tty = open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
    leaving_count = count < sizeof leaving ? count : sizeof leaving;
    memcpy(leaving, leaving_bytes, leaving_count);
    if (isatty(STDERR_FILENO)) capture_stderr();
    atomic_store(&phase, phase_armed);
}

/// Writes to a descriptor; gives up, and says false, after a second without progress.
static bool write_all(int descriptor, const char *bytes, size_t count) {
    for (int attempt = 0; count > 0 && attempt < 20;) {
        ssize_t written = write(descriptor, bytes, count);
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
            attempt = 0;
            continue;
        }
        if (written < 0 && errno != EAGAIN && errno != EINTR) return false;
        const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
        nanosleep(&pause, NULL);
        attempt += 1;
    }
    return count == 0;
}

/// Puts standard error back, and writes what was captured where `is_replayed`.
static void release_stderr(bool is_replayed) {
    if (real_stderr < 0) return;
    dup2(real_stderr, STDERR_FILENO);
    if (!is_replayed) return;
    char buffer[1024];
    ssize_t count;
    lseek(captured_stderr, 0, SEEK_SET);
    while ((count = read(captured_stderr, buffer, sizeof buffer)) > 0) {
        write_all(STDERR_FILENO, buffer, (size_t)count);
    }
    int result = ftruncate(captured_stderr, 0);
    (void)result;
    lseek(captured_stderr, 0, SEEK_SET);
}

/// Two threads may crash at once: the second may not end the process before the first has restored the terminal.
static void wait_for_other_thread(void) {
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < 2000 && atomic_load(&phase) == phase_restoring; i++) nanosleep(&pause, NULL);
}

void rescue_restore(bool sends_bytes) {
    // A forked child must not restore the terminal that its parent still draws on.
    if (getpid() != owner) return;
    int expected = phase_armed;
    if (!atomic_compare_exchange_strong(&phase, &expected, phase_restoring)) {
        wait_for_other_thread();
        return;
    }
    // In the background, a change of modes would stop us; this one is meant.
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    bool is_flowing = true;
    if (sends_bytes) {
        // Another thread may be drawing. What it still has to send goes nowhere, and a sequence that it has half sent
        // ends with ESC, with which ours begin.
        if (null_device >= 0) dup2(null_device, watched_tty);
        is_flowing = write_all(rescue_tty, leaving, leaving_count);
    }
    tcsetattr(rescue_tty, TCSANOW, &found_modes);
    release_stderr(is_flowing);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    atomic_store(&phase, phase_idle);
}

void rescue_disarm(void) {
    if (rescue_tty >= 0) close(rescue_tty);
    if (null_device >= 0) close(null_device);
    rescue_tty = -1;
    null_device = -1;
}

void rescue_resume(void) {
    if (real_stderr >= 0) capture_stderr();
    atomic_store(&phase, phase_armed);
}
