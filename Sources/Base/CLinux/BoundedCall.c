#define _GNU_SOURCE
#include "BoundedCall.h"
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct apus_worker {
    pthread_mutex_t lock;
    pthread_cond_t wanted; // the thread waits for work
    pthread_cond_t done;   // the caller waits for the thread
    void (*work)(void *);
    void *argument;
    int is_busy;
    int is_left; // nobody waits for it any more
    pid_t thread;
};

enum { STACK = 256 * 1024 };

static void discard(struct apus_worker *worker)
{
    pthread_cond_destroy(&worker->wanted);
    pthread_cond_destroy(&worker->done);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

static void *serve(void *argument)
{
    struct apus_worker *worker = argument;
    apus_name_thread("apus-reads");
    pthread_mutex_lock(&worker->lock);
    worker->thread = gettid();
    for (;;) {
        while (!worker->is_busy && !worker->is_left) pthread_cond_wait(&worker->wanted, &worker->lock);
        if (!worker->is_busy) break;
        pthread_mutex_unlock(&worker->lock);
        worker->work(worker->argument);
        pthread_mutex_lock(&worker->lock);
        worker->is_busy = 0;
        if (worker->is_left) break;
        pthread_cond_signal(&worker->done);
    }
    pthread_mutex_unlock(&worker->lock);
    discard(worker);
    return NULL;
}

apus_worker *apus_worker_start(void)
{
    struct apus_worker *worker = calloc(1, sizeof *worker);
    if (!worker) return NULL;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->wanted, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&worker->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_t thread;
    int code = pthread_create(&thread, &attributes, serve, worker);
    pthread_attr_destroy(&attributes);
    if (code == 0) return worker;
    discard(worker);
    errno = code;
    return NULL;
}

uint64_t apus_thread_waits(void)
{
    struct rusage used;
    return getrusage(RUSAGE_THREAD, &used) == 0 ? (uint64_t) used.ru_nvcsw : 0;
}

// Whether the thread runs, or would if it had a processor.
static int is_runnable(const struct apus_worker *worker)
{
    if (!worker->thread) return 1; // has not begun
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int) worker->thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, line, sizeof line - 1);
    close(file);
    if (length <= 0) return 0;
    line[length] = 0;
    const char *name = strrchr(line, ')');
    return name && strncmp(name, ") R", 3) == 0;
}

static struct timespec later(uint64_t nanoseconds)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    uint64_t fraction = (uint64_t) end.tv_nsec + nanoseconds % 1000000000u;
    end.tv_sec += (time_t) (nanoseconds / 1000000000u + fraction / 1000000000u);
    end.tv_nsec = (long) (fraction % 1000000000u);
    return end;
}

int apus_worker_do(apus_worker *worker, void (*work)(void *), void *argument, uint64_t nanoseconds)
{
    enum { MOST = 10 };
    pthread_mutex_lock(&worker->lock);
    worker->work = work;
    worker->argument = argument;
    worker->is_busy = 1;
    pthread_cond_signal(&worker->wanted);
    for (int i = 0; i < MOST && worker->is_busy && (i == 0 || is_runnable(worker)); i++) {
        struct timespec end = later(nanoseconds);
        while (worker->is_busy && pthread_cond_timedwait(&worker->done, &worker->lock, &end) != ETIMEDOUT) { }
    }
    int is_done = !worker->is_busy;
    if (!is_done) worker->is_left = 1;
    pthread_mutex_unlock(&worker->lock);
    return is_done;
}

void apus_worker_end(apus_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->is_left = 1;
    pthread_cond_signal(&worker->wanted);
    pthread_mutex_unlock(&worker->lock);
}
