// A child process that does what may hang, take memory without bound or end by a signal.
#pragma once
#include <stdint.h>
#include <sys/types.h>

/// Starts a program with one socket as its standard input and output, no other descriptor, an empty environment but for the locale, all
/// signals as at the beginning, and a process group of its own.
///
/// - Parameters:
///   - program: the path of its file.
///   - word: its first argument; the second is the calling process's id.
/// - Returns: the child's id, or an errno below 0.
pid_t apus_child_start(const char *program, const char *word, int socket);

/// A pair of connected sockets, close-on-exec: 0, or an errno below 0.
int apus_child_sockets(int *first, int *second);

/// Asks the kernel to end a child at once. Its id is not another process's before it was reaped.
void apus_child_kill(pid_t child);

/// Reaps a child that has ended, without waiting for it.
///
/// - Returns: 1 when it is reaped or is nobody's, 0 while it lives.
int apus_child_reap(pid_t child, int *signal);

/// Bounds the calling process, a child: it ends with its parent, leaves no core behind, shows its memory to nobody, is the first to end
/// when memory is short, and gets no more memory than it has and so many bytes, few descriptors, and no byte of a file.
///
/// - Parameters:
///   - parent: who started it.
///   - name: what it is called from here on, of 15 bytes at most.
/// - Returns: 0, -1 when the parent is gone already, or the errno of a bound that could not be had.
int apus_child_confine(pid_t parent, uint64_t memory, const char *name);

/// Reads or writes all bytes of the child's socket: 0, or -1 at its end.
int apus_child_read(void *bytes, size_t count);
int apus_child_write(const void *bytes, size_t count);
