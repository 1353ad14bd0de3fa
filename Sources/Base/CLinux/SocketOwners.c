#define _GNU_SOURCE
#include "SocketOwners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int apus_socket_owners_open(void) {
    return socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
}

int apus_socket_owner(int fd, const uint8_t *client, uint16_t client_port, const uint8_t *server, uint16_t server_port, size_t length,
                      uid_t *owner) {
    static uint32_t sequence;
    if (length != 4 && length != 16) {
        errno = EINVAL;
        return -1;
    }
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } request = {
        .header = { .nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST,
                    .nlmsg_seq = __atomic_add_fetch(&sequence, 1, __ATOMIC_RELAXED) },
        .body = { .sdiag_family = length == 4 ? AF_INET : AF_INET6, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0u,
                  .id = { .idiag_sport = htons(client_port), .idiag_dport = htons(server_port),
                          .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
    };
    memcpy(request.body.id.idiag_src, client, length);
    memcpy(request.body.id.idiag_dst, server, length);
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    if (sendto(fd, &request, sizeof request, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) return -1;
    // The kernel has answered when sendto returns. What is left of an earlier question is passed over.
    for (;;) {
        union {
            struct nlmsghdr header;
            char bytes[4096];
        } answer;
        struct sockaddr_nl from = { 0 };
        socklen_t size = sizeof from;
        ssize_t count = recvfrom(fd, &answer, sizeof answer, 0, (struct sockaddr *)&from, &size);
        if (count < 0) return -1;
        if (from.nl_pid != 0 || (size_t)count < sizeof answer.header || answer.header.nlmsg_seq != request.header.nlmsg_seq) continue;
        if (answer.header.nlmsg_type == NLMSG_ERROR && (size_t)count >= NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
            errno = -((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
            return -1;
        }
        if (answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY || (size_t)count < NLMSG_LENGTH(sizeof(struct inet_diag_msg))) {
            errno = EBADMSG;
            return -1;
        }
        const struct inet_diag_msg *found = NLMSG_DATA(&answer.header);
        // A socket that listens can be found in place of a connection that has gone.
        // The kernel says 0 where it does not know the user: a socket without an inode, which its process has closed, is not root's.
        int is_unknown = found->idiag_inode == 0 && found->idiag_uid == 0;
        if (found->id.idiag_dport != request.body.id.idiag_dport || is_unknown) {
            errno = ENOENT;
            return -1;
        }
        *owner = found->idiag_uid;
        return 0;
    }
}
