#define _GNU_SOURCE
#include "CDatabases.h"
#include "Rows.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// The functions of SQLite, by the prototypes of its header.
static __typeof__(sqlite3_open_v2) *open_file;
static __typeof__(sqlite3_close_v2) *close_file;
static __typeof__(sqlite3_errmsg) *message_of;
static __typeof__(sqlite3_errstr) *text_of;
static __typeof__(sqlite3_extended_errcode) *code_of;
static __typeof__(sqlite3_exec) *execute;
static __typeof__(sqlite3_limit) *set_limit;
static __typeof__(sqlite3_db_config) *configure;
static __typeof__(sqlite3_busy_timeout) *set_busy_timeout;
static __typeof__(sqlite3_progress_handler) *set_progress_handler;
static __typeof__(sqlite3_set_authorizer) *set_authorizer;
static __typeof__(sqlite3_prepare_v2) *prepare;
static __typeof__(sqlite3_step) *step;
static __typeof__(sqlite3_finalize) *finalize;
static __typeof__(sqlite3_stmt_readonly) *is_read_only;
static __typeof__(sqlite3_column_count) *column_count;
static __typeof__(sqlite3_column_name) *column_name;
static __typeof__(sqlite3_column_type) *column_type;
static __typeof__(sqlite3_column_text) *column_text;
static __typeof__(sqlite3_column_bytes) *column_bytes;
static __typeof__(sqlite3_soft_heap_limit64) *set_heap_limit;
static __typeof__(sqlite3_vfs_find) *find_files;

