/* One packet as a tree of rows: layers, their fields and options, and a few rows for what is not in the frame.
 *
 * The tree is made from the decoder's field tables, and made again when a group is opened or closed. A row only refers
 * to the packet and to its bytes. The bytes are a copy, because the frame may go away. */
#include "scene/packet/packet.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>

#include <stdlib.h>
#include <string.h>

bool packet_load(struct packet_view *view, const struct ws_frame *frame)
{
	view->present = false;
	const size_t size = (size_t)frame->captured + frame->comment_length + 1; /* never NULL, without bytes either */
	if (size > view->capacity) {
		uint8_t *bytes = realloc(view->bytes, size);
		if (!bytes)
			return false;
		view->bytes = bytes;
		view->capacity = size;
	}
	if (frame->captured)
		memcpy(view->bytes, frame->data, frame->captured);
	if (frame->comment_length)
		memcpy(view->bytes + frame->captured, frame->comment, frame->comment_length);
	view->frame = *frame;
	view->frame.data = view->bytes;
	view->frame.comment = frame->comment ? (const char *)view->bytes + frame->captured : NULL;
	ws_decode(&view->frame, &view->packet);
	view->present = true;
	return true;
}

static bool is_ethernet(const struct packet_view *view)
{
	return view->frame.link == WS_LINK_ETHERNET && view->packet.layer_count;
}

static bool has_fcs(const struct packet_view *view)
{
	return view->packet.layer_count && view->packet.layer[view->packet.layer_count - 1].header == WS_HEADER_FCS;
}

static struct packet_row *add_row(struct packet_view *view, enum packet_row_kind kind, size_t layer, int depth)
{
	if (view->cursor.count == PACKET_ROWS)
		return NULL;
	struct packet_row *row = &view->row[view->cursor.count++];
	*row = (struct packet_row){.kind = (uint8_t)kind, .layer = (uint8_t)layer, .depth = (uint8_t)depth};
	return row;
}

/* A row's bytes, cut to what was captured. */
static void set_bytes(const struct packet_view *view, struct packet_row *row, uint32_t offset, uint32_t length)
{
	uint32_t captured = view->frame.captured;
	row->offset = offset;
	row->length = offset >= captured ? 0 : length < captured - offset ? length : captured - offset;
}

static void add_options(struct packet_view *view, size_t index)
{
	const struct ws_layer *layer = &view->packet.layer[index];
	struct ws_option option;
	for (uint32_t cursor = 0, before = 0; ws_option_next(&view->packet, layer, &cursor, &option); before = cursor) {
		struct packet_row *row = add_row(view, ROW_OPTION, index, 2);
		if (!row)
			return;
		row->cursor = before;
		set_bytes(view, row, option.offset, option.length);
	}
}

/* The name in the records, which have the frame check sequence among Ethernet's fields. */
const char *packet_layer_name(const struct ws_layer *layer)
{
	return layer->header == WS_HEADER_FCS ? "ethernet" : ws_header_info(layer->header)->name;
}

static bool is_wanted(const struct packet_view *view, const char *layer, const struct ws_field *field)
{
	bool wanted = !view->only_fields;
	for (size_t i = 0; !wanted && field->name && i < view->field_count; i++)
		wanted = strcmp(view->field[i].layer, layer) == 0 && strcmp(view->field[i].name, field->name) == 0;
	return wanted;
}

static void add_fields(struct packet_view *view, size_t index)
{
	const struct ws_layer *layer = &view->packet.layer[index];
	const struct ws_header_info *info = ws_header_info(layer->header);
	for (size_t i = 0; i < info->field_count; i++) {
		struct ws_value value;
		if (!is_wanted(view, packet_layer_name(layer), &info->fields[i]) ||
		    !ws_field_value(&view->packet, layer, &info->fields[i], &value))
			continue;
		bool variable = info->fields[i].kind == WS_FIELD_OPTIONS || info->fields[i].kind == WS_FIELD_BYTES;
		if (variable && !value.length)
			continue;
		struct packet_row *row = add_row(view, ROW_FIELD, index, 1);
		if (!row)
			return;
		row->field = (uint16_t)i;
		uint32_t offset, length;
		ws_field_bytes(layer, &info->fields[i], &offset, &length);
		set_bytes(view, row, offset, variable ? value.length : length);
		if (info->fields[i].kind == WS_FIELD_OPTIONS)
			add_options(view, index);
	}
}

