#define _GNU_SOURCE 1
#include "CPseudoTerminal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

bool pseudo_terminal_resize(int descriptor, int rows, int columns) {
    const struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(descriptor, TIOCSWINSZ, &size) == 0;
}

/// Opens both ends. Not `openpty`: its descriptors would be inherited by what other tests start.
static bool open_pair(int *ours, int *theirs) {
    char name[64];
    *theirs = -1;
    *ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*ours < 0) return false;
    if (grantpt(*ours) == 0 && unlockpt(*ours) == 0 && ptsname_r(*ours, name, sizeof name) == 0) {
        *theirs = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    if (*theirs >= 0) return true;
    close(*ours);
    return false;
}

/// What the leader says its program by signal, as a shell does with its jobs.
static volatile sig_atomic_t program;

static void pass_on(int signal) {
    if (program > 0) kill((pid_t)program, signal);
}

static const int passing_signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE};
enum { passing_signal_count = sizeof passing_signals / sizeof passing_signals[0] };

/// The program's part. It was forked from a process of many threads, so only async-signal-safe calls.
static void run(const char *path, char *const arguments[], char *const environment[], bool blocks_signals) {
    for (int i = 0; i < passing_signal_count; i++) signal(passing_signals[i], SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    sigset_t mask;
    sigemptyset(&mask);
    if (blocks_signals) sigfillset(&mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    execve(path, arguments, environment);
    _exit(127);
}

/// Closes all that was inherited but standard input, output, error and two pipes: the ends of other tests' terminals
/// and pipes would stay open here.
static void close_others(int first_kept, int second_kept) {
    unsigned low = (unsigned)(first_kept < second_kept ? first_kept : second_kept);
    unsigned high = (unsigned)(first_kept < second_kept ? second_kept : first_kept);
    if (low > 3) close_range(3, low - 1, 0);
    if (high > low + 1) close_range(low + 1, high - 1, 0);
    close_range(high + 1, ~0U, 0);
}

static void tell(int pipe_end, int number) {
    ssize_t count = write(pipe_end, &number, sizeof number);
    (void)count;
}

/// The leader's part: it starts the program, says how it ended, and stays until it is let go.
///
/// When the leader of a session ends, the kernel throws away what was written to the terminal and not handed over yet.
/// The program is therefore no leader, and a mark on the terminal follows what it wrote last.
static void lead(int terminal, const char *path, char *const arguments[], char *const environment[],
                 bool blocks_signals, int report, int release) {
    setsid();
    ioctl(terminal, TIOCSCTTY, 0);
    for (int descriptor = 0; descriptor < 3; descriptor++) dup2(terminal, descriptor);
    close_others(report, release);
    for (int i = 0; i < passing_signal_count; i++) signal(passing_signals[i], SIG_IGN);
    signal(SIGHUP, pass_on);
    sigset_t mask;
    sigemptyset(&mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    pid_t child = fork();
    if (child == 0) run(path, arguments, environment, blocks_signals);
    program = child;
    tell(report, child);
    int status = 127 << 8;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    program = 0;
    tell(report, status);
    const char mark = pseudo_terminal_end_mark;
    ssize_t count = write(STDOUT_FILENO, &mark, 1);
    (void)count;
    char byte;
    while (read(release, &byte, 1) < 0 && errno == EINTR) {}
    _exit(0);
}

bool pseudo_terminal_spawn(const char *path, char *const arguments[], char *const environment[], int rows, int columns,
                           bool blocks_signals, pseudo_terminal *result) {
    int ours;
    int theirs;
    int report[2];
    int release[2];
    if (!open_pair(&ours, &theirs)) return false;
    if (pipe2(report, O_CLOEXEC) != 0) return false;
    if (pipe2(release, O_CLOEXEC) != 0) return false;
    pseudo_terminal_resize(ours, rows, columns);
    tcgetattr(theirs, &result->modes);
    fcntl(ours, F_SETFL, O_NONBLOCK);
    pid_t leader = fork();
    if (leader == 0) {
        lead(theirs, path, arguments, environment, blocks_signals, report[1], release[0]);
    }
    int error = errno;
    close(theirs);
    close(report[1]);
    close(release[0]);
    int process = -1;
    if (leader < 0 || read(report[0], &process, sizeof process) != sizeof process || process < 0) {
        close(ours);
        close(report[0]);
        close(release[1]);
        errno = error;
        return false;
    }
    fcntl(report[0], F_SETFL, O_NONBLOCK);
    result->leader = leader;
    result->process = process;
    result->descriptor = ours;
    result->report = report[0];
    result->release = release[1];
    return true;
}

bool pseudo_terminal_status(const pseudo_terminal *terminal, int *status) {
    return read(terminal->report, status, sizeof *status) == sizeof *status;
}

void pseudo_terminal_release(const pseudo_terminal *terminal) {
    // Not by closing it: another session's leader, forked meanwhile, may hold it open for a moment.
    const char byte = 0;
    ssize_t count = write(terminal->release, &byte, 1);
    (void)count;
    close(terminal->release);
    close(terminal->report);
    while (waitpid(terminal->leader, NULL, 0) < 0 && errno == EINTR) {}
}
