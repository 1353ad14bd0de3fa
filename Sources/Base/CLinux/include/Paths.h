// Walking along a path without asking a file system that may not answer.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// What the kernel knows of a file.
struct apus_file_status {
    /// The number of the mount that it is seen by; from /proc/self/fdinfo before Linux 5.8, and 0 where that is not to be seen.
    uint64_t mount;
    uint32_t mode;
    uint32_t owner;
    uint32_t group;
};

/// Opens a place of the tree (O_PATH) by what the kernel has at hand, through all links: EAGAIN where it would have to ask a file system
/// (RESOLVE_CACHED, Linux 5.12).
int apus_open_cached(const char *path);

/// Opens a place of the tree (O_PATH) by its name in a folder; a link is opened itself.
///
/// - Parameter asks: whether what an automounter has to mount there first is mounted, whoever has to be waited for.
int apus_open_part(int folder, const char *name, int asks);

/// Has the calling thread look at places as if statx(2) did not say their mounts, as before Linux 5.8.
void apus_hide_mounts(int hides);

/// Looks at what is open: as stat(2) does, or without asking the file system, as it was when that was asked last.
int apus_file_status(int fd, int asks, struct apus_file_status *status);

/// The text of the link that is open, without a NUL.
ssize_t apus_link_text(int fd, char *text, size_t count);