static void add_fragments(struct packet_view *view)
{
	if (!view->fragments.count)
		return;
	add_row(view, ROW_DATAGRAM, view->packet.ip_layer, 0);
	add_row(view, ROW_BAR, view->packet.ip_layer, 1);
	for (size_t i = 0; i < view->fragments.count; i++) {
		struct packet_row *row = add_row(view, ROW_FRAGMENT, view->packet.ip_layer, 1);
		if (row)
			row->field = (uint16_t)i;
	}
}

/* Label, and what it is: what a capture file says of a packet in words, in the order of the rows. */
static const struct {
	const char *label, *meaning;
} file_texts[] = {
        {N_("comment"), N_("what somebody has noted in the capture file about this packet")},
        {N_("process"), N_("the program that sent or received this packet, as the capture file names it")},
        {N_("interface"), N_("where the packet was captured, as the capture file names it")},
        {N_("of interface"), N_("what somebody has noted in the capture file about the interface")},
        {N_("of section"), N_("what somebody has noted in the capture file about this section of it")},
};

/* One of them; NULL: the file says nothing. */
static const char *file_text(const struct packet_view *view, unsigned which, size_t *length)
{
	const struct ws_frame *frame = &view->frame;
	const struct ws_frame_interface *interface = frame->interface;
	const char *text = NULL;
	if (which == 0) {
		*length = frame->comment_length;
		return frame->comment;
	}
	if (which == 1)
		text = frame->process ? frame->process->name : NULL;
	else if (interface)
		text = which == 2 ? interface->name : which == 3 ? interface->comment : interface->section_comment;
	*length = text ? strlen(text) : 0;
	return text;
}

/* The line of a text that begins at `start`; *next becomes where the one after it does. */
static const char *text_line(const char *text, size_t length, size_t start, size_t *line_length, size_t *next)
{
	const char *newline = memchr(text + start, '\n', length - start);
	*line_length = newline ? (size_t)(newline - text) - start : length - start;
	*next = start + *line_length + 1;
	return text + start;
}

/* Each line of a text has a row; a comment may have several. */
static void add_file_text(struct packet_view *view, unsigned which)
{
	size_t length, line, next;
	const char *text = file_text(view, which, &length);
	for (size_t start = 0; text && start < length; start = next) {
		struct packet_row *row = add_row(view, ROW_TEXT, 0, 0);
		if (!row)
			return;
		row->field = (uint16_t)which;
		row->cursor = (uint32_t)start;
		text_line(text, length, start, &line, &next);
	}
}

static void add_file_texts(struct packet_view *view)
{
	for (unsigned i = 0; i < WS_ARRAY_SIZE(file_texts) && view->packet.layer_count; i++)
		add_file_text(view, i);
}

_Static_assert(WS_HEADER_COUNT <= 64, "a bit of packet_view.expanded for each");

void packet_build(struct packet_view *view)
{
	view->cursor.count = 0;
	if (!view->present)
		return;
	for (size_t i = 0; i < view->packet.layer_count; i++) {
		const struct ws_layer *layer = &view->packet.layer[i];
		struct packet_row *row = add_row(view, ROW_LAYER, i, 0);
		if (row)
			set_bytes(view, row, layer->offset, layer->available);
		if (view->expanded & UINT64_C(1) << layer->header)
			add_fields(view, i);
	}
	add_fragments(view);
	add_file_texts(view);
	if (is_ethernet(view))
		add_row(view, ROW_NOTE, 0, 0);
	if (packet_is_long(view))
		add_row(view, ROW_SIZE, 0, 0);
	if (view->cursor.selected >= view->cursor.count)
		view->cursor.selected = view->cursor.count ? view->cursor.count - 1 : 0;
}

/* ---- Words */

static const char *model_name(unsigned layer)
{
	static const char *const names[] = {"",
	                                    NC_("layer of the model", "physical"),
	                                    NC_("layer of the model", "link"),
	                                    NC_("layer of the model", "network"),
	                                    NC_("layer of the model", "transport"),
	                                    NC_("layer of the model", "application")};
	return layer < WS_ARRAY_SIZE(names) ? ws_translate_marked(names[layer]) : "";
}

static unsigned tag_bytes(const struct packet_view *view)
{
	unsigned bytes = 0;
	for (size_t i = 0; i < view->packet.layer_count; i++)
		if (view->packet.layer[i].header == WS_HEADER_VLAN && !view->packet.layer[i].quoted)
			bytes += 4;
	return bytes;
}

