/* Options of TCP (RFC 9293 §3.2), IPv4 (RFC 791 §3.1) and IPv6's option headers (RFC 8200 §4.2). An option is a kind, a
 * length and data; some kinds are a single byte. One function walks the options of all three families, and each family
 * has a table with the names of its kinds, their valid lengths and the form of their data. The length includes the kind
 * and length bytes, except in IPv6, where it counts only the data. */
#include "decode/decode.h"

/* The form of an option's data. */
enum form {
	FORM_BYTES, /* not interpreted */
	FORM_NONE,
	FORM_NUMBER, /* all data as one big-endian number */
	FORM_SHIFT,
	FORM_SACK,
	FORM_TIMESTAMPS,
	FORM_COOKIE,
	FORM_USER_TIMEOUT,
	FORM_AUTHENTICATION,
	FORM_MPTCP,
	FORM_ROUTE,
	FORM_ROUTE_TIMES,
};

/* Lengths include the kind and length bytes, as for TCP. With `step` > 0, a valid length is the minimum plus a multiple
 * of it. */
struct option_info {
	const char *name, *label;
	uint8_t form, minimum, maximum, step;
};

static const struct option_info tcp_options[256] = {
        [0] = {"end", N_("end of options"), FORM_NONE, 1, 1, 0},
        [1] = {"nop", "nop", FORM_NONE, 1, 1, 0},
        [2] = {"mss", N_("maximum segment size"), FORM_NUMBER, 4, 4, 0},
        [3] = {"window_scale", N_("window scale"), FORM_SHIFT, 3, 3, 0},
        [4] = {"sack_permitted", N_("SACK permitted"), FORM_NONE, 2, 2, 0},
        [5] = {"sack", "SACK", FORM_SACK, 10, 34, 8},
        [8] = {"timestamps", N_("timestamps"), FORM_TIMESTAMPS, 10, 10, 0},
        [19] = {"md5", N_("MD5 signature"), FORM_BYTES, 18, 18, 0},
        [28] = {"user_timeout", N_("user timeout"), FORM_USER_TIMEOUT, 4, 4, 0},
        [29] = {"tcp_ao", N_("authentication"), FORM_AUTHENTICATION, 4, 40, 0},
        [30] = {"mptcp", N_("multipath"), FORM_MPTCP, 3, 40, 0},
        [34] = {"fast_open", N_("fast open"), FORM_COOKIE, 2, 18, 0},
        [WS_OPTION_EXPERIMENT] = {"experiment", N_("experiment"), FORM_BYTES, 4, 40, 0},
};

static const struct option_info fast_open_experiment = {"fast_open", N_("fast open"), FORM_COOKIE, 4, 20, 0};

static const struct option_info ipv4_options[256] = {
        [0] = {"end", N_("end of options"), FORM_NONE, 1, 1, 0},
        [1] = {"nop", "nop", FORM_NONE, 1, 1, 0},
        [7] = {"record_route", N_("record route"), FORM_ROUTE, 3, 39, 4},
        [68] = {"timestamp", N_("timestamp"), FORM_ROUTE_TIMES, 4, 40, 4},
        [130] = {"security", N_("security"), FORM_BYTES, 3, 40, 0},
        [131] = {"loose_source_route", N_("loose source route"), FORM_ROUTE, 3, 39, 4},
        [136] = {"stream_id", N_("stream"), FORM_NUMBER, 4, 4, 0},
        [137] = {"strict_source_route", N_("strict source route"), FORM_ROUTE, 3, 39, 4},
        [148] = {"router_alert", N_("router alert"), FORM_NUMBER, 4, 4, 0},
};

static const struct option_info ipv6_options[256] = {
        [0] = {"pad1", "pad1", FORM_NONE, 1, 1, 0},
        [1] = {"padn", "padn", FORM_BYTES, 2, 255, 0},
        [5] = {"router_alert", N_("router alert"), FORM_NUMBER, 4, 4, 0},
        [0xc2] = {"jumbo", N_("jumbo payload"), FORM_NUMBER, 6, 6, 0},
};

