/* Reading what lies in the blocks of pcapng. Lengths in a block are a stranger's: each is checked against what is left
 * of the block before it is used. Options with a length that their code does not allow are passed over, as tshark does
 * it, because they say nothing about the packets. */
#include "capture/pcapng_blocks.h"

#include "capture/time.h"

#include <wirestate/capture.h>
#include <wirestate/language.h>

#include <stdio.h>

enum {
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	SECTION_BODY = 16,    /* magic, version, length of the section */
	INTERFACE_BODY = 8,   /* link type, 16 bits that are reserved, snapshot length */
	STATISTICS_BODY = 12, /* interface, time */
	RESOLUTION_DEFAULT = 6,
	RESOLUTION_BINARY = 0x80, /* of if_tsresol: the rest is a power of 2 */
};

enum option_code {
	OPTION_END = 0,
	OPTION_IF_NAME = 2,
	OPTION_IF_DESCRIPTION = 3,
	OPTION_IF_RESOLUTION = 9,
	OPTION_IF_FCS_LENGTH = 13,
	OPTION_IF_OFFSET = 14,
	OPTION_PACKET_FLAGS = 2,
	OPTION_PACKET_LOST = 4,
	OPTION_PACKET_PROCESS = 8,
	OPTION_PROCESS_NAME = 2,
	OPTION_PROCESS_PATH = 3,
	OPTION_PROCESS_START = 9,
	OPTION_STATISTICS_START = 2,
	OPTION_STATISTICS_END = 3,
	OPTION_STATISTICS_RECEIVED = 4,
	OPTION_STATISTICS_INTERFACE_DROPS = 5,
	OPTION_STATISTICS_KERNEL_DROPS = 7,
};

enum name_record { RECORD_END = 0, RECORD_IPV4 = 1, RECORD_IPV6 = 2 };

const char *ws_ng_block_name(uint32_t type, char *text, size_t size)
{
	static const struct {
		uint32_t type;
		const char *name;
	} blocks[] = {
#define X(name, number, words) {number, words},
	        WS_NG_BLOCKS(X)
#undef X
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(blocks); i++) {
		if (blocks[i].type == type) {
			snprintf(text, size, E_("%s block"), E_(blocks[i].name));
			return text;
		}
	}
	snprintf(text, size, E_("block of type %u"), type);
	return text;
}

bool ws_ng_option_next(struct ws_ng_options *options, struct ws_ng_option *option)
{
	if (options->end - options->at < 4)
		return false;
	option->code = ws_ng_load16(options->at, options->big);
	option->length = ws_ng_load16(options->at + 2, options->big);
	option->value = options->at + 4;
	const size_t left = (size_t)(options->end - option->value), padded = ws_ng_padded(option->length);
	if (option->code == OPTION_END || option->length > left)
		return false;
	options->at = padded < left ? option->value + padded : options->end;
	return true;
}

static struct ws_ng_options options_of(const uint8_t *block, size_t size, size_t body, bool big)
{
	return (struct ws_ng_options){.at = block + WS_NG_HEADER + body, .end = block + size - 4, .big = big};
}

struct ws_ng_text ws_ng_option_text(const struct ws_ng_option *option)
{
	const size_t length = strnlen((const char *)option->value, option->length);
	return (struct ws_ng_text){.bytes = length ? option->value : NULL, .length = length};
}

/* The first text of a kind counts. */
static void set_text(struct ws_ng_text *text, const struct ws_ng_option *option)
{
	if (!text->bytes)
		*text = ws_ng_option_text(option);
}

bool ws_ng_section_order(const uint8_t *block, bool *big)
{
	*big = ws_ng_load32(block + WS_NG_HEADER, true) == BYTE_ORDER_MAGIC;
	return *big || ws_ng_load32(block + WS_NG_HEADER, false) == BYTE_ORDER_MAGIC;
}

bool ws_ng_section_parse(const uint8_t *block, size_t size, struct ws_ng_section *section)
{
	if (size < WS_NG_OVERHEAD + SECTION_BODY || !ws_ng_section_order(block, &section->big))
		return false;
	section->major = ws_ng_load16(block + 12, section->big);
	section->minor = ws_ng_load16(block + 14, section->big);
	section->comment = (struct ws_ng_text){0};
	struct ws_ng_options options = options_of(block, size, SECTION_BODY, section->big);
	struct ws_ng_option option;
	while (ws_ng_option_next(&options, &option))
		if (option.code == WS_NG_COMMENT)
			set_text(&section->comment, &option);
	return true;
}

/* Writers disagree on the unit of if_fcslen, bits or bytes. No FCS has 8 bytes or more, so the value tells which. */
static uint8_t fcs_length(uint8_t stated)
{
	return stated >= 8 ? stated / 8 : stated;
}