/* Says what Ethernet puts around a packet. */
static void ethernet_account(const struct packet_view *view, struct ws_text *text)
{
	const unsigned tags = tag_bytes(view), all = 18 + tags;
	if (tags && has_fcs(view))
		ws_text_printf(text, _("14 + %1$u VLAN + 4 FCS after = %2$u; FCS captured"), tags, all);
	else if (tags)
		ws_text_printf(text, _("14 + %1$u VLAN + 4 FCS after = %2$u; FCS not captured"), tags, all);
	else if (has_fcs(view))
		ws_text_printf(text, _("14 before + 4 FCS after = %u; FCS captured"), all);
	else
		ws_text_printf(text, _("14 before + 4 FCS after = %u; FCS not captured"), all);
}

static void field_text(const struct packet_view *view, const struct ws_layer *layer, const char *name,
                       struct ws_text *text)
{
	const struct ws_header_info *info = ws_header_info(layer->header);
	for (size_t i = 0; i < info->field_count; i++) {
		struct ws_value value;
		if (!info->fields[i].name || strcmp(info->fields[i].name, name) != 0)
			continue;
		if (ws_field_value(&view->packet, layer, &info->fields[i], &value))
			ws_field_text(text, &view->packet, layer, &info->fields[i], &value);
		return;
	}
}

/* X(header, words with names of fields in braces): the line of a closed group. */
#define SUMMARIES(X)                                                                                                   \
	X(WS_HEADER_ETHERNET, "{source} → {destination}  {type}")                                                      \
	X(WS_HEADER_ETHERNET_LENGTH, N_("{source} → {destination}  length {length}"))                                  \
	X(WS_HEADER_SLL, "{source}  {type}")                                                                           \
	X(WS_HEADER_SLL2, "{source}  {type}")                                                                          \
	X(WS_HEADER_NULL, N_("family {family}"))                                                                       \
	X(WS_HEADER_WIFI, N_("{transmitter} → {receiver}  protected {protected}"))                                     \
	X(WS_HEADER_WIFI_4, N_("{transmitter} → {receiver}  protected {protected}"))                                   \
	X(WS_HEADER_WIFI_OTHER, N_("type {frame_type} subtype {subtype}"))                                             \
	X(WS_HEADER_CISCO_HDLC, "{type}")                                                                              \
	X(WS_HEADER_NFLOG, N_("group {group}"))                                                                        \
	X(WS_HEADER_PKTAP, N_("process {process_id}"))                                                                 \
	X(WS_HEADER_DSA, N_("{source} → {destination}  port {port}"))                                                  \
	X(WS_HEADER_EDSA, N_("{source} → {destination}  port {port}"))                                                 \
	X(WS_HEADER_VLAN, N_("VLAN {id}  priority {priority}"))                                                        \
	X(WS_HEADER_ARP, "{operation}  {sender_ip} → {target_ip}")                                                     \
	X(WS_HEADER_IPV4, N_("{source} → {destination}  ttl {ttl}"))                                                   \
	X(WS_HEADER_IPV6, "{source} → {destination}")                                                                  \
	X(WS_HEADER_ICMP, "{type}")                                                                                    \
	X(WS_HEADER_ICMPV6, "{type}")                                                                                  \
	X(WS_HEADER_TCP, "{source_port} → {destination_port}  {flags}")                                                \
	X(WS_HEADER_VXLAN, N_("network {vni}"))                                                                        \
	X(WS_HEADER_GENEVE, N_("network {vni}  {protocol}"))                                                           \
	X(WS_HEADER_GRE, "{protocol}  {key}")                                                                          \
	X(WS_HEADER_ERSPAN_2, N_("session {session}  VLAN {vlan}"))                                                    \
	X(WS_HEADER_ERSPAN_3, N_("session {session}  VLAN {vlan}"))                                                    \
	X(WS_HEADER_GTP, N_("tunnel {teid}"))                                                                          \
	X(WS_HEADER_L2TP, N_("tunnel {tunnel}  session {session}"))                                                    \
	X(WS_HEADER_L2TP_3, N_("session {session}"))                                                                   \
	X(WS_HEADER_UDP, N_("{source_port} → {destination_port}  length {length}"))                                    \
	X(WS_HEADER_PADDING, N_("fill up to Ethernet's minimum, never payload"))                                       \
	X(WS_HEADER_FCS, "{fcs}")