static const struct option_info unknown_option = {"unknown", N_("unknown"), FORM_BYTES, 1, 255, 0};

static const struct option_info *find_info(enum ws_option_family family, const uint8_t *bytes, uint32_t length)
{
	static const struct option_info *const tables[] = {
	        [WS_OPTIONS_IPV4] = ipv4_options,
	        [WS_OPTIONS_TCP] = tcp_options,
	        [WS_OPTIONS_IPV6] = ipv6_options,
	};
	if (family == WS_OPTIONS_TCP && bytes[0] == WS_OPTION_EXPERIMENT && length >= 4 &&
	    ws_load16(bytes + 2) == WS_FAST_OPEN_MAGIC)
		return &fast_open_experiment;
	const struct option_info *info = &tables[family][bytes[0]];
	return info->name ? info : &unknown_option;
}

static bool length_fits(const struct option_info *info, uint32_t length)
{
	if (length < info->minimum || length > info->maximum)
		return info == &unknown_option;
	return info->step == 0 || (length - info->minimum) % info->step == 0;
}

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
		option->problem = true;
		option->length = left;
		last = true;
	} else {
		option->problem = !length_fits(find_info(family, bytes, option->length), option->length);
	}
	*offset = last ? end : *offset + option->length;
	return true;
}

bool ws_options_sound(const uint8_t *data, uint32_t offset, uint32_t end, enum ws_option_family family)
{
	struct ws_raw_option option;
	while (ws_raw_option_next(data, &offset, end, family, &option)) {
		if (option.problem)
			return false;
	}
	return true;
}

/* Where a layer's options begin, and their family; returns 0 when it has none. */
static uint32_t options_begin(const struct ws_layer *layer, enum ws_option_family *family)
{
	switch (layer->header) {
	case WS_HEADER_IPV4:
		*family = WS_OPTIONS_IPV4;
		return 20;
	case WS_HEADER_TCP:
		*family = WS_OPTIONS_TCP;
		return 20;
	case WS_HEADER_IPV6_EXTENSION:
		*family = WS_OPTIONS_IPV6;
		return 2;
	default:
		return 0;
	}
}

bool ws_option_next(const struct ws_packet *packet, const struct ws_layer *layer, uint32_t *cursor,
                    struct ws_option *option)
{
	enum ws_option_family family = WS_OPTIONS_TCP;
	uint32_t begin = options_begin(layer, &family);
	const struct ws_reader frame = {.data = packet->frame->data, .size = packet->frame->captured};
	const uint8_t *header = ws_reader_span(&frame, layer->offset, layer->available);
	if (!begin || !header)
		return false;
	uint32_t offset = *cursor ? *cursor : begin;
	struct ws_raw_option raw;
	if (!ws_raw_option_next(header, &offset, layer->available, family, &raw))
		return false;
	*cursor = offset;
	const struct option_info *info = find_info(family, header + raw.offset, raw.length);
	*option = (struct ws_option){
	        .kind = raw.kind,
	        .problem = raw.problem ? WS_PROBLEM_OPTION_LENGTH : WS_PROBLEM_NONE,
	        .offset = layer->offset + raw.offset,
	        .length = raw.length,
	        .bytes = header + raw.offset,
	        .name = info->name,
	        .label = info->label,
	};
	return true;
}

/* The form of an option's data; that of an option with a problem is bytes. */
static enum form option_form(const struct ws_layer *layer, const struct ws_option *option)
{
	enum ws_option_family family = WS_OPTIONS_TCP;
	if (option->problem || !options_begin(layer, &family))
		return FORM_BYTES;
	return find_info(family, option->bytes, option->length)->form;
}

static uint64_t number_of(const struct ws_option *option)
{
	return option->length == 6 ? ws_load32(option->bytes + 2) : ws_load16(option->bytes + 2);
}

