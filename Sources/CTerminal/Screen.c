// Opening and leaving the screen, its colours, its size, its pictures.

#include "Curses.h"

#include "Private.h"
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

int tty = -1;
static FILE *tty_stream;
static SCREEN *screen;
static pid_t owner;

/// Colours that may be used: 0 without colour.
static int color_count;
/// What stands for the terminal's own colours, where it has no way to ask for them.
static int standard_foreground;
static int standard_background;

// MARK: - Colours

/// Numbers of pairs by foreground and background, each plus one so that -1 has a place; 0 where there is none yet.
static int pairs[257][257];
static int pair_count;

static void forget_pairs(void) {
    memset(pairs, 0, sizeof pairs);
    pair_count = 0;
}

static int usable_color(int color, int standard) {
    return color >= 0 && color < color_count ? color : standard;
}

/// The pair of two colours, -1 where the terminal has no pair left.
static int pair_for(const terminal_cell *cell) {
    // Functions of colour are out of bounds without colour: some of them crash.
    if (color_count == 0) return 0;
    int foreground = usable_color(cell->foreground, standard_foreground);
    int background = usable_color(cell->background, standard_background);
    if (foreground == standard_foreground && background == standard_background) return 0;
    int *pair = &pairs[foreground + 1][background + 1];
    if (*pair != 0) return *pair;
    if (pair_count + 1 >= COLOR_PAIRS) return -1;
    if (init_extended_pair(pair_count + 1, foreground, background) == ERR) return 0;
    pair_count += 1;
    *pair = pair_count;
    return pair_count;
}

// MARK: - Opening and closing

/// Takes the characters of the user's locale, or those of Unicode where it knows only ASCII, as bare servers do.
static void adopt_locale(void) {
    // Only the characters: numbers keep their point, whatever the country.
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0) setlocale(LC_CTYPE, "C.UTF-8");
}

static bool has_capability(const char *name) {
    const char *value = tigetstr(name);
    return value != NULL && value != (const char *)-1;
}

/// Appends a capability to `text` without its padding, `$<2>`, which only ncurses knows how to send.
static size_t append_capability(char *text, size_t length, size_t capacity, const char *name) {
    if (!has_capability(name)) return length;
    for (const char *byte = tigetstr(name); *byte != 0 && length < capacity; byte++) {
        if (byte[0] == '$' && byte[1] == '<') {
            const char *end = strchr(byte, '>');
            if (end != NULL) {
                byte = end;
                continue;
            }
        }
        text[length++] = *byte;
    }
    return length;
}

static void arm_rescue(void) {
    static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
    char bytes[512];
    size_t length = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        length = append_capability(bytes, length, sizeof bytes, names[i]);
    }
    // Without a second screen to leave, what comes next at least starts on a line of its own.
    if (!has_capability("rmcup") && length + 2 <= sizeof bytes) {
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }
    rescue_arm(tty, bytes, length);
}

static void open_color(bool uses_color) {
    color_count = 0;
    forget_pairs();
    if (!uses_color || !has_colors()) return;
    start_color();
    bool has_standard_colors = use_default_colors() == OK;
    standard_foreground = has_standard_colors ? -1 : COLOR_WHITE;
    standard_background = has_standard_colors ? -1 : COLOR_BLACK;
    // Where colours are given directly, only the first eight numbers are a palette.
    color_count = COLORS > 256 ? 8 : COLORS;
}

