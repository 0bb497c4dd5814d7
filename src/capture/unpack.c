/* Streaming decompression. Both formats may be several packed pieces one after the other (gzip members, zstd frames):
 * rotated captures are put together with cat. A gzip file may be padded with zeros after its last member. */
#include "capture/unpack.h"

#include <wirestate/language.h>

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct ws_unpack {
	enum ws_format format;
	z_stream gzip;
	ZSTD_DStream *zstd;
	bool complete; /* between two pieces */
	bool padding;  /* gzip: zeros follow the last member */
	const char *problem;
};

struct ws_unpack *ws_unpack_new(enum ws_format format)
{
	struct ws_unpack *unpack = calloc(1, sizeof(*unpack));
	if (!unpack)
		return NULL;
	unpack->format = format;
	if (format == WS_FORMAT_GZIP && inflateInit2(&unpack->gzip, 16 + MAX_WBITS) == Z_OK)
		return unpack;
	if (format == WS_FORMAT_ZSTD && (unpack->zstd = ZSTD_createDStream()))
		return unpack;
	free(unpack);
	return NULL;
}

void ws_unpack_free(struct ws_unpack *unpack)
{
	if (!unpack)
		return;
	if (unpack->format == WS_FORMAT_GZIP)
		inflateEnd(&unpack->gzip);
	ZSTD_freeDStream(unpack->zstd);
	free(unpack);
}

static bool run_gzip(struct ws_unpack *unpack, const uint8_t *in, size_t in_length, size_t *used, uint8_t *out,
                     size_t out_size, size_t *made)
{
	z_stream *z = &unpack->gzip;
	for (;;) {
		if (unpack->complete && *used < in_length) {
			unpack->padding = unpack->padding || in[*used] == 0;
			while (unpack->padding && *used < in_length && in[*used] == 0)
				++*used;
			if (*used == in_length)
				return true;
			if (unpack->padding || in[*used] != 0x1f) {
				unpack->problem = E_("other bytes follow the packed data");
				return false;
			}
			unpack->complete = false;
		}
		if (unpack->complete)
			return true;
		/* zlib does not write through next_in; its type has no const. */
		z->next_in = (Bytef *)(uintptr_t)(in + *used);
		z->avail_in = (uInt)(in_length - *used);
		z->next_out = out + *made;
		z->avail_out = (uInt)(out_size - *made);
		int status = inflate(z, Z_NO_FLUSH);
		*used = in_length - z->avail_in;
		*made = out_size - z->avail_out;
		if (status == Z_STREAM_END) {
			unpack->complete = true;
			inflateReset(z);
			continue;
		}
		if (status == Z_OK || status == Z_BUF_ERROR)
			return true;
		unpack->problem = z->msg ? z->msg : zError(status);
		return false;
	}
}

static bool run_zstd(struct ws_unpack *unpack, const uint8_t *in, size_t in_length, size_t *used, uint8_t *out,
                     size_t out_size, size_t *made)
{
	if (unpack->complete && *used == in_length)
		return true; /* asking the library again would begin a frame that need not come */
	ZSTD_inBuffer input = {.src = in, .size = in_length, .pos = *used};
	ZSTD_outBuffer output = {.dst = out, .size = out_size, .pos = *made};
	size_t status = 0;
	do {
		status = ZSTD_decompressStream(unpack->zstd, &output, &input);
		if (ZSTD_isError(status))
			break;
		unpack->complete = status == 0;
	} while (input.pos < input.size && output.pos < output.size);
	*used = input.pos;
	*made = output.pos;
	if (!ZSTD_isError(status))
		return true;
	unpack->problem = ZSTD_getErrorName(status);
	return false;
}

bool ws_unpack_run(struct ws_unpack *unpack, const uint8_t *in, size_t in_length, size_t *used, uint8_t *out,
                   size_t out_size, size_t *made)
{
	return unpack->format == WS_FORMAT_GZIP ? run_gzip(unpack, in, in_length, used, out, out_size, made)
	                                        : run_zstd(unpack, in, in_length, used, out, out_size, made);
}

bool ws_unpack_complete(const struct ws_unpack *unpack)
{
	return unpack->complete;
}

const char *ws_unpack_problem(const struct ws_unpack *unpack)
{
	return unpack->problem;
}
