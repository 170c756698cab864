#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

/// A program on a terminal of its own, as `forkpty` makes it, and that terminal's other end.
typedef struct {
    pid_t process;
    int descriptor;
    /// The modes that the program found.
    struct termios modes;
} pseudo_terminal;

/// Starts a program as the leader of a new session; whether that worked, `errno` says why not.
///
/// - blocks_signals: whether the program starts with all signals blocked, as children of worker threads do.
bool pseudo_terminal_spawn(const char *path, char *const arguments[], char *const environment[], int rows, int columns,
                           bool blocks_signals, pseudo_terminal *result);

/// Gives the terminal another size, of which the program is told by SIGWINCH.
bool pseudo_terminal_resize(int descriptor, int rows, int columns);
