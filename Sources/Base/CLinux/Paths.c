#define _GNU_SOURCE
#include "Paths.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

int apus_open_cached(const char *path) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_CACHED};
    return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

int apus_open_part(int folder, const char *name, int asks) {
    int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    // O_PATH alone does not have an automounter mount what belongs there; stepping into a folder does.
    int fd = asks ? openat(folder, name, flags | O_DIRECTORY) : -1;
    if (fd >= 0 || (asks && errno != ENOTDIR && errno != ELOOP)) return fd;
    return openat(folder, name, flags);
}

static _Thread_local int hides_mounts;

void apus_hide_mounts(int hides) { hides_mounts = hides; }

// The mount of what is open, as a kernel before 5.8 has it too; 0 where it does not say.
static uint64_t mount_of(int fd) {
    char path[48], text[512];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    const char *found = strstr(text, "\nmnt_id:");
    return found ? strtoull(found + sizeof "\nmnt_id:" - 1, NULL, 10) : 0;
}

int apus_file_status(int fd, int asks, struct apus_file_status *status) {
    struct statx found;
    // Not by glibc's statx, which asks by fstatat(2) where the kernel has none.
    int flags = AT_EMPTY_PATH | (asks ? AT_STATX_SYNC_AS_STAT : AT_STATX_DONT_SYNC);
    if (syscall(SYS_statx, fd, "", flags, STATX_BASIC_STATS | STATX_MNT_ID, &found) != 0) return -1;
    int says = found.stx_mask & STATX_MNT_ID && !hides_mounts;
    status->mount = says ? found.stx_mnt_id : mount_of(fd);
    status->mode = found.stx_mode;
    status->owner = found.stx_uid;
    status->group = found.stx_gid;
    return 0;
}

ssize_t apus_link_text(int fd, char *text, size_t count) { return readlinkat(fd, "", text, count); }