bool ws_ng_description_parse(const uint8_t *block, size_t size, bool big, struct ws_ng_description *description)
{
	if (size < WS_NG_OVERHEAD + INTERFACE_BODY)
		return false;
	*description = (struct ws_ng_description){
	        .link_number = ws_ng_load16(block + 8, big),
	        .snapshot_length = ws_ng_load32(block + 12, big),
	        .resolution = RESOLUTION_DEFAULT,
	};
	struct ws_ng_options options = options_of(block, size, INTERFACE_BODY, big);
	struct ws_ng_option option;
	while (ws_ng_option_next(&options, &option)) {
		switch (option.code) {
		case WS_NG_COMMENT:
			set_text(&description->comment, &option);
			break;
		case OPTION_IF_NAME:
			set_text(&description->name, &option);
			break;
		case OPTION_IF_DESCRIPTION:
			set_text(&description->description, &option);
			break;
		case OPTION_IF_RESOLUTION:
			if (option.length == 1)
				description->resolution = option.value[0];
			break;
		case OPTION_IF_FCS_LENGTH:
			if (option.length == 1)
				description->fcs_length = fcs_length(option.value[0]);
			break;
		case OPTION_IF_OFFSET:
			if (option.length == 8)
				description->offset = (int64_t)ws_ng_load64(option.value, big);
			break;
		default:
			break;
		}
	}
	return true;
}

/* 10 to the power of n; 0 where it is larger than 64 bits. */
static uint64_t power_of_ten(unsigned n)
{
	uint64_t power = 1;
	for (; n && power; n--)
		if (__builtin_mul_overflow(power, 10, &power))
			power = 0;
	return power;
}

/* Ticks in nanoseconds, rounded down. */
static __int128 nanoseconds(uint64_t ticks, uint8_t resolution)
{
	const unsigned exponent = resolution & (RESOLUTION_BINARY - 1);
	if (resolution & RESOLUTION_BINARY)
		return (__int128)(((unsigned __int128)ticks * WS_SECOND) >> exponent);
	if (exponent <= 9)
		return (__int128)ticks * (__int128)power_of_ten(9 - exponent);
	const uint64_t divisor = power_of_ten(exponent - 9);
	return divisor ? (__int128)(ticks / divisor) : 0;
}

ws_time ws_ng_clock_convert(const struct ws_ng_clock *clock, uint64_t ticks)
{
	return ws_time_limited(nanoseconds(ticks, clock->resolution) + (__int128)clock->offset * WS_SECOND);
}

struct ws_ng_clock ws_ng_clock_of(uint8_t resolution, int64_t offset)
{
	struct ws_ng_clock clock = {.offset = offset, .resolution = resolution};
	clock.base = ws_ng_clock_convert(&clock, 0);
	const __int128 exact = (__int128)offset * WS_SECOND;
	if (exact == clock.base && resolution <= 9) {
		clock.factor = power_of_ten(9 - resolution);
		clock.most = (uint64_t)(WS_TIME_LIMIT - (clock.base > 0 ? clock.base : 0)) / clock.factor;
	}
	return clock;
}

void ws_ng_packet_options_parse(struct ws_ng_options options, uint32_t type, struct ws_ng_packet_options *parsed)
{
	enum { FCS_SHIFT = 5, FCS_MASK = 15 }; /* of epb_flags, in bytes */
	const bool enhanced = type == WS_NG_ENHANCED_PACKET;
	struct ws_ng_option option;
	*parsed = (struct ws_ng_packet_options){0};
	while (ws_ng_option_next(&options, &option)) {
		if (option.code == WS_NG_COMMENT) {
			set_text(&parsed->comment, &option);
			parsed->comments += ws_ng_option_text(&option).length > 0;
		} else if (option.code == OPTION_PACKET_FLAGS && option.length == 4) {
			const uint32_t flags = ws_ng_load32(option.value, options.big);
			parsed->fcs_length = flags >> FCS_SHIFT & FCS_MASK;
			parsed->way = (flags & 3) == 1 ? WS_WAY_IN : (flags & 3) == 2 ? WS_WAY_OUT : WS_WAY_UNKNOWN;
		} else if (option.code == OPTION_PACKET_PROCESS && option.length == 8 && enhanced) {
			parsed->has_process = true;
			parsed->process = ws_ng_load32(option.value, options.big);
		} else if (option.code == OPTION_PACKET_LOST && option.length == 8 && enhanced) {
			parsed->lost = ws_ng_load64(option.value, options.big);
		}
	}
}

/* The last part of a path. */
static struct ws_ng_text file_name(struct ws_ng_text path)
{
	for (size_t i = path.length; i-- > 0;)
		if (path.bytes[i] == '/' || path.bytes[i] == '\\')
			return (struct ws_ng_text){.bytes = path.bytes + i + 1, .length = path.length - i - 1};
	return path;
}

