/* Answers of DNS. */
#include "decode/application.h"

#include <string.h>
#include <strings.h>

enum {
	HEADER = 12,
	RECORDS_MOST = 128, /* of one message that are looked at */
	JUMPS_MOST = 64,    /* of one name */
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_PTR = 12,
	TYPE_AAAA = 28,
	CLASS_IN = 1,
	CACHE_FLUSH = 0x8000, /* multicast DNS: a bit of the class */
};

struct message {
	const uint8_t *bytes;
	size_t length, at;
};

static unsigned load16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

/* Reads the name at `at`, labels with dots between them; `next` is where it ends in place. A pointer must lead back, so
 * that a name ends. */
static bool read_name(const struct message *m, size_t at, char name[WS_NAME_MOST], size_t *next)
{
	size_t length = 0, limit = at;
	bool jumped = false;
	for (int jumps = 0; at < m->length;) {
		const unsigned size = m->bytes[at];
		if (size == 0) {
			name[length] = '\0';
			if (!jumped)
				*next = at + 1;
			return true;
		}
		if (size >= 0xc0) {
			if (at + 2 > m->length || jumps++ >= JUMPS_MOST)
				return false;
			const size_t to = load16(m->bytes + at) & 0x3fff;
			if (!jumped)
				*next = at + 2;
			jumped = true;
			if (to >= limit)
				return false;
			at = limit = to;
			continue;
		}
		if (size > 63 || at + 1 + size > m->length || length + size + 2 > WS_NAME_MOST)
			return false;
		if (length)
			name[length++] = '.';
		memcpy(name + length, m->bytes + at + 1, size);
		if (memchr(name + length, '\0', size))
			return false;
		length += size;
		at += 1 + (size_t)size;
	}
	return false;
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | (c >= 'A' && c <= 'F' ? 0x20 : 0)) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* 4.3.2.1.in-addr.arpa */
static bool reverse_ipv4(const char *name, struct ws_addr *address)
{
	for (int i = 3; i >= 0; i--) {
		int value = 0, digits = 0;
		for (; *name >= '0' && *name <= '9' && digits < 3; name++, digits++)
			value = value * 10 + (*name - '0');
		if (!digits || value > 255 || *name++ != '.')
			return false;
		address->byte[12 + i] = (uint8_t)value;
	}
	return strcasecmp(name, "in-addr.arpa") == 0;
}

/* 32 digits, the last one first, and ip6.arpa */
static bool reverse_ipv6(const char *name, struct ws_addr *address)
{
	for (int i = 31; i >= 0; i--, name += 2) {
		const int value = digit(name[0]);
		if (value < 0 || name[1] != '.')
			return false;
		address->byte[i / 2] |= (uint8_t)(i % 2 ? value : value << 4);
	}
	return strcasecmp(name, "ip6.arpa") == 0;
}

static void report_pointer(const char *owner, const char *name, ws_dns_fn *fn, void *context)
{
	struct ws_addr address = {{0}};
	if (reverse_ipv4(owner, &address))
		fn(context, name, &address, 4);
	else if (memset(&address, 0, sizeof(address)) && reverse_ipv6(owner, &address))
		fn(context, name, &address, 6);
}

/* What was asked for, and the name that CNAMEs have led to so far. */
struct chain {
	char question[WS_NAME_MOST], alias[WS_NAME_MOST];
};

static bool read_record(struct message *m, struct chain *chain, ws_dns_fn *fn, void *context)
{
	char owner[WS_NAME_MOST], target[WS_NAME_MOST];
	size_t end;
	if (!read_name(m, m->at, owner, &m->at) || m->length - m->at < 10)
		return false;
	const unsigned type = load16(m->bytes + m->at), size = load16(m->bytes + m->at + 8);
	const unsigned class = load16(m->bytes + m->at + 2) & ~(unsigned)CACHE_FLUSH;
	const size_t data = m->at + 10;
	if (size > m->length - data)
		return false;
	m->at = data + size;
	if (class != CLASS_IN || !owner[0])
		return true;
	const bool asked = chain->question[0] && strcasecmp(owner, chain->alias) == 0;
	const char *name = asked ? chain->question : owner;
	struct ws_addr address = {{0}};
	if (type == TYPE_A && size == 4) {
		memcpy(address.byte + 12, m->bytes + data, 4);
		fn(context, name, &address, 4);
	} else if (type == TYPE_AAAA && size == 16) {
		memcpy(address.byte, m->bytes + data, 16);
		fn(context, name, &address, 6);
	} else if ((type == TYPE_CNAME || type == TYPE_PTR) && read_name(m, data, target, &end) && target[0]) {
		if (type == TYPE_PTR)
			report_pointer(owner, target, fn, context);
		else if (asked)
			memcpy(chain->alias, target, sizeof(target));
	}
	return true;
}

bool ws_dns_answers(const uint8_t *bytes, size_t length, ws_dns_fn *fn, void *context)
{
	enum { RESPONSE = 0x80, CODE = 0x0f };
	struct message m = {.bytes = bytes, .length = length, .at = HEADER};
	struct chain chain = {.question = ""};
	if (length < HEADER || !(bytes[2] & RESPONSE) || bytes[3] & CODE)
		return false;
	const unsigned questions = load16(bytes + 4), answers = load16(bytes + 6);
	for (unsigned i = 0; i < questions && i < RECORDS_MOST; i++) {
		char name[WS_NAME_MOST];
		if (!read_name(&m, m.at, name, &m.at) || m.length - m.at < 4)
			return false;
		m.at += 4;
		if (i == 0)
			memcpy(chain.question, name, sizeof(name));
	}
	memcpy(chain.alias, chain.question, sizeof(chain.alias));
	for (unsigned i = 0; i < answers && i < RECORDS_MOST; i++)
		if (!read_record(&m, &chain, fn, context))
			return false;
	return true;
}
