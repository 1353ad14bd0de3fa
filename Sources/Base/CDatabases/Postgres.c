#define _GNU_SOURCE
#include "CDatabases.h"
#include "Rows.h"
#include <dlfcn.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <string.h>

// The functions of libpq, by the prototypes of its header.
static __typeof__(PQconnectStart) *connect_start;
static __typeof__(PQconnectPoll) *connect_poll;
static __typeof__(PQsocket) *socket_of;
static __typeof__(PQstatus) *status_of;
static __typeof__(PQfinish) *finish;
static __typeof__(PQerrorMessage) *error_message;
static __typeof__(PQsetErrorVerbosity) *set_verbosity;
static __typeof__(PQsetNoticeReceiver) *set_notice_receiver;
static __typeof__(PQsetnonblocking) *set_nonblocking;
static __typeof__(PQsendQuery) *send_query;
static __typeof__(PQsendQueryParams) *send_query_params;
static __typeof__(PQsetSingleRowMode) *set_single_row_mode;
static __typeof__(PQflush) *flush;
static __typeof__(PQconsumeInput) *consume_input;
static __typeof__(PQisBusy) *is_busy;
static __typeof__(PQgetResult) *get_result;
static __typeof__(PQclear) *clear;
static __typeof__(PQresultStatus) *result_status;
static __typeof__(PQresultErrorField) *result_error_field;
static __typeof__(PQresultErrorMessage) *result_error_message;
static __typeof__(PQntuples) *row_count;
static __typeof__(PQnfields) *column_count;
static __typeof__(PQfname) *column_name;
static __typeof__(PQgetvalue) *value_of;
static __typeof__(PQgetlength) *length_of;
static __typeof__(PQgetisnull) *is_null;
static __typeof__(PQparameterStatus) *parameter_status;
static __typeof__(PQtransactionStatus) *transaction_status;

static PGconn *connection;
// Whether the last address that was connected to has taken the connection of TCP.
static bool is_reached;

static bool load(void) {
    static bool is_loaded;
    if (is_loaded) return true;
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        database_fail(NULL, "libpq.so.5 cannot be loaded: apt install libpq5 (%s)", dlerror());
        return false;
    }
#define FIND(variable, name)                                                                                           \
    if (!(variable = (__typeof__(variable))dlsym(library, name))) {                                                    \
        database_fail(NULL, "libpq.so.5 has no %s: apt install libpq5 of Debian 11 or later", name);                   \
        return false;                                                                                                  \
    }
    FIND(connect_start, "PQconnectStart")
    FIND(connect_poll, "PQconnectPoll")
    FIND(socket_of, "PQsocket")
    FIND(status_of, "PQstatus")
    FIND(finish, "PQfinish")
    FIND(error_message, "PQerrorMessage")
    FIND(set_verbosity, "PQsetErrorVerbosity")
    FIND(set_notice_receiver, "PQsetNoticeReceiver")
    FIND(set_nonblocking, "PQsetnonblocking")
    FIND(send_query, "PQsendQuery")
    FIND(send_query_params, "PQsendQueryParams")
    FIND(set_single_row_mode, "PQsetSingleRowMode")
    FIND(flush, "PQflush")
    FIND(consume_input, "PQconsumeInput")
    FIND(is_busy, "PQisBusy")
    FIND(get_result, "PQgetResult")
    FIND(clear, "PQclear")
    FIND(result_status, "PQresultStatus")
    FIND(result_error_field, "PQresultErrorField")
    FIND(result_error_message, "PQresultErrorMessage")
    FIND(row_count, "PQntuples")
    FIND(column_count, "PQnfields")
    FIND(column_name, "PQfname")
    FIND(value_of, "PQgetvalue")
    FIND(length_of, "PQgetlength")
    FIND(is_null, "PQgetisnull")
    FIND(parameter_status, "PQparameterStatus")
    FIND(transaction_status, "PQtransactionStatus")
#undef FIND
    is_loaded = true;
    return true;
}

