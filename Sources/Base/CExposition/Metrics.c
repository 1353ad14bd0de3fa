#include "CExposition.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "numbers go to the wire as they lie in memory, which must be little-endian"
#endif

// Wire types of protocol buffers, in the low three bits of a tag.
enum { VARINT = 0, FIXED64 = 1, BYTES = 2 };

// Fields of a message Metric that hold its value.
enum field { GAUGE = 2, COUNTER = 3, SUMMARY = 4, HISTOGRAM = 7 };

static inline size_t varint_size(uint64_t value) { return ((size_t) (63 - __builtin_clzll(value | 1)) * 9 + 73) / 64; }

// Writes eight bytes whatever the number takes, but for the longest: a loop whose end nobody can guess costs more.
static inline uint8_t *write_varint(uint8_t *to, uint64_t value)
{
    if (value < 0x80) {
        *to = (uint8_t) value;
        return to + 1;
    }
    while (value >> 56) {
        *to++ = (uint8_t) value | 0x80;
        value >>= 7;
    }
    size_t size = varint_size(value);
    // Each seven bits into a byte of their own.
    value = (value & 0x00fffffff0000000) << 4 | (value & 0x000000000fffffff);
    value = (value & 0x0fffc0000fffc000) << 2 | (value & 0x00003fff00003fff);
    value = (value & 0x3f803f803f803f80) << 1 | (value & 0x007f007f007f007f);
    value |= 0x8080808080808080 & (((uint64_t) 1 << 8 * (size - 1)) - 1);
    memcpy(to, &value, sizeof value);
    return to + size;
}

static inline uint8_t *write_fixed(uint8_t *to, unsigned field, const void *bits)
{
    *to++ = (uint8_t) (field << 3 | FIXED64);
    memcpy(to, bits, 8);
    return to + 8;
}

// Bytes of labels that are looked at together, one bit each.
enum { WINDOW = 64, STEP = 16 };

// The places of a byte in a window.
static inline uint64_t find(const uint8_t *window, uint8_t byte)
{
    uint64_t found = 0;
#ifdef __SSE2__
    for (unsigned at = 0; at < WINDOW; at += 16) {
        __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *) (window + at)), _mm_set1_epi8((char) byte));
        found |= (uint64_t) (uint32_t) _mm_movemask_epi8(equal) << at;
    }
#else
    const uint64_t ones = 0x0101010101010101, low = ones * 0x7f;
    for (unsigned at = 0; at < WINDOW; at += 8) {
        uint64_t rest;
        memcpy(&rest, window + at, sizeof rest);
        rest ^= ones * byte;
        // The high bit of each byte that is none.
        uint64_t none = ~((rest & low) + low | rest | low);
        found |= (none >> 7) * 0x0102040810204080 >> 56 << at;
    }
#endif
    return found;
}

static inline size_t place(uint64_t found) { return (size_t) __builtin_ctzll(found); }

// Copies in steps, past the end of both.
static inline void copy_steps(uint8_t *to, const uint8_t *from, size_t count)
{
    for (size_t at = 0; at < count; at += STEP)
        memcpy(to + at, from + at, STEP);
}

// Writes the labels without escapes that are whole within a window, each of which takes less than 128 bytes as a message. Returns where
// the next one begins.
static inline const uint8_t *write_window(uint8_t **out, const uint8_t *text, const uint8_t *end)
{
    uint64_t quotes = find(text, '"'), escapes = find(text, '\\');
    if (end - text < WINDOW)
        quotes &= ((uint64_t) 1 << (end - text)) - 1;
    if (escapes)
        quotes &= (escapes & -escapes) - 1;
    uint8_t *to = *out;
    size_t at = 0;
    while (quotes & (quotes - 1)) {
        size_t opening = place(quotes);
        quotes &= quotes - 1;
        size_t closing = place(quotes);
        quotes &= quotes - 1;
        if (opening < at + 2 || text[opening - 1] != '=')
            break;
        size_t name = opening - 1 - at, value = closing - opening - 1;
        if (value > 0) {
            copy_steps(to + 4, text + at, name);
            copy_steps(to + 6 + name, text + opening + 1, value);
            to[0] = 1 << 3 | BYTES;
            to[1] = (uint8_t) (name + value + 4);
            to[2] = 1 << 3 | BYTES;
            to[3] = (uint8_t) name;
            to[4 + name] = 2 << 3 | BYTES;
            to[5 + name] = (uint8_t) value;
            to += name + value + 6;
        }
        // A quote and a comma.
        at = closing + 2;
    }
    *out = to;
    return text + at;
}

