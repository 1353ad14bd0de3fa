#define _GNU_SOURCE
#include "Arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { most = 1 << 16 };

void apus_hide_users_of_urls(void) {
    // What the kernel shows lies where the program's own name begins; it is compared before anything is written.
    static char shown[most];
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t count = read(fd, shown, sizeof shown);
    close(fd);
    char *own = program_invocation_name;
    if (count <= 0 || own == NULL || strncmp(own, shown, (size_t)count) != 0 || memcmp(own, shown, (size_t)count) != 0) return;
    char *end = own + count;
    for (char *argument = own; argument < end; argument += strnlen(argument, (size_t)(end - argument)) + 1) {
        char *start = strstr(argument, "://");
        char *at = start == NULL ? NULL : strrchr(start, '@');
        if (at != NULL) memset(start + 3, '*', (size_t)(at - start - 3));
    }
}
