#include "CExposition.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "numbers go to the wire as they lie in memory, which must be little-endian"
#endif

// Wire types of protocol buffers, in the low three bits of a tag.
enum { VARINT = 0, FIXED64 = 1, BYTES = 2 };

// Fields of a message Metric that hold its value.
enum field { GAUGE = 2, COUNTER = 3, SUMMARY = 4, HISTOGRAM = 7 };

static inline size_t varint_size(uint64_t value) { return (size_t) (63 - __builtin_clzll(value | 1)) / 7 + 1; }

static inline uint8_t *write_varint(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t) value | 0x80;
        value >>= 7;
    }
    *to++ = (uint8_t) value;
    return to;
}

static inline uint8_t *write_fixed(uint8_t *to, unsigned field, const void *bits)
{
    *to++ = (uint8_t) (field << 3 | FIXED64);
    memcpy(to, bits, 8);
    return to + 8;
}

static inline uint64_t load(const uint8_t *from)
{
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

// The high bit of each byte that is the wanted one; of the bits that are set, the lowest is right always.
static inline uint64_t find(uint64_t word, uint8_t byte)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t rest = word ^ (ones * byte);
    return (rest - ones) & ~rest & (ones << 7);
}

static inline size_t place(uint64_t found) { return (size_t) __builtin_ctzll(found) / 8; }

// Writes a label without escapes whose message takes less than 128 bytes, eight bytes at a time, past its end too: what is looked
// at for a sign is written where it would belong. Returns the closing quote, or NULL where the label is none of these.
static inline const uint8_t *write_plain_label(
    uint8_t **out, const uint8_t *text, const uint8_t *end, const uint8_t *readable)
{
    uint8_t *to = *out;
    size_t name = 0, value = 0;
    uint64_t found = 0;
    for (; !found; name += 8) {
        if (end - text <= (ptrdiff_t) name || readable - text < (ptrdiff_t) name + 8)
            return NULL;
        uint64_t word = load(text + name);
        memcpy(to + 4 + name, &word, sizeof word);
        found = find(word, '=');
    }
    name += place(found) - 8;
    const uint8_t *start = text + name + 2;
    for (found = 0; !found; value += 8) {
        if (end - start <= (ptrdiff_t) value || readable - start < (ptrdiff_t) value + 8)
            return NULL;
        uint64_t word = load(start + value);
        memcpy(to + 6 + name + value, &word, sizeof word);
        found = find(word, '"') | find(word, '\\');
    }
    value += place(found) - 8;
    size_t size = name + value + 4;
    if (end - start <= (ptrdiff_t) value || start[value] == '\\' || size >= 0x80)
        return NULL;
    if (value == 0)
        return start;
    to[0] = 1 << 3 | BYTES;
    to[1] = (uint8_t) size;
    to[2] = 1 << 3 | BYTES;
    to[3] = (uint8_t) name;
    to[4 + name] = 2 << 3 | BYTES;
    to[5 + name] = (uint8_t) value;
    *out = to + 2 + size;
    return start + value;
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

// Takes at most twice as many bytes as the text has and 16, and writes at most 16 past those. A label has at least five bytes of text;
// as a message it has as many, less quotes, comma and equals sign, and three tags and lengths, which pass six bytes in long ones only.
static inline uint8_t *write_labels(uint8_t *to, const uint8_t *text, const uint8_t *end, const uint8_t *readable)
{
    while (text < end) {
        const uint8_t *quote = write_plain_label(&to, text, end, readable);
        if (!quote)
            quote = write_any_label(&to, text, end);
        if (!quote)
            break;
        // A quote and a comma.
        text = quote + 2;
    }
    return to;
}

// Writes a moment as a field of type google.protobuf.Timestamp, at most 14 bytes; none for 0 and in a gauge. By way of a double, as it goes when
// seconds are given.
static inline size_t write_start(uint8_t *out, enum field value_field, uint64_t nanoseconds)
{
    if (nanoseconds == 0 || value_field == GAUGE)
        return 0;
    double seconds = (double) nanoseconds / 1e9;
    uint64_t whole = (uint64_t) seconds;
    double rest = (seconds - (double) whole) * 1e9;
    // To the nearest whole number, the even one of two: between 2^52 and 2^53 doubles have no fraction.
    rest += 0x1p52;
    rest -= 0x1p52;
    uint64_t part = (uint64_t) rest;
    if (part >= 1000000000) {
        whole++;
        part = 0;
    }
    uint8_t *to = out + 2;
    if (whole) {
        *to++ = 1 << 3 | VARINT;
        to = write_varint(to, whole);
    }
    if (part) {
        *to++ = 2 << 3 | VARINT;
        to = write_varint(to, part);
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
        uint8_t moment[16] = {0};
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
        memcpy(at, moment, sizeof moment);
        size_t size = (size_t) (at - content) + moment_count;
        if (varint_size(size) != width) {
            width = varint_size(size);
            memmove(to + 1 + width, content, size);
        }
        *to = 4 << 3 | BYTES;
        write_varint(to + 1, size);
        to += 1 + width + size;
    }
    return (size_t) (to - out);
}