/* MP_TCPRST, which has a reason (RFC 8684 §3.6). */
static bool is_multipath_reset(const struct ws_option *option)
{
	return option->length == 4 && option->bytes[2] >> 4 == 8;
}

static void option_part_set(struct ws_option_part *part, const char *name, uint64_t number)
{
	*part = (struct ws_option_part){.name = name, .number = number};
}

size_t ws_option_parts(const struct ws_layer *layer, const struct ws_option *option, struct ws_option_part parts[8])
{
	const uint8_t *bytes = option->bytes;
	size_t count = 0;
	switch (option_form(layer, option)) {
	case FORM_NUMBER:
		option_part_set(&parts[count++], "value", number_of(option));
		break;
	case FORM_SHIFT:
		option_part_set(&parts[count++], "value", bytes[2]);
		break;
	case FORM_SACK:
		for (uint32_t at = 2; at + 8 <= option->length; at += 8) {
			option_part_set(&parts[count++], "left", ws_load32(bytes + at));
			option_part_set(&parts[count++], "right", ws_load32(bytes + at + 4));
		}
		break;
	case FORM_TIMESTAMPS:
		option_part_set(&parts[count++], "tsval", ws_load32(bytes + 2));
		option_part_set(&parts[count++], "tsecr", ws_load32(bytes + 6));
		break;
	case FORM_USER_TIMEOUT:
		option_part_set(&parts[count++], "minutes", bytes[2] >> 7);
		option_part_set(&parts[count++], "value", ws_load16(bytes + 2) & 0x7fff);
		break;
	case FORM_AUTHENTICATION:
		option_part_set(&parts[count++], "key_id", bytes[2]);
		option_part_set(&parts[count++], "next_key_id", bytes[3]);
		break;
	case FORM_MPTCP:
		option_part_set(&parts[count++], "subtype", bytes[2] >> 4);
		if (is_multipath_reset(option))
			option_part_set(&parts[count++], "reason", bytes[3]);
		break;
	case FORM_ROUTE:
		option_part_set(&parts[count++], "pointer", bytes[2]);
		break;
	case FORM_ROUTE_TIMES:
		option_part_set(&parts[count++], "pointer", bytes[2]);
		option_part_set(&parts[count++], "overflow", bytes[3] >> 4);
		option_part_set(&parts[count++], "flag", bytes[3] & 0xf);
		break;
	case FORM_BYTES:
	case FORM_NONE:
	case FORM_COOKIE:
		break;
	}
	return count;
}

static void sack_text(struct ws_text *text, const struct ws_option *option)
{
	for (uint32_t at = 2; at + 8 <= option->length; at += 8)
		ws_text_printf(text, "%s%u–%u", at > 2 ? " " : "", ws_load32(option->bytes + at),
		               ws_load32(option->bytes + at + 4));
}

static void route_text(struct ws_text *text, const struct ws_option *option)
{
	for (uint32_t at = 3; at + 4 <= option->length; at += 4) {
		struct ws_addr addr = {{0}};
		memcpy(addr.byte + 12, option->bytes + at, 4);
		/* The pointer counts from 1 and points to the next entry to use. */
		ws_text_puts(text, at + 1 == option->bytes[2] ? "▸" : "");
		ws_text_addr(text, &addr, 4);
		ws_text_puts(text, at + 8 <= option->length ? " " : "");
	}
}

static void route_times_text(struct ws_text *text, const struct ws_option *option)
{
	uint32_t flag = option->bytes[3] & 0xf;
	for (uint32_t at = 4; at + 4 <= option->length; at += 4) {
		if (at > 4)
			ws_text_putc(text, ' ');
		if (flag != 0 && (at - 4) % 8 == 0) { /* with a flag, an address precedes each time */
			struct ws_addr addr = {{0}};
			memcpy(addr.byte + 12, option->bytes + at, 4);
			ws_text_addr(text, &addr, 4);
		} else {
			ws_text_printf(text, "%u ms", ws_load32(option->bytes + at));
		}
	}
}

