// Datagrams to journald and to the service manager, by their documented protocols (systemd.io/JOURNAL_NATIVE_PROTOCOL, sd_notify(3)).
// libsystemd's own calls wait on a full socket, and succeed in silence when no journald is there; these do neither.
// Every function returns -1 and sets errno on failure.
#pragma once
#include <stddef.h>
#include <sys/types.h>

/// A Unix-domain SOCK_DGRAM socket, close-on-exec and non-blocking, with a send buffer of 8 MiB or what the kernel grants.
int apus_datagram_socket(void);

/// Connects a datagram socket, also one that was connected before, to a path, or with a leading @ to an abstract name;
/// ENAMETOOLONG past 107 bytes.
int apus_datagram_connect(int fd, const char *path);

/// A new socket of a type (SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET), close-on-exec and non-blocking, that is connected to a path, or with a
/// leading @ to an abstract name, without waiting for room among those that wait to be accepted. -1 with errno.
int apus_unix_open(const char *path, int type);

/// One entry in journald's native protocol to a connected socket; as a sealed memfd when it is too large for a datagram. EAGAIN
/// when the receiver's queue is full. 0 on success.
int apus_journal_send(int fd, const void *bytes, size_t count);

/// One datagram with up to 16 descriptors attached (SCM_RIGHTS), to a connected socket. 0 on success, EAGAIN when
/// the receiver's queue is full.
int apus_datagram_send(int fd, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count);

/// Writes what a pipe, socket, terminal or file takes without waiting, and returns how many bytes that was. Nobody else may
/// write to a pipe meanwhile, or its room may be gone. Never raises SIGPIPE.
size_t apus_write_without_waiting(int fd, const void *bytes, size_t count);
