#define _GNU_SOURCE
#include "ChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int apus_child_sockets(int *first, int *second) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return -errno;
    *first = pair[0];
    *second = pair[1];
    return 0;
}

pid_t apus_child_start(const char *program, const char *word, int socket) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return -code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -code;
    }
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    // The socket is one of the first three only where the caller has closed its own; glibc then clears close-on-exec.
    if (!code) code = posix_spawn_file_actions_adddup2(&actions, socket, 0);
    if (!code) code = posix_spawn_file_actions_adddup2(&actions, 0, 1);
    if (!code) code = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (!code) code = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (!code) code = posix_spawnattr_setsigmask(&attributes, &none);
    if (!code) code = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!code) code = posix_spawnattr_setpgroup(&attributes, 0);
    if (!code)
        code = posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t child = -1;
    if (!code) {
        char parent[16];
        snprintf(parent, sizeof parent, "%d", (int)getpid());
        char name[] = "apus-agent";
        char *arguments[] = {name, strdup(word), parent, NULL};
        // No home, in which libraries would look for settings and passwords.
        char locale[] = "LC_ALL=C", home[] = "HOME=/nonexistent";
        char *environment[] = {locale, home, NULL};
        code = arguments[1] ? posix_spawn(&child, program, &actions, &attributes, arguments, environment) : ENOMEM;
        free(arguments[1]);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code ? -code : child;
}

void apus_child_kill(pid_t child) {
    if (child > 1) kill(child, SIGKILL);
}

int apus_child_reap(pid_t child, int *signal) {
    int status = 0;
    pid_t reaped;
    do reaped = waitpid(child, &status, WNOHANG);
    while (reaped < 0 && errno == EINTR);
    if (reaped == 0) return 0;
    *signal = reaped > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return 1;
}

// Bytes of the address space, and of what of it is written and its own.
static int sizes(uint64_t *whole, uint64_t *own) {
    char text[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return -1;
    text[length] = 0;
    unsigned long long pages, data;
    if (sscanf(text, "%llu %*u %*u %*u %*u %llu", &pages, &data) != 2) return -1;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    *whole = pages * page;
    *own = data * page;
    return 0;
}

// Sets a limit, or a lower one that is there already: 0, or an errno.
static int bound(int resource, uint64_t most) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) return errno;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < most) most = limit.rlim_max;
    limit.rlim_cur = limit.rlim_max = most;
    return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

int apus_child_confine(pid_t parent, uint64_t memory, const char *name) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    // It may have ended before this was asked for.
    if (getppid() != parent) return -1;
    prctl(PR_SET_NAME, name);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    // Before the files of the process are root's alone.
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        // A system that forbids it ends whom it wants.
        if (write(file, "1000", 4) != 4) errno = 0;
        close(file);
    }
    uint64_t whole, own;
    int is_known = sizes(&whole, &own) == 0;
    signal(SIGXFSZ, SIG_IGN);
    int code = bound(RLIMIT_CORE, 0);
    if (!code) code = bound(RLIMIT_NOFILE, 64);
    if (!code) code = bound(RLIMIT_FSIZE, 0);
    // Libraries take address space without taking memory.
    if (!code) code = bound(RLIMIT_AS, is_known ? whole + memory + (64u << 20) : memory + (512u << 20));
    if (!code && is_known) code = bound(RLIMIT_DATA, own + memory);
    if (!code && prctl(PR_SET_DUMPABLE, 0) != 0) code = errno;
    return code;
}

int apus_child_read(void *bytes, size_t count) {
    char *at = bytes;
    while (count > 0) {
        ssize_t done = read(0, at, count);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return -1;
        at += done;
        count -= (size_t)done;
    }
    return 0;
}

int apus_child_write(const void *bytes, size_t count) {
    const char *at = bytes;
    while (count > 0) {
        ssize_t done = write(1, at, count);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return -1;
        at += done;
        count -= (size_t)done;
    }
    return 0;
}
