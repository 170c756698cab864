#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

/// A program on a terminal of its own, and that terminal's other end.
typedef struct {
    pid_t process;
    int descriptor;
    /// The modes that the program found.
    struct termios modes;
    /// The leader of the session, which outlives the program; how to hear of it, and to let it go.
    pid_t leader;
    int report;
    int release;
} pseudo_terminal;

/// Comes on the terminal behind the last byte of the program.
enum { pseudo_terminal_end_mark = 0x1E };

/// Starts a program in a new session; whether that worked, `errno` says why not.
///
/// - blocks_signals: whether the program starts with all signals blocked, as children of worker threads do.
bool pseudo_terminal_spawn(const char *path, char *const arguments[], char *const environment[], int rows, int columns,
                           bool blocks_signals, pseudo_terminal *result);

/// How the program ended, as `wait` has it; false where it still runs. To be asked until it is true, then no more.
bool pseudo_terminal_status(const pseudo_terminal *terminal, int *status);

/// Ends the session of a program that has ended.
void pseudo_terminal_release(const pseudo_terminal *terminal);

/// Gives the terminal another size, of which the program is told by SIGWINCH.
bool pseudo_terminal_resize(int descriptor, int rows, int columns);