bool ws_ng_process_parse(const uint8_t *block, size_t size, bool big, struct ws_ng_process *process)
{
	enum { WIRESHARK = 32622, PROCESS_INFORMATION = 3, ENTRY_HEADER = 12 /* PEN, type and length of the entry */ };
	const uint8_t *body = block + WS_NG_HEADER, *entry = body + ENTRY_HEADER;
	if (size < WS_NG_OVERHEAD + ENTRY_HEADER + 4 || ws_ng_load32(body, big) != WIRESHARK ||
	    ws_ng_load32(body + 4, false) != PROCESS_INFORMATION)
		return false;
	const uint32_t length = ws_ng_load32(body + 8, false);
	if (length < 4 || length > size - WS_NG_OVERHEAD - ENTRY_HEADER)
		return false;
	*process = (struct ws_ng_process){.id = ws_ng_load32(entry, false)};
	struct ws_ng_options options = {.at = entry + 4, .end = entry + length};
	struct ws_ng_option option;
	struct ws_ng_text path = {0};
	while (ws_ng_option_next(&options, &option)) {
		if (option.code == OPTION_PROCESS_NAME)
			set_text(&process->name, &option);
		else if (option.code == OPTION_PROCESS_PATH)
			set_text(&path, &option);
		else if (option.code == OPTION_PROCESS_START && option.length == 8)
			process->start = ws_ng_load64(option.value, false);
	}
	if (!process->name.length)
		process->name = file_name(path);
	return true;
}

/* Times have their upper half first, in either byte order. */
static uint64_t load_time(const uint8_t *value, bool big)
{
	return (uint64_t)ws_ng_load32(value, big) << 32 | ws_ng_load32(value + 4, big);
}

/* An option of 64 bits. */
static void set_statistics(struct ws_ng_statistics *statistics, uint16_t code, const uint8_t *value, bool big)
{
	switch (code) {
	case OPTION_STATISTICS_START:
		statistics->start = load_time(value, big);
		statistics->has_start = true;
		break;
	case OPTION_STATISTICS_END:
		statistics->end = load_time(value, big);
		statistics->has_end = true;
		break;
	case OPTION_STATISTICS_RECEIVED:
		statistics->received = ws_ng_load64(value, big);
		statistics->has_received = true;
		break;
	case OPTION_STATISTICS_INTERFACE_DROPS:
		statistics->dropped_interface = ws_ng_load64(value, big);
		statistics->has_drops = true;
		break;
	case OPTION_STATISTICS_KERNEL_DROPS:
		statistics->dropped_kernel = ws_ng_load64(value, big);
		statistics->has_drops = true;
		break;
	default:
		break;
	}
}

bool ws_ng_statistics_parse(const uint8_t *block, size_t size, bool big, struct ws_ng_statistics *statistics)
{
	if (size < WS_NG_OVERHEAD + STATISTICS_BODY)
		return false;
	*statistics = (struct ws_ng_statistics){.interface = ws_ng_load32(block + 8, big)};
	struct ws_ng_options options = options_of(block, size, STATISTICS_BODY, big);
	struct ws_ng_option option;
	while (ws_ng_option_next(&options, &option)) {
		if (option.code == WS_NG_COMMENT)
			set_text(&statistics->comment, &option);
		if (option.length == 8)
			set_statistics(statistics, option.code, option.value, big);
	}
	return true;
}

struct ws_ng_names ws_ng_names_of(const uint8_t *block, size_t size, bool big)
{
	return (struct ws_ng_names){.at = block + WS_NG_HEADER, .end = block + size - 4, .big = big};
}

bool ws_ng_name_next(struct ws_ng_names *names, struct ws_ng_name *name)
{
	while (names->end - names->at >= 4) {
		const unsigned type = ws_ng_load16(names->at, names->big);
		const unsigned length = ws_ng_load16(names->at + 2, names->big);
		const uint8_t *value = names->at + 4;
		const size_t left = (size_t)(names->end - value), padded = ws_ng_padded(length);
		const unsigned address = type == RECORD_IPV4 ? 4 : 16;
		if (type == RECORD_END || length > left)
			return false;
		names->at = padded < left ? value + padded : names->end;
		if ((type != RECORD_IPV4 && type != RECORD_IPV6) || length <= address || !value[address])
			continue;
		*name = (struct ws_ng_name){.ip_version = type == RECORD_IPV4 ? 4 : 6};
		if (type == RECORD_IPV4)
			name->address = (struct ws_addr){{[10] = 0xff, 0xff}};
		memcpy(name->address.byte + 16 - address, value, address);
		name->name.bytes = value + address;
		name->name.length = strnlen((const char *)value + address, length - address);
		return true;
	}
	return false;
}