static void layer_summary(const struct packet_view *view, const struct ws_layer *layer, struct ws_text *text)
{
	static const char *const summaries[WS_HEADER_COUNT] = {
#define X(header, words) [header] = (words),
	        SUMMARIES(X)
#undef X
	};
	const char *at = summaries[layer->header] ? _(summaries[layer->header]) : NULL;
	while (at && *at) {
		size_t plain = strcspn(at, "{");
		ws_text_append(text, at, plain);
		at += plain;
		if (*at != '{')
			break;
		char name[32];
		struct ws_text field = WS_TEXT_OVER(name);
		size_t length = strcspn(++at, "}");
		ws_text_append(&field, at, length);
		field_text(view, layer, ws_text_cstr(&field), text);
		at += length + 1;
	}
	if (layer->problem)
		ws_text_printf(text, "%s%s", text->length ? "  " : "", _(ws_problem_text(layer->problem)));
}

void packet_row_text(const struct packet_view *view, const struct packet_row *row, struct ws_text *label,
                     struct ws_text *value)
{
	const struct ws_layer *layer = &view->packet.layer[row->layer];
	const struct ws_header_info *info = ws_header_info(layer->header);
	struct ws_value field;
	struct ws_option option;
	uint32_t cursor = row->cursor;
	const char *text;
	size_t length, next;
	switch (row->kind) {
	case ROW_LAYER:
		ws_text_printf(label, layer->quoted ? _("quoted %s") : "%s", _(info->label));
		layer_summary(view, layer, value);
		break;
	case ROW_FIELD:
		ws_text_puts(label, _(info->fields[row->field].label));
		if (!ws_field_value(&view->packet, layer, &info->fields[row->field], &field))
			break;
		if (info->fields[row->field].kind == WS_FIELD_OPTIONS ||
		    info->fields[row->field].kind == WS_FIELD_BYTES)
			ws_text_printf(value, ws_translate_plural("%u byte", "%u bytes", field.length), field.length);
		else
			ws_field_text(value, &view->packet, layer, &info->fields[row->field], &field);
		break;
	case ROW_OPTION:
		if (!ws_option_next(&view->packet, layer, &cursor, &option))
			break;
		ws_text_puts(label, _(option.label));
		ws_option_text(value, layer, &option);
		if (option.problem)
			ws_text_printf(value, _(" (%s)"), _(ws_problem_text(option.problem)));
		break;
	case ROW_DATAGRAM:
		packet_datagram_text(view, label, value);
		break;
	case ROW_BAR: /* packet_draw_bar() draws it */
		break;
	case ROW_FRAGMENT:
		packet_fragment_text(view, row->field, label, value);
		break;
	case ROW_TEXT:
		ws_text_puts(label, row->cursor ? "" : _(file_texts[row->field].label));
		text = file_text(view, row->field, &length);
		text = text_line(text, length, row->cursor, &length, &next);
		ws_text_clean(value, text, length);
		if (row->field == 1 && view->frame.process->id)
			ws_text_printf(value, _(" (process %u)"), view->frame.process->id);
		break;
	case ROW_SIZE:
		packet_size_text(view, label, value);
		break;
	default:
		ws_text_puts(label, _("around it"));
		ethernet_account(view, value);
		break;
	}
}

/* Writes the bits of a field that does not fill its bytes; dots stand for the bits of other fields. */
static void field_bits(const struct packet_view *view, const struct ws_field *field, const struct packet_row *row,
                       struct ws_text *text)
{
	unsigned start = field->bit_offset % 8, end = start + field->bit_width;
	if (row->length == 1 && start % 4 == 0 && end % 4 == 0) { /* half a byte: one hexadecimal digit */
		uint8_t byte = view->bytes[row->offset];
		if (start)
			ws_text_putc(text, '.');
		ws_text_hex(text, start ? byte & 15 : byte >> 4, 1);
		if (!start)
			ws_text_putc(text, '.');
		return;
	}
	for (unsigned bit = 0; bit < row->length * 8; bit++) {
		if (bit && bit % 8 == 0)
			ws_text_putc(text, ' ');
		bool set = view->bytes[row->offset + bit / 8] >> (7 - bit % 8) & 1;
		ws_text_putc(text, bit < start || bit >= end ? '.' : set ? '1' : '0');
	}
}

int packet_bits_room(int columns, int value_end)
{
	enum { LEAST = 12 };
	const int most = columns >= 120 ? 47 : columns >= 76 ? 24 : columns >= 60 ? LEAST : 0;
	const int left = columns - 2 - value_end;
	return most <= LEAST || left >= most ? most : left > LEAST ? left : LEAST;
}

