/* Two lists of pointers: the interfaces by their index, and by the ordinal of their description. They differ where
 * sections repeat a description. A reader that comes later to the same file finds by the ordinal what the first one has
 * made, which also gives its frames the same indexes. */
#include "capture/pcapng_interfaces.h"

#include "capture/internal.h"

#include <pthread.h>
#include <stdlib.h>

#define TEXTS_MOST (16u << 20) /* bytes */
/* Far more than a reader allows a file (see pcapng.c): for files that change while they are read again and again. */
enum { INTERFACES_MOST = 1 << 20 };

struct text {
	struct text *next;
	char bytes[];
};

struct list {
	struct ws_ng_interface **at;
	size_t count, capacity;
};

struct ws_ng_interfaces {
	unsigned references; /* one for each capture; only the session's thread opens and closes them */
	pthread_mutex_t lock;
	struct list by_index, by_ordinal;
	struct text *texts;
	size_t text_bytes;
};

struct ws_ng_interfaces *ws_ng_interfaces_new(void)
{
	struct ws_ng_interfaces *interfaces = calloc(1, sizeof(*interfaces));
	if (!interfaces)
		return NULL;
	interfaces->references = 1;
	pthread_mutex_init(&interfaces->lock, NULL);
	return interfaces;
}

void ws_ng_interfaces_lock(struct ws_ng_interfaces *interfaces)
{
	pthread_mutex_lock(&interfaces->lock);
}

void ws_ng_interfaces_unlock(struct ws_ng_interfaces *interfaces)
{
	pthread_mutex_unlock(&interfaces->lock);
}

struct ws_ng_interfaces *ws_ng_interfaces_share(struct ws_ng_interfaces *interfaces)
{
	interfaces->references++;
	return interfaces;
}

void ws_ng_interfaces_release(struct ws_ng_interfaces *interfaces)
{
	if (!interfaces || --interfaces->references)
		return;
	for (size_t i = 0; i < interfaces->by_index.count; i++)
		free(interfaces->by_index.at[i]);
	for (struct text *text = interfaces->texts, *next; text; text = next) {
		next = text->next;
		free(text);
	}
	free(interfaces->by_index.at);
	free(interfaces->by_ordinal.at);
	pthread_mutex_destroy(&interfaces->lock);
	free(interfaces);
}

static bool list_append(struct list *list, struct ws_ng_interface *interface)
{
	if (list->count == list->capacity) {
		const size_t capacity = list->capacity ? 2 * list->capacity : 8;
		struct ws_ng_interface **at = realloc(list->at, capacity * sizeof(*at));
		if (!at)
			return false;
		list->at = at;
		list->capacity = capacity;
	}
	list->at[list->count++] = interface;
	return true;
}

/* A copy that lives as long as the interfaces; NULL: out of memory. */
static const char *text_keep(struct ws_ng_interfaces *interfaces, struct ws_ng_text text)
{
	const size_t length = strnlen((const char *)text.bytes, text.length);
	struct text *copy = malloc(sizeof(*copy) + length + 1);
	if (!copy)
		return NULL;
	memcpy(copy->bytes, text.bytes, length);
	copy->bytes[length] = '\0';
	copy->next = interfaces->texts;
	interfaces->texts = copy;
	interfaces->text_bytes += length;
	return copy->bytes;
}

/* The same of a text that the file gives. NULL also: it is empty, or the texts would take too much. */
static const char *text_copy(struct ws_ng_interfaces *interfaces, struct ws_ng_text text)
{
	if (!text.bytes || !*text.bytes || interfaces->text_bytes + text.length > TEXTS_MOST)
		return NULL;
	return text_keep(interfaces, text);
}

static bool is_text(const char *kept, struct ws_ng_text text)
{
	const size_t length = text.bytes ? strnlen((const char *)text.bytes, text.length) : 0;
	return kept ? strlen(kept) == length && memcmp(kept, text.bytes, length) == 0 : length == 0;
}

