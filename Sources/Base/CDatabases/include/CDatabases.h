// Questions to PostgreSQL by libpq and to SQLite by libsqlite3, which are loaded when the first question is asked: the program that holds
// this needs neither library on hosts that ask nothing. Both libraries block, and take what memory a hostile server or file makes them
// take: this belongs into a process of its own, which has one connection and one answer at a time.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/// How an attempt of this module has ended.
enum apus_database_outcome {
    APUS_DATABASE_DONE = 0,
    /// The library or the server says what is wrong: apus_database_error().
    APUS_DATABASE_FAILED = 1,
    APUS_DATABASE_LATE = 2,
    /// More rows or bytes than were allowed.
    APUS_DATABASE_LARGE = 3,
    /// The library cannot be loaded: apus_database_error().
    APUS_DATABASE_MISSING = 4,
    /// What is in the path's place is no file, or not there: apus_database_error().
    APUS_DATABASE_NO_FILE = 5,
};

/// What is wrong, as the library or the server says it: at most 511 bytes, in any encoding.
const char *apus_database_error(void);

/// The server's code for what is wrong (SQLSTATE), or an empty text where none came.
const char *apus_database_state(void);

// The rows of the last answer, which stand until the next question.
int apus_rows_count(void);
int apus_rows_columns(void);
/// The name of a column; an empty text for a column that is not there.
const char *apus_rows_name(int column);
/// The bytes of a value as text, which may have null bytes in it; -1 for the value NULL and for one that is not there.
int apus_rows_length(int row, int column);
/// Copies a value of so many bytes.
void apus_rows_copy(int row, int column, uint8_t *bytes, int length);

/// Connects to PostgreSQL, in place of a connection that is there.
///
/// - Parameters:
///   - conninfo: as in PQconnectStart.
///   - reach: until when the server has to have taken the connection of TCP, and
///   - deadline: until when all has to be done, in nanoseconds of CLOCK_MONOTONIC.
int apus_postgres_connect(const char *conninfo, int64_t reach, int64_t deadline);

/// Whether the server of the last attempt to connect has taken the connection of TCP.
bool apus_postgres_is_reached(void);

/// Connects anew and ends the connection that is there, which stays where all that the server takes are taken (SQLSTATE 53300).
int apus_postgres_renew(const char *conninfo, int64_t reach, int64_t deadline);

/// Whether there is a connection that was in order when it was last used.
bool apus_postgres_is_connected(void);

/// Whether a transaction is under way and has not failed.
bool apus_postgres_is_in_transaction(void);

/// What the server has said of a setting, as is_superuser; an empty text where it has said nothing.
const char *apus_postgres_setting(const char *name);

void apus_postgres_close(void);

/// Runs one statement; its rows stand in apus_rows_*. A connection of which nobody knows what comes next is closed, as when an answer is
/// late or too large; it stays where the server has refused the statement.
///
/// - Parameters:
///   - single: by the extended protocol, in which a server takes no second statement behind the first one.
///   - rows: the most rows, and
///   - bytes: the most bytes of them, names included.
int apus_postgres_query(const char *sql, bool single, int rows, int bytes, int64_t deadline);

/// Opens a file of SQLite and begins a transaction that reads, in which all questions find the same.
///
/// The file is never written, nor is one made beside it. Nothing but reading is allowed to a statement.
///
/// - Parameter path: of the file, absolute.
int apus_sqlite_begin(const char *path, int64_t deadline);

/// Runs one statement on the file that is open; its rows stand in apus_rows_*.
int apus_sqlite_query(const char *sql, int rows, int bytes, int64_t deadline);

/// Closes the file: APUS_DATABASE_FAILED where somebody has begun to write meanwhile what nobody had open, so that what was read may be half
/// of it.
int apus_sqlite_end(void);