void packet_row_bits(const struct packet_view *view, const struct packet_row *row, struct ws_text *text, int width)
{
	const struct ws_layer *layer = &view->packet.layer[row->layer];
	if (row->kind == ROW_FRAGMENT) {
		ws_text_printf(text,
		               ws_translate_plural("%u byte", "%u bytes", view->fragments.fragment[row->field].length),
		               view->fragments.fragment[row->field].length);
		return;
	}
	if (row->kind == ROW_LAYER) {
		const struct ws_header_info *info = ws_header_info(layer->header);
		/* TRANSLATORS: of a header, the layer of the model that it belongs to and its length */
		ws_text_printf(text, ws_translate_plural("%1$s %2$u byte", "%1$s %2$u bytes", layer->length),
		               model_name(info->model_layer), layer->length);
		return;
	}
	if (row->kind == ROW_FIELD) {
		const struct ws_field *field = &ws_header_info(layer->header)->fields[row->field];
		if (field->bit_width && (field->bit_offset % 8 || field->bit_width % 8)) {
			field_bits(view, field, row, text);
			return;
		}
	}
	uint32_t room = width > 1 ? (uint32_t)(width + 1) / 3 : 0;
	uint32_t shown = row->length <= room ? row->length : room ? room - 1 : 0;
	ws_text_bytes(text, view->bytes + row->offset, shown, ' ');
	if (shown < row->length)
		ws_text_puts(text, " …");
}

/* X(name in the decoder's tables, what it is for) */
#define OPTION_MEANINGS(X)                                                                                             \
	X("end", N_("ends the list; what follows up to the header's length is fill"))                                  \
	X("nop", N_("one byte of fill, so that the next option begins at a multiple of 4 bytes"))                      \
	X("mss", N_("the most payload its sender takes in one segment; only in a SYN (RFC 9293 §3.7.1)"))              \
	X("window_scale",                                                                                              \
	  N_("later windows of its sender are shifted left by this, if both SYNs have it (RFC 7323 §2)"))              \
	X("sack_permitted", N_("its sender understands selective acknowledgments; only in a SYN (RFC 2018 §2)"))       \
	X("sack", N_("ranges that have arrived after a gap, so that only the gap is sent again (RFC 2018 §3)"))        \
	X("timestamps", N_("its sender's clock, and the last one received: measures round trips (RFC 7323 §3)"))       \
	X("fast_open", N_("a cookie that allows data in the SYN of the next connection (RFC 7413 §2)"))                \
	X("md5", N_("a keyed digest over the segment, against forged ones (RFC 2385)"))                                \
	X("tcp_ao", N_("authenticates the segment, in place of MD5 (RFC 5925)"))                                       \
	X("mptcp", N_("one connection over several paths (RFC 8684)"))                                                 \
	X("user_timeout", N_("how long its sender keeps trying before it gives up (RFC 5482)"))                        \
	X("router_alert", N_("asks every router on the way to look at this packet (RFC 2113)"))                        \
	X("record_route", N_("routers on the way record their addresses here (RFC 791 §3.1)"))