static void cookie_text(struct ws_text *text, const struct ws_option *option)
{
	uint32_t begin = option->bytes[0] == WS_OPTION_EXPERIMENT ? 4 : 2;
	if (option->length == begin) {
		ws_text_puts(text, _("cookie requested"));
		return;
	}
	ws_text_puts(text, "cookie ");
	ws_text_bytes(text, option->bytes + begin, option->length - begin, 0);
}

static const char *mptcp_subtype(uint8_t subtype)
{
	static const char *const names[16] = {
	        NC_("MPTCP", "capable"),     NC_("MPTCP", "join"),           NC_("MPTCP", "data sequence"),
	        NC_("MPTCP", "add address"), NC_("MPTCP", "remove address"), NC_("MPTCP", "priority"),
	        NC_("MPTCP", "fail"),        NC_("MPTCP", "fast close"),     NC_("MPTCP", "reset")};
	return ws_translate_marked(names[subtype] ? names[subtype] : NC_("MPTCP", "unknown"));
}

const char *ws_multipath_reason(uint8_t reason)
{
	static const char *const reasons[] = {
	        [1] = N_("an error of Multipath TCP"),   [2] = N_("lack of resources"),
	        [3] = N_("administratively prohibited"), [4] = N_("too much outstanding data"),
	        [5] = N_("unacceptable performance"),    [6] = N_("interference by a middlebox")};
	return reason && reason < sizeof(reasons) / sizeof(*reasons) ? _(reasons[reason]) : NULL;
}

static void multipath_text(struct ws_text *text, const struct ws_option *option)
{
	const char *reason = is_multipath_reset(option) ? ws_multipath_reason(option->bytes[3]) : NULL;
	ws_text_puts(text, mptcp_subtype(option->bytes[2] >> 4));
	if (reason)
		ws_text_printf(text, ", %s", reason);
}

static void unknown_text(struct ws_text *text, const struct ws_option *option)
{
	/* The name of an unknown kind says nothing, so the bytes shown include the kind. */
	uint32_t begin = strcmp(option->name, unknown_option.name) == 0 ? 0 : 2;
	if (option->length > begin)
		ws_text_bytes(text, option->bytes + begin, option->length - begin, ' ');
}

void ws_option_text(struct ws_text *text, const struct ws_layer *layer, const struct ws_option *option)
{
	const uint8_t *bytes = option->bytes;
	switch (option_form(layer, option)) {
	case FORM_BYTES:
		unknown_text(text, option);
		break;
	case FORM_NONE:
		break;
	case FORM_NUMBER:
		ws_text_u64(text, number_of(option));
		break;
	case FORM_SHIFT: /* RFC 7323 §2.3: more than 14 counts as 14 */
		ws_text_printf(text, "%u → ×%u", bytes[2], 1u << (bytes[2] > 14 ? 14 : bytes[2]));
		break;
	case FORM_SACK:
		sack_text(text, option);
		break;
	case FORM_TIMESTAMPS:
		ws_text_printf(text, "val %u ecr %u", ws_load32(bytes + 2), ws_load32(bytes + 6));
		break;
	case FORM_COOKIE:
		cookie_text(text, option);
		break;
	case FORM_USER_TIMEOUT:
		ws_text_printf(text, "%u %s", ws_load16(bytes + 2) & 0x7fff, bytes[2] & 0x80 ? "min" : "s");
		break;
	case FORM_AUTHENTICATION:
		ws_text_printf(text, "key %u next %u ", bytes[2], bytes[3]);
		ws_text_bytes(text, bytes + 4, option->length - 4, 0);
		break;
	case FORM_MPTCP:
		multipath_text(text, option);
		break;
	case FORM_ROUTE:
		route_text(text, option);
		break;
	case FORM_ROUTE_TIMES:
		route_times_text(text, option);
		break;
	}
}