// How SQLite opens every file here: for reading, and none that is not there. It would make the log of a database beside it, empty, whose
// owner is then who asks and not the service.
static int open_to_read(const char *path, int flags, int mode) {
    (void)mode;
    return open(path, (flags & ~(O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC)) | O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static bool load(void) {
    static bool is_loaded;
    if (is_loaded) return true;
    void *library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        database_fail(NULL, "libsqlite3.so.0 cannot be loaded: apt install libsqlite3-0 (%s)", dlerror());
        return false;
    }
#define FIND(variable, name)                                                                                           \
    if (!(variable = (__typeof__(variable))dlsym(library, name))) {                                                    \
        database_fail(NULL, "libsqlite3.so.0 has no %s: apt install libsqlite3-0 of Debian 11 or later", name);        \
        return false;                                                                                                  \
    }
    FIND(open_file, "sqlite3_open_v2")
    FIND(close_file, "sqlite3_close_v2")
    FIND(message_of, "sqlite3_errmsg")
    FIND(text_of, "sqlite3_errstr")
    FIND(code_of, "sqlite3_extended_errcode")
    FIND(execute, "sqlite3_exec")
    FIND(set_limit, "sqlite3_limit")
    FIND(configure, "sqlite3_db_config")
    FIND(set_busy_timeout, "sqlite3_busy_timeout")
    FIND(set_progress_handler, "sqlite3_progress_handler")
    FIND(set_authorizer, "sqlite3_set_authorizer")
    FIND(prepare, "sqlite3_prepare_v2")
    FIND(step, "sqlite3_step")
    FIND(finalize, "sqlite3_finalize")
    FIND(is_read_only, "sqlite3_stmt_readonly")
    FIND(column_count, "sqlite3_column_count")
    FIND(column_name, "sqlite3_column_name")
    FIND(column_type, "sqlite3_column_type")
    FIND(column_text, "sqlite3_column_text")
    FIND(column_bytes, "sqlite3_column_bytes")
    FIND(set_heap_limit, "sqlite3_soft_heap_limit64")
    FIND(find_files, "sqlite3_vfs_find")
#undef FIND
    sqlite3_vfs *files = find_files(NULL);
    if (!files || files->iVersion < 3
        || files->xSetSystemCall(files, "open", (sqlite3_syscall_ptr)open_to_read) != SQLITE_OK) {
        database_fail(NULL, "libsqlite3.so.0 cannot be kept from making files: apt install libsqlite3-0 of Debian 11 or later");
        return false;
    }
    set_heap_limit(8 << 20);
    is_loaded = true;
    return true;
}

// The file that is open, and until when it may be asked.
static sqlite3 *database;
static int64_t last_moment;

// A file that is read as it lies, as nobody has it open, and what it was like before.
static struct {
    bool is_used;
    char path[4096];
    struct stat facts;
} at_rest;

static int ends_late(void *unused) {
    (void)unused;
    return database_left(last_moment) == 0;
}

// Reading, and functions but for those that load code or take apart pointers.
static int allows(
    void *argument, int action, const char *first, const char *second, const char *database, const char *trigger) {
    (void)argument;
    (void)first;
    (void)database;
    (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION:
        return second && (strcasecmp(second, "load_extension") == 0 || strcasecmp(second, "fts3_tokenizer") == 0)
            ? SQLITE_DENY
            : SQLITE_OK;
    default: return SQLITE_DENY;
    }
}

// The path as a URI, in which nothing of it is a parameter; false when it does not fit.
static bool write_uri(char *uri, size_t size, const char *path, const char *parameters) {
    size_t at = (size_t)snprintf(uri, size, "file:");
    for (; *path; path++) {
        if (at + 4 >= size) return false;
        if (strchr("?#%", *path))
            at += (size_t)snprintf(uri + at, size - at, "%%%02X", (unsigned char)*path);
        else
            uri[at++] = *path;
    }
    int rest = snprintf(uri + at, size - at, "?%s", parameters);
    return rest > 0 && (size_t)rest < size - at;
}

static int fail(int code) {
    // An answer that was cut off by the progress handler.
    if ((code & 0xff) == SQLITE_INTERRUPT) return APUS_DATABASE_LATE;
    char state[8];
    snprintf(state, sizeof state, "%d", code & 0xff);
    database_fail(state, "%s", database ? message_of(database) : text_of(code));
    return APUS_DATABASE_FAILED;
}

static int read_rows(const char *sql) {
    sqlite3_stmt *statement = NULL;
    const char *rest = NULL;
    int code = prepare(database, sql, -1, &statement, &rest);
    if (code != SQLITE_OK) return fail(code_of(database));
    int outcome = APUS_DATABASE_DONE;
    if (!statement || !is_read_only(statement) || column_count(statement) == 0) {
        database_fail("1", "the query is none that reads rows");
        outcome = APUS_DATABASE_FAILED;
    } else if (rest[strspn(rest, " \t\r\n;")] != 0) {
        database_fail("1", "the query has more than one statement");
        outcome = APUS_DATABASE_FAILED;
    }
    int columns = outcome == APUS_DATABASE_DONE ? column_count(statement) : 0;
    for (int column = 0; column < columns && outcome == APUS_DATABASE_DONE; column++)
        if (!rows_add_name(column_name(statement, column))) outcome = APUS_DATABASE_LARGE;
    while (outcome == APUS_DATABASE_DONE) {
        code = step(statement);
        if (code == SQLITE_DONE) break;
        if (code != SQLITE_ROW) {
            outcome = fail(code_of(database));
            break;
        }
        if (database_left(last_moment) == 0) outcome = APUS_DATABASE_LATE;
        for (int column = 0; column < columns && outcome == APUS_DATABASE_DONE; column++) {
            const char *value =
                column_type(statement, column) == SQLITE_NULL ? NULL : (const char *)column_text(statement, column);
            if (!rows_add(value, value ? (size_t)column_bytes(statement, column) : 0)) outcome = APUS_DATABASE_LARGE;
        }
    }
    finalize(statement);
    return outcome;
}

static void close_database(void) {
    if (database) close_file(database);
    database = NULL;
}

static int open_database(const char *uri, int64_t deadline) {
    close_database();
    last_moment = deadline;
    int code = open_file(uri, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    int outcome = code == SQLITE_OK ? APUS_DATABASE_DONE : fail(code);
    if (outcome == APUS_DATABASE_DONE) {
        // A writer that holds the file for long is waited for by the next attempt.
        long long wait = database_left(deadline) / 1000000 / 2;
        set_busy_timeout(database, wait > 1000 ? 1000 : (int)wait);
        set_progress_handler(database, 1000, ends_late, NULL);
        set_limit(database, SQLITE_LIMIT_LENGTH, 4 << 20);
        set_limit(database, SQLITE_LIMIT_ATTACHED, 0);
        set_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
        configure(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        configure(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        // A transaction begins with what it reads first.
        code = execute(
            database,
            "PRAGMA query_only=1; PRAGMA temp_store=2; PRAGMA mmap_size=0; PRAGMA cell_size_check=1; PRAGMA cache_size=-2048; "
            "BEGIN; SELECT 1 FROM sqlite_master LIMIT 1",
            NULL, NULL, NULL);
        if (code != SQLITE_OK) outcome = fail(code_of(database));
    }
    if (outcome == APUS_DATABASE_DONE)
        set_authorizer(database, allows, NULL);
    else
        close_database();
    return outcome;
}

static bool exists_beside(const char *path, const char *suffix) {
    char beside[4200];
    struct stat facts;
    int length = snprintf(beside, sizeof beside, "%s%s", path, suffix);
    // What cannot be told counts as there.
    return length >= (int)sizeof beside || stat(beside, &facts) == 0 || errno != ENOENT;
}

static bool has_changed(const struct stat *before, const char *path) {
    struct stat now;
    return stat(path, &now) != 0 || now.st_ino != before->st_ino || now.st_size != before->st_size
        || now.st_mtim.tv_sec != before->st_mtim.tv_sec || now.st_mtim.tv_nsec != before->st_mtim.tv_nsec;
}

int apus_sqlite_begin(const char *path, int64_t deadline) {
    at_rest.is_used = false;
    struct stat facts;
    if (stat(path, &facts) != 0) {
        database_fail(NULL, "%s", strerror(errno));
        return APUS_DATABASE_NO_FILE;
    }
    if (!S_ISREG(facts.st_mode)) {
        database_fail(NULL, "it is no file but a %s",
            S_ISDIR(facts.st_mode)        ? "folder"
                : S_ISFIFO(facts.st_mode) ? "pipe"
                : S_ISSOCK(facts.st_mode) ? "socket"
                                          : "device");
        return APUS_DATABASE_NO_FILE;
    }
    if (!load()) return APUS_DATABASE_MISSING;
    char uri[3 * 4096];
    // The index of the log is not made where it is not there, nor written: who makes it would be its owner.
    if (strlen(path) >= sizeof at_rest.path || !write_uri(uri, sizeof uri, path, "mode=ro&readonly_shm=1")) {
        database_fail(NULL, "the path is too long");
        return APUS_DATABASE_NO_FILE;
    }
    int outcome = open_database(uri, deadline);
    if (outcome != APUS_DATABASE_FAILED || strcmp(apus_database_state(), "14") != 0) return outcome;
    // A file with a log at rest, whose log and index are away: nobody has it open, so that it is read as it lies.
    if (exists_beside(path, "-wal") || exists_beside(path, "-shm")) {
        database_fail(
            "14", "its write-ahead log has no index (-shm): it is readable once the service has opened the file, which makes one");
        return APUS_DATABASE_FAILED;
    }
    if (stat(path, &at_rest.facts) != 0 || !write_uri(uri, sizeof uri, path, "mode=ro&immutable=1")) {
        database_fail(NULL, "%s", strerror(errno));
        return APUS_DATABASE_NO_FILE;
    }
    strcpy(at_rest.path, path);
    at_rest.is_used = true;
    return open_database(uri, deadline);
}

int apus_sqlite_query(const char *sql, int rows, int bytes, int64_t deadline) {
    rows_begin(rows, bytes);
    if (!database) {
        database_fail("21", "no file is open");
        return APUS_DATABASE_FAILED;
    }
    last_moment = deadline;
    return read_rows(sql);
}

int apus_sqlite_end(void) {
    close_database();
    if (!at_rest.is_used || (!has_changed(&at_rest.facts, at_rest.path) && !exists_beside(at_rest.path, "-wal")))
        return APUS_DATABASE_DONE;
    database_fail("14", "the file changed while it was read: the next attempt reads it anew");
    return APUS_DATABASE_FAILED;
}
