// What a process that crashes leaves behind.
#pragma once

/// Writes the addresses of the crashing thread's calls to standard error at SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE and SIGSEGV, and lets
/// the signal end the process. A signal that somebody handles already is left alone.
void apus_trace_crashes(void);
