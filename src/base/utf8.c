/* UTF-8, and which characters may reach a terminal: see wirestate/text.h.
 *
 * Names and option bytes come from the wire, from files and from the kernel. A terminal obeys control bytes, and people
 * are misled by characters that are invisible, that reverse the reading direction, or that stack marks on their
 * neighbours. So one table says which code points are shown, and every other one is shown as its number. */
#include <wirestate/text.h>

#include "base/search.h"

#include <string.h>
#include <wchar.h>

/* Ranges of code points that are not printed, in ascending order: in Unicode 14, the general categories Cc, Cf, Mn, Me,
 * Zl, Zp, Cs and Co, the noncharacters, the default-ignorable code points, and the conjoining Hangul vowels and finals.
 * A range also covers unassigned code points between two such. */
static const uint32_t unprintable[][2] = {
        /* clang-format off */
	{0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x0300, 0x036f}, {0x0483, 0x0489},
	{0x0591, 0x05bd}, {0x05bf, 0x05bf}, {0x05c1, 0x05c2}, {0x05c4, 0x05c5}, {0x05c7, 0x05c7},
	{0x0600, 0x0605}, {0x0610, 0x061a}, {0x061c, 0x061c}, {0x064b, 0x065f}, {0x0670, 0x0670},
	{0x06d6, 0x06dd}, {0x06df, 0x06e4}, {0x06e7, 0x06e8}, {0x06ea, 0x06ed}, {0x070f, 0x070f},
	{0x0711, 0x0711}, {0x0730, 0x074a}, {0x07a6, 0x07b0}, {0x07eb, 0x07f3}, {0x07fd, 0x07fd},
	{0x0816, 0x0819}, {0x081b, 0x0823}, {0x0825, 0x0827}, {0x0829, 0x082d}, {0x0859, 0x085b},
	{0x0890, 0x089f}, {0x08ca, 0x0902}, {0x093a, 0x093a}, {0x093c, 0x093c}, {0x0941, 0x0948},
	{0x094d, 0x094d}, {0x0951, 0x0957}, {0x0962, 0x0963}, {0x0981, 0x0981}, {0x09bc, 0x09bc},
	{0x09c1, 0x09c4}, {0x09cd, 0x09cd}, {0x09e2, 0x09e3}, {0x09fe, 0x0a02}, {0x0a3c, 0x0a3c},
	{0x0a41, 0x0a51}, {0x0a70, 0x0a71}, {0x0a75, 0x0a75}, {0x0a81, 0x0a82}, {0x0abc, 0x0abc},
	{0x0ac1, 0x0ac8}, {0x0acd, 0x0acd}, {0x0ae2, 0x0ae3}, {0x0afa, 0x0b01}, {0x0b3c, 0x0b3c},
	{0x0b3f, 0x0b3f}, {0x0b41, 0x0b44}, {0x0b4d, 0x0b56}, {0x0b62, 0x0b63}, {0x0b82, 0x0b82},
	{0x0bc0, 0x0bc0}, {0x0bcd, 0x0bcd}, {0x0c00, 0x0c00}, {0x0c04, 0x0c04}, {0x0c3c, 0x0c3c},
	{0x0c3e, 0x0c40}, {0x0c46, 0x0c56}, {0x0c62, 0x0c63}, {0x0c81, 0x0c81}, {0x0cbc, 0x0cbc},
	{0x0cbf, 0x0cbf}, {0x0cc6, 0x0cc6}, {0x0ccc, 0x0ccd}, {0x0ce2, 0x0ce3}, {0x0d00, 0x0d01},
	{0x0d3b, 0x0d3c}, {0x0d41, 0x0d44}, {0x0d4d, 0x0d4d}, {0x0d62, 0x0d63}, {0x0d81, 0x0d81},
	{0x0dca, 0x0dca}, {0x0dd2, 0x0dd6}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
	{0x0eb1, 0x0eb1}, {0x0eb4, 0x0ebc}, {0x0ec8, 0x0ecd}, {0x0f18, 0x0f19}, {0x0f35, 0x0f35},
	{0x0f37, 0x0f37}, {0x0f39, 0x0f39}, {0x0f71, 0x0f7e}, {0x0f80, 0x0f84}, {0x0f86, 0x0f87},
	{0x0f8d, 0x0fbc}, {0x0fc6, 0x0fc6}, {0x102d, 0x1030}, {0x1032, 0x1037}, {0x1039, 0x103a},
	{0x103d, 0x103e}, {0x1058, 0x1059}, {0x105e, 0x1060}, {0x1071, 0x1074}, {0x1082, 0x1082},
	{0x1085, 0x1086}, {0x108d, 0x108d}, {0x109d, 0x109d}, {0x115f, 0x11ff}, {0x135d, 0x135f},
	{0x1712, 0x1714}, {0x1732, 0x1733}, {0x1752, 0x1753}, {0x1772, 0x1773}, {0x17b4, 0x17b5},
	{0x17b7, 0x17bd}, {0x17c6, 0x17c6}, {0x17c9, 0x17d3}, {0x17dd, 0x17dd}, {0x180b, 0x180f},
	{0x1885, 0x1886}, {0x18a9, 0x18a9}, {0x1920, 0x1922}, {0x1927, 0x1928}, {0x1932, 0x1932},
	{0x1939, 0x193b}, {0x1a17, 0x1a18}, {0x1a1b, 0x1a1b}, {0x1a56, 0x1a56}, {0x1a58, 0x1a60},
	{0x1a62, 0x1a62}, {0x1a65, 0x1a6c}, {0x1a73, 0x1a7f}, {0x1ab0, 0x1b03}, {0x1b34, 0x1b34},
	{0x1b36, 0x1b3a}, {0x1b3c, 0x1b3c}, {0x1b42, 0x1b42}, {0x1b6b, 0x1b73}, {0x1b80, 0x1b81},
	{0x1ba2, 0x1ba5}, {0x1ba8, 0x1ba9}, {0x1bab, 0x1bad}, {0x1be6, 0x1be6}, {0x1be8, 0x1be9},
	{0x1bed, 0x1bed}, {0x1bef, 0x1bf1}, {0x1c2c, 0x1c33}, {0x1c36, 0x1c37}, {0x1cd0, 0x1cd2},
	{0x1cd4, 0x1ce0}, {0x1ce2, 0x1ce8}, {0x1ced, 0x1ced}, {0x1cf4, 0x1cf4}, {0x1cf8, 0x1cf9},
	{0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0x20d0, 0x20f0},
	{0x2cef, 0x2cf1}, {0x2d7f, 0x2d7f}, {0x2de0, 0x2dff}, {0x302a, 0x302d}, {0x3099, 0x309a},
	{0x3164, 0x3164}, {0xa66f, 0xa672}, {0xa674, 0xa67d}, {0xa69e, 0xa69f}, {0xa6f0, 0xa6f1},
	{0xa802, 0xa802}, {0xa806, 0xa806}, {0xa80b, 0xa80b}, {0xa825, 0xa826}, {0xa82c, 0xa82c},
	{0xa8c4, 0xa8c5}, {0xa8e0, 0xa8f1}, {0xa8ff, 0xa8ff}, {0xa926, 0xa92d}, {0xa947, 0xa951},
	{0xa980, 0xa982}, {0xa9b3, 0xa9b3}, {0xa9b6, 0xa9b9}, {0xa9bc, 0xa9bd}, {0xa9e5, 0xa9e5},
	{0xaa29, 0xaa2e}, {0xaa31, 0xaa32}, {0xaa35, 0xaa36}, {0xaa43, 0xaa43}, {0xaa4c, 0xaa4c},
	{0xaa7c, 0xaa7c}, {0xaab0, 0xaab0}, {0xaab2, 0xaab4}, {0xaab7, 0xaab8}, {0xaabe, 0xaabf},
	{0xaac1, 0xaac1}, {0xaaec, 0xaaed}, {0xaaf6, 0xaaf6}, {0xabe5, 0xabe5}, {0xabe8, 0xabe8},
	{0xabed, 0xabed}, {0xd7b0, 0xf8ff}, {0xfb1e, 0xfb1e}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},
	{0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xfffe, 0xffff},
	{0x101fd, 0x101fd}, {0x102e0, 0x102e0}, {0x10376, 0x1037a}, {0x10a01, 0x10a0f}, {0x10a38, 0x10a3f},
	{0x10ae5, 0x10ae6}, {0x10d24, 0x10d27}, {0x10eab, 0x10eac}, {0x10f46, 0x10f50}, {0x10f82, 0x10f85},
	{0x11001, 0x11001}, {0x11038, 0x11046}, {0x11070, 0x11070}, {0x11073, 0x11074}, {0x1107f, 0x11081},
	{0x110b3, 0x110b6}, {0x110b9, 0x110ba}, {0x110bd, 0x110bd}, {0x110c2, 0x110cd}, {0x11100, 0x11102},
	{0x11127, 0x1112b}, {0x1112d, 0x11134}, {0x11173, 0x11173}, {0x11180, 0x11181}, {0x111b6, 0x111be},
	{0x111c9, 0x111cc}, {0x111cf, 0x111cf}, {0x1122f, 0x11231}, {0x11234, 0x11234}, {0x11236, 0x11237},
	{0x1123e, 0x1123e}, {0x112df, 0x112df}, {0x112e3, 0x112ea}, {0x11300, 0x11301}, {0x1133b, 0x1133c},
	{0x11340, 0x11340}, {0x11366, 0x11374}, {0x11438, 0x1143f}, {0x11442, 0x11444}, {0x11446, 0x11446},
	{0x1145e, 0x1145e}, {0x114b3, 0x114b8}, {0x114ba, 0x114ba}, {0x114bf, 0x114c0}, {0x114c2, 0x114c3},
	{0x115b2, 0x115b5}, {0x115bc, 0x115bd}, {0x115bf, 0x115c0}, {0x115dc, 0x115dd}, {0x11633, 0x1163a},
	{0x1163d, 0x1163d}, {0x1163f, 0x11640}, {0x116ab, 0x116ab}, {0x116ad, 0x116ad}, {0x116b0, 0x116b5},
	{0x116b7, 0x116b7}, {0x1171d, 0x1171f}, {0x11722, 0x11725}, {0x11727, 0x1172b}, {0x1182f, 0x11837},
	{0x11839, 0x1183a}, {0x1193b, 0x1193c}, {0x1193e, 0x1193e}, {0x11943, 0x11943}, {0x119d4, 0x119db},
	{0x119e0, 0x119e0}, {0x11a01, 0x11a0a}, {0x11a33, 0x11a38}, {0x11a3b, 0x11a3e}, {0x11a47, 0x11a47},
	{0x11a51, 0x11a56}, {0x11a59, 0x11a5b}, {0x11a8a, 0x11a96}, {0x11a98, 0x11a99}, {0x11c30, 0x11c3d},
	{0x11c3f, 0x11c3f}, {0x11c92, 0x11ca7}, {0x11caa, 0x11cb0}, {0x11cb2, 0x11cb3}, {0x11cb5, 0x11cb6},
	{0x11d31, 0x11d45}, {0x11d47, 0x11d47}, {0x11d90, 0x11d91}, {0x11d95, 0x11d95}, {0x11d97, 0x11d97},
	{0x11ef3, 0x11ef4}, {0x13430, 0x13438}, {0x16af0, 0x16af4}, {0x16b30, 0x16b36}, {0x16f4f, 0x16f4f},
	{0x16f8f, 0x16f92}, {0x16fe4, 0x16fe4}, {0x1bc9d, 0x1bc9e}, {0x1bca0, 0x1cf46}, {0x1d167, 0x1d169},
	{0x1d173, 0x1d182}, {0x1d185, 0x1d18b}, {0x1d1aa, 0x1d1ad}, {0x1d242, 0x1d244}, {0x1da00, 0x1da36},
	{0x1da3b, 0x1da6c}, {0x1da75, 0x1da75}, {0x1da84, 0x1da84}, {0x1da9b, 0x1daaf}, {0x1e000, 0x1e02a},
	{0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ae}, {0x1e2ec, 0x1e2ef}, {0x1e8d0, 0x1e8d6}, {0x1e944, 0x1e94a},
	{0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff}, {0x3fffe, 0x10ffff},
        /* clang-format on */
};

