// What Swift's Glibc module does not reach: variadic and macro interfaces of Linux, each as one plain function.
// Every function returns -1 and sets errno on failure, as the call behind it does.
#pragma once
#include "Arguments.h"
#include "BoundedCall.h"
#include "ChildProcess.h"
#include "CoreDump.h"
#include "CrashTrace.h"
#include "Datagrams.h"
#include "Listening.h"
#include "Names.h"
#include "Paths.h"
#include "SocketList.h"
#include "SocketOwners.h"
#include "Terminal.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/rseq.h>
#include <sys/types.h>

/// memfd_create(2) with close-on-exec and sealing allowed.
int apus_memfd_create(const char *name);

/// fcntl(F_ADD_SEALS) with F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL: the size is fixed from here on, so that a reader that maps
/// the whole can never meet SIGBUS.
int apus_memfd_seal(int fd);

/// 1 when the three seals of apus_memfd_seal are all there, 0 when not, -1 when it is no memory file of
/// ordinary pages, which takes seals.
int apus_memfd_is_sealed(int fd);

/// A Unix-domain SOCK_SEQPACKET socket, close-on-exec, non-blocking when asked.
int apus_seqpacket_socket(int nonblocking);

/// Binds to, or connects to, a path; ENAMETOOLONG past 107 bytes.
int apus_unix_bind(int fd, const char *path);
int apus_unix_connect(int fd, const char *path);

/// accept4(2), close-on-exec and non-blocking.
int apus_accept(int fd);

/// One message with one descriptor attached (SCM_RIGHTS); `descriptor` -1 sends none. Never raises SIGPIPE.
ssize_t apus_send_with_descriptor(int fd, const void *bytes, size_t count, int descriptor);

/// The number of descriptors that one message can have (SCM_MAX_FD of the kernel).
enum { APUS_MOST_DESCRIPTORS = 253 };

/// O_PATH of open(2), which <fcntl.h> has under _GNU_SOURCE alone.
enum { APUS_O_PATH = 010000000 };

/// Whether a descriptor is of a file that the kernel makes as it is read: in proc, sysfs, debugfs, tracefs and their like. -1: errno says why
/// that is not known.
int apus_is_of_kernel(int fd);

/// One message, without waiting, and all descriptors attached to it: `descriptors` has room for APUS_MOST_DESCRIPTORS. They are the
/// caller's to close, also when -1 is returned: EMSGSIZE for a message that is longer than the capacity, EMFILE when this process
/// had no descriptor left for one that came with the message.
ssize_t apus_receive_with_descriptors(int fd, void *bytes, size_t capacity, int *descriptors, size_t *count);

/// Looks at the next message, without waiting, and leaves it in the queue: its bytes, and a copy of the one descriptor that may be
/// attached to it, else -1. The descriptor is the caller's to close, also when -1 is returned: E2BIG for a message with more than one,
/// EMFILE when this process had none left for it, EMSGSIZE for a message that is longer than the capacity.
///
/// The kernel closes what is not taken of a message that is received, in the thread that receives it, which can take as long as
/// whoever made it likes. Of a message that was looked at nothing is closed.
ssize_t apus_peek_with_descriptor(int fd, void *bytes, size_t capacity, int *descriptor);

/// Takes the next message off the queue, or of a stream the next byte, and drops it.
ssize_t apus_drop_message(int fd);

/// Whether a Unix socket of packets whose reading side is shut down has no message left, so that closing it closes nothing else.
int apus_holds_nothing(int fd);

/// Has close(2) of a socket return at once, whatever its owner set (SO_LINGER); nothing happens to what is no socket.
void apus_forbid_linger(int fd);

/// The peer's process id as the kernel recorded it at connect(2) (SO_PEERCRED), 0 where it is not in this process's pid namespace;
/// uid and gid too.
int apus_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid);

/// The peer's other groups as they were at connect(2) (SO_PEERGROUPS, Linux 4.13), how many there are; -1 with ERANGE for more than `most`.
int apus_peer_groups(int fd, gid_t *groups, int most);

/// A pidfd of the process that connect(2) was called by (SO_PEERPIDFD, Linux 6.5): it stands for no other process, whatever becomes
/// of the pid. ENOPROTOOPT on older kernels, ESRCH when the process has been waited for.
int apus_peer_pidfd(int fd);

/// 1 when the process of a pidfd has ended, with all its threads.
int apus_pidfd_has_ended(int pidfd);

/// pidfd_open(2).
int apus_pidfd_open(pid_t pid);

/// Sends a signal through a pidfd; signal 0 only checks that the process is there.
int apus_pidfd_send_signal(int pidfd, int signal);

/// Bytes that malloc has handed out and not got back: mallinfo2's uordblks + hblkhd, over all arenas.
uint64_t apus_heap_in_use(void);

/// Caps malloc's arenas and keeps freed memory from piling up: for a process whose resident size matters more than the
/// parallel speed of malloc.
void apus_limit_malloc(int arenas);

/// Has malloc map each block of 128 KiB and more, as it does at first: of its own accord it puts them into its heaps once some were freed,
/// up to 32 MiB each, where what is small comes to lie between them and keeps their pages.
void apus_map_large_blocks(void);

/// Gives whole pages that are free back to the kernel, once `past` bytes more of malloc's free memory are in RAM than after the last
/// time, or a sixteenth of that is no longer in use: of its own accord glibc gives back only what lies at the end of a heap.
void apus_trim_heap(size_t past);

/// Gives pages of the program's file and of its libraries' files back that are read only, and free blocks of the heap: they come back from
/// the kernel's cache of files where they are needed.
void apus_release_program_pages(void);

/// An eventfd(2), close-on-exec and non-blocking, and raising it: for waking a thread that waits in poll(2) or epoll_wait(2).
int apus_eventfd(void);
void apus_eventfd_raise(int fd);

/// Names the calling thread, at most 15 bytes, for top and gdb.
void apus_name_thread(const char *name);

/// The calling thread's CPU time in nanoseconds.
uint64_t apus_thread_cpu_nanoseconds(void);

/// CLOCK_MONOTONIC, CLOCK_BOOTTIME and CLOCK_REALTIME in nanoseconds.
uint64_t apus_monotonic_nanoseconds(void);
uint64_t apus_boottime_nanoseconds(void);
uint64_t apus_realtime_nanoseconds(void);

/// The number of the processor that runs the calling thread, from memory that the kernel keeps current (rseq(2), which glibc 2.35
/// registers for every thread): two loads. All bits are set where that is not so.
__attribute__((always_inline)) static inline uint32_t apus_current_cpu(void)
{
    const volatile struct rseq *area = (const volatile struct rseq *) ((const char *) __builtin_thread_pointer() + __rseq_offset);
    return area->cpu_id;
}
