#include "CYAML.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct apus_yaml {
    yaml_parser_t parser;
    yaml_event_t event;
    unsigned char *bytes;
    // The text of the last event points into that event, or to a constant of libyaml.
    const char *text;
    size_t length;
};

struct apus_yaml *apus_yaml_open(const void *bytes, size_t length)
{
    struct apus_yaml *reader = calloc(1, sizeof *reader);
    unsigned char *copy = malloc(length + 1);
    if (!reader || !copy || !yaml_parser_initialize(&reader->parser))
        abort();
    if (length > 0)
        memcpy(copy, bytes, length);
    reader->bytes = copy;
    yaml_parser_set_input_string(&reader->parser, copy, length);
    // Otherwise a mark at the beginning would make the text one of UTF-16.
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    return reader;
}

static void set_text(struct apus_yaml *reader, struct apus_yaml_event *event, const char *text, size_t length)
{
    reader->text = text;
    reader->length = event->length = length;
}

static struct apus_yaml_event failure(struct apus_yaml *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    struct apus_yaml_event event = { .kind = APUS_YAML_ERROR };
    if (parser->error == YAML_MEMORY_ERROR)
        abort();
    if (parser->error == YAML_READER_ERROR) {
        event.is_at_offset = true;
        event.offset = parser->problem_offset;
    } else {
        event.line = parser->problem_mark.line;
        event.column = parser->problem_mark.column;
    }
    const char *reason = parser->problem ? parser->problem : "no YAML";
    set_text(reader, &event, reason, strlen(reason));
    return event;
}

struct apus_yaml_event apus_yaml_next(struct apus_yaml *reader)
{
    yaml_event_t *event = &reader->event;
    do {
        yaml_event_delete(event);
        set_text(reader, &(struct apus_yaml_event){ 0 }, NULL, 0);
        if (!yaml_parser_parse(&reader->parser, event))
            return failure(reader);
        // What says nothing of its own is left out; the end of the whole text is said.
    } while (event->type == YAML_STREAM_START_EVENT || event->type == YAML_DOCUMENT_END_EVENT);

    struct apus_yaml_event result = {
        .kind = APUS_YAML_END, .line = event->start_mark.line, .column = event->start_mark.column,
    };
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: result.kind = APUS_YAML_DOCUMENT; break;
    case YAML_ALIAS_EVENT: result.kind = APUS_YAML_ALIAS; break;
    case YAML_SCALAR_EVENT:
        result.kind = APUS_YAML_SCALAR;
        result.is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        result.has_anchor = event->data.scalar.anchor != NULL;
        result.has_tag = event->data.scalar.tag != NULL;
        set_text(reader, &result, (const char *)event->data.scalar.value, event->data.scalar.length);
        break;
    case YAML_SEQUENCE_START_EVENT:
        result.kind = APUS_YAML_SEQUENCE;
        result.has_anchor = event->data.sequence_start.anchor != NULL;
        result.has_tag = event->data.sequence_start.tag != NULL;
        break;
    case YAML_MAPPING_START_EVENT:
        result.kind = APUS_YAML_MAPPING;
        result.has_anchor = event->data.mapping_start.anchor != NULL;
        result.has_tag = event->data.mapping_start.tag != NULL;
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: result.kind = APUS_YAML_CLOSE; break;
    default: break;
    }
    return result;
}

void apus_yaml_copy_text(const struct apus_yaml *reader, void *text)
{
    if (reader->length > 0)
        memcpy(text, reader->text, reader->length);
}

void apus_yaml_close(struct apus_yaml *reader)
{
    if (!reader)
        return;
    yaml_event_delete(&reader->event);
    yaml_parser_delete(&reader->parser);
    free(reader->bytes);
    free(reader);
}