// Writes any label. Returns the closing quote, or NULL where there is none.
static const uint8_t *write_any_label(uint8_t **out, const uint8_t *text, const uint8_t *end)
{
    const uint8_t *equals = memchr(text, '=', (size_t) (end - text));
    if (!equals || end - equals < 3)
        return NULL;
    const uint8_t *start = equals + 2, *quote = start;
    size_t escapes = 0;
    for (; quote < end && *quote != '"'; quote++) {
        if (*quote == '\\') {
            escapes++;
            quote++;
        }
    }
    if (quote >= end)
        return NULL;
    size_t name = (size_t) (equals - text), value = (size_t) (quote - start) - escapes;
    if (value == 0)
        return quote;
    uint8_t *to = *out;
    *to++ = 1 << 3 | BYTES;
    to = write_varint(to, 2 + varint_size(name) + name + varint_size(value) + value);
    *to++ = 1 << 3 | BYTES;
    to = write_varint(to, name);
    memcpy(to, text, name);
    to += name;
    *to++ = 2 << 3 | BYTES;
    to = write_varint(to, value);
    for (const uint8_t *from = start; from < quote; from++) {
        uint8_t byte = *from;
        if (byte == '\\') {
            byte = *++from;
            if (byte == 'n')
                byte = '\n';
        }
        *to++ = byte;
    }
    *out = to;
    return quote;
}

// Takes at most twice as many bytes as the text has and 16, and writes at most 32 past those. A label has at least five bytes of text;
// as a message it has as many, less quotes, comma and equals sign, and three tags and lengths, which pass six bytes in long ones only.
static inline uint8_t *write_labels(uint8_t *to, const uint8_t *text, const uint8_t *end, const uint8_t *readable)
{
    while (text < end) {
        if (readable - text >= WINDOW + STEP) {
            const uint8_t *next = write_window(&to, text, end);
            if (next != text) {
                text = next;
                continue;
            }
        }
        const uint8_t *quote = write_any_label(&to, text, end);
        if (!quote)
            break;
        text = quote + 2;
    }
    return to;
}

// Writes a moment as a field of type google.protobuf.Timestamp, at most 14 bytes and three past them; none for 0 and in a gauge. By way of a
// double, as it goes when seconds are given.
static inline size_t write_start(uint8_t *out, enum field value_field, uint64_t nanoseconds)
{
    if (nanoseconds == 0 || value_field == GAUGE)
        return 0;
    double seconds = (double) nanoseconds / 1e9;
    // A processor takes signed numbers from doubles and none without a sign; these have at most 35 bits.
    int64_t whole = (int64_t) seconds;
    double rest = (seconds - (double) whole) * 1e9;
    // To the nearest whole number, the even one of two: between 2^52 and 2^53 doubles have no fraction.
    rest += 0x1p52;
    rest -= 0x1p52;
    int64_t part = (int64_t) rest;
    if (part >= 1000000000) {
        whole++;
        part = 0;
    }
    uint8_t *to = out + 2;
    if (whole) {
        *to++ = 1 << 3 | VARINT;
        to = write_varint(to, (uint64_t) whole);
    }
    if (part) {
        *to++ = 2 << 3 | VARINT;
        to = write_varint(to, (uint64_t) part);
    }
    unsigned field = value_field == HISTOGRAM ? 15 : value_field;
    out[0] = (uint8_t) (field << 3 | BYTES);
    out[1] = (uint8_t) (to - out - 2);
    return (size_t) (to - out);
}

