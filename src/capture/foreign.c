/* See foreign.h. The formats of captures are those that Wireshark's editcap reads. */
#include "capture/foreign.h"

#include "base/reader.h"

#include <wirestate/language.h>

#include <string.h>

/* X(first bytes, their number, name, command that unpacks a file to standard output) */
#define PACKED(X)                                                                                                      \
	X("\xfd"                                                                                                       \
	  "7zXZ",                                                                                                      \
	  5, "xz", "xz -dc")                                                                                           \
	X("BZh", 3, "bzip2", "bzip2 -dc")                                                                              \
	X("\x04\x22\x4d\x18", 4, "lz4", "lz4 -dc")                                                                     \
	X("\x89LZO", 4, "lzop", "lzop -dc")                                                                            \
	X("LZIP", 4, "lzip", "lzip -dc")                                                                               \
	X("\x1f\x9d", 2, "compress", "zcat")                                                                           \
	X("PK\x03\x04", 4, "zip", "unzip -p")                                                                          \
	X("7z\xbc\xaf", 4, "7-Zip", "7z x -so")

/* X(first bytes, their number, name, what editcap has to be told) */
#define FORMATS(X)                                                                                                     \
	X("snoop\0\0\0", 8, N_("a snoop capture of Solaris"), "")                                                      \
	X("RTSS", 4, N_("a capture of Microsoft Network Monitor 1"), "")                                               \
	X("GMBU", 4, N_("a capture of Microsoft Network Monitor 2"), "")                                               \
	X("btsnoop\0", 8, N_("a Bluetooth snoop capture"), "")                                                         \
	X("TRSNIFF data    \x1a", 17, N_("a Sniffer capture (DOS)"), "")                                               \
	X("XCP\0", 4, N_("a Sniffer capture (Windows)"), "")                                                           \
	X("\x7fver", 4, N_("an EtherPeek or OmniPeek capture"), "")                                                    \
	X("ObserverPktBufferVersion", 24, N_("a capture of Viavi Observer"), "")                                       \
	X("\x05VNF", 4, N_("a capture of Visual Networks"), "")                                                        \
	X("\xaa\xaa\xaa\xaa", 4, N_("an InfoVista 5View capture"), "")                                                 \
	X("\x01\x10\x4c\x00\x01\x05Trace", 11, N_("a LANalyzer capture"), "")                                          \
	X("iptrace ", 8, N_("an AIX iptrace capture"), "")                                                             \
	X("+---------+", 11, N_("a K12 text capture"), "-T ether ")                                                    \
	X("\0\0\x02\0\x12\x05\0\x10", 8, N_("a K12 capture of Tektronix"), "-T ether ")

struct packed {
	const char *bytes;
	size_t count;
	const char *name, *command;
};

struct format {
	const char *bytes;
	size_t count;
	const char *name, *options;
};

static bool begins_with(const uint8_t *head, size_t length, const char *bytes, size_t count)
{
	return length >= count && memcmp(head, bytes, count) == 0;
}

/* Endace's ERF has no magic number. A record begins with 8 bytes of time (little-endian, the seconds last), its type,
 * flags, its own length, a counter, and the packet's length. */
static bool is_erf(const uint8_t *head, size_t length)
{
	enum { HEADER = 16, TYPES = 48, YEAR_1995 = 788918400 };
	if (length < HEADER)
		return false;
	const uint32_t seconds = __builtin_bswap32(ws_load32(head + 4));
	const unsigned type = head[8] & 0x7f, record = ws_load16(head + 10), packet = ws_load16(head + 14);
	return seconds >= YEAR_1995 && type >= 1 && type < TYPES && record >= HEADER + 2 && record % 4 == 0 && packet &&
	       packet <= record + 2048u;
}

/* A name that a shell takes as it is; the word FILE for others, and for "-". */
static const char *shell_name(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!strchr("._/+=:,@%-", *at) && !((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z') &&
		    !(*at >= '0' && *at <= '9'))
			return "FILE";
	return *name == '-' || !*name ? "FILE" : name;
}

/* Lessons and scenarios of the lab are texts. They are known by their names. */
static const char *option_for(const char *name)
{
	const char *dot = strrchr(name, '.');
	if (!dot)
		return NULL;
	return strcmp(dot, ".lesson") == 0 ? "--lesson" : strcmp(dot, ".lab") == 0 ? "--lab" : NULL;
}

bool ws_foreign_words(const uint8_t *head, size_t length, const char *name, struct ws_text *text)
{
	static const struct packed packed[] = {
#define X(bytes, count, name, command) {bytes, count, name, command},
	        PACKED(X)
#undef X
	};
	static const struct format formats[] = {
#define X(bytes, count, name, options) {bytes, count, name, options},
	        FORMATS(X)
#undef X
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(packed); i++) {
		if (!begins_with(head, length, packed[i].bytes, packed[i].count))
			continue;
		ws_text_printf(text, E_("packed with %s; read it with: %s %s | wirestate -r -"), packed[i].name,
		               packed[i].command, shell_name(name));
		return true;
	}
	const char *format = is_erf(head, length) ? E_("probably an Endace ERF capture") : NULL, *options = "";
	for (size_t i = 0; i < WS_ARRAY_SIZE(formats); i++)
		if (begins_with(head, length, formats[i].bytes, formats[i].count)) {
			format = E_(formats[i].name);
			options = formats[i].options;
		}
	const char *option = format ? NULL : option_for(name);
	if (option)
		ws_text_printf(text, E_("not a capture; play it with: wirestate %s %s"), option, shell_name(name));
	if (!format)
		return option;
	ws_text_printf(text, E_("%s; convert it with: editcap -F pcapng %s%s out.pcapng"), format, options,
	               shell_name(name));
	return true;
}
