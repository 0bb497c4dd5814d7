/* Reads fields by means of their tables: as values for programs, and as text for people. */
#include "base/reader.h"

#include <wirestate/language.h>
#include <wirestate/packet.h>

/* Reads a field of at most 64 bits, which may start in the middle of a byte. */
static uint64_t load_bits(const uint8_t *bytes, uint32_t bit_offset, uint32_t bit_width)
{
	uint64_t value = 0;
	for (uint32_t bit = bit_offset; bit < bit_offset + bit_width;) {
		uint32_t in_byte = 8 - bit % 8, left = bit_offset + bit_width - bit;
		uint32_t take = in_byte < left ? in_byte : left;
		uint8_t piece = (uint8_t)(bytes[bit / 8] >> (in_byte - take)) & ((1u << take) - 1);
		value = value << take | piece;
		bit += take;
	}
	return value;
}

static bool icmp_applies(enum ws_field_when when, bool version6, uint8_t type, uint8_t code)
{
	switch (when) {
	case WS_WHEN_ALWAYS:
		return true;
	case WS_WHEN_ECHO:
		return version6 ? type == 128 || type == 129 : type == 0 || type == 8 || (type >= 13 && type <= 18);
	case WS_WHEN_MTU:
		return version6 ? type == 2 : type == 3 && code == 4;
	case WS_WHEN_GATEWAY:
		return !version6 && type == 5;
	case WS_WHEN_PART:
		break;
	}
	return false;
}

static bool is_bytes(const struct ws_field *field)
{
	return field->kind == WS_FIELD_MAC || field->kind == WS_FIELD_IPV4 || field->kind == WS_FIELD_IPV6 ||
	       field->kind == WS_FIELD_OPTIONS || field->kind == WS_FIELD_BYTES || field->kind == WS_FIELD_NAME;
}

/* The bytes of the header that a field touches: [first, last). */
struct extent {
	uint32_t first, last;
};

/* The table has ARP's addresses at the offsets for lengths 6 and 4. Here they are where the header's lengths put them.
 * An address with another length has no such field; it is shown as bytes. */
static struct extent arp_extent(const struct ws_layer *layer, const struct ws_field *field)
{
	uint32_t hardware = layer->form, protocol = (layer->length - 8) / 2 - hardware;
	bool target = field->bit_offset >= 144, is_mac = field->kind == WS_FIELD_MAC;
	uint32_t first = 8 + (target ? hardware + protocol : 0) + (is_mac ? 0 : hardware);
	uint32_t length = is_mac ? hardware : protocol;
	if (length != field->bit_width / 8u)
		length = 0;
	return (struct extent){.first = first, .last = first + length};
}

/* X(header, first byte of a part when all are there, its bytes): the parts of tunnels' headers, by their numbers. */
#define PARTS(X)                                                                                                       \
	X(WS_HEADER_GRE, 4, 4)                                                                                         \
	X(WS_HEADER_GRE, 8, 4)                                                                                         \
	X(WS_HEADER_GRE, 12, 4)                                                                                        \
	X(WS_HEADER_GRE, 16, 4)                                                                                        \
	X(WS_HEADER_L2TP, 2, 2)                                                                                        \
	X(WS_HEADER_L2TP, 8, 4)                                                                                        \
	X(WS_HEADER_L2TP, 12, 2)                                                                                       \
	X(WS_HEADER_L2TP_3, 0, 4)

/* How many bytes earlier a field is, because parts before it are missing. */
static uint32_t missing_before(const struct ws_layer *layer, uint32_t first)
{
	static const struct {
		uint8_t header, first, bytes;
	} parts[] = {
#define X(header, first, bytes) {header, first, bytes},
	        PARTS(X)
#undef X
	};
	uint32_t missing = 0;
	unsigned number = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(parts); i++) {
		if (parts[i].header != layer->header)
			continue;
		if (parts[i].first < first && !(layer->form >> number & 1))
			missing += parts[i].bytes;
		number++;
	}
	return missing;
}

/* The number of the part that a field belongs to; 15: of none. */
static unsigned part_of(const struct ws_field *field)
{
	return field->when - WS_WHEN_PART;
}

static struct extent part_extent(const struct ws_layer *layer, const struct ws_field *field)
{
	const uint32_t at = field->bit_offset / 8, first = at - missing_before(layer, at);
	const uint32_t last = field->bit_width           ? first + (field->bit_offset % 8 + field->bit_width + 7u) / 8
	                      : first > layer->available ? first
	                                                 : layer->available;
	const bool there = part_of(field) == 15 || layer->form >> part_of(field) & 1;
	return (struct extent){.first = first, .last = there ? last : first};
}

static struct extent field_extent(const struct ws_layer *layer, const struct ws_field *field)
{
	if (field->when >= WS_WHEN_PART)
		return part_extent(layer, field);
	if (layer->header == WS_HEADER_ARP_OTHER && (field->kind == WS_FIELD_MAC || field->kind == WS_FIELD_IPV4))
		return arp_extent(layer, field);
	struct extent extent = {.first = field->bit_offset / 8,
	                        .last = (field->bit_offset + field->bit_width + 7u) / 8};
	if (field->bit_width == 0)
		extent.last = extent.first > layer->available ? extent.first : layer->available;
	return extent;
}

