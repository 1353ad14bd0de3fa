#define _GNU_SOURCE
#include "Names.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int apus_look_up(const char *name, char *text, int capacity)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
    struct addrinfo *list = NULL;
    int code = getaddrinfo(name, NULL, &hints, &list);
    if (code != 0)
        return code;
    int used = 0;
    for (const struct addrinfo *entry = list; entry != NULL; entry = entry->ai_next) {
        char line[INET6_ADDRSTRLEN];
        const void *address;
        if (entry->ai_family == AF_INET)
            address = &((const struct sockaddr_in *) entry->ai_addr)->sin_addr;
        else if (entry->ai_family == AF_INET6)
            address = &((const struct sockaddr_in6 *) entry->ai_addr)->sin6_addr;
        else
            continue;
        if (inet_ntop(entry->ai_family, address, line, sizeof line) == NULL)
            continue;
        int length = (int) strlen(line);
        if (used + length + 2 > capacity)
            break;
        memcpy(text + used, line, length);
        used += length;
        text[used++] = '\n';
    }
    if (capacity > 0)
        text[used] = 0;
    freeaddrinfo(list);
    return 0;
}

const char *apus_lookup_reason(int code) { return gai_strerror(code); }

bool apus_lookup_is_final(int code)
{
    return code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY || code == EAI_FAMILY;
}
