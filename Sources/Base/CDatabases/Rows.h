// What both databases write their answers into.
#pragma once
#include <stdbool.h>
#include <stddef.h>

/// Forgets the rows that are there, and sets the bounds of those to come.
void rows_begin(int most_rows, int most_bytes);
/// Adds the name of a column, all of which come before the first value; false past a bound.
bool rows_add_name(const char *name);
/// Adds a value, row by row; NULL for the value NULL; false past a bound.
bool rows_add(const char *value, size_t length);

/// Sets what is wrong, cut to its bound; the state may be NULL.
void database_fail(const char *state, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// Nanoseconds left until a moment of CLOCK_MONOTONIC, at least 0.
long long database_left(long long deadline);
