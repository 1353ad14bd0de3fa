#include "CCompression.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct compressor {
    enum apus_coding coding;
    z_stream gzip;
    ZSTD_CCtx *zstd;
};

void *apus_compressor_new(enum apus_coding coding)
{
    struct compressor *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->coding = coding;
    if (coding == APUS_GZIP) {
        // Window bits past 15 ask for gzip's header and trailer.
        if (deflateInit2(&made->gzip, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK)
            return made;
    } else {
        made->zstd = ZSTD_createCCtx();
        if (made->zstd != NULL && !ZSTD_isError(ZSTD_CCtx_setParameter(made->zstd, ZSTD_c_compressionLevel, 1)))
            return made;
        ZSTD_freeCCtx(made->zstd);
    }
    free(made);
    return NULL;
}

static ptrdiff_t gzip(
    struct compressor *stream, const uint8_t *in, size_t count, size_t *taken, int finish, uint8_t *out, size_t capacity)
{
    stream->gzip.next_in = (Bytef *) (in + *taken);
    stream->gzip.avail_in = (uInt) (count - *taken);
    stream->gzip.next_out = out;
    stream->gzip.avail_out = (uInt) capacity;
    int result = deflate(&stream->gzip, finish ? Z_FINISH : Z_NO_FLUSH);
    *taken = count - stream->gzip.avail_in;
    // Z_BUF_ERROR: there was nothing to do, which is no error.
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return -1;
    return (ptrdiff_t) (capacity - stream->gzip.avail_out);
}

static ptrdiff_t zstd(
    struct compressor *stream, const uint8_t *in, size_t count, size_t *taken, int finish, uint8_t *out, size_t capacity)
{
    ZSTD_inBuffer from = {in, count, *taken};
    ZSTD_outBuffer to = {out, capacity, 0};
    size_t left;
    do {
        left = ZSTD_compressStream2(stream->zstd, &to, &from, finish ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            return -1;
    } while (to.pos < to.size && (from.pos < from.size || (finish && left > 0)));
    *taken = from.pos;
    return (ptrdiff_t) to.pos;
}

ptrdiff_t apus_compress(
    void *compressor, const uint8_t *in, size_t count, size_t *taken, int finish, uint8_t *out, size_t capacity)
{
    struct compressor *stream = compressor;
    return (stream->coding == APUS_GZIP ? gzip : zstd)(stream, in, count, taken, finish, out, capacity);
}

void apus_compressor_free(void *compressor)
{
    struct compressor *stream = compressor;
    if (stream->coding == APUS_GZIP)
        deflateEnd(&stream->gzip);
    else
        ZSTD_freeCCtx(stream->zstd);
    free(stream);
}

ptrdiff_t apus_gunzip(const uint8_t *in, size_t count, uint8_t *out, size_t capacity)
{
    z_stream stream = {0};
    // Window bits past 15 take gzip's header and trailer, and nothing else.
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
        return -2;
    stream.next_in = (Bytef *) in;
    stream.avail_in = (uInt) count;
    stream.next_out = out;
    stream.avail_out = (uInt) capacity;
    ptrdiff_t result = -1;
    for (;;) {
        int state = inflate(&stream, Z_FINISH);
        if (state == Z_STREAM_END) {
            result = (ptrdiff_t) (capacity - stream.avail_out);
            // Members follow one another (RFC 1952, 2.2).
            if (stream.avail_in == 0 || inflateReset(&stream) != Z_OK)
                break;
            result = -1;
        } else {
            if (state == Z_MEM_ERROR || (state == Z_BUF_ERROR && stream.avail_out == 0))
                result = -2;
            break;
        }
    }
    inflateEnd(&stream);
    return result;
}
