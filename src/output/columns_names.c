/* The fields of connections that come from names, and from what the ends say first. */
#include "output/columns.h"

#include <wirestate/names.h>

void side_name(const struct subject *s, unsigned index, struct value *v)
{
	set_text(v, conn_side(s, index)->name);
}

void side_name_source(const struct subject *s, unsigned index, struct value *v)
{
	set_string(v, ws_name_source_word(conn_side(s, index)->name_source));
}

/* `index` 0 is the SNI, 1 ALPN, 2 the Host of HTTP. */
void conn_greeting(const struct subject *s, unsigned index, struct value *v)
{
	set_text(v, index == 0 ? s->conn->said.sni : index == 1 ? s->conn->said.alpn : s->conn->said.http_host);
}

/* `index` 0 is the method, 1 the target, 2 the status of the answer. */
void conn_http(const struct subject *s, unsigned index, struct value *v)
{
	const char *request = s->conn->said.http_request, *space = request ? strchr(request, ' ') : NULL;
	if (index == 2) {
		set_known(v, s->conn->said.http_status, s->conn->said.http_status);
		return;
	}
	set_text(v, space && index ? space + 1 : request);
	if (space && index == 0)
		v->length = (size_t)(space - request);
}
