#define _GNU_SOURCE
#include "CLinux.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { seals = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL };

int apus_memfd_create(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int apus_memfd_seal(int fd) { return fcntl(fd, F_ADD_SEALS, seals); }

int apus_memfd_is_sealed(int fd) {
    // Only memory files have seals: of no other file anything is asked, as a file system in user space may take its time to answer.
    int present = fcntl(fd, F_GET_SEALS);
    struct statfs system;
    // A huge page that cannot be had is a SIGBUS for who touches it, whatever the seals say.
    if (present < 0 || fstatfs(fd, &system) != 0 || system.f_type != TMPFS_MAGIC) return -1;
    return (present & seals) == seals;
}

int apus_seqpacket_socket(int nonblocking) {
    return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
}

static int fill(struct sockaddr_un *address, const char *path) {
    size_t length = strlen(path);
    if (length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    return 0;
}

int apus_unix_bind(int fd, const char *path) {
    struct sockaddr_un address;
    return fill(&address, path) < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address);
}

int apus_unix_connect(int fd, const char *path) {
    struct sockaddr_un address;
    return fill(&address, path) < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}

int apus_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

ssize_t apus_send_with_descriptor(int fd, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

ssize_t apus_receive_with_descriptors(int fd, void *bytes, size_t capacity, int *descriptors, size_t *count) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * APUS_MOST_DESCRIPTORS)];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room};
    *count = 0;
    ssize_t received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (received < 0) return -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        // In bounds: the control part has room for no more.
        memcpy(descriptors + *count, CMSG_DATA(header), here * sizeof(int));
        *count += here;
    }
    // The kernel cuts the control part where the process has no descriptor left, as there is room for all that a message can have.
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        errno = message.msg_flags & MSG_TRUNC ? EMSGSIZE : EMFILE;
        return -1;
    }
    return received;
}

ssize_t apus_peek_with_descriptor(int fd, void *bytes, size_t capacity, int *descriptor) {
    union {
        struct cmsghdr header;
        char room[CMSG_LEN(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    // Without the padding behind it, which has room for a second one.
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof(int))};
    *descriptor = -1;
    ssize_t received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT | MSG_PEEK);
    if (received < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS
        && header->cmsg_len >= CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        if (message.msg_flags & MSG_CTRUNC)
            errno = *descriptor >= 0 ? E2BIG : EMFILE;
        else
            errno = EMSGSIZE;
        return -1;
    }
    return received;
}

ssize_t apus_drop_message(int fd) {
    char none;
    return recv(fd, &none, sizeof none, MSG_DONTWAIT);
}

int apus_holds_nothing(int fd) {
    int yes = 1;
    char byte;
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    // Without room for a descriptor beside the sender, whom each message has, the empty one too, and the end of the stream has not.
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room};
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) != 0) return 0;
    ssize_t count = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT | MSG_PEEK);
    return count == 0 && message.msg_controllen == 0 && !(message.msg_flags & MSG_CTRUNC);
}

void apus_forbid_linger(int fd) {
    struct linger none = {0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

int apus_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -1;
    *pid = credentials.pid;
    *uid = credentials.uid;
    *gid = credentials.gid;
    return 0;
}

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

int apus_peer_groups(int fd, gid_t *groups, int most) {
    socklen_t length = (socklen_t)most * sizeof *groups;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0) return -1;
    return (int)(length / sizeof *groups);
}

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

int apus_peer_pidfd(int fd) {
    int pidfd = -1;
    socklen_t length = sizeof pidfd;
    return getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) < 0 ? -1 : pidfd;
}

int apus_pidfd_has_ended(int pidfd) {
    struct pollfd process = {.fd = pidfd, .events = POLLIN};
    return poll(&process, 1, 0) > 0 && (process.revents & POLLIN);
}

int apus_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int apus_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

uint64_t apus_heap_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return (uint64_t)info.uordblks + (uint64_t)info.hblkhd;
}

void apus_limit_malloc(int arenas) {
    mallopt(M_ARENA_MAX, arenas);
    mallopt(M_TRIM_THRESHOLD, 64 * 1024);
    apus_map_large_blocks();
}

void apus_map_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 128 * 1024); }

// Bytes of private memory that the process has in RAM; 0 where the kernel does not say.
static size_t resident_private(void) {
    unsigned long long size, resident, shared;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return 0;
    int found = fscanf(file, "%llu %llu %llu", &size, &resident, &shared);
    fclose(file);
    return found == 3 && resident > shared ? (size_t)(resident - shared) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

struct heap {
    // Bytes that malloc has handed out.
    ssize_t used;
    // Bytes that the process has in RAM beside them; less than nothing where more was handed out that was never touched. Malloc's own
    // count of free bytes tells nothing: it has those in it that the kernel has back already, whether they have been used again or not.
    ssize_t spare;
};

static struct heap look_at_heap(void) {
    size_t held = resident_private();
    struct mallinfo2 info = mallinfo2();
    struct heap heap = {.used = (ssize_t)(info.uordblks + info.hblkhd)};
    heap.spare = (ssize_t)held - heap.used;
    return heap;
}

void apus_trim_heap(size_t past) {
    static struct heap known;
    ssize_t used = __atomic_load_n(&known.used, __ATOMIC_RELAXED), spare = __atomic_load_n(&known.spare, __ATOMIC_RELAXED);
    struct heap heap = look_at_heap();
    // A block of some bytes keeps a page from going back: where few of them are free since, many pages can be.
    int is_freed = heap.used < used - (ssize_t)past / 16;
    if (is_freed || heap.spare > spare + (ssize_t)past) {
        malloc_trim(0);
        heap = look_at_heap();
    } else if (heap.spare > spare) {
        return;
    }
    __atomic_store_n(&known.used, heap.used, __ATOMIC_RELAXED);
    __atomic_store_n(&known.spare, heap.spare, __ATOMIC_RELAXED);
}

static int release_read_only(struct dl_phdr_info *object, size_t size, void *data) {
    (void)size;
    (void)data;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[index];
        // A part that may be written holds relocations, which the file does not have.
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W)) continue;
        uintptr_t start = (object->dlpi_addr + part->p_vaddr + page - 1) & ~(page - 1);
        uintptr_t end = (object->dlpi_addr + part->p_vaddr + part->p_memsz) & ~(page - 1);
        if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void apus_release_program_pages(void) {
    dl_iterate_phdr(release_read_only, NULL);
    malloc_trim(0);
}

int apus_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void apus_eventfd_raise(int fd) { eventfd_write(fd, 1); }

void apus_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t apus_thread_cpu_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
uint64_t apus_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }
uint64_t apus_boottime_nanoseconds(void) { return nanoseconds(CLOCK_BOOTTIME); }
uint64_t apus_realtime_nanoseconds(void) { return nanoseconds(CLOCK_REALTIME); }

int apus_is_of_kernel(int fd) {
    struct statfs system;
    if (fstatfs(fd, &system) != 0) return -1;
    switch ((unsigned long)system.f_type & 0xffffffffUL) {
    case PROC_SUPER_MAGIC: case SYSFS_MAGIC: case DEBUGFS_MAGIC: case TRACEFS_MAGIC: case SECURITYFS_MAGIC: case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC: case BPF_FS_MAGIC: case 0x62656570: /* configfs */ case 0x65735543: /* fusectl */
        return 1;
    default: return 0;
    }
}
