#include "CExposition.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "digits are written as they lie in a word, which must be little-endian"
#endif

/// Bytes that are copied at a time where there is room for as many behind what is wanted: without a branch on the length, which differs
/// from line to line.
enum { STEP = 64 };

/// Copies bytes, with up to a step of rubbish behind them. `readable` bytes may be read from `from` on.
static inline uint8_t *put(uint8_t *to, const uint8_t *from, size_t count, size_t readable)
{
    if (readable >= STEP) {
        memcpy(to, from, STEP);
        if (count > STEP)
            memcpy(to + STEP, from + STEP, count - STEP);
    } else {
        memcpy(to, from, count);
    }
    return to + count;
}

/// Writes a number below 10^8 as eight digits side by side in a word, each two, then four, then eight of them at once; without leading zeros
/// unless they are wanted. Always writes eight bytes.
static inline __attribute__((always_inline)) size_t write_eight(uint8_t *out, uint32_t value, int wants_zeros)
{
    uint64_t halves = value / 10000 | (uint64_t) (value % 10000) << 32;
    uint64_t hundreds = halves * 10486 >> 20 & 0x0000007f0000007f;
    uint64_t pairs = hundreds | (halves - 100 * hundreds) << 16;
    uint64_t tens = pairs * 103 >> 10 & 0x000f000f000f000f;
    uint64_t digits = tens | (pairs - 10 * tens) << 8;
    unsigned zeros = wants_zeros ? 0 : digits ? (unsigned) __builtin_ctzll(digits) / 8 : 7;
    digits = (digits + 0x3030303030303030) >> 8 * zeros;
    memcpy(out, &digits, sizeof digits);
    return 8 - zeros;
}

/// Writes at most 20 digits, and up to seven bytes of rubbish behind them.
static inline __attribute__((always_inline)) size_t write_digits(uint8_t *out, uint64_t value)
{
    const uint64_t unit = 100000000;
    if (value < unit)
        return write_eight(out, (uint32_t) value, 0);
    size_t count;
    if (value < unit * unit) {
        count = write_eight(out, (uint32_t) (value / unit), 0);
    } else {
        count = write_eight(out, (uint32_t) (value / (unit * unit)), 0);
        count += write_eight(out + count, (uint32_t) (value / unit % unit), 1);
    }
    return count + write_eight(out + count, (uint32_t) (value % unit), 1);
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

/// Bytes of which a step may be read behind any of them: a copy of few, what is readable anyway of many.
struct parts {
    const uint8_t *bytes;
    size_t readable;
};

static struct parts readable(const uint8_t *bytes, size_t count, uint8_t *room, size_t size)
{
    if (count + STEP > size)
        return (struct parts) {bytes, count};
    memcpy(room, bytes, count);
    return (struct parts) {room, size};
}

size_t apus_write_lines(
    uint8_t *out, size_t capacity, size_t parts, const uint8_t *heads, const uint32_t *head_ends, const uint8_t *tails,
    const uint32_t *tail_ends, const uint8_t *is_double, const uint8_t *labels, size_t labels_count,
    const uint32_t *label_ends, size_t *line, size_t end, const uint64_t *values, size_t first, int *needs_value)
{
    uint8_t head_room[1024], tail_room[512];
    const struct parts head = readable(heads, head_ends[parts - 1], head_room, sizeof head_room);
    const struct parts tail = readable(tails, tail_ends[parts - 1], tail_room, sizeof tail_room);
    // What is written through `to` might be anything else that a pointer leads to.
    size_t at = *line, series = at / parts, part = at % parts;
    uint8_t *to = out;
    *needs_value = 0;
    for (values += at - first; at < end; at++, values++) {
        uint32_t label_start = series ? label_ends[series - 1] : 0;
        uint32_t head_start = part ? head_ends[part - 1] : 0;
        uint32_t tail_start = part ? tail_ends[part - 1] : 0;
        size_t label_count = label_ends[series] - label_start;
        size_t head_count = head_ends[part] - head_start;
        size_t tail_count = tail_ends[part] - tail_start;
        // A comma, at most 24 bytes of a number, the end of the line, and what is copied too much.
        if (capacity - (size_t) (to - out) < head_count + label_count + tail_count + 26 + STEP)
            break;
        to = put(to, head.bytes + head_start, head_count, head.readable - head_start);
        if (label_count > 0) {
            if (to[-1] != '{')
                *to++ = ',';
            to = put(to, labels + label_start, label_count, labels_count - label_start);
        }
        // Few lines have labels of their own behind those of the series.
        if (tail_count == 2) {
            memcpy(to, tail.bytes + tail_start, 2);
            to += 2;
        } else {
            to = put(to, tail.bytes + tail_start, tail_count, tail.readable - tail_start);
        }
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
    *line = at;
    return (size_t) (to - out);
}
