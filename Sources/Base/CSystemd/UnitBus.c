#include "UnitBus.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char manager[] = "org.freedesktop.systemd1";
static const char manager_path[] = "/org/freedesktop/systemd1";
static const char manager_interface[] = "org.freedesktop.systemd1.Manager";
static const char unit_prefix[] = "/org/freedesktop/systemd1/unit";
static const char properties_interface[] = "org.freedesktop.DBus.Properties";

int apus_bus_open(sd_bus **result, const char *address, int is_bus) {
    sd_bus *bus = NULL;
    int code = sd_bus_new(&bus);
    if (code < 0) return code;
    code = sd_bus_set_address(bus, address);
    if (code >= 0 && is_bus) code = sd_bus_set_bus_client(bus, 1);
    if (code >= 0) code = sd_bus_start(bus);
    if (code < 0) {
        sd_bus_close_unref(bus);
        return code;
    }
    *result = bus;
    return 0;
}

void apus_bus_close(sd_bus *bus) { sd_bus_close_unref(bus); }

/// Sends a call with up to one string in it, and takes the message over.
static int send_call(sd_bus *bus, sd_bus_message *call, const char *text, uint64_t *cookie) {
    int code = text == NULL ? 0 : sd_bus_message_append_basic(call, 's', text);
    if (code >= 0) code = sd_bus_send(bus, call, cookie);
    sd_bus_message_unref(call);
    return code < 0 ? code : 0;
}

/// A call of systemd; it is never started for our sake.
static int manager_call(sd_bus *bus, sd_bus_message **call, const char *path, const char *interface, const char *member) {
    int code = sd_bus_message_new_method_call(bus, call, manager, path, interface, member);
    return code < 0 ? code : sd_bus_message_set_auto_start(*call, 0);
}

