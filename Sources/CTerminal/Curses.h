#pragma once

// ncurses with wide characters and without macros named like our words. Not <term.h>, which defines `lines` and `columns`.

#define _GNU_SOURCE 1
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <ncurses.h>
