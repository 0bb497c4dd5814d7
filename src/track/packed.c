/* See packed.h.
 *
 * The info is taken as words of 8 bytes. A set of bits says which of them are not 0; of these come a byte that counts
 * their significant bytes, and these bytes. Then come the texts: a byte that says which one, and the text with its NUL.
 * A text's pointer counts as 0 in the words. */
#include "track/packed.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* Every member of struct ws_conn_info that is a text of its own. */
#define PACKED_TEXTS(X)                                                                                                \
	X(endpoint[0].name)                                                                                            \
	X(endpoint[1].name)                                                                                            \
	X(said.sni)                                                                                                    \
	X(said.alpn)                                                                                                   \
	X(said.http_host)                                                                                              \
	X(said.http_request)                                                                                           \
	X(stated.verdict)                                                                                              \
	X(stated.others)

enum {
	WORDS = sizeof(struct ws_conn_info) / sizeof(uint64_t),
	SET = (WORDS + 7) / 8,
#define X(member) +1
	TEXTS = 0 PACKED_TEXTS(X),
#undef X
	LAST = 0xff
};
_Static_assert(sizeof(struct ws_conn_info) % sizeof(uint64_t) == 0, "the info is made of words");

static const size_t text_offset[TEXTS] = {
#define X(member) offsetof(struct ws_conn_info, member),
        PACKED_TEXTS(X)
#undef X
};

static size_t significant_bytes(uint64_t word)
{
	return (size_t)(71 - __builtin_clzll(word)) / 8;
}

static const char **text_of(struct ws_conn_info *info, size_t text)
{
	return (const char **)((char *)info + text_offset[text]);
}

uint8_t *ws_packed_new(const struct ws_conn_info *info, size_t *size)
{
	struct ws_conn_info bare = *info;
	const char *text[TEXTS];
	size_t length[TEXTS], need = SET + 1;
	uint64_t word[WORDS];
	for (size_t i = 0; i < TEXTS; i++) {
		text[i] = *text_of(&bare, i);
		*text_of(&bare, i) = NULL;
		length[i] = text[i] ? strlen(text[i]) + 1 : 0;
		need += text[i] ? 1 + length[i] : 0;
	}
	memcpy(word, &bare, sizeof(word));
	for (size_t i = 0; i < WORDS; i++)
		need += word[i] ? 1 + significant_bytes(word[i]) : 0;
	uint8_t *packed = calloc(1, need);
	if (!packed)
		return NULL;
	uint8_t *out = packed + SET;
	for (size_t i = 0; i < WORDS; i++) {
		if (!word[i])
			continue;
		packed[i / 8] |= (uint8_t)(1u << i % 8);
		const uint8_t bytes = (uint8_t)significant_bytes(word[i]);
		const uint64_t little = htole64(word[i]);
		*out++ = bytes;
		memcpy(out, &little, bytes);
		out += bytes;
	}
	for (size_t i = 0; i < TEXTS; i++) {
		if (!text[i])
			continue;
		*out++ = (uint8_t)i;
		memcpy(out, text[i], length[i]);
		out += length[i];
	}
	*out = LAST;
	*size = need;
	return packed;
}

void ws_packed_read(const uint8_t *packed, struct ws_conn_info *info)
{
	const uint8_t *at = packed + SET;
	uint64_t word[WORDS] = {0};
	for (size_t i = 0; i < WORDS; i++) {
		if (!(packed[i / 8] >> i % 8 & 1))
			continue;
		const uint8_t bytes = *at++;
		uint64_t little = 0;
		memcpy(&little, at, bytes);
		word[i] = le64toh(little);
		at += bytes;
	}
	memcpy(info, word, sizeof(*info));
	while (*at != LAST) {
		const size_t text = *at++;
		*text_of(info, text) = (const char *)at;
		at += strlen((const char *)at) + 1;
	}
}
