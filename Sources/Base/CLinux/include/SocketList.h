// The sockets of a network namespace, by sock_diag(7).
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A socket that belongs to a process, or did when it was made.
struct apus_listed_socket {
    uint64_t inode;
    /// The control group of the unified hierarchy that it was made in, by the inode of its folder; 0 where the kernel does not say it.
    uint64_t group;
    /// What a listening socket has: connections that wait to be accepted, and how many may.
    uint32_t queue;
    uint32_t limit;
    /// IPPROTO_TCP or IPPROTO_UDP; 0 of a Unix socket.
    uint8_t protocol;
    /// As TCP_ESTABLISHED and its like of netinet/tcp.h; TCP_CLOSE of one that is not connected.
    uint8_t state;
};

/// A socket to ask for lists by, close-on-exec and non-blocking. Closing it ends a list that is not read to its end.
int apus_socket_list_open(void);

/// Lists sockets of this network namespace that are connected, listen or wait to be closed by their process.
///
/// - `family`: AF_INET, AF_INET6 or AF_UNIX, with a protocol of 0.
/// - Returns how many there are; -1 with ENOBUFS where there are more than `capacity`.
ssize_t apus_socket_list(int fd, int family, int protocol, struct apus_listed_socket *sockets, size_t capacity);
