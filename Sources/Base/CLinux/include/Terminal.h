// The terminal of a full-screen program: taken and given back so that no end of the process leaves it as nobody can use it.
// Every function returns -1 and sets errno on failure, as the call behind it does. One terminal a process.
#pragma once

/// The size in characters (TIOCGWINSZ); -1 where the descriptor is no terminal. Both are 0 where the terminal does not know.
int apus_terminal_size(int fd, int *columns, int *rows);

/// Takes the terminal: keys come one by one and unechoed, the other screen is shown without a cursor, and signals are caught.
///
/// A signal that kills (SIGSEGV, SIGABRT, SIGTRAP and their like) gives the terminal back before it does. Others, SIGHUP, SIGINT,
/// SIGTERM, SIGTSTP, SIGCONT and SIGWINCH, become bytes with their numbers in the pipe of apus_terminal_signals, where
/// the first three end the process when a second one of them comes. SIGPIPE is ignored.
int apus_terminal_take(int input, int output);

/// Gives the terminal back as it was. Nothing happens where it is not taken.
void apus_terminal_give_back(void);

/// The readable end of the pipe with the numbers of signals; the caller reads and does not close it. It never blocks.
int apus_terminal_signals(void);

/// Takes the terminal again after the process was stopped without its knowledge (SIGSTOP): the shell has set it otherwise since.
int apus_terminal_retake(void);

/// Gives the terminal back, stops this process as SIGTSTP does by itself, and takes the terminal again once it goes on.
int apus_terminal_suspend(void);

/// The terminal or other file behind a descriptor, opened once more for writing without waiting: the flag is of this process alone,
/// while that of the descriptor is shared with the shell.
int apus_reopen_nonblocking(int fd);
