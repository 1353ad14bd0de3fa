#define _GNU_SOURCE
#include "Rows.h"
#include "CDatabases.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char error_text[512];
static char error_state[8];

// Names and values one behind the other, each ended by a null byte, and where each of them begins: names first.
static char *text;
static size_t used, capacity, most_text;
static uint32_t *places;
static size_t place_count, place_capacity;
static int columns, most_rows;

#define NO_VALUE UINT32_MAX

void rows_begin(int rows, int bytes) {
    used = 0;
    place_count = 0;
    columns = 0;
    most_rows = rows;
    most_text = bytes > 0 ? (size_t)bytes : 0;
}

static bool add(const char *value, size_t length) {
    if (place_count == place_capacity) {
        size_t wanted = place_capacity ? place_capacity * 2 : 256;
        uint32_t *grown = reallocarray(places, wanted, sizeof *places);
        if (!grown) return false;
        places = grown;
        place_capacity = wanted;
    }
    if (!value) {
        // A value that is none costs its place, so that rows without end end, too.
        if (used + 1 > most_text) return false;
        most_text -= 1;
        places[place_count++] = NO_VALUE;
        return true;
    }
    if (length >= most_text || used + length + 1 > most_text) return false;
    if (used + length + 1 > capacity) {
        size_t wanted = capacity ? capacity : 4096;
        while (wanted < used + length + 1) wanted *= 2;
        char *grown = realloc(text, wanted);
        if (!grown) return false;
        text = grown;
        capacity = wanted;
    }
    memcpy(text + used, value, length);
    text[used + length] = 0;
    places[place_count++] = (uint32_t)used;
    used += length + 1;
    return true;
}

bool rows_add_name(const char *name) {
    if (!name || !add(name, strlen(name))) return false;
    columns++;
    return true;
}

bool rows_add(const char *value, size_t length) {
    if (columns == 0) return false;
    size_t values = place_count - (size_t)columns;
    if (values / (size_t)columns >= (size_t)(most_rows > 0 ? most_rows : 0)) return false;
    return add(value, length);
}

int apus_rows_columns(void) { return columns; }

int apus_rows_count(void) { return columns ? (int)((place_count - (size_t)columns) / (size_t)columns) : 0; }

const char *apus_rows_name(int column) {
    return column >= 0 && column < columns ? text + places[column] : "";
}

int apus_rows_length(int row, int column) {
    if (row < 0 || row >= apus_rows_count() || column < 0 || column >= columns) return -1;
    size_t index = (size_t)columns * ((size_t)row + 1) + (size_t)column;
    if (places[index] == NO_VALUE) return -1;
    size_t next = index + 1;
    while (next < place_count && places[next] == NO_VALUE) next++;
    return (int)((next < place_count ? places[next] : used) - places[index] - 1);
}

void apus_rows_copy(int row, int column, uint8_t *bytes, int length) {
    if (length <= 0 || length != apus_rows_length(row, column)) return;
    memcpy(bytes, text + places[(size_t)columns * ((size_t)row + 1) + (size_t)column], (size_t)length);
}

const char *apus_database_error(void) { return error_text; }
const char *apus_database_state(void) { return error_state; }

void database_fail(const char *state, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error_text, sizeof error_text, format, arguments);
    va_end(arguments);
    snprintf(error_state, sizeof error_state, "%.5s", state ? state : "");
}

long long database_left(long long deadline) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long left = deadline - (now.tv_sec * 1000000000LL + now.tv_nsec);
    return left > 0 ? left : 0;
}
