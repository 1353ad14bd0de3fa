// Streaming gzip (zlib) and zstd behind one interface, so that Swift hands over arrays and sees no pointers of theirs.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a stream is written in.
enum apus_coding { APUS_GZIP = 1, APUS_ZSTD = 2 };

/// A compressor of one stream at the fast end of its levels, or null when there is no memory for it.
void *apus_compressor_new(enum apus_coding coding);

/// Compresses from `in + *taken` on, as far as `out` has room, and raises `*taken`. With `finish` the stream is ended.
///
/// Returns the number of bytes written, or -1 on an error. All is done when fewer than `capacity` bytes were written: call again
/// otherwise.
ptrdiff_t apus_compress(
    void *compressor, const uint8_t *in, size_t count, size_t *taken, int finish, uint8_t *out, size_t capacity);

void apus_compressor_free(void *compressor);

/// Undoes gzip, of all members of `in`, as far as `out` has room.
///
/// Returns the number of bytes written; -1 for what is no gzip, or is cut off; -2 when there is no room for all of it, or no memory.
ptrdiff_t apus_gunzip(const uint8_t *in, size_t count, uint8_t *out, size_t capacity);
