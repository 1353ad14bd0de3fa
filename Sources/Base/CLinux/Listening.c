#define _GNU_SOURCE
#include "Listening.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    struct sockaddr_un local;
    struct sockaddr_storage room;
};

static void take(const union address *address, struct apus_end *end) {
    memset(end, 0, sizeof *end);
    if (address->any.sa_family == AF_INET) {
        end->length = 4;
        memcpy(end->address, &address->four.sin_addr, 4);
        end->port = ntohs(address->four.sin_port);
    } else if (address->any.sa_family == AF_INET6) {
        // IPv4 that comes to a socket of both is IPv4.
        int mapped = IN6_IS_ADDR_V4MAPPED(&address->six.sin6_addr);
        end->length = mapped ? 4 : 16;
        memcpy(end->address, (const uint8_t *)&address->six.sin6_addr + (mapped ? 12 : 0), end->length);
        end->port = ntohs(address->six.sin6_port);
    }
}

int apus_tcp_listen(const struct apus_end *end, uint32_t scope, int backlog) {
    union address address = {0};
    socklen_t size;
    if (end->length == 4) {
        size = sizeof address.four;
        address.four.sin_family = AF_INET;
        address.four.sin_port = htons(end->port);
        memcpy(&address.four.sin_addr, end->address, 4);
    } else if (end->length == 16) {
        size = sizeof address.six;
        address.six.sin6_family = AF_INET6;
        address.six.sin6_port = htons(end->port);
        address.six.sin6_scope_id = scope;
        memcpy(&address.six.sin6_addr, end->address, 16);
    } else {
        errno = EAFNOSUPPORT;
        return -1;
    }
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    int yes = 1, no = 0;
    int all = end->length == 16 && IN6_IS_ADDR_UNSPECIFIED(&address.six.sin6_addr);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        (!all || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) == 0) &&
        bind(fd, &address.any, size) == 0 && listen(fd, backlog) == 0)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int apus_listening_at(int fd, struct apus_end *end, char *path) {
    union address address = {0};
    socklen_t size = sizeof address;
    path[0] = 0;
    if (getsockname(fd, &address.any, &size) != 0) return -1;
    take(&address, end);
    if (address.any.sa_family == AF_UNIX && size > offsetof(struct sockaddr_un, sun_path)) {
        size_t length = size - offsetof(struct sockaddr_un, sun_path);
        if (length > sizeof address.local.sun_path) length = sizeof address.local.sun_path;
        memcpy(path, address.local.sun_path, length);
        path[length] = 0;
    }
    return 0;
}

int apus_accept_from(int fd, struct apus_end *client, struct apus_end *server, uid_t *user, gid_t *group) {
    union address address = {0};
    socklen_t size = sizeof address;
    *user = (uid_t)-1;
    *group = (gid_t)-1;
    int socket = accept4(fd, &address.any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return -1;
    take(&address, client);
    memset(server, 0, sizeof *server);
    if (client->length > 0) {
        size = sizeof address;
        if (getsockname(socket, &address.any, &size) == 0) take(&address, server);
    } else {
        struct ucred credentials;
        size = sizeof credentials;
        if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
            *user = credentials.uid;
            *group = credentials.gid;
        }
        apus_refuse_descriptors(socket);
    }
    return socket;
}

int apus_refuse_descriptors(int fd) {
    int no = 0;
    return setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof no);
}

int apus_opening(int fd) {
    char byte;
    ssize_t count;
    do count = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    while (count < 0 && errno == EINTR);
    if (count > 0) return 1;
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : 2;
}