static const char *option_meaning(const char *name)
{
	static const struct {
		const char *name, *text;
	} table[] = {
#define X(name, text) {name, text},
	        OPTION_MEANINGS(X)
#undef X
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return _(table[i].text);
	return _("one option: its kind, its length in bytes, its data");
}

/* What a layer is for, as the model has it. */
static const char *layer_purpose(const struct ws_layer *layer)
{
	switch (ws_header_info(layer->header)->model_layer) {
	case 2:
		return _("from one network card to the next");
	case 3:
		return layer->header == WS_HEADER_ARP || layer->header == WS_HEADER_ARP_OTHER
		               ? _("from IP to MAC address")
		               : _("from host to host");
	case 4:
		return _("from program to program");
	default:
		return _("what the programs say");
	}
}

/* Adds to the meaning of a field with a MAC address whose number this one is. */
static void say_vendor(const struct packet_view *view, const struct ws_vendors *vendors, const struct packet_row *row,
                       struct ws_text *meaning)
{
	const struct ws_layer *layer = &view->packet.layer[row->layer];
	const struct ws_field *field = &ws_header_info(layer->header)->fields[row->field];
	struct ws_value value;
	if (field->kind != WS_FIELD_MAC || !ws_field_value(&view->packet, layer, field, &value))
		return;
	const char *kind = ws_mac_kind(value.bytes), *vendor = ws_vendor_name(vendors, value.bytes);
	if (kind)
		ws_text_printf(meaning, _("; this one is %s"), _(kind));
	else if (vendor)
		ws_text_printf(meaning, _("; the vendor is %s"), vendor);
}

enum { TCP_FIXED = 20 }; /* bytes of TCP's header without options */

void packet_row_meaning(const struct packet_view *view, const struct ws_vendors *vendors, const struct packet_row *row,
                        struct ws_text *meaning, const char **reference)
{
	const struct ws_layer *layer = &view->packet.layer[row->layer];
	const struct ws_header_info *info = ws_header_info(layer->header);
	struct ws_option option;
	uint32_t cursor = row->cursor;
	*reference = NULL;
	switch (row->kind) {
	case ROW_LAYER:
		/* TRANSLATORS: as "layer 4 of 5, transport, from program to program: 32 bytes from byte 34 on" */
		ws_text_printf(meaning, _("layer %1$u of 5, %2$s, %3$s: %4$u bytes from byte %5$u on"),
		               info->model_layer, model_name(info->model_layer), layer_purpose(layer), layer->length,
		               layer->offset);
		if (layer->available < layer->length)
			ws_text_printf(meaning, _(", %u of them captured"), layer->available);
		if (layer->problem)
			ws_text_printf(meaning, "%s%s", _("; "), _(ws_problem_text(layer->problem)));
		else if (layer->header == WS_HEADER_ETHERNET)
			ws_text_puts(meaning, _("; with the 4 bytes of FCS after the packet, 18"));
		else if (layer->header == WS_HEADER_TCP && layer->length > TCP_FIXED)
			ws_text_printf(meaning, _("; %1$u are in every TCP header, the other %2$u are options"),
			               TCP_FIXED, layer->length - TCP_FIXED);
		else if (layer->header == WS_HEADER_TCP)
			ws_text_puts(meaning, _("; it has no options"));
		break;
	case ROW_FIELD:
		ws_text_puts(meaning, _(info->fields[row->field].meaning));
		say_vendor(view, vendors, row, meaning);
		*reference = info->fields[row->field].reference;
		break;
	case ROW_OPTION:
		if (ws_option_next(&view->packet, layer, &cursor, &option))
			ws_text_puts(meaning, option_meaning(option.name));
		break;
	case ROW_DATAGRAM:
		ws_text_puts(meaning,
		             _("too long for the link, so it goes in fragments with one identification; the receiver's "
		               "IP joins them, or drops all if one is lost"));
		*reference = view->packet.ip_version == 6 ? "RFC 8200 §4.5" : "RFC 791 §3.2";
		break;
	case ROW_BAR:
		ws_text_puts(meaning,
		             _("the bytes of the datagram: a piece for each fragment, this one bright, and dots where "
		               "a fragment is missing"));
		break;
	case ROW_FRAGMENT:
		packet_fragment_meaning(view, row->field, meaning);
		break;
	case ROW_TEXT:
		ws_text_puts(meaning, _(file_texts[row->field].meaning));
		break;
	case ROW_SIZE:
		packet_size_meaning(view, meaning, reference);
		break;
	default:
		ws_text_puts(
		        meaning,
		        _("Ethernet's bytes: 6 destination + 6 source + 2 type before, and after the packet 4 of a "
		          "check sequence (FCS), which most cards remove"));
		*reference = "IEEE 802.3";
		break;
	}
}

void packet_select_byte(struct packet_view *view)
{
	int owner = -1;
	for (size_t i = 0; i < view->packet.layer_count; i++) {
		const struct ws_layer *layer = &view->packet.layer[i];
		if (view->byte >= layer->offset && view->byte - layer->offset < layer->available)
			owner = (int)i; /* a quoted header is inside another one's payload, so the later one is the
			                   inner one */
	}
	if (owner < 0)
		return;
	view->expanded |= UINT64_C(1) << view->packet.layer[owner].header;
	packet_build(view);
	uint32_t least = UINT32_MAX;
	for (size_t i = 0; i < view->cursor.count; i++) {
		const struct packet_row *row = &view->row[i];
		if (view->byte < row->offset || view->byte - row->offset >= row->length || row->length > least ||
		    row->layer != owner)
			continue;
		least = row->length;
		view->cursor.selected = i;
	}
}
