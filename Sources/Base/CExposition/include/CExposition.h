// The inner loops of the exposition formats: lines and messages from parts that stand side by side in memory. In C because they copy
// bytes of every series at every scrape, and Swift has no copy between spans yet.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Writes lines from number `*line` to `end`, exclusive, as long as each fits into `capacity`, and raises `*line`.
///
/// A series has `parts` lines, each with bytes before the series' own labels (`heads`) and after them (`tails`); part `i` has the
/// bytes `ends[i - 1] ..< ends[i]` of each, the first from 0, and `is_double[i]` is 1 where its value is the bits of a double, 0
/// where it is a whole number. Line `n` belongs to series `n / parts`, whose labels are the bytes of `labels`, `labels_count` in all, that
/// end at `label_ends[n / parts]`; where it has any, a comma stands before them, unless they are the first. Its value is
/// `values[n - first]`. A line needs at most 90 bytes more than its parts and its labels have, and may leave rubbish behind its end.
///
/// Returns the number of bytes. Where a double needs more digits than are tried here, its line is written up to the value,
/// `*needs_value` is set to 1, and `*line` stays at it: the caller writes the value and the end of the line.
size_t apus_write_lines(
    uint8_t *out, size_t capacity, size_t parts, const uint8_t *heads, const uint32_t *head_ends, const uint8_t *tails,
    const uint32_t *tail_ends, const uint8_t *is_double, const uint8_t *labels, size_t labels_count,
    const uint32_t *label_ends, size_t *line, size_t end, const uint64_t *values, size_t first, int *needs_value);

/// Writes one line: the name, the labels in braces where there are any, and the value, at most 28 bytes more than both.
///
/// Returns the number of bytes. Where the value needs more digits than are tried here, the line is written up to it, and `*needs_value`
/// is set to 1.
size_t apus_write_line(
    uint8_t *out, const char *name, size_t name_count, const uint8_t *labels, size_t labels_count, double value,
    int *needs_value);

/// Writes the digits of a whole number at `out + offset`, 20 bytes at most with rubbish behind them. Returns their number.
size_t apus_write_digits(uint8_t *out, size_t offset, uint64_t value);

/// Writes the shortest text of a double that is whole and below 2^53, or has at most six decimals and 15 digits, at `out + offset`,
/// at most 24 bytes with rubbish behind it. Returns its length, or 0 for any other double.
size_t apus_write_short_double(uint8_t *out, size_t offset, double value);

/// Writes messages `Metric` of protobuf, each as field 4 of a `MetricFamily`, from series number `*series` to `end`, exclusive, as long
/// as each surely fits into `capacity`, and raises `*series`.
///
/// `field` is that of the value: 2 of a gauge, 3 of a counter, 4 of a summary, 7 of a histogram with the `bounds` of its classic buckets.
/// The labels are `target`, messages already, and the series' own as rendered text, the bytes of `labels`, `labels_count` in all, that
/// end at `label_ends[series]`.
///
/// `values` are those of the series from number `first` on, side by side: of a counter or gauge the bits of a double; of a summary the bits
/// of its sum, and its count; of a histogram its cumulative buckets, `+Inf`'s last, the bits of its sum, and its count. `starts` are the
/// moments in nanoseconds since the Unix epoch at which the first `starts_count` of them began to count, 0 for an unknown one.
///
/// Returns the number of bytes.
size_t apus_write_metrics(
    uint8_t *out, size_t capacity, unsigned field, const double *bounds, size_t bounds_count, const uint8_t *target,
    size_t target_count, const uint8_t *labels, size_t labels_count, const uint32_t *label_ends, size_t *series, size_t end,
    const uint64_t *values, const uint64_t *starts, size_t starts_count, size_t first);