// What a server remarks beside its answers is nobody's here, however much it is.
static void ignore_notice(void *argument, const PGresult *result) {
    (void)argument;
    (void)result;
}

void apus_postgres_close(void) {
    if (connection) finish(connection);
    connection = NULL;
}

// The code that stands behind the severity in a verbose message ("FATAL:  28P01: …"), whose words are of the server's language.
static void fail_by_message(const char *message) {
    char state[6] = "";
    for (const char *colon = strchr(message, ':'); colon && !state[0]; colon = strchr(colon + 1, ':')) {
        const char *at = colon + 1;
        while (*at == ' ') at++;
        size_t length = strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        // Severities are as long, and have no digit.
        if (length == 5 && at[5] == ':' && strcspn(at, "0123456789") < 5) memcpy(state, at, 5);
    }
    database_fail(state, "%s", message);
}

// Waits for the socket; false once the time is up.
static bool wait_for(short events, int64_t deadline) {
    long long left = database_left(deadline);
    if (left == 0) return false;
    struct pollfd one = {.fd = socket_of(connection), .events = events};
    // Rounded up, so that the last wait does not turn.
    int milliseconds = left / 1000000 > 3600000 ? 3600000 : (int)(left / 1000000) + 1;
    poll(&one, 1, milliseconds);
    return database_left(deadline) > 0;
}

int apus_postgres_renew(const char *conninfo, int64_t reach, int64_t deadline) {
    PGconn *former = connection;
    connection = NULL;
    int outcome = apus_postgres_connect(conninfo, reach, deadline);
    if (outcome == APUS_DATABASE_FAILED && strcmp(apus_database_state(), "53300") == 0)
        connection = former;
    else if (former)
        finish(former);
    return outcome;
}

bool apus_postgres_is_reached(void) { return is_reached; }

int apus_postgres_connect(const char *conninfo, int64_t reach, int64_t deadline) {
    apus_postgres_close();
    is_reached = false;
    if (!load()) return APUS_DATABASE_MISSING;
    connection = connect_start(conninfo);
    if (!connection) {
        database_fail("53200", "out of memory");
        return APUS_DATABASE_FAILED;
    }
    set_verbosity(connection, PQERRORS_VERBOSE);
    set_notice_receiver(connection, ignore_notice, NULL);
    // As if it had asked to write, as libpq-connect says.
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    bool is_late = false;
    while (status_of(connection) != CONNECTION_BAD && next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED) {
        is_reached = status_of(connection) != CONNECTION_STARTED;
        if (!wait_for(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, is_reached || reach > deadline ? deadline : reach)) {
            is_late = true;
            break;
        }
        next = connect_poll(connection);
    }
    if (!is_late && next == PGRES_POLLING_OK && status_of(connection) == CONNECTION_OK) {
        set_verbosity(connection, PQERRORS_DEFAULT);
        set_nonblocking(connection, 1);
        return APUS_DATABASE_DONE;
    }
    if (!is_late) fail_by_message(error_message(connection));
    apus_postgres_close();
    return is_late ? APUS_DATABASE_LATE : APUS_DATABASE_FAILED;
}

bool apus_postgres_is_connected(void) { return connection && status_of(connection) == CONNECTION_OK; }

bool apus_postgres_is_in_transaction(void) {
    return connection && transaction_status(connection) == PQTRANS_INTRANS;
}

const char *apus_postgres_setting(const char *name) {
    const char *value = connection ? parameter_status(connection, name) : NULL;
    return value ? value : "";
}