int apus_bus_match(sd_bus *bus, const char *rule, uint64_t *cookie) {
    sd_bus_message *call = NULL;
    int code = sd_bus_message_new_method_call(
        bus, &call, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch");
    return code < 0 ? code : send_call(bus, call, rule, cookie);
}

int apus_bus_subscribe(sd_bus *bus, uint64_t *cookie) {
    sd_bus_message *call = NULL;
    int code = manager_call(bus, &call, manager_path, manager_interface, "Subscribe");
    return code < 0 ? code : send_call(bus, call, NULL, cookie);
}

int apus_bus_list_units(sd_bus *bus, const char *const *patterns, uint64_t *cookie) {
    sd_bus_message *call = NULL;
    int code = manager_call(bus, &call, manager_path, manager_interface, "ListUnitsByPatterns");
    if (code < 0) return code;
    code = sd_bus_message_append_strv(call, NULL);
    if (code >= 0) code = sd_bus_message_append_strv(call, (char **)patterns);
    if (code < 0) {
        sd_bus_message_unref(call);
        return code;
    }
    return send_call(bus, call, NULL, cookie);
}

int apus_bus_get_unit(sd_bus *bus, const char *unit, uint64_t *cookie) {
    char *path = NULL;
    int code = sd_bus_path_encode(unit_prefix, unit, &path);
    if (code < 0) return code;
    sd_bus_message *call = NULL;
    code = manager_call(bus, &call, path, properties_interface, "GetAll");
    free(path);
    // sd-bus takes an empty name for every interface of the object: one answer, of one moment.
    return code < 0 ? code : send_call(bus, call, "", cookie);
}

int apus_bus_get_unit_file_state(sd_bus *bus, const char *unit, uint64_t *cookie) {
    sd_bus_message *call = NULL;
    int code = manager_call(bus, &call, manager_path, manager_interface, "GetUnitFileState");
    return code < 0 ? code : send_call(bus, call, unit, cookie);
}

int apus_bus_ping(sd_bus *bus, uint64_t *cookie) {
    sd_bus_message *call = NULL;
    int code = manager_call(bus, &call, manager_path, "org.freedesktop.DBus.Peer", "Ping");
    return code < 0 ? code : send_call(bus, call, NULL, cookie);
}

/// Cuts a text to its room.
static void copy(char *room, size_t size, const char *text) {
    size_t length = strnlen(text, size - 1);
    memcpy(room, text, length);
    room[length] = 0;
}

static void read_manager_signal(sd_bus_message *message, struct apus_bus_event *event) {
    const char *member = sd_bus_message_get_member(message);
    const char *name = NULL;
    if (strcmp(member, "Reloading") == 0) {
        if (sd_bus_message_read_basic(message, 'b', &event->flag) > 0) event->kind = APUS_BUS_RELOADING;
        return;
    }
    enum apus_bus_event_kind kind;
    if (strcmp(member, "UnitNew") == 0)
        kind = APUS_BUS_UNIT_NEW;
    else if (strcmp(member, "UnitRemoved") == 0)
        kind = APUS_BUS_UNIT_REMOVED;
    else if (strcmp(member, "JobRemoved") == 0 && sd_bus_message_skip(message, "uo") > 0)
        kind = APUS_BUS_UNIT_CHANGED;
    else
        return;
    if (sd_bus_message_read_basic(message, 's', &name) <= 0) return;
    copy(event->text, sizeof event->text, name);
    event->kind = kind;
}

static void read_signal(sd_bus_message *message, struct apus_bus_event *event) {
    const char *interface = sd_bus_message_get_interface(message), *path = sd_bus_message_get_path(message);
    const char *member = sd_bus_message_get_member(message);
    // A signal has all three, says the D-Bus specification, and sd-bus lets no other one in.
    if (interface == NULL || path == NULL || member == NULL) return;
    if (strcmp(interface, properties_interface) == 0) {
        char *unit = NULL;
        if (sd_bus_path_decode(path, unit_prefix, &unit) > 0) {
            copy(event->text, sizeof event->text, unit);
            event->kind = APUS_BUS_UNIT_CHANGED;
        }
        free(unit);
    } else if (strcmp(interface, manager_interface) == 0) {
        read_manager_signal(message, event);
    } else if (strcmp(interface, "org.freedesktop.DBus") == 0 && strcmp(member, "NameOwnerChanged") == 0) {
        const char *name = NULL;
        if (sd_bus_message_read_basic(message, 's', &name) > 0 && strcmp(name, manager) == 0)
            event->kind = APUS_BUS_OWNER_CHANGED;
    } else if (strcmp(interface, "org.freedesktop.DBus.Local") == 0 && strcmp(member, "Disconnected") == 0) {
        event->kind = APUS_BUS_DISCONNECTED;
    }
}

int apus_bus_next(sd_bus *bus, struct apus_bus_event *event) {
    memset(event, 0, sizeof *event);
    sd_bus_message *message = NULL;
    int code = sd_bus_process(bus, &message);
    if (code <= 0) return code;
    event->message = message;
    if (message == NULL) return 1;
    uint8_t type = 0;
    sd_bus_message_get_type(message, &type);
    switch (type) {
    case SD_BUS_MESSAGE_METHOD_RETURN: event->kind = APUS_BUS_REPLY; break;
    case SD_BUS_MESSAGE_METHOD_ERROR: {
        const sd_bus_error *error = sd_bus_message_get_error(message);
        event->kind = APUS_BUS_REFUSAL;
        if (error != NULL && error->name != NULL) copy(event->text, sizeof event->text, error->name);
        break;
    }
    case SD_BUS_MESSAGE_SIGNAL: read_signal(message, event); break;
    default: break;
    }
    if (event->kind == APUS_BUS_REPLY || event->kind == APUS_BUS_REFUSAL)
        sd_bus_message_get_reply_cookie(message, &event->cookie);
    return 1;
}

/// Where a property of a type goes.
struct property {
    const char *name;
    char type;
    size_t place, size;
};

#define WORD(name, field) {name, 's', offsetof(struct apus_unit, field), sizeof((struct apus_unit *)0)->field}
#define NUMBER(name, type, field) {name, type, offsetof(struct apus_unit, field), sizeof(uint64_t)}

static const struct property properties[] = {
    WORD("Id", id),
    WORD("LoadState", load_state),
    WORD("ActiveState", active_state),
    WORD("SubState", sub_state),
    WORD("Result", result),
    NUMBER("StateChangeTimestamp", 't', state_change),
    NUMBER("ActiveEnterTimestamp", 't', active_enter),
    NUMBER("InactiveExitTimestamp", 't', inactive_exit),
    NUMBER("WatchdogUSec", 't', watchdog),
    NUMBER("WatchdogTimestamp", 't', watchdog_ping),
    NUMBER("NRestarts", 'u', restarts),
    NUMBER("MainPID", 'u', main_pid),
    NUMBER("ExecMainCode", 'i', exec_code),
    NUMBER("ExecMainStatus", 'i', exec_status),
    NUMBER("MemoryCurrent", 't', memory_bytes),
    NUMBER("TasksCurrent", 't', tasks),
    NUMBER("TasksMax", 't', tasks_max),
    NUMBER("CPUUsageNSec", 't', cpu_nanoseconds),
    NUMBER("LastTriggerUSec", 't', last_trigger),
    NUMBER("NextElapseUSecRealtime", 't', next_trigger),
    NUMBER("NextElapseUSecMonotonic", 't', next_trigger_monotonic),
    NUMBER("AccuracyUSec", 't', accuracy),
    WORD("Unit", triggered),
    NUMBER("Accept", 'b', accepts),
    NUMBER("NAccepted", 'u', accepted),
    NUMBER("NRefused", 'u', refused),
    NUMBER("NConnections", 'u', connections),
    WORD("Where", mount_point),
    WORD("Type", fs_type),
};

static const struct property *property_named(const char *name) {
    for (size_t index = 0; index < sizeof properties / sizeof *properties; index++)
        if (strcmp(properties[index].name, name) == 0) return &properties[index];
    return NULL;
}

/// Reads the value of a property, which is in a variant of its type.
static int read_value(sd_bus_message *message, const struct property *property, struct apus_unit *unit) {
    union {
        const char *word;
        uint64_t number;
        uint32_t smaller;
        int32_t with_sign;
        // sd-bus writes a boolean as an int.
        int flag;
    } value;
    int code = sd_bus_message_read_basic(message, property->type, &value);
    if (code <= 0) return code < 0 ? code : -EBADMSG;
    char *place = (char *)unit + property->place;
    if (property->type == 's') {
        copy(place, property->size, value.word);
        return 0;
    }
    uint64_t number = value.number;
    if (property->type == 'u') number = value.smaller;
    if (property->type == 'b') number = value.flag != 0;
    if (property->type == 'i') number = value.with_sign < 0 ? APUS_UNIT_UNKNOWN : (uint64_t)value.with_sign;
    memcpy(place, &number, sizeof number);
    return 0;
}

static int read_property(sd_bus_message *message, struct apus_unit *unit) {
    const char *name = NULL, *contents = NULL;
    char type = 0;
    int code = sd_bus_message_read_basic(message, 's', &name);
    if (code <= 0) return code < 0 ? code : -EBADMSG;
    const struct property *property = property_named(name);
    if (property != NULL) {
        code = sd_bus_message_peek_type(message, &type, &contents);
        if (code < 0) return code;
        // Another version's property of the same name and another type is passed over.
        if (type != 'v' || contents == NULL || contents[0] != property->type || contents[1] != 0) property = NULL;
    }
    if (property == NULL) {
        code = sd_bus_message_skip(message, "v");
        return code < 0 ? code : 0;
    }
    code = sd_bus_message_enter_container(message, 'v', contents);
    if (code >= 0) code = read_value(message, property, unit);
    if (code >= 0) code = sd_bus_message_exit_container(message);
    return code;
}

int apus_bus_read_unit(sd_bus_message *message, struct apus_unit *unit) {
    memset(unit, 0, sizeof *unit);
    for (size_t index = 0; index < sizeof properties / sizeof *properties; index++)
        if (properties[index].type != 's') memset((char *)unit + properties[index].place, 0xff, sizeof(uint64_t));
    int code = sd_bus_message_enter_container(message, 'a', "{sv}");
    while (code >= 0) {
        code = sd_bus_message_enter_container(message, 'e', "sv");
        if (code == 0) break;
        if (code > 0) code = read_property(message, unit);
        if (code >= 0) code = sd_bus_message_exit_container(message);
    }
    if (code < 0) return code == -ENOMEM ? code : -EBADMSG;
    return unit->active_state[0] == 0 ? -EBADMSG : 0;
}

int apus_bus_read_listed(sd_bus_message *message, char name[apus_unit_name_size]) {
    int code = 1;
    if (sd_bus_message_at_end(message, 0) > 0) return 0;
    const char *signature = sd_bus_message_get_signature(message, 0);
    // The outer array is entered with the first name.
    if (signature != NULL && signature[0] == 'a') code = sd_bus_message_enter_container(message, 'a', "(ssssssouso)");
    if (code > 0) code = sd_bus_message_enter_container(message, 'r', "ssssssouso");
    if (code == 0) return 0;
    const char *text = NULL;
    if (code > 0) code = sd_bus_message_read_basic(message, 's', &text);
    if (code > 0) {
        copy(name, apus_unit_name_size, text);
        code = sd_bus_message_skip(message, "sssssouso");
    }
    if (code >= 0) code = sd_bus_message_exit_container(message);
    return code < 0 ? -EBADMSG : 1;
}

int apus_bus_read_word(sd_bus_message *message, char word[apus_unit_word_size]) {
    const char *text = NULL;
    if (sd_bus_message_read_basic(message, 's', &text) <= 0) return -EBADMSG;
    copy(word, apus_unit_word_size, text);
    return 0;
}

void apus_bus_wait(sd_bus *bus, int wake, uint64_t microseconds) {
    int events = sd_bus_get_events(bus);
    struct pollfd polled[2] = {
        {.fd = wake, .events = POLLIN},
        {.fd = sd_bus_get_fd(bus), .events = (short)(events > 0 ? events : 0)},
    };
    // An absolute time of CLOCK_MONOTONIC; 0 when there is work to do at once.
    uint64_t until = UINT64_MAX;
    if (sd_bus_get_timeout(bus, &until) >= 0 && until != UINT64_MAX) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        uint64_t present = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
        uint64_t left = until > present ? until - present : 0;
        if (left < microseconds) microseconds = left;
    }
    // Rounded up: a millisecond too early would make the caller turn in vain.
    uint64_t milliseconds = microseconds / 1000 + (microseconds % 1000 != 0);
    poll(polled, 2, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
}
