/* Entries of a fixed size are sorted by their prefix; their names lie one after the other in the same allocation. */
#include "base/search.h"

#include <wirestate/language.h>
#include <wirestate/text.h>
#include <wirestate/vendors.h>

#include <stdlib.h>
#include <string.h>

/* LINE_LEAST: bytes of the shortest line that has a vendor, with its end. */
enum { ENTRIES_MOST = 49152, NAME_BYTES_MOST = 1100 * 1024, LINE_LEAST = 10, LINE_MOST = 256 };

struct entry {
	uint32_t prefix;
	uint32_t name; /* where it begins in `names` */
};

/* A list that has not been read until a vendor is looked for. */
struct deferred {
	struct ws_vendors *(*read)(void *context); /* NULL: it has been called */
	void (*forget)(void *context);
	void *context;
	struct ws_vendors *list;
};

struct ws_vendors {
	struct deferred *deferred; /* NULL: the entries are here */
	size_t count, used;        /* entries, and bytes of names */
	size_t most, room;         /* how many there may be of each */
	char *names;               /* after the entries */
	struct entry entry[];
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

/* The part of a line that is left. */
struct span {
	const char *at;
	size_t length;
};

static struct span span_from(struct span span, size_t first)
{
	return (struct span){.at = span.at + first, .length = span.length - first};
}

static struct span trim(struct span span)
{
	while (span.length && is_space(span.at[0]))
		span = span_from(span, 1);
	while (span.length && is_space(span.at[span.length - 1]))
		span.length--;
	return span;
}

/* Reads three bytes with `separator` between them, and white space after them. */
static bool parse_prefix(struct span line, char separator, uint32_t *prefix)
{
	if (line.length < 9 || line.at[2] != separator || line.at[5] != separator || !is_space(line.at[8]))
		return false;
	*prefix = 0;
	for (size_t i = 0; i < 8; i += i % 3 == 1 ? 2 : 1) {
		if (digit(line.at[i]) < 0)
			return false;
		*prefix = *prefix << 4 | (uint32_t)digit(line.at[i]);
	}
	return true;
}

static bool parse_line(struct span line, uint32_t *prefix, struct span *name)
{
	static const char mark[] = "(hex)";
	const size_t marked = sizeof(mark) - 1;
	if (parse_prefix(line, '-', prefix)) {
		*name = trim(span_from(line, 8));
		if (name->length < marked || memcmp(name->at, mark, marked) != 0)
			return false;
		*name = trim(span_from(*name, marked));
	} else if (parse_prefix(line, ':', prefix)) {
		*name = trim(span_from(line, 8));
		const char *comment = memchr(name->at, '#', name->length);
		if (comment)
			*name = trim((struct span){.at = name->at, .length = (size_t)(comment - name->at)});
		const char *tab = memchr(name->at, '\t', name->length); /* the long name is after the short one */
		if (tab)
			*name = trim(span_from(*name, (size_t)(tab - name->at)));
	} else {
		return false;
	}
	return name->length;
}

/* Writes a name that is safe to show and fits. Returns its length without the 0. */
static size_t write_name(struct span name, char out[WS_VENDOR_MOST + 1])
{
	static const char ellipsis[] = "…";
	char buffer[4 * LINE_MOST + 1] = "";
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_clean(&text, name.at, name.length);
	ws_text_cstr(&text);
	size_t length = strlen(buffer);
	if (length > WS_VENDOR_MOST) {
		length = WS_VENDOR_MOST - (sizeof(ellipsis) - 1);
		while (length && ((unsigned char)buffer[length] & 0xc0) == 0x80)
			length--;
		while (length && is_space(buffer[length - 1]))
			length--;
		memcpy(buffer + length, ellipsis, sizeof(ellipsis));
		length += sizeof(ellipsis) - 1;
	}
	memcpy(out, buffer, length);
	out[length] = '\0';
	return length;
}

/* Prefixes of which the IEEE gives parts to many have no vendor of their own. */
static bool is_shared(struct span name)
{
	static const char shared[] = "IEEE Registration Authority";
	return name.length == sizeof(shared) - 1 && memcmp(name.at, shared, name.length) == 0;
}

static void take_line(struct ws_vendors *vendors, struct span line)
{
	char shown[WS_VENDOR_MOST + 1];
	uint32_t prefix;
	struct span name;
	if (line.length > LINE_MOST || !parse_line(line, &prefix, &name) || is_shared(name))
		return;
	const size_t length = write_name(name, shown);
	if (!length || vendors->used + length + 1 > vendors->room)
		return;
	memcpy(vendors->names + vendors->used, shown, length + 1);
	vendors->entry[vendors->count++] = (struct entry){.prefix = prefix, .name = (uint32_t)vendors->used};
	vendors->used += length + 1;
}

/* Of the same prefix, the one that was read first comes first. */
static int by_prefix(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	if (left->prefix != right->prefix)
		return left->prefix < right->prefix ? -1 : 1;
	return (left->name > right->name) - (left->name < right->name);
}

/* Sorts the entries, drops repeated prefixes, and gives back the memory that is not needed. */
static struct ws_vendors *finish(struct ws_vendors *vendors)
{
	size_t kept = 0;
	qsort(vendors->entry, vendors->count, sizeof(vendors->entry[0]), by_prefix);
	for (size_t i = 0; i < vendors->count; i++)
		if (!kept || vendors->entry[kept - 1].prefix != vendors->entry[i].prefix)
			vendors->entry[kept++] = vendors->entry[i];
	vendors->count = kept;
	memmove(vendors->entry + kept, vendors->names, vendors->used);
	struct ws_vendors *smaller =
	        realloc(vendors, sizeof(*vendors) + kept * sizeof(vendors->entry[0]) + vendors->used);
	vendors = smaller ? smaller : vendors;
	vendors->names = (char *)(vendors->entry + kept);
	return vendors;
}

struct ws_vendors *ws_vendors_parse(const char *text, size_t length)
{
	const size_t lines = length / LINE_LEAST + 1, most = lines < ENTRIES_MOST ? lines : ENTRIES_MOST;
	const size_t room =
	        most * (WS_VENDOR_MOST + 1) < NAME_BYTES_MOST ? most * (WS_VENDOR_MOST + 1) : NAME_BYTES_MOST;
	struct ws_vendors *vendors = malloc(sizeof(*vendors) + most * sizeof(vendors->entry[0]) + room);
	if (!vendors)
		return NULL;
	*vendors = (struct ws_vendors){.most = most, .room = room, .names = (char *)(vendors->entry + most)};
	while (length && vendors->count < most) {
		const char *end = memchr(text, '\n', length);
		const size_t line = end ? (size_t)(end - text) : length, step = line + (end != NULL);
		take_line(vendors, (struct span){.at = text, .length = line});
		text += step;
		length -= step;
	}
	if (vendors->count)
		return finish(vendors);
	free(vendors);
	return NULL;
}

struct ws_vendors *ws_vendors_defer(struct ws_vendors *(*read)(void *context), void (*forget)(void *context),
                                    void *context)
{
	struct ws_vendors *vendors = malloc(sizeof(*vendors));
	struct deferred *deferred = malloc(sizeof(*deferred));
	if (!vendors || !deferred) {
		free(vendors);
		free(deferred);
		forget(context);
		return NULL;
	}
	*deferred = (struct deferred){.read = read, .forget = forget, .context = context};
	*vendors = (struct ws_vendors){.deferred = deferred};
	return vendors;
}

static const struct ws_vendors *read_now(struct deferred *deferred)
{
	if (deferred->read)
		deferred->list = deferred->read(deferred->context);
	deferred->read = NULL;
	return deferred->list;
}

void ws_vendors_free(struct ws_vendors *vendors)
{
	struct deferred *deferred = vendors ? vendors->deferred : NULL;
	if (deferred && deferred->read)
		deferred->forget(deferred->context);
	if (deferred)
		free(deferred->list);
	free(deferred);
	free(vendors);
}

const char *ws_vendor_name(const struct ws_vendors *vendors, const uint8_t mac[6])
{
	static const uint8_t none[6];
	if (!vendors || ws_mac_kind(mac) || memcmp(mac, none, sizeof(none)) == 0)
		return NULL;
	if (vendors->deferred && !(vendors = read_now(vendors->deferred)))
		return NULL;
	const uint32_t prefix = (uint32_t)mac[0] << 16 | (uint32_t)mac[1] << 8 | mac[2];
	const size_t first = SEARCH_FIRST(vendors->count, i, vendors->entry[i].prefix < prefix);
	const bool found = first < vendors->count && vendors->entry[first].prefix == prefix;
	return found ? vendors->names + vendors->entry[first].name : NULL;
}

const char *ws_mac_kind(const uint8_t mac[6])
{
	static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	if (memcmp(mac, everybody, sizeof(everybody)) == 0)
		return N_("broadcast");
	return mac[0] & 1 ? N_("multicast") : mac[0] & 2 ? N_("locally administered") : NULL;
}
