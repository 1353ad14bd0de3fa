// Who owns the other end of a TCP connection of this host, by sock_diag(7).
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A socket to ask for owners by, close-on-exec and non-blocking.
int apus_socket_owners_open(void);

/// Asks for the user whose socket is bound to `client` and connected to `server`, in this network namespace.
///
/// - `length`: of both addresses: 4 bytes for IPv4, 16 for IPv6. Ports are in the host's order.
/// - Returns 0 and the user as this user namespace has it; -1 with ENOENT where there is no such socket. One question at a time.
int apus_socket_owner(int fd, const uint8_t *client, uint16_t client_port, const uint8_t *server, uint16_t server_port, size_t length,
                      uid_t *owner);
