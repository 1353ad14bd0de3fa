// What the agent's follower is measured against: the same fields of every entry, by libsystemd alone, counted by priority.
//   cc -O2 reader.c -lsystemd; ./a.out FOLDER   prints entries, and nanoseconds of CPU
#include <stdio.h>
#include <systemd/sd-journal.h>
#include <time.h>

static long long cpu(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int count, char **arguments) {
    sd_journal *journal;
    const void *field;
    size_t length;
    unsigned long entries = 0, priorities[9] = {0}, bytes = 0;
    long long start = cpu();
    if (count != 2 || sd_journal_open_directory(&journal, arguments[1], 0) < 0) return 1;
    sd_journal_set_data_threshold(journal, 1024);
    sd_journal_seek_head(journal);
    while (sd_journal_next(journal) > 0) {
        int priority = 8;
        entries++;
        if (sd_journal_get_data(journal, "_SYSTEMD_UNIT", &field, &length) >= 0) bytes += length;
        if (sd_journal_get_data(journal, "PRIORITY", &field, &length) >= 0 && length == 10)
            priority = ((const char *)field)[9] - '0';
        if (priority < 0 || priority > 8) priority = 8;
        priorities[priority]++;
        if (priority <= 3) {
            uint64_t time;
            sd_journal_get_realtime_usec(journal, &time);
            if (sd_journal_get_data(journal, "MESSAGE", &field, &length) >= 0) bytes += length;
        }
        if (sd_journal_get_data(journal, "MESSAGE_ID", &field, &length) >= 0) bytes += length;
    }
    long long end = cpu();
    sd_journal_close(journal);
    printf("%lu %lld\n", entries, end - start);
    return bytes == 0;
}