bool ws_printable(uint32_t code_point)
{
	if (code_point < 0x7f)
		return code_point >= 0x20;
	if (code_point > 0x10ffff)
		return false;
	const size_t low = SEARCH_FIRST(WS_ARRAY_SIZE(unprintable), i, code_point > unprintable[i][1]);
	return low == WS_ARRAY_SIZE(unprintable) || code_point < unprintable[low][0];
}

size_t ws_utf8_decode(const char *bytes, size_t length, uint32_t *code_point)
{
	/* The smallest code point that needs so many bytes. A smaller one is an overlong encoding, which is not valid.
	 */
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	if (length == 0)
		return 0;
	unsigned char first = (unsigned char)bytes[0];
	if (first < 0x80) {
		*code_point = first;
		return 1;
	}
	size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
	if (size == 0 || size > length)
		return 0;
	uint32_t value = first & (0x7fu >> size);
	for (size_t i = 1; i < size; i++) {
		unsigned char next = (unsigned char)bytes[i];
		if ((next & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (next & 0x3f);
	}
	if (value < smallest[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*code_point = value;
	return size;
}

size_t ws_utf8_encode(uint32_t code_point, char out[4])
{
	if (code_point < 0x80) {
		out[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		out[0] = (char)(0xc0 | code_point >> 6);
		out[1] = (char)(0x80 | (code_point & 0x3f));
		return 2;
	}
	if (code_point < 0x10000) {
		out[0] = (char)(0xe0 | code_point >> 12);
		out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code_point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (code_point >> 18 & 7));
	out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code_point & 0x3f));
	return 4;
}

/* Defines a function that is true when all of the next `count` bytes are printable ASCII and none is one of the two in
 * `special`. Bytes above 0x7f are negative. */
#define PLAIN(name, count)                                                                                             \
	static inline bool name(const char *bytes, const char special[2])                                              \
	{                                                                                                              \
		typedef signed char vector __attribute__((vector_size(count)));                                        \
		vector chars;                                                                                          \
		memcpy(&chars, bytes, sizeof(chars));                                                                  \
		const vector others = (chars < ' ') | (chars == 0x7f) | (chars == (signed char)special[0]) |           \
		                      (chars == (signed char)special[1]);                                              \
		uint64_t word[sizeof(vector) / sizeof(uint64_t)];                                                      \
		memcpy(word, &others, sizeof(others));                                                                 \
		return !(word[0] | word[WS_ARRAY_SIZE(word) - 1]);                                                     \
	}
PLAIN(plain_eight, 8)
PLAIN(plain_sixteen, 16)

/* How many of the first bytes can be copied unchanged: printable code points, none of them one of the two in `special`.
 */
static size_t plain_run(const char *bytes, size_t length, const char special[2])
{
	size_t run = 0;
	while (length - run >= 16 && plain_sixteen(bytes + run, special))
		run += 16;
	if (length >= 16 && length - run < 16 && plain_sixteen(bytes + length - 16, special))
		return length; /* the rest was looked at with some bytes before it */
	while (run < length) {
		if (length - run >= 8 && plain_eight(bytes + run, special)) {
			run += 8;
			/* The rest is looked at with some bytes before it. */
			if (length - run < 8 && plain_eight(bytes + length - 8, special))
				return length;
			continue;
		}
		unsigned char c = (unsigned char)bytes[run];
		uint32_t code_point;
		if (c >= 0x20 && c < 0x7f) {
			if (c == (unsigned char)special[0] || c == (unsigned char)special[1])
				break;
			run++;
			continue;
		}
		size_t size = c < 0x80 ? 0 : ws_utf8_decode(bytes + run, length - run, &code_point);
		if (size == 0 || !ws_printable(code_point))
			break;
		run += size;
	}
	return run;
}

void ws_text_clean(struct ws_text *text, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t size = plain_run(bytes, length, "\0");
		uint32_t code_point;
		if (size > 0) {
			ws_text_append(text, bytes, size);
		} else if ((size = ws_utf8_decode(bytes, length, &code_point)) > 1) {
			ws_text_append(text, "\\u{", 3);
			ws_text_hex(text, code_point, code_point > 0xfffff ? 6 : code_point > 0xffff ? 5 : 4);
			ws_text_putc(text, '}');
		} else {
			ws_text_append(text, "\\x", 2);
			ws_text_hex(text, (unsigned char)*bytes, 2);
			size = 1;
		}
		bytes += size;
		length -= size;
	}
}

static void json_escape(struct ws_text *text, uint32_t unit)
{
	char brief = unit == '"' || unit == '\\' ? (char)unit
	             : unit == '\b'              ? 'b'
	             : unit == '\f'              ? 'f'
	             : unit == '\n'              ? 'n'
	             : unit == '\r'              ? 'r'
	             : unit == '\t'              ? 't'
	                                         : 'u';
	ws_text_putc(text, '\\');
	ws_text_putc(text, brief);
	if (brief == 'u')
		ws_text_hex(text, unit, 4);
}

void ws_text_json(struct ws_text *text, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t size = plain_run(bytes, length, "\"\\");
		uint32_t code_point;
		if (size > 0) {
			ws_text_append(text, bytes, size);
		} else if ((size = ws_utf8_decode(bytes, length, &code_point)) == 0) {
			ws_text_append(text, "\xef\xbf\xbd", 3); /* U+FFFD */
			size = 1;
		} else if (code_point > 0xffff) {
			json_escape(text, 0xd800 + ((code_point - 0x10000) >> 10));
			json_escape(text, 0xdc00 + ((code_point - 0x10000) & 0x3ff));
		} else {
			json_escape(text, code_point);
		}
		bytes += size;
		length -= size;
	}
}

static int code_point_width(uint32_t code_point)
{
	if (!ws_printable(code_point))
		return 1;
	int width = code_point < 0x80 ? 1 : wcwidth((wchar_t)code_point);
	return width < 0 ? 1 : width;
}

int ws_columns_of_next(const char *utf8, size_t length, size_t *used)
{
	uint32_t code_point;
	*used = ws_utf8_decode(utf8, length, &code_point);
	if (*used && ws_printable(code_point))
		return code_point_width(code_point);
	char escaped[16];
	struct ws_text clean = WS_TEXT_OVER(escaped);
	*used = *used ? *used : 1;
	ws_text_clean(&clean, utf8, *used);
	return (int)clean.length;
}

int ws_utf8_cut(const char *text, size_t length, int most)
{
	size_t end = length < (size_t)most ? length : (size_t)most;
	while (end && end < length && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	return (int)end;
}

int ws_columns(const char *utf8)
{
	int width = 0;
	size_t used;
	for (size_t length = strlen(utf8); length; utf8 += used, length -= used)
		width += ws_columns_of_next(utf8, length, &used);
	return width;
}

/* Whether a line may end between two characters, of which one is as wide as two columns: East Asian text has no spaces,
 * but no line begins with punctuation that closes, or ends with a bracket that opens. */
static bool may_break(uint32_t before, uint32_t after)
{
	static const wchar_t not_first[] = L",.;:?!)]}%，。、；：？！）》】』」〉〕％",
	                     not_last[] = L"([{（《【『「〈〔";
	return !wcschr(not_first, (wchar_t)after) && !wcschr(not_last, (wchar_t)before);
}

size_t ws_text_line(const char *utf8, int width)
{
	const size_t length = strlen(utf8);
	size_t end = 0, break_at = 0, used;
	uint32_t before = 0, code_point = 0;
	for (int columns = 0, more, last = 0; end < length; end += used, columns += more, last = more) {
		more = ws_columns_of_next(utf8 + end, length - end, &used);
		before = code_point;
		if (!ws_utf8_decode(utf8 + end, length - end, &code_point))
			code_point = 0;
		if (code_point == ' ' ||
		    (end && before != ' ' && (more == 2 || last == 2) && may_break(before, code_point)))
			break_at = end;
		if (columns + more > width)
			return break_at ? break_at : end ? end : used;
	}
	return end;
}
