// Keys as ncurses decodes them, and waiting for them.

#include "Curses.h"

#include "Private.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/// Keys are read through a pad: reading through a window would draw that window first.
static WINDOW *keys;

/// A character that was read to see whether an escape stands alone, and was none of its sequence.
static struct {
    bool is_held;
    int result;
    wint_t value;
} ahead;

/// Forms of keys beyond those that the entry of the terminal lists: many ignore that they should change to them.
static void define_common_forms(void) {
    static const struct {
        const char *bytes;
        int key;
    } forms[] = {
        {"\033[A", KEY_UP},    {"\033OA", KEY_UP},    {"\033[B", KEY_DOWN},   {"\033OB", KEY_DOWN},
        {"\033[C", KEY_RIGHT}, {"\033OC", KEY_RIGHT}, {"\033[D", KEY_LEFT},   {"\033OD", KEY_LEFT},
        {"\033[H", KEY_HOME},  {"\033OH", KEY_HOME},  {"\033[F", KEY_END},    {"\033OF", KEY_END},
        {"\033[1~", KEY_HOME}, {"\033[7~", KEY_HOME}, {"\033[4~", KEY_END},   {"\033[8~", KEY_END},
        {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE}, {"\033[Z", KEY_BTAB},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (key_defined(forms[i].bytes) <= 0) define_key(forms[i].bytes, forms[i].key);
    }
}

void keyboard_open(void) {
    keys = newpad(1, 1);
    keypad(keys, TRUE);
    nodelay(keys, TRUE);
    define_common_forms();
    ahead.is_held = false;
}

void keyboard_close(void) {
    delwin(keys);
    keys = NULL;
}

static int read_one(wint_t *value) {
    if (ahead.is_held) {
        ahead.is_held = false;
        *value = ahead.value;
        return ahead.result;
    }
    return wget_wch(keys, value);
}

static void hold(int result, wint_t value) {
    ahead.is_held = true;
    ahead.result = result;
    ahead.value = value;
}

/// Reads on after an escape: a sequence that ncurses does not know is one key without meaning, not a word typed.
static terminal_key read_escape(void) {
    wint_t introducer;
    int result = read_one(&introducer);
    if (result == ERR) return terminal_key_escape;
    if (result != OK || (introducer != '[' && introducer != 'O')) {
        hold(result, introducer);
        return terminal_key_escape;
    }
    wint_t value;
    result = read_one(&value);
    if (result == ERR) {
        hold(OK, introducer);
        return terminal_key_escape;
    }
    while (introducer == '[' && result == OK && (value < 0x40 || value > 0x7E)) {
        result = read_one(&value);
    }
    return terminal_key_other;
}

static terminal_key key_of_code(wint_t code) {
    switch (code) {
    case KEY_UP: return terminal_key_up;
    case KEY_DOWN: return terminal_key_down;
    case KEY_LEFT: return terminal_key_left;
    case KEY_RIGHT: return terminal_key_right;
    case KEY_HOME:
    case KEY_FIND:
    case KEY_A1: return terminal_key_home;
    case KEY_END:
    case KEY_SELECT:
    case KEY_C1: return terminal_key_end;
    case KEY_PPAGE:
    case KEY_A3: return terminal_key_page_up;
    case KEY_NPAGE:
    case KEY_C3: return terminal_key_page_down;
    case KEY_ENTER: return terminal_key_enter;
    case KEY_BTAB: return terminal_key_back_tab;
    case KEY_BACKSPACE: return terminal_key_backspace;
    default: return terminal_key_other;
    }
}

static void set_key(terminal_event *event, terminal_key key) {
    event->kind = terminal_event_key;
    event->code = key;
}

static bool read_key(terminal_event *event) {
    wint_t value;
    int result = read_one(&value);
    if (result == ERR) return false;
    if (result == KEY_CODE_YES) {
        if (value > KEY_F0 && value <= KEY_F(63)) {
            event->kind = terminal_event_function_key;
            event->code = value - KEY_F0;
        } else {
            set_key(event, key_of_code(value));
        }
        return true;
    }
    switch (value) {
    case 0x1B:
        set_key(event, read_escape());
        break;
    case '\r':
    case '\n':
        set_key(event, terminal_key_enter);
        break;
    case '\t':
        set_key(event, terminal_key_tab);
        break;
    case 0x08:
    case 0x7F:
        set_key(event, terminal_key_backspace);
        break;
    default:
        event->kind = terminal_event_character;
        event->code = (uint32_t)value;
    }
    return true;
}

static bool take_request(atomic_bool *request) {
    return atomic_exchange(request, false);
}

static bool take_signal(terminal_event *event) {
    if (take_request(&requests.quit)) {
        event->kind = terminal_event_quit;
        event->code = (uint32_t)atomic_load(&requests.quit_signal);
        return true;
    }
    if (take_request(&requests.suspend)) {
        event->kind = terminal_event_suspend;
        return true;
    }
    bool is_continued = take_request(&requests.continued);
    bool is_resized = take_request(&requests.resize);
    if (is_continued) {
        screen_recover();
    } else if (is_resized) {
        screen_adopt_size();
    }
    event->kind = terminal_event_resize;
    return is_continued || is_resized;
}

static bool take_wake(terminal_event *event) {
    event->kind = terminal_event_wake;
    return take_request(&requests.wake);
}

void terminal_next(int timeout_milliseconds, terminal_event *event) {
    for (;;) {
        *event = (terminal_event){.kind = terminal_event_none};
        if (take_signal(event) || read_key(event) || take_wake(event)) return;
        event->kind = terminal_event_none;
        struct pollfd sources[2] = {
            {.fd = tty, .events = POLLIN},
            {.fd = doorbell, .events = POLLIN},
        };
        int count = poll(sources, 2, timeout_milliseconds);
        if (count == 0 || (count < 0 && errno != EINTR)) return;
        if (count < 0) continue;
        if (sources[0].revents & (POLLHUP | POLLERR | POLLNVAL)) {
            event->kind = terminal_event_hangup;
            return;
        }
        // Silenced before the requests are looked at, so that none made in between is slept through.
        uint64_t rings;
        ssize_t result = read(doorbell, &rings, sizeof rings);
        (void)result;
    }
}
