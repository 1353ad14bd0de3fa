// The inner loop of the text formats: lines from parts that stand side by side in memory. In C because it copies bytes of every
// series at every scrape, and Swift has no copy between spans yet.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Writes lines from number `*line` to `end`, exclusive, as long as each fits into `capacity`, and raises `*line`.
///
/// A series has `parts` lines, each with bytes before the series' own labels (`heads`) and after them (`tails`); part `i` has the
/// bytes `ends[i - 1] ..< ends[i]` of each, the first from 0, and `is_double[i]` is 1 where its value is the bits of a double, 0
/// where it is a whole number. Line `n` belongs to series `n / parts`, whose labels are the bytes of `labels` that end at
/// `label_ends[n / parts]`; where it has any, a comma stands before them. Its value is `values[n - first]`.
///
/// Returns the number of bytes. Where a double needs more digits than are tried here, its line is written up to the value,
/// `*needs_value` is set to 1, and `*line` stays at it: the caller writes the value and the end of the line.
size_t apus_write_lines(
    uint8_t *out, size_t capacity, size_t parts, const uint8_t *heads, const uint32_t *head_ends, const uint8_t *tails,
    const uint32_t *tail_ends, const uint8_t *is_double, const uint8_t *labels, const uint32_t *label_ends, size_t *line,
    size_t end, const uint64_t *values, size_t first, int *needs_value);

/// Writes the digits of a whole number, at most 20, at `out + offset`. Returns their number.
size_t apus_write_digits(uint8_t *out, size_t offset, uint64_t value);

/// Writes the shortest text of a double that is whole and below 2^53, or has at most six decimals and 15 digits, at most 24 bytes,
/// at `out + offset`. Returns its length, or 0 for any other double.
size_t apus_write_short_double(uint8_t *out, size_t offset, double value);
