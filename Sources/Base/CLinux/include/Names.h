// Names of hosts, by getaddrinfo(3), whose list of addresses Swift could only walk with pointers.
#pragma once
#include <stdbool.h>

/// Looks up the addresses of a host for TCP, and writes them as text, one a line, as far as they have room in `capacity` bytes with the
/// zero at their end. Blocks as long as the name server takes. Returns 0, or an EAI_ code.
int apus_look_up(const char *name, char *text, int capacity);

/// What an EAI_ code means, gai_strerror(3).
const char *apus_lookup_reason(int code);

/// Whether an EAI_ code says that there is no such name or address, and not that nobody could tell.
bool apus_lookup_is_final(int code);