bool ws_field_value(const struct ws_packet *packet, const struct ws_layer *layer, const struct ws_field *field,
                    struct ws_value *value)
{
	const struct ws_reader frame = {.data = packet->frame->data, .size = packet->frame->captured};
	struct extent extent = field_extent(layer, field);
	const uint8_t *header = ws_reader_span(&frame, layer->offset, layer->available);
	if (!header || extent.last > layer->available || extent.first >= extent.last)
		return false;
	if (field->when != WS_WHEN_ALWAYS && field->when < WS_WHEN_PART &&
	    !icmp_applies(field->when, layer->header == WS_HEADER_ICMPV6, header[0], header[1]))
		return false;
	if (is_bytes(field)) {
		*value = (struct ws_value){.bytes = header + extent.first, .length = extent.last - extent.first};
	} else {
		uint64_t raw = load_bits(header, extent.first * 8 + field->bit_offset % 8, field->bit_width);
		if (field->kind == WS_FIELD_LITTLE || field->kind == WS_FIELD_LITTLE_HEX)
			raw = __builtin_bswap64(raw) >> (64 - field->bit_width);
		*value = (struct ws_value){.number = field->scale ? raw * field->scale : raw};
	}
	return true;
}

void ws_field_bytes(const struct ws_layer *layer, const struct ws_field *field, uint32_t *offset, uint32_t *length)
{
	struct extent extent = field_extent(layer, field);
	*offset = layer->offset + extent.first;
	*length = extent.last - extent.first;
}

static void named(struct ws_text *text, const char *name)
{
	if (name)
		ws_text_printf(text, _(" (%s)"), name);
}

static void number_text(struct ws_text *text, const struct ws_field *field, uint64_t number)
{
	ws_text_u64(text, number);
	if (field->scale > 1)
		ws_text_printf(text, " (%u × %u)", (unsigned)(number / field->scale), field->scale);
}

static void hex_text(struct ws_text *text, const struct ws_field *field, uint64_t number)
{
	ws_text_puts(text, "0x");
	ws_text_hex(text, number, (field->bit_width + 3u) / 4);
}

static void address_text(struct ws_text *text, const struct ws_value *value)
{
	struct ws_addr addr = {{0}};
	memcpy(addr.byte + 16 - value->length, value->bytes, value->length);
	ws_text_addr(text, &addr, value->length == 4 ? 4 : 6);
}

static void options_text(struct ws_text *text, const struct ws_packet *packet, const struct ws_layer *layer)
{
	struct ws_option option;
	uint32_t cursor = 0;
	for (bool first = true; ws_option_next(packet, layer, &cursor, &option); first = false) {
		if (!first)
			ws_text_puts(text, ", ");
		ws_text_puts(text, _(option.label));
		size_t before = text->length;
		ws_text_putc(text, ' ');
		ws_option_text(text, layer, &option);
		if (text->length == before + 1) /* the option has a name and no value */
			text->length = before;
	}
}

#define MAX_BYTES 32 /* the most bytes of an opaque field that are shown */

static void bytes_text(struct ws_text *text, const struct ws_value *value)
{
	ws_text_bytes(text, value->bytes, value->length < MAX_BYTES ? value->length : MAX_BYTES, ' ');
	if (value->length > MAX_BYTES)
		ws_text_printf(text, _(" … (%u bytes)"), value->length);
}

void ws_field_text(struct ws_text *text, const struct ws_packet *packet, const struct ws_layer *layer,
                   const struct ws_field *field, const struct ws_value *value)
{
	switch ((enum ws_field_kind)field->kind) {
	case WS_FIELD_NUMBER:
		number_text(text, field, value->number);
		break;
	case WS_FIELD_LITTLE:
		ws_text_u64(text, value->number);
		break;
	case WS_FIELD_HEX:
	case WS_FIELD_LITTLE_HEX:
		hex_text(text, field, value->number);
		break;
	case WS_FIELD_BOOLEAN:
		ws_text_puts(text, value->number ? C_("flag", "set") : C_("flag", "not set"));
		break;
	case WS_FIELD_FLAGS:
		if (value->number)
			ws_tcp_flags_text(text, (uint16_t)value->number, false);
		else
			ws_text_puts(text, C_("flags", "none"));
		break;
	case WS_FIELD_ETHERTYPE:
		hex_text(text, field, value->number);
		named(text, ws_ethertype_name((uint16_t)value->number));
		break;
	case WS_FIELD_PROTOCOL:
		ws_text_u64(text, value->number);
		named(text, ws_protocol_name((uint8_t)value->number));
		break;
	case WS_FIELD_PORT: {
		const char *name = ws_port_name((uint16_t)value->number, layer->header == WS_HEADER_UDP);
		ws_text_printf(text, name ? "%u %s" : "%u", (unsigned)value->number, name);
		break;
	}
	case WS_FIELD_CHECKSUM:
		hex_text(text, field, value->number);
		named(text, _(ws_checksum_word(layer->checksum)));
		break;
	case WS_FIELD_ICMP_TYPE: {
		uint32_t code = layer->available > 1 ? packet->frame->data[layer->offset + 1] : 0;
		ws_text_u64(text, value->number);
		named(text, ws_icmp_name((uint8_t)value->number, (uint8_t)code, layer->header == WS_HEADER_ICMPV6));
		break;
	}
	case WS_FIELD_ARP_OPERATION:
		ws_text_u64(text, value->number);
		named(text, ws_arp_operation_name((uint16_t)value->number));
		break;
	case WS_FIELD_MAC:
		ws_text_mac(text, value->bytes);
		break;
	case WS_FIELD_IPV4:
	case WS_FIELD_IPV6:
		address_text(text, value);
		break;
	case WS_FIELD_OPTIONS:
		options_text(text, packet, layer);
		break;
	case WS_FIELD_NAME:
		ws_text_clean(text, (const char *)value->bytes, strnlen((const char *)value->bytes, value->length));
		break;
	case WS_FIELD_BYTES:
		bytes_text(text, value);
		break;
	}
}
