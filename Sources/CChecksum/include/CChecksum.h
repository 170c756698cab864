#pragma once

#include <stddef.h>
#include <stdint.h>

/// The CRC-32 of zip archives: that of the bytes which `value` is the CRC-32 of (0 for none), followed by these.
///
/// Folds with carry-less multiplication where the CPU has it, chosen at run time; else by zlib.
uint32_t paritty_crc32(uint32_t value, const void *bytes, size_t count);
