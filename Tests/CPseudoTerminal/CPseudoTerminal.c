#define _GNU_SOURCE 1
#include "CPseudoTerminal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
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

/// The child's part; it was forked from a process of many threads, so only async-signal-safe calls.
static void run(int terminal, const char *path, char *const arguments[], char *const environment[],
                bool blocks_signals) {
    setsid();
    ioctl(terminal, TIOCSCTTY, 0);
    for (int descriptor = 0; descriptor < 3; descriptor++) dup2(terminal, descriptor);
    sigset_t mask;
    sigemptyset(&mask);
    if (blocks_signals) sigfillset(&mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    signal(SIGPIPE, SIG_DFL);
    execve(path, arguments, environment);
    _exit(127);
}

bool pseudo_terminal_spawn(const char *path, char *const arguments[], char *const environment[], int rows, int columns,
                           bool blocks_signals, pseudo_terminal *result) {
    int ours;
    int theirs;
    if (!open_pair(&ours, &theirs)) return false;
    pseudo_terminal_resize(ours, rows, columns);
    tcgetattr(theirs, &result->modes);
    fcntl(ours, F_SETFL, O_NONBLOCK);
    pid_t process = fork();
    if (process == 0) run(theirs, path, arguments, environment, blocks_signals);
    int error = errno;
    close(theirs);
    if (process < 0) {
        close(ours);
        errno = error;
        return false;
    }
    result->process = process;
    result->descriptor = ours;
    return true;
}
