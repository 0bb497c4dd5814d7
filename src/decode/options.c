/* Options of TCP (RFC 9293 §3.2), IPv4 (RFC 791 §3.1) and IPv6's option headers (RFC 8200 §4.2): a kind, a length,
 * data; except that some kinds are a single byte. One walker serves the three. The length counts the kind and length
 * bytes, except in IPv6, where it counts only the data. */
#include "decode/decode.h"

bool ws_raw_option_next(const uint8_t *data, uint32_t *offset, uint32_t end, enum ws_option_family family,
                        struct ws_raw_option *option)
{
	if (*offset >= end)
		return false;
	uint32_t left = end - *offset;
	const uint8_t *bytes = data + *offset;
	*option = (struct ws_raw_option){.kind = bytes[0], .offset = *offset, .length = 1};
	bool last = false;
	if (family == WS_OPTIONS_IPV6) {
		if (bytes[0] != 0) /* Pad1 */
			option->length = left < 2 ? UINT32_MAX : bytes[1] + 2u;
	} else if (bytes[0] == 0) {
		last = true;
	} else if (bytes[0] != 1) {
		option->length = left < 2 || bytes[1] < 2 ? UINT32_MAX : bytes[1];
	}
	if (option->length > left) {
		option->bad = true;
		option->length = left;
	}
	*offset = last || option->bad ? end : *offset + option->length;
	return true;
}

bool ws_options_sound(const uint8_t *data, uint32_t offset, uint32_t end, enum ws_option_family family)
{
	struct ws_raw_option option;
	while (ws_raw_option_next(data, &offset, end, family, &option)) {
		if (option.bad)
			return false;
	}
	return true;
}
