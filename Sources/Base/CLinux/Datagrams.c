#define _GNU_SOURCE
#include "Datagrams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { send_buffer = 8 * 1024 * 1024, most_descriptors = 16, pipe_page = 4096 };

int apus_datagram_socket(void) {
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        int size = send_buffer;
        // The kernel caps it by net.core.wmem_max; a smaller buffer only means a memfd earlier.
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    return fd;
}

int apus_datagram_connect(int fd, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path) {
        errno = length == 0 ? EINVAL : ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, length);
    socklen_t size = offsetof(struct sockaddr_un, sun_path) + length;
    if (path[0] == '@')
        address.sun_path[0] = 0;  // An abstract name is as long as the address says, and ends with no zero.
    else
        size += 1;
    return connect(fd, (struct sockaddr *)&address, size);
}

int apus_unix_open(const char *path, int type) {
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || apus_datagram_connect(fd, path) == 0) return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int apus_datagram_send(int fd, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count) {
    if (descriptor_count > most_descriptors) {
        errno = E2BIG;
        return -1;
    }
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * most_descriptors)];
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = count > 0 ? 1 : 0};
    if (descriptor_count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptor_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * descriptor_count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * descriptor_count);
    }
    ssize_t sent;
    do sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

/// A memfd with the entry in it, sealed against every change as journald demands.
static int sealed_copy(const char *bytes, size_t count) {
    int fd = memfd_create("journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -1;
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) goto failed;
        bytes += written;
        count -= (size_t)written;
    }
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0) return fd;
failed:;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

int apus_journal_send(int fd, const void *bytes, size_t count) {
    int sent = apus_datagram_send(fd, bytes, count, NULL, 0);
    if (sent == 0 || (errno != EMSGSIZE && errno != ENOBUFS)) return sent;
    int copy = sealed_copy(bytes, count);
    if (copy < 0) return -1;
    sent = apus_datagram_send(fd, NULL, 0, &copy, 1);
    int reason = errno;
    close(copy);
    errno = reason;
    return sent;
}

size_t apus_write_without_waiting(int fd, const void *bytes, size_t count) {
    size_t done = 0;
    int is_socket = 1;
    while (done < count) {
        const char *rest = (const char *)bytes + done;
        ssize_t written;
        if (is_socket) {
            written = send(fd, rest, count - done, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (written < 0 && errno == ENOTSOCK) {
                is_socket = 0;
                continue;
            }
        } else {
            // A pipe that polls as writable has room for a page; one without a reader polls POLLERR and would raise SIGPIPE.
            struct pollfd ready = {.fd = fd, .events = POLLOUT};
            if (poll(&ready, 1, 0) <= 0 || ready.revents != POLLOUT) break;
            written = write(fd, rest, count - done < pipe_page ? count - done : pipe_page);
        }
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        done += (size_t)written;
    }
    return done;
}