static bool is_comment(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_alike(const struct ws_ng_interface *interface, const struct ws_ng_description *description,
                     const char *section_comment)
{
	const struct ws_frame_interface *shown = &interface->shown;
	if (shown->link_number != description->link_number || shown->snapshot_length != description->snapshot_length ||
	    shown->fcs_length != description->fcs_length || interface->clock.resolution != description->resolution ||
	    interface->clock.offset != description->offset)
		return false;
	return interface->cut ||
	       (is_text(shown->name, description->name) && is_text(shown->description, description->description) &&
	        is_text(shown->comment, description->comment) && is_comment(shown->section_comment, section_comment));
}

/* The interfaces of a section share its comment. */
static const char *section_text(struct ws_ng_interfaces *interfaces, const char *comment)
{
	const struct list *list = &interfaces->by_index;
	const char *last = list->count ? list->at[list->count - 1]->shown.section_comment : NULL;
	if (!comment || is_comment(last, comment))
		return comment ? last : NULL;
	return text_copy(interfaces, (struct ws_ng_text){(const uint8_t *)comment, strlen(comment)});
}

/* Shared with the interface before, which nearly always has the same. NULL: out of memory. */
static const char *link_name(struct ws_ng_interfaces *interfaces, uint16_t number)
{
	const struct list *list = &interfaces->by_index;
	const struct ws_frame_interface *last = list->count ? &list->at[list->count - 1]->shown : NULL;
	char text[120];
	if (last && last->link_number == number)
		return last->link_name;
	ws_link_name(ws_link_dlt_of_number(number), text, sizeof(text));
	return text_keep(interfaces, (struct ws_ng_text){(const uint8_t *)text, strlen(text)});
}

static struct ws_ng_interface *interface_new(struct ws_ng_interfaces *interfaces,
                                             const struct ws_ng_description *description, const char *section_comment)
{
	if (interfaces->by_index.count == INTERFACES_MOST)
		return NULL;
	struct ws_ng_interface *interface = calloc(1, sizeof(*interface));
	if (!interface)
		return NULL;
	struct ws_frame_interface *shown = &interface->shown;
	*shown = (struct ws_frame_interface){
	        .index = (uint32_t)interfaces->by_index.count,
	        .snapshot_length = description->snapshot_length,
	        .link_number = description->link_number,
	        .link = (uint8_t)ws_link_of_number(description->link_number),
	        .link_name = link_name(interfaces, description->link_number),
	        .fcs_length = description->fcs_length,
	        .name = text_copy(interfaces, description->name),
	        .description = text_copy(interfaces, description->description),
	        .comment = text_copy(interfaces, description->comment),
	        .section_comment = section_text(interfaces, section_comment),
	};
	interface->clock = ws_ng_clock_of(description->resolution, description->offset);
	interface->cut =
	        !is_text(shown->name, description->name) || !is_text(shown->description, description->description) ||
	        !is_text(shown->comment, description->comment) || !is_comment(shown->section_comment, section_comment);
	interface->unnamed = *shown;
	interface->unnamed.name = interface->unnamed.description = NULL;
	interface->unnamed.comment = interface->unnamed.section_comment = NULL;
	shown->unnamed = interface->unnamed.unnamed = &interface->unnamed;
	if (shown->link_name && list_append(&interfaces->by_index, interface))
		return interface;
	free(interface);
	return NULL;
}

struct ws_ng_interface *ws_ng_interfaces_add(struct ws_ng_interfaces *interfaces, size_t ordinal,
                                             const struct ws_ng_description *description, const char *section_comment,
                                             struct ws_ng_interface *alike)
{
	struct ws_ng_interface *interface =
	        ordinal < interfaces->by_ordinal.count ? interfaces->by_ordinal.at[ordinal] : alike;
	if (interface && is_alike(interface, description, section_comment)) {
		if (ordinal < interfaces->by_ordinal.count || list_append(&interfaces->by_ordinal, interface))
			return interface;
		return NULL;
	}
	interface = interface_new(interfaces, description, section_comment);
	if (!interface)
		return NULL;
	if (ordinal < interfaces->by_ordinal.count) /* the file has been changed since it was read first */
		interfaces->by_ordinal.at[ordinal] = interface;
	else if (!list_append(&interfaces->by_ordinal, interface))
		return NULL;
	return interface;
}

const struct ws_frame_interface *ws_ng_interfaces_at(const struct ws_ng_interfaces *interfaces, uint32_t index)
{
	return index < interfaces->by_index.count ? &interfaces->by_index.at[index]->shown : NULL;
}
