#include "CoreDump.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

int apus_core_leave_out_memory(void) {
    int file = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        // Bit 4 alone, the headers of programs, by which a debugger finds the right ones: heap and stacks are of bit 0.
        ssize_t written = write(file, "0x10", 4);
        int code = errno;
        close(file);
        if (written == 4) return 0;
        errno = code;
    }
    // What passes is tried again by the caller: the other way has its price, files of the process in /proc that are root's.
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EINTR) return -errno;
    return prctl(PR_SET_DUMPABLE, 0) == 0 ? 0 : -errno;
}
