#pragma once

#include "CTerminal.h"
#include <stdatomic.h>
#include <stddef.h>

// Rescue.c: all that has to work when nothing else does. It knows descriptors and bytes, and no ncurses.

/// Remembers how to leave the screen, and starts to watch over it.
///
/// `leaving_bytes` is what the terminal has to be sent, copied.
void rescue_arm(int tty, const char *leaving_bytes, size_t count);

/// Puts modes and standard error back; sends the leaving bytes as well where `sends_bytes`. Safe in signal handlers.
void rescue_restore(bool sends_bytes);

/// Undoes `rescue_restore` after a stop.
void rescue_resume(void);

/// Gives up what `rescue_arm` opened, after a last `rescue_restore`.
void rescue_disarm(void);

/// Saves the modes of the terminal that `rescue_restore` puts back; whether it is a terminal at all.
bool rescue_save_modes(int tty);

// Signals.c: what other processes, and our own mistakes, want from us.

/// Requests that signals left behind, each taken back by whoever answers it.
typedef struct {
    atomic_bool quit;
    /// The signal that asked first for an end; stays on record, for the second one does not wait.
    atomic_int quit_signal;
    atomic_bool suspend;
    atomic_bool resize;
    atomic_bool continued;
    atomic_bool wake;
} terminal_requests;

extern terminal_requests requests;

/// Readable when a request has been made.
extern int doorbell;

/// Makes the doorbell, takes over the signals and unblocks them for this thread; whether that worked.
bool signals_take_over(void);

/// Gives the signals back to those who had them.
void signals_give_back(void);

/// Stops this process and its job by the default action, until they are continued.
void signals_stop_job(void);

// Screen.c

/// The descriptor of the terminal, -1 while there is none.
extern int tty;

/// Takes over the size that the terminal has now.
void screen_adopt_size(void);

/// Takes the screen again after a stop that we did not see coming.
void screen_recover(void);

// Keyboard.c

/// Prepares reading of keys from the terminal that ncurses has been set to.
void keyboard_open(void);
void keyboard_close(void);
