#define _GNU_SOURCE
#include "SocketList.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

// Older headers do not name it (Linux 5.9).
enum { APUS_INET_DIAG_CGROUP_ID = 21 };

int apus_socket_list_open(void) {
    return socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
}

static int ask(int fd, int family, int protocol, uint32_t sequence) {
    struct {
        struct nlmsghdr header;
        union {
            struct inet_diag_req_v2 inet;
            struct unix_diag_req unix_;
        } body;
    } request = { .header = { .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = sequence } };
    // What the kernel keeps on after its process has closed it belongs to nobody.
    uint32_t states = ~(1u << TCP_TIME_WAIT | 1u << TCP_SYN_RECV | 1u << 12);
    if (family == AF_UNIX) {
        request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body.unix_);
        request.body.unix_ = (struct unix_diag_req){
            .sdiag_family = AF_UNIX, .udiag_states = states, .udiag_show = UDIAG_SHOW_RQLEN,
        };
    } else {
        request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body.inet);
        request.body.inet = (struct inet_diag_req_v2){ .sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = states };
    }
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    return sendto(fd, &request, request.header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0 ? -1 : 0;
}

// The attribute of a kind within `size` bytes behind a message's own; NULL where it is not there, or shorter than `least`.
static const void *attribute(const void *first, size_t size, unsigned kind, size_t least) {
    const struct rtattr *one = first;
    int left = (int)size;
    for (; RTA_OK(one, left); one = RTA_NEXT(one, left)) {
        if (one->rta_type == kind) return RTA_PAYLOAD(one) >= least ? RTA_DATA(one) : NULL;
    }
    return NULL;
}

static int take_inet(const struct nlmsghdr *message, int protocol, struct apus_listed_socket *socket) {
    const struct inet_diag_msg *found = NLMSG_DATA(message);
    if (message->nlmsg_len < NLMSG_LENGTH(sizeof *found)) return 0;
    *socket = (struct apus_listed_socket){ .inode = found->idiag_inode, .protocol = protocol, .state = found->idiag_state };
    const void *group = attribute(
        (const char *)found + NLMSG_ALIGN(sizeof *found), message->nlmsg_len - NLMSG_LENGTH(sizeof *found), APUS_INET_DIAG_CGROUP_ID,
        sizeof socket->group);
    if (group) memcpy(&socket->group, group, sizeof socket->group);
    if (found->idiag_state == TCP_LISTEN) {
        socket->queue = found->idiag_rqueue;
        socket->limit = found->idiag_wqueue;
    }
    return 1;
}

static int take_unix(const struct nlmsghdr *message, struct apus_listed_socket *socket) {
    const struct unix_diag_msg *found = NLMSG_DATA(message);
    if (message->nlmsg_len < NLMSG_LENGTH(sizeof *found)) return 0;
    *socket = (struct apus_listed_socket){ .inode = found->udiag_ino, .state = found->udiag_state };
    struct unix_diag_rqlen length;
    const void *queue = attribute(
        (const char *)found + NLMSG_ALIGN(sizeof *found), message->nlmsg_len - NLMSG_LENGTH(sizeof *found), UNIX_DIAG_RQLEN,
        sizeof length);
    if (queue && found->udiag_state == TCP_LISTEN) {
        memcpy(&length, queue, sizeof length);
        socket->queue = length.udiag_rqueue;
        socket->limit = length.udiag_wqueue;
    }
    return 1;
}

ssize_t apus_socket_list(int fd, int family, int protocol, struct apus_listed_socket *sockets, size_t capacity) {
    static uint32_t last;
    uint32_t sequence = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    if (ask(fd, family, protocol, sequence) < 0) return -1;
    size_t count = 0;
    for (;;) {
        union {
            struct nlmsghdr header;
            char bytes[16384];
        } answer;
        struct sockaddr_nl from = { 0 };
        socklen_t length = sizeof from;
        ssize_t size = recvfrom(fd, &answer, sizeof answer, 0, (struct sockaddr *)&from, &length);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return -1;
        if (from.nl_pid != 0) continue;
        int left = (int)size;
        for (struct nlmsghdr *message = &answer.header; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
            if (message->nlmsg_seq != sequence) continue;
            if (message->nlmsg_type == NLMSG_DONE) return (ssize_t)count;
            if (message->nlmsg_type == NLMSG_ERROR) {
                int is_whole = message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct nlmsgerr));
                errno = is_whole ? -((struct nlmsgerr *)NLMSG_DATA(message))->error : EBADMSG;
                return -1;
            }
            if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY) continue;
            if (count == capacity) {
                errno = ENOBUFS;
                return -1;
            }
            struct apus_listed_socket found;
            int is_one = family == AF_UNIX ? take_unix(message, &found) : take_inet(message, protocol, &found);
            // A socket without an inode is nobody's any more.
            if (is_one && found.inode != 0) sockets[count++] = found;
        }
    }
}
