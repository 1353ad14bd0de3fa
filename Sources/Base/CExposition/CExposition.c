#include "CExposition.h"

#include <string.h>

static const char pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static inline size_t write_digits(uint8_t *out, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    while (value >= 100) {
        uint64_t rest = value / 100;
        at -= 2;
        memcpy(digits + at, pairs + 2 * (value - rest * 100), 2);
        value = rest;
    }
    if (value >= 10) {
        at -= 2;
        memcpy(digits + at, pairs + 2 * value, 2);
    } else {
        digits[--at] = (uint8_t) ('0' + value);
    }
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

static size_t write_short_double(uint8_t *out, double value)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    size_t sign = __builtin_signbit(value) != 0;
    double size = __builtin_fabs(value);
    // Also false for what is not a number. Negative zero has a form of its own.
    if (!(size < 0x1p53) || (sign && size == 0))
        return 0;
    out[0] = '-';
    for (int decimals = 0; decimals <= 6; decimals++) {
        double scaled = size * powers[decimals];
        // Up to 15 digits every decimal is told from every other by its double, so that the first that fits is the shortest.
        if (decimals > 0 && scaled >= 1e15)
            return 0;
        uint64_t digits = (uint64_t) (scaled + (decimals > 0 ? 0.5 : 0));
        if ((double) digits / powers[decimals] != size)
            continue;
        uint64_t unit = (uint64_t) powers[decimals];
        size_t count = sign + write_digits(out + sign, digits / unit);
        if (decimals == 0)
            return count;
        uint64_t fraction = digits % unit;
        out[count] = '.';
        for (int place = decimals; place > 0; place--) {
            out[count + (size_t) place] = (uint8_t) ('0' + fraction % 10);
            fraction /= 10;
        }
        return count + 1 + (size_t) decimals;
    }
    return 0;
}

size_t apus_write_digits(uint8_t *out, size_t offset, uint64_t value) { return write_digits(out + offset, value); }

size_t apus_write_short_double(uint8_t *out, size_t offset, double value) { return write_short_double(out + offset, value); }

size_t apus_write_line(
    uint8_t *out, const char *name, size_t name_count, const uint8_t *labels, size_t labels_count, double value,
    int *needs_value)
{
    uint8_t *to = out;
    memcpy(to, name, name_count);
    to += name_count;
    if (labels_count > 0) {
        *to++ = '{';
        memcpy(to, labels, labels_count);
        to += labels_count;
        *to++ = '}';
    }
    *to++ = ' ';
    size_t count = write_short_double(to, value);
    *needs_value = count == 0;
    if (count == 0)
        return (size_t) (to - out);
    to += count;
    *to++ = '\n';
    return (size_t) (to - out);
}

size_t apus_write_lines(
    uint8_t *out, size_t capacity, size_t parts, const uint8_t *heads, const uint32_t *head_ends, const uint8_t *tails,
    const uint32_t *tail_ends, const uint8_t *is_double, const uint8_t *labels, const uint32_t *label_ends, size_t *line,
    size_t end, const uint64_t *values, size_t first, int *needs_value)
{
    size_t series = *line / parts, part = *line % parts;
    uint8_t *to = out;
    *needs_value = 0;
    for (values += *line - first; *line < end; (*line)++, values++) {
        uint32_t label_start = series ? label_ends[series - 1] : 0;
        uint32_t head_start = part ? head_ends[part - 1] : 0;
        uint32_t tail_start = part ? tail_ends[part - 1] : 0;
        size_t label_count = label_ends[series] - label_start;
        size_t head_count = head_ends[part] - head_start;
        size_t tail_count = tail_ends[part] - tail_start;
        // A comma, at most 24 bytes of a number and the end of the line.
        if (capacity - (size_t) (to - out) < head_count + label_count + tail_count + 26)
            break;
        memcpy(to, heads + head_start, head_count);
        to += head_count;
        if (label_count > 0) {
            if (to[-1] != '{')
                *to++ = ',';
            memcpy(to, labels + label_start, label_count);
            to += label_count;
        }
        memcpy(to, tails + tail_start, tail_count);
        to += tail_count;
        if (is_double[part]) {
            double value;
            memcpy(&value, values, sizeof value);
            size_t count = write_short_double(to, value);
            if (count == 0) {
                *needs_value = 1;
                break;
            }
            to += count;
        } else {
            to += write_digits(to, *values);
        }
        *to++ = '\n';
        if (++part == parts) {
            part = 0;
            series++;
        }
    }
    return (size_t) (to - out);
}
