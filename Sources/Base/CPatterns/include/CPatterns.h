// Regular expressions by PCRE2 (Debian's libpcre2-dev), compiled for the processor where it can be, with bounds on every match, so that
// no expression and no text can hold up the one who reads.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A compiled expression and the memory of a match; belongs to one thread at a time.
struct apus_pattern;

/// Compiles `length` bytes of UTF-8; NULL when they are no expression, with the reason in `message` and its place in `offset` (bytes).
struct apus_pattern *apus_pattern_compile(const char *text, size_t length, char *message, size_t message_size, size_t *offset);

/// The number of named groups.
size_t apus_pattern_named_groups(const struct apus_pattern *pattern);

/// The name of a named group, in the order of the names from 0, and its number in `group`; it lives as long as the pattern.
const char *apus_pattern_group_name(const struct apus_pattern *pattern, size_t index, int *group);

/// Looks for the expression in any bytes, those that are no UTF-8 included. 1 found, 0 not found, -1 given up at the bound of work.
int apus_pattern_match(struct apus_pattern *pattern, const void *subject, size_t length);

/// Where a group was in the last subject; 1, or 0 when it took no part in the match.
int apus_pattern_range(const struct apus_pattern *pattern, int group, size_t *start, size_t *end);

void apus_pattern_free(struct apus_pattern *pattern);
