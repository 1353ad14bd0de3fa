// systemd's units over sd-bus, message by message: calls are sent and answered apart, so that nothing here waits for the bus, for
// systemd or for a full socket. A bus and its messages belong to the thread that opened it.
// Functions that can fail return -errno, as those of sd-bus do.
#pragma once
#include <stdint.h>
#include <systemd/sd-bus.h>

enum {
    apus_unit_name_size = 256,
    apus_unit_word_size = 32,
    apus_unit_path_size = 512,
};

/// What a number says that is not there: systemd's own mark for figures that it does not account.
#define APUS_UNIT_UNKNOWN UINT64_MAX

/// What systemd says of a unit: properties of org.freedesktop.systemd1.Unit, and of Service, Timer, Socket and Mount where it is one. Words are
/// cut to their room and end in a zero; one that is absent is empty. Numbers that are absent are APUS_UNIT_UNKNOWN.
struct apus_unit {
    /// The primary name, of a unit that has several.
    char id[apus_unit_name_size];
    char load_state[apus_unit_word_size];
    char active_state[apus_unit_word_size];
    char sub_state[apus_unit_word_size];
    char result[apus_unit_word_size];
    /// Times in microseconds since 1970, 0 for never.
    uint64_t state_change, active_enter, inactive_exit, watchdog_ping;
    /// The watchdog's timeout in microseconds.
    uint64_t watchdog;
    uint64_t restarts, main_pid;
    /// CLD_EXITED and its kin, 0 while the main process has not ended; and its exit code or signal.
    uint64_t exec_code, exec_status;
    uint64_t memory_bytes, tasks, tasks_max, cpu_nanoseconds;
    /// A timer's moments, in microseconds: the last trigger since 1970; the next one since 1970, and since CLOCK_MONOTONIC's beginning, 0 for
    /// none; and how much later it may be.
    uint64_t last_trigger, next_trigger, next_trigger_monotonic, accuracy;
    /// The unit that a timer starts.
    char triggered[apus_unit_name_size];
    /// A socket's connections: whether systemd accepts its connections; how many it has accepted and refused, and how many are open.
    uint64_t accepts, accepted, refused, connections;
    /// A mount's place, and the kind of file system that it has been told.
    char mount_point[apus_unit_path_size];
    char fs_type[apus_unit_word_size];
};

enum apus_bus_event_kind {
    /// Something that none of the other kinds stands for.
    APUS_BUS_OTHER,
    /// The answer to the call `cookie`; read it with the function for it.
    APUS_BUS_REPLY,
    /// The refusal of the call `cookie`; `text` is the error's name.
    APUS_BUS_REFUSAL,
    /// A property of the unit `text` has changed.
    APUS_BUS_UNIT_CHANGED,
    /// systemd has loaded the unit `text`.
    APUS_BUS_UNIT_NEW,
    /// systemd has let go of the unit `text`.
    APUS_BUS_UNIT_REMOVED,
    /// systemd begins to load its configuration anew (`flag` 1) and does not answer for a while, or is done (0).
    APUS_BUS_RELOADING,
    /// systemd came to the bus or left it.
    APUS_BUS_OWNER_CHANGED,
    /// The connection is at its end.
    APUS_BUS_DISCONNECTED,
};

struct apus_bus_event {
    enum apus_bus_event_kind kind;
    uint64_t cookie;
    int flag;
    char text[apus_unit_name_size];
    /// To be given back with sd_bus_message_unref; may be null.
    sd_bus_message *message;
};

/// Begins to connect to a D-Bus address; sd_bus_is_ready says when that is done. `is_bus` is 0 for systemd's private socket, at
/// whose end is systemd itself. The caller ends it with apus_bus_close.
int apus_bus_open(sd_bus **bus, const char *address, int is_bus);

/// Drops the connection, whatever has not been sent yet.
void apus_bus_close(sd_bus *bus);

// Calls, sent or queued: the answer comes as an event with the same cookie.

/// AddMatch of the bus.
int apus_bus_match(sd_bus *bus, const char *rule, uint64_t *cookie);
/// Manager.Subscribe: without it systemd sends no signals.
int apus_bus_subscribe(sd_bus *bus, uint64_t *cookie);
/// Manager.ListUnitsByPatterns, for apus_bus_read_listed: the units that are loaded; it loads none. `patterns` ends with a null.
int apus_bus_list_units(sd_bus *bus, const char *const *patterns, uint64_t *cookie);
/// Properties.GetAll of a unit, for apus_bus_read_unit. systemd loads the unit for it if it is not loaded.
int apus_bus_get_unit(sd_bus *bus, const char *unit, uint64_t *cookie);
/// Manager.GetUnitFileState, which looks for the file of a unit and does not load it; refused where there is none.
int apus_bus_get_unit_file_state(sd_bus *bus, const char *unit, uint64_t *cookie);
/// Peer.Ping of systemd.
int apus_bus_ping(sd_bus *bus, uint64_t *cookie);

/// The next event: 1 and the event, or 0 when there is none for now. Signals of nobody's interest and internal messages are
/// APUS_BUS_OTHER.
int apus_bus_next(sd_bus *bus, struct apus_bus_event *event);

/// Reads the answer to apus_bus_get_unit. -EBADMSG when it is not of that form.
int apus_bus_read_unit(sd_bus_message *message, struct apus_unit *unit);

/// Reads the next name of the answer to apus_bus_list_units: 1, or 0 after the last.
int apus_bus_read_listed(sd_bus_message *message, char name[apus_unit_name_size]);

/// Reads the answer to apus_bus_get_unit_file_state.
int apus_bus_read_word(sd_bus_message *message, char word[apus_unit_word_size]);

/// Waits until the bus wants to be worked with, `wake` is readable, or the time is up.
void apus_bus_wait(sd_bus *bus, int wake, uint64_t microseconds);
