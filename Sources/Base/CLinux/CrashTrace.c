#include "include/CrashTrace.h"
#include <execinfo.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const struct {
    int number;
    const char *line;
} signals[] = {
    {SIGILL, "crash by SIGILL; translate the addresses with: llvm-symbolizer --obj=EXECUTABLE ADDRESS\n"},
    {SIGTRAP, "crash by SIGTRAP; translate the addresses with: llvm-symbolizer --obj=EXECUTABLE ADDRESS\n"},
    {SIGABRT, "crash by SIGABRT; translate the addresses with: llvm-symbolizer --obj=EXECUTABLE ADDRESS\n"},
    {SIGBUS, "crash by SIGBUS; translate the addresses with: llvm-symbolizer --obj=EXECUTABLE ADDRESS\n"},
    {SIGFPE, "crash by SIGFPE; translate the addresses with: llvm-symbolizer --obj=EXECUTABLE ADDRESS\n"},
    {SIGSEGV, "crash by SIGSEGV; translate the addresses with: llvm-symbolizer --obj=EXECUTABLE ADDRESS\n"},
};

#define COUNT (sizeof signals / sizeof signals[0])

static void crashed(int number) {
    for (size_t index = 0; index < COUNT; index++) {
        if (signals[index].number != number) continue;
        ssize_t written = write(STDERR_FILENO, signals[index].line, strlen(signals[index].line));
        (void)written;
    }
    void *calls[64];
    backtrace_symbols_fd(calls, backtrace(calls, 64), STDERR_FILENO);
    // SA_RESETHAND has put the default back, so that this ends the process when the handler returns.
    raise(number);
}

void apus_trace_crashes(void) {
    // The first call loads the unwinder, which a crashed process could not, backtrace(3).
    void *call;
    backtrace(&call, 1);
    for (size_t index = 0; index < COUNT; index++) {
        struct sigaction old, trace = {0};
        if (sigaction(signals[index].number, NULL, &old) != 0 || old.sa_handler != SIG_DFL) continue;
        trace.sa_handler = crashed;
        trace.sa_flags = SA_RESETHAND | SA_ONSTACK;
        sigaction(signals[index].number, &trace, NULL);
    }
}