static void set_modes(void) {
    raw();  // Every key is ours: no key makes a signal, and Ctrl-S does not freeze the picture.
    noecho();
    nonl();
    leaveok(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    intrflush(stdscr, FALSE);
    typeahead(-1);  // A key does not stop a picture half way.
    curs_set(0);
    if (getenv("ESCDELAY") == NULL) set_escdelay(25);
}

/// `exit` from anywhere, another thread included, so without ncurses.
static void leave_at_exit(void) {
    rescue_restore(true);
}

static void release_tty(void) {
    if (tty_stream != NULL) {
        fclose(tty_stream);
    } else if (tty >= 0) {
        close(tty);
    }
    tty_stream = NULL;
    tty = -1;
}

static terminal_status fail(terminal_status status) {
    int error = errno;
    signals_give_back();
    if (screen != NULL) {
        endwin();
        delscreen(screen);
        screen = NULL;
    }
    release_tty();
    errno = error;
    return status;
}

terminal_status terminal_open(bool uses_color, terminal_traits *traits) {
    adopt_locale();
    // Not standard input and output, which may be a pipe and a file.
    tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (tty < 0 || !rescue_save_modes(tty)) return fail(terminal_status_no_terminal);
    tty_stream = fdopen(tty, "r+");
    if (tty_stream == NULL) return fail(terminal_status_system_error);
    // Before ncurses, which leaves alone what is taken.
    if (!signals_take_over()) return fail(terminal_status_system_error);
    use_env(FALSE);  // The terminal knows its size better than LINES and COLUMNS.
    screen = newterm(NULL, tty_stream, tty_stream);
    // ncurses refuses a terminal that it does not know, and one that it knows to be too simple; that one has an entry.
    if (screen == NULL) {
        return fail(tigetflag("am") >= 0 ? terminal_status_no_cursor_movement : terminal_status_unknown_type);
    }
    if (!has_capability("cup")) return fail(terminal_status_no_cursor_movement);
    arm_rescue();
    set_modes();
    open_color(uses_color);
    keyboard_open();
    screen_adopt_size();
    owner = getpid();
    static bool is_registered;
    if (!is_registered) atexit(leave_at_exit);
    is_registered = true;
    traits->color_count = color_count;
    traits->is_unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    return terminal_status_open;
}

void terminal_close(void) {
    if (screen == NULL || getpid() != owner) return;
    keyboard_close();
    endwin();
    rescue_restore(false);
    rescue_disarm();
    signals_give_back();
    delscreen(screen);
    screen = NULL;
    release_tty();
}

// MARK: - Size

void terminal_size(int *rows, int *columns) {
    *rows = LINES;
    *columns = COLS;
}

void screen_adopt_size(void) {
    struct winsize size;
    if (ioctl(tty, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return;
    if (!is_term_resized(size.ws_row, size.ws_col)) return;
    // Not `resizeterm`, which puts a key into the queue to tell us what we know.
    resize_term(size.ws_row, size.ws_col);
    // Terminals differ in what they keep on the screen when it grows or shrinks.
    terminal_repaint();
}

void terminal_repaint(void) {
    clearok(curscr, TRUE);
}

// MARK: - Stopping

void terminal_suspend(void) {
    endwin();
    rescue_restore(false);
    signals_stop_job();
    screen_recover();
}

void screen_recover(void) {
    // Stopped without warning, the screen is still ours by ncurses' books: leave it, so that it is entered again.
    if (!isendwin()) endwin();
    reset_prog_mode();
    rescue_resume();
    // Said twice, by the signal and by our return from the stop.
    atomic_store(&requests.continued, false);
    screen_adopt_size();
    terminal_repaint();
}

// MARK: - Pictures

static attr_t attributes_of(const terminal_cell *cell) {
    attr_t attributes = WA_NORMAL;
    if (cell->attributes & terminal_bold) attributes |= WA_BOLD;
    if (cell->attributes & terminal_reverse) attributes |= WA_REVERSE;
    if (cell->attributes & terminal_underline) attributes |= WA_UNDERLINE;
    if (cell->attributes & terminal_dim) attributes |= WA_DIM;
    return attributes;
}

static cchar_t *row_buffer;
static int row_capacity;

static void append(int *count, wchar_t character, const terminal_cell *cell, int pair) {
    const wchar_t text[2] = {character, 0};
    setcchar(&row_buffer[*count], text, attributes_of(cell), 0, &pair);
    *count += 1;
}

/// Puts one row of cells into ncurses' picture; false where a pair of colours was missing.
///
/// A character takes the columns that its cell says, or does not appear: were the C library or the terminal of another
/// opinion, the rest of the row would shift.
static bool place_row(const terminal_cell *cells, int row, int columns) {
    int count = 0;
    bool has_all_pairs = true;
    for (int x = 0; x < columns; x++) {
        const terminal_cell *cell = &cells[x];
        bool is_wide = !cell->is_tail && x + 1 < columns && cells[x + 1].is_tail;
        int pair = pair_for(cell);
        if (pair < 0) {
            has_all_pairs = false;
            pair = 0;
        }
        wchar_t character = cell->is_tail ? L' ' : (wchar_t)cell->scalar;
        bool is_as_claimed = wcwidth(character) == (is_wide ? 2 : 1);
        append(&count, is_as_claimed ? character : L'?', cell, pair);
        if (!is_wide) continue;
        if (!is_as_claimed) append(&count, L' ', cell, pair);
        x += 1;
    }
    mvwadd_wchnstr(stdscr, row, 0, row_buffer, count);
    return has_all_pairs;
}

static bool place_rows(const terminal_cell *cells, int rows, int stride, int columns) {
    bool has_all_pairs = true;
    for (int row = 0; row < rows; row++) {
        has_all_pairs = place_row(cells + (size_t)row * (size_t)stride, row, columns) && has_all_pairs;
    }
    return has_all_pairs;
}

void terminal_present(const terminal_cell *cells, int rows, int columns) {
    int shown_rows = rows < LINES ? rows : LINES;
    int shown_columns = columns < COLS ? columns : COLS;
    if (shown_rows <= 0 || shown_columns <= 0) return;
    if (row_capacity < shown_columns) {
        cchar_t *larger = realloc(row_buffer, sizeof *larger * (size_t)shown_columns);
        if (larger == NULL) return;
        row_buffer = larger;
        row_capacity = shown_columns;
    }
    // A pair that is on the screen keeps its colours, or ncurses would send all its cells again. Only when no pair is
    // left does the table start over, once for a picture; what is still missing then has the terminal's own colours.
    if (!place_rows(cells, shown_rows, columns, shown_columns)) {
        forget_pairs();
        place_rows(cells, shown_rows, columns, shown_columns);
    }
    wnoutrefresh(stdscr);
    doupdate();
}
