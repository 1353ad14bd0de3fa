// What others on this host see of the process's arguments.
#pragma once

/// Puts asterisks in the place of users and passwords in URLs among the arguments, which everybody reads in /proc/PID/cmdline.
///
/// To be called once the arguments are read. Arguments past 64 KiB stay as they are; so do all where the kernel shows others than the
/// program was started with.
void apus_hide_users_of_urls(void);
