#define _GNU_SOURCE
#include "Terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

// The other screen, without cursor and without the terminal's own line breaks at the right margin; and back, colours included.
static const char enter[] = "\033[?1049h\033[?25l\033[?7l\033[H\033[2J";
static const char leave[] = "\033[0m\033[?7h\033[?25h\033[?1049l";

// Signals that a person or the system sends, and signals by which a fault of the program ends it.
static const int told[] = {SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH};
static const int fatal[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGXCPU};

enum { told_count = sizeof told / sizeof *told, fatal_count = sizeof fatal / sizeof *fatal };

static struct termios before;
static struct sigaction told_before[told_count], fatal_before[fatal_count], pipe_before;
static int terminal_input = -1, terminal_output = -1;
static int signals[2] = {-1, -1};
static volatile sig_atomic_t taken, ends;

int apus_terminal_size(int fd, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

// A terminal that nobody reads must not hold the end of the process: what does not go at once is left out.
static void write_now(const char *text, size_t count) {
    int own = apus_reopen_nonblocking(terminal_output);
    ssize_t written = write(own >= 0 ? own : terminal_output, text, count);
    (void)written;
    if (own >= 0) close(own);
}

// Only calls that signal-safety(7) allows: the handlers call it.
static void restore(void) {
    if (!taken) return;
    taken = 0;
    int saved_error = errno;
    // The terminal stops a process in the background that writes to it or sets it.
    sigset_t block, saved;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &block, &saved);
    write_now(leave, sizeof leave - 1);
    // In the background the shell has its own settings in place.
    if (tcgetpgrp(terminal_input) == getpgrp()) tcsetattr(terminal_input, TCSANOW, &before);
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
    errno = saved_error;
}

static void on_fatal(int number) {
    restore();
    signal(number, SIG_DFL);
    raise(number);
}

static void on_told(int number) {
    int saved = errno;
    if (number == SIGHUP || number == SIGINT || number == SIGTERM) {
        if (ends) on_fatal(number);
        ends = 1;
    }
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(signals[1], &byte, 1);
    (void)written;
    errno = saved;
}

static int set_up(void) {
    struct termios own = before;
    // Signals of keys stay: the terminal sends them to every process of a pipeline.
    own.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
    own.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
    own.c_cc[VMIN] = 1;
    own.c_cc[VTIME] = 0;
    // A process in the background is stopped here until it is in the foreground, also on a thread that blocks signals.
    sigset_t wanted, saved;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTTOU);
    pthread_sigmask(SIG_UNBLOCK, &wanted, &saved);
    int code;
    do code = tcsetattr(terminal_input, TCSANOW, &own);
    while (code != 0 && errno == EINTR);
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
    if (code != 0) return -1;
    taken = 1;
    write_now(enter, sizeof enter - 1);
    return 0;
}

int apus_terminal_take(int input, int output) {
    if (taken) return 0;
    terminal_input = input;
    terminal_output = output;
    if (tcgetattr(input, &before) != 0) return -1;
    if (signals[0] < 0 && pipe2(signals, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    struct sigaction action = {.sa_handler = on_told, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (int index = 0; index < told_count; index++) {
        sigaction(told[index], NULL, &told_before[index]);
        // What the parent has ignored, as nohup does, stays so.
        if (told_before[index].sa_handler != SIG_IGN || told[index] == SIGWINCH || told[index] == SIGCONT)
            sigaction(told[index], &action, NULL);
    }
    action.sa_handler = on_fatal;
    action.sa_flags = (int)SA_RESETHAND;
    for (int index = 0; index < fatal_count; index++) sigaction(fatal[index], &action, &fatal_before[index]);
    action.sa_handler = SIG_IGN;
    action.sa_flags = 0;
    sigaction(SIGPIPE, &action, &pipe_before);
    return set_up();
}

void apus_terminal_give_back(void) {
    restore();
    if (signals[0] < 0) return;
    for (int index = 0; index < told_count; index++) sigaction(told[index], &told_before[index], NULL);
    for (int index = 0; index < fatal_count; index++) sigaction(fatal[index], &fatal_before[index], NULL);
    sigaction(SIGPIPE, &pipe_before, NULL);
    close(signals[0]);
    close(signals[1]);
    signals[0] = signals[1] = -1;
}

int apus_terminal_signals(void) { return signals[0]; }

int apus_terminal_retake(void) { return set_up(); }

int apus_terminal_suspend(void) {
    restore();
    struct sigaction stop = {.sa_handler = SIG_DFL}, own;
    sigset_t wanted, saved;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &own);
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &wanted, &saved);
    // The thread goes on here once SIGCONT comes. A process without a shell above it is not stopped: nobody could let it go on.
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
    sigaction(SIGTSTP, &own, NULL);
    return set_up();
}

int apus_reopen_nonblocking(int fd) {
    // Written by hand, since snprintf(3) is none of the calls that a handler may make.
    char path[40] = "/proc/self/fd/", digits[12];
    size_t end = strlen(path), count = 0;
    if (fd < 0) {
        errno = EBADF;
        return -1;
    }
    do digits[count++] = (char)('0' + fd % 10);
    while ((fd /= 10) > 0);
    while (count > 0) path[end++] = digits[--count];
    path[end] = 0;
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}