static inline size_t value_size(enum field field, size_t bounds_count, const uint64_t *values)
{
    if (field == SUMMARY)
        return 1 + varint_size(values[1]) + 9;
    if (field == GAUGE || field == COUNTER)
        return 9;
    size_t size = 1 + varint_size(values[bounds_count + 2]) + 9;
    for (size_t bucket = 0; bucket <= bounds_count; bucket++)
        size += 2 + 1 + varint_size(values[bucket]) + 9;
    return size;
}

static inline uint8_t *write_value(
    uint8_t *to, enum field field, const double *bounds, size_t bounds_count, const uint64_t *values)
{
    static const double infinity = __builtin_inf();
    if (field == GAUGE || field == COUNTER)
        return write_fixed(to, 1, values);
    const uint64_t *sum = field == SUMMARY ? values : values + bounds_count + 1;
    *to++ = 1 << 3 | VARINT;
    to = write_varint(to, sum[1]);
    to = write_fixed(to, 2, sum);
    if (field == SUMMARY)
        return to;
    for (size_t bucket = 0; bucket <= bounds_count; bucket++) {
        *to++ = 3 << 3 | BYTES;
        *to++ = (uint8_t) (1 + varint_size(values[bucket]) + 9);
        *to++ = 1 << 3 | VARINT;
        to = write_varint(to, values[bucket]);
        to = write_fixed(to, 2, bucket < bounds_count ? bounds + bucket : &infinity);
    }
    return to;
}

size_t apus_write_metrics(
    uint8_t *out, size_t capacity, unsigned field, const double *bounds, size_t bounds_count, const uint8_t *target,
    size_t target_count, const uint8_t *labels, size_t labels_count, const uint32_t *label_ends, size_t *series, size_t end,
    const uint64_t *values, const uint64_t *starts, size_t starts_count, size_t first)
{
    size_t parts = field == SUMMARY ? 2 : field == HISTOGRAM ? bounds_count + 3 : 1;
    // The bytes that the length of a metric takes, as many as that of the one before, mostly.
    size_t width = 2;
    uint8_t *to = out;
    for (values += (*series - first) * parts; *series < end; (*series)++, values += parts) {
        const uint8_t *text = labels + (*series ? label_ends[*series - 1] : 0);
        const uint8_t *text_end = labels + label_ends[*series];
        size_t number = *series - first;
        uint8_t moment[24] = {0};
        size_t moment_count = number < starts_count ? write_start(moment, field, starts[number]) : 0;
        size_t body = value_size(field, bounds_count, values) + moment_count;
        // Tags and lengths of metric and value, and what is written past the end.
        if (capacity - (size_t) (to - out) < target_count + 2 * (size_t) (text_end - text) + body + 64)
            break;
        uint8_t *content = to + 1 + width;
        memcpy(content, target, target_count);
        uint8_t *at = write_labels(content + target_count, text, text_end, labels + labels_count);
        *at++ = (uint8_t) (field << 3 | BYTES);
        at = write_varint(at, body);
        at = write_value(at, field, bounds, bounds_count, values);
        memcpy(at, moment, 16);
        size_t size = (size_t) (at - content) + moment_count;
        if (varint_size(size) != width) {
            width = varint_size(size);
            memmove(to + 1 + width, content, size);
        }
        *to = 4 << 3 | BYTES;
        // Not a byte too many: the metric stands behind it.
        for (size_t byte = 0; byte < width; byte++)
            to[1 + byte] = (uint8_t) ((size >> 7 * byte & 0x7f) | (size_t) (byte + 1 < width) << 7);
        to += 1 + width + size;
    }
    return (size_t) (to - out);
}
