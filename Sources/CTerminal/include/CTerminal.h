#pragma once

// The screen and the keyboard, by way of ncurses, which Swift does not see: this header includes none of its.
//
// One thread opens, draws and reads. Only `terminal_wake` may be called from any thread.

#include <stdbool.h>
#include <stdint.h>

#define TERMINAL_CLOSED_ENUM __attribute__((enum_extensibility(closed)))

typedef enum TERMINAL_CLOSED_ENUM {
    terminal_status_open,
    /// There is no controlling terminal: started by cron, by a service, or in a pipe without one.
    terminal_status_no_terminal,
    /// `TERM` is not set, or names no terminal that the database knows.
    terminal_status_unknown_type,
    /// The terminal cannot move its cursor, as `TERM=dumb` says.
    terminal_status_no_cursor_movement,
    /// A call to the system failed; `errno` says why.
    terminal_status_system_error,
} terminal_status;

/// What the terminal can show.
typedef struct {
    /// Entries of the palette that may be used; 0 where there is no colour.
    int color_count;
    /// Whether the characters of the locale are those of Unicode.
    bool is_unicode;
} terminal_traits;

enum {
    terminal_bold = 1,
    terminal_reverse = 2,
    terminal_underline = 4,
    terminal_dim = 8,
};

typedef struct {
    uint32_t scalar;
    /// An entry of the palette, or -1 for the terminal's own colour.
    int16_t foreground;
    int16_t background;
    uint8_t attributes;
    /// Whether this is the right half of the wide character before it.
    bool is_tail;
} terminal_cell;

typedef enum TERMINAL_CLOSED_ENUM {
    terminal_event_none,
    /// `code` is a scalar, controls included.
    terminal_event_character,
    /// `code` is a `terminal_key`.
    terminal_event_key,
    /// `code` is the number of a function key.
    terminal_event_function_key,
    /// The screen has another size, or another content than was drawn: draw it again.
    terminal_event_resize,
    terminal_event_wake,
    /// Another process asks this one to stop: call `terminal_suspend`.
    terminal_event_suspend,
    /// `code` is the signal that asks for an orderly end.
    terminal_event_quit,
    /// The terminal has gone away.
    terminal_event_hangup,
} terminal_event_kind;

typedef enum TERMINAL_CLOSED_ENUM {
    terminal_key_up,
    terminal_key_down,
    terminal_key_left,
    terminal_key_right,
    terminal_key_home,
    terminal_key_end,
    terminal_key_page_up,
    terminal_key_page_down,
    terminal_key_enter,
    terminal_key_escape,
    terminal_key_tab,
    terminal_key_back_tab,
    terminal_key_backspace,
    terminal_key_other,
} terminal_key;

typedef struct {
    terminal_event_kind kind;
    uint32_t code;
} terminal_event;

/// Takes over the terminal; where it cannot, everything is as before.
terminal_status terminal_open(bool uses_color, terminal_traits *traits);

/// Gives the terminal back as it was found, and with it the text that was written to standard error meanwhile.
void terminal_close(void);

void terminal_size(int *rows, int *columns);

/// Shows a picture: sends what differs from the one before. What does not fit on the screen is left out.
void terminal_present(const terminal_cell *cells, int rows, int columns);

/// Has the next picture sent whole, because something else wrote on the screen.
void terminal_repaint(void);

/// Waits for something to happen; a negative timeout waits for ever.
void terminal_next(int timeout_milliseconds, terminal_event *event);

/// Ends the wait of `terminal_next`. For any thread, and for signal handlers.
void terminal_wake(void);

/// Leaves the screen, stops this process and its job, and takes the screen again once it is continued.
void terminal_suspend(void);

/// Ends this process by the default action of `signal`, so that whoever waits for it sees why.
_Noreturn void terminal_die(int signal);
