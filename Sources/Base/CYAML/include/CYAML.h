// The events of a YAML text by libyaml (Debian's libyaml-dev), one at a time, as plain values: libyaml's own are unions with pointers
// into its memory.
#pragma once
#include <stdbool.h>
#include <stddef.h>

/// A text that is being read, with a copy of its bytes.
struct apus_yaml;

enum apus_yaml_kind {
    APUS_YAML_ERROR,
    APUS_YAML_DOCUMENT,
    APUS_YAML_SCALAR,
    APUS_YAML_SEQUENCE,
    APUS_YAML_MAPPING,
    /// The end of the innermost sequence or mapping.
    APUS_YAML_CLOSE,
    APUS_YAML_ALIAS,
    /// The end of the text.
    APUS_YAML_END,
};

struct apus_yaml_event {
    enum apus_yaml_kind kind;
    /// Where it begins, from 0: the column in code points.
    size_t line, column;
    /// Whether it is an error in the bytes themselves, such as what is no UTF-8, of which `offset` says where it is.
    bool is_at_offset;
    size_t offset;
    /// The number of bytes of the text of a scalar or an error.
    size_t length;
    /// Whether a scalar stands without quotation marks, on one line.
    bool is_plain;
    bool has_anchor, has_tag;
};

/// Begins to read `length` bytes of UTF-8.
struct apus_yaml *apus_yaml_open(const void *bytes, size_t length);

/// The next event; after an error or the end there is none.
struct apus_yaml_event apus_yaml_next(struct apus_yaml *reader);

/// Copies the text of the last event, as many bytes as the event has: that of a scalar, or the reason of an error.
void apus_yaml_copy_text(const struct apus_yaml *reader, void *text);

void apus_yaml_close(struct apus_yaml *reader);
