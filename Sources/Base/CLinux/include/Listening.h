// Listening stream sockets, and what a client has done before anybody reads from it.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// One end of a connection: an internet address of `length` 4 or 16 bytes with a port in the host's order, or `length` 0 for none.
struct apus_end {
    uint8_t address[16];
    size_t length;
    uint16_t port;
};

/// A TCP socket that listens, close-on-exec, non-blocking and SO_REUSEADDR. The address of all IPv6 interfaces takes IPv4 as well.
///
/// - `scope`: the interface of a link-local address, else 0.
int apus_tcp_listen(const struct apus_end *end, uint32_t scope, int backlog);

/// Where a socket listens: an internet address, or with `length` 0 a path in `path`, which has room for 109 bytes.
int apus_listening_at(int fd, struct apus_end *end, char *path);

/// accept4(2), close-on-exec and non-blocking, with who is at both ends: for a Unix socket `user` and `group` are the client's, else
/// -1.
int apus_accept_from(int fd, struct apus_end *client, struct apus_end *server, uid_t *user, gid_t *group);

/// Has the kernel refuse descriptors that are sent to a Unix socket (SO_PASSRIGHTS, Linux 6.16), and to those that it accepts from then on.
int apus_refuse_descriptors(int fd);

/// What a client has done that nobody has read from: 0 nothing yet, 1 sent something, 2 gone.
int apus_opening(int fd);