// Takes over the rows of a part of an answer.
static int take(const PGresult *result, bool *has_names) {
    switch (result_status(result)) {
    case PGRES_COMMAND_OK: return APUS_DATABASE_DONE;
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK: break;
    case PGRES_EMPTY_QUERY: database_fail("42601", "the query is empty"); return APUS_DATABASE_FAILED;
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
        database_fail(result_error_field(result, PG_DIAG_SQLSTATE), "%s", result_error_message(result));
        return APUS_DATABASE_FAILED;
    // A copy, which would go on in a protocol of its own.
    default: database_fail("0A000", "the query is none that gives rows"); return APUS_DATABASE_FAILED;
    }
    int columns = column_count(result);
    if (!*has_names) {
        *has_names = true;
        for (int column = 0; column < columns; column++)
            if (!rows_add_name(column_name(result, column))) return APUS_DATABASE_LARGE;
    } else if (columns != apus_rows_columns()) {
        database_fail("08P01", "rows of one answer have different columns");
        return APUS_DATABASE_FAILED;
    }
    for (int row = 0; row < row_count(result); row++)
        for (int column = 0; column < columns; column++) {
            const char *value = is_null(result, row, column) ? NULL : value_of(result, row, column);
            if (!rows_add(value, (size_t)length_of(result, row, column))) return APUS_DATABASE_LARGE;
        }
    return APUS_DATABASE_DONE;
}

// Takes what is left of an answer that has failed; whether the connection is as good as before then.
static bool settle(int64_t deadline) {
    for (;;) {
        while (is_busy(connection))
            if (!wait_for(POLLIN, deadline) || !consume_input(connection)) return false;
        PGresult *rest = get_result(connection);
        if (!rest) break;
        ExecStatusType status = result_status(rest);
        clear(rest);
        // A copy goes on in a protocol of its own.
        if (status != PGRES_FATAL_ERROR && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return false;
    }
    PGTransactionStatusType transaction = transaction_status(connection);
    return status_of(connection) == CONNECTION_OK
        && (transaction == PQTRANS_IDLE || transaction == PQTRANS_INTRANS || transaction == PQTRANS_INERROR);
}

static int run(const char *sql, bool single, int64_t deadline, bool *is_settled) {
    int sent = single ? send_query_params(connection, sql, 0, NULL, NULL, NULL, NULL, 0) : send_query(connection, sql);
    // Row by row, so that an answer without end does not become one in memory.
    if (!sent || !set_single_row_mode(connection)) {
        database_fail("08006", "%s", error_message(connection));
        return APUS_DATABASE_FAILED;
    }
    for (int rest = flush(connection); rest != 0; rest = flush(connection)) {
        if (rest < 0) {
            database_fail("08006", "%s", error_message(connection));
            return APUS_DATABASE_FAILED;
        }
        if (!wait_for(POLLIN | POLLOUT, deadline)) return APUS_DATABASE_LATE;
        if (!consume_input(connection)) {
            database_fail("08006", "%s", error_message(connection));
            return APUS_DATABASE_FAILED;
        }
    }
    bool has_names = false;
    for (;;) {
        while (is_busy(connection)) {
            if (!wait_for(POLLIN, deadline)) return APUS_DATABASE_LATE;
            if (!consume_input(connection)) {
                database_fail("08006", "%s", error_message(connection));
                return APUS_DATABASE_FAILED;
            }
        }
        if (database_left(deadline) == 0) return APUS_DATABASE_LATE;
        PGresult *result = get_result(connection);
        if (!result) return APUS_DATABASE_DONE;
        ExecStatusType status = result_status(result);
        int outcome = take(result, &has_names);
        clear(result);
        if (outcome == APUS_DATABASE_DONE) continue;
        // What the server refuses, it has ended: the next statement finds it as this one did.
        if (status == PGRES_FATAL_ERROR || status == PGRES_EMPTY_QUERY) *is_settled = settle(deadline);
        return outcome;
    }
}

int apus_postgres_query(const char *sql, bool single, int rows, int bytes, int64_t deadline) {
    rows_begin(rows, bytes);
    if (!apus_postgres_is_connected()) {
        database_fail("08003", "there is no connection");
        return APUS_DATABASE_FAILED;
    }
    bool is_settled = false;
    int outcome = run(sql, single, deadline, &is_settled);
    if (outcome != APUS_DATABASE_DONE && !is_settled) apus_postgres_close();
    return outcome;
}
