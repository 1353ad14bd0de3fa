#define PCRE2_CODE_UNIT_WIDTH 8
#include "CPatterns.h"

#include <pcre2.h>
#include <stdlib.h>

struct apus_pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

// Steps and nested positions of one match: a few milliseconds of work at the worst.
enum { match_limit = 100000, depth_limit = 10000, heap_limit_kibibytes = 4096 };

struct apus_pattern *apus_pattern_compile(const char *text, size_t length, char *message, size_t message_size, size_t *offset) {
    int code = 0;
    PCRE2_SIZE place = 0;
    pcre2_code *compiled = pcre2_compile(
        (PCRE2_SPTR)text, length, PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &place, NULL);
    if (!compiled) {
        pcre2_get_error_message(code, (PCRE2_UCHAR *)message, message_size);
        *offset = place;
        return NULL;
    }
    // Where the processor or the system allows no generated code, matching is interpreted.
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    struct apus_pattern *pattern = malloc(sizeof *pattern);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(compiled, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (!pattern || !data || !context) abort();
    pcre2_set_match_limit(context, match_limit);
    pcre2_set_depth_limit(context, depth_limit);
    pcre2_set_heap_limit(context, heap_limit_kibibytes);
    *pattern = (struct apus_pattern){.code = compiled, .data = data, .context = context};
    return pattern;
}

size_t apus_pattern_named_groups(const struct apus_pattern *pattern) {
    uint32_t count = 0;
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &count);
    return count;
}

const char *apus_pattern_group_name(const struct apus_pattern *pattern, size_t index, int *group) {
    uint32_t size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &table);
    // An entry is the number in two bytes, and the name with a zero at its end (pcre2api(3)).
    PCRE2_SPTR entry = table + index * size;
    *group = entry[0] << 8 | entry[1];
    return (const char *)entry + 2;
}

int apus_pattern_match(struct apus_pattern *pattern, const void *subject, size_t length) {
    int result = pcre2_match(pattern->code, subject, length, 0, 0, pattern->data, pattern->context);
    if (result >= 0) return 1;
    return result == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

int apus_pattern_range(const struct apus_pattern *pattern, int group, size_t *start, size_t *end) {
    if (group < 0 || (uint32_t)group >= pcre2_get_ovector_count(pattern->data)) return 0;
    PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(pattern->data);
    if (pairs[2 * group] == PCRE2_UNSET || pairs[2 * group] > pairs[2 * group + 1]) return 0;
    *start = pairs[2 * group];
    *end = pairs[2 * group + 1];
    return 1;
}

void apus_pattern_free(struct apus_pattern *pattern) {
    if (!pattern) return;
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->data);
    pcre2_code_free(pattern->code);
    free(pattern);
}
