// A thread that does what may wait in the kernel for as long as others like, and is left to it when that takes too long.
#pragma once
#include <stdint.h>

typedef struct apus_worker apus_worker;

/// Starts a thread, apus-reads, that waits for work; NULL when the system grants none.
apus_worker *apus_worker_start(void);

/// Has the thread do something, and waits for it.
///
/// Returns 1 when it is done. Returns 0 when it is not done after these nanoseconds: the worker is nobody's any more then, and ends of its
/// own accord once it is done, whenever that is. Where the thread has no processor at that moment, and so waits for nobody, it has the time
/// again, up to ten times.
int apus_worker_do(apus_worker *worker, void (*work)(void *argument), void *argument, uint64_t nanoseconds);

/// How often the calling thread has waited in the kernel so far, and did not only have to leave its processor to others.
uint64_t apus_thread_waits(void);

/// Ends a thread that waits for work.
void apus_worker_end(apus_worker *worker);
