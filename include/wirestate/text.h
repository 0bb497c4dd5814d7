/* Building text without allocation: a buffer with a fixed capacity, and an optional place to flush it to.
 *
 * With `flush` NULL, the text is cut at the capacity and `overflow` is set; the text stays valid UTF-8. With `flush`
 * set, a full buffer is given to it and emptied; once a flush has failed, `failed` is set and appending does nothing.
 * The text is NOT NUL-terminated unless ws_text_cstr() is called. */
#ifndef WIRESTATE_TEXT_H
#define WIRESTATE_TEXT_H

#include <wirestate/types.h>

struct ws_text {
	char *data; /* owned by the caller */
	size_t length, capacity;
	bool overflow, failed;
	bool (*flush)(
	        struct ws_text *text); /* writes data[0..length) and sets length = 0; returns false when it failed */
	void *context;                 /* for flush */
};

/* A text in a caller's array, cut at the array's end. */
#define WS_TEXT_OVER(array) ((struct ws_text){.data = (array), .capacity = sizeof(array)})

void ws_text_append(struct ws_text *text, const char *bytes, size_t length);
void ws_text_puts(struct ws_text *text, const char *string);
void ws_text_putc(struct ws_text *text, char c);
void ws_text_pad(struct ws_text *text, char c, size_t count); /* `count` times c */
void ws_text_printf(struct ws_text *text, const char *format, ...) WS_PRINTF(2, 3);
/* Appends a message whose parts are all texts: %s or, in any order, %1$s to %9$s, and %%. It costs less than printf(). */
void ws_text_parts(struct ws_text *text, const char *message, ...) WS_PRINTF(2, 3);
void ws_text_u64(struct ws_text *text, uint64_t value);
void ws_text_grouped(struct ws_text *text, uint64_t value); /* with a comma before every three digits: 19,730 */
void ws_text_hex(struct ws_text *text, uint64_t value, unsigned digits);                       /* lower case, no 0x */
void ws_text_bytes(struct ws_text *text, const uint8_t *bytes, size_t length, char separator); /* separator 0: none */

/* Appends seconds with `decimals` (0 to 9) digits; negative times keep their sign. */
void ws_text_time(struct ws_text *text, ws_time time, unsigned decimals);

/* X(enumerator, its words in tshark's -t, separated by spaces, what it shows): how the time of a packet is written. The
 * order up to WS_TIMES_DATE is that of tcpdump without -t, with -t, -tt, and so on. */
#define WS_TIMES(X)                                                                                                    \
	X(WS_TIMES_RELATIVE, "r", "the time since the first packet")                                                   \
	X(WS_TIMES_NONE, "", "nothing")                                                                                \
	X(WS_TIMES_EPOCH, "e", "seconds since 1970")                                                                   \
	X(WS_TIMES_DELTA, "d dd", "the time since the packet before")                                                  \
	X(WS_TIMES_DATE, "a ad", "date and time")                                                                      \
	X(WS_TIMES_UTC, "u ud", "date and time, UTC")

enum ws_times {
#define X(name, words, meaning) name,
	WS_TIMES(X)
#undef X
	        WS_TIMES_COUNT
};

/* Appends date and time, "2026-11-29 10:52:20.123456", of the time zone or of UTC, with as many digits of the second;
 * without the date where `day` is false. */
void ws_text_date(struct ws_text *text, ws_time time, bool utc, bool day, unsigned decimals);

void ws_text_mac(struct ws_text *text, const uint8_t mac[6]);
/* Appends the form of RFC 5952 for version 6; the dotted form of the last four bytes for version 4. */
void ws_text_addr(struct ws_text *text, const struct ws_addr *addr, unsigned ip_version);
/* Appends address:port, with brackets around an IPv6 address. */
void ws_text_endpoint(struct ws_text *text, const struct ws_addr *addr, unsigned ip_version, uint16_t port);

/* Appends bytes from the wire, a file name or an interface name so that they are safe for a terminal. Valid printable
 * UTF-8 is kept; C0, DEL, C1, invalid bytes, bidirectional controls, zero-width and other invisible characters become
 * \xNN or \u{NNNN}. */
void ws_text_clean(struct ws_text *text, const char *bytes, size_t length);
/* Does the same for the inside of a JSON string, with the escapes of RFC 8259; invalid bytes become U+FFFD. */
void ws_text_json(struct ws_text *text, const char *bytes, size_t length);

/* Terminates the text with NUL and returns `data`. A full text loses its last code point. */
const char *ws_text_cstr(struct ws_text *text);

/* Decodes one UTF-8 code point. Returns its length in bytes, or 0 when it is invalid or `length` is 0. */
size_t ws_utf8_decode(const char *bytes, size_t length, uint32_t *code_point);
/* Encodes one code point and returns the number of bytes, 1 to 4. */
size_t ws_utf8_encode(uint32_t code_point, char out[4]);
/* True for a code point that may be sent to a terminal unchanged. */
bool ws_printable(uint32_t code_point);
/* The width in terminal columns of the next code point of a text that is not empty, and in `used` its length in bytes.
 * A byte that is not valid UTF-8, or not printable, is as wide as the escape that ws_text_clean() makes of it. */
int ws_columns_of_next(const char *utf8, size_t length, size_t *used);
/* How many bytes of text[0..length) an error shows: at most `most`, and whole characters. */
int ws_utf8_cut(const char *text, size_t length, int most);
/* The width in terminal columns of a whole text. */
int ws_columns(const char *utf8);
/* How many bytes of a text go into a line of `width` columns. Lines end before a space, which the next line leaves out,
 * and East Asian text between any two characters that punctuation allows; what is wider than a line is cut. */
size_t ws_text_line(const char *utf8, int width);

#endif
