/* The columns that say where the time went, of a connection and of a group of the overview. */
#include "output/columns.h"

/* `index` is twice the cause, plus 1 where it is the server's, or concerns data of the server. */
void conn_share(const struct subject *s, unsigned index, struct value *v)
{
	const unsigned side = (index & 1) ^ (unsigned)s->conn->likely_client;
	set_time(v, s->conn->shares.time[index / 2][ws_cause_is_sided((enum ws_cause)(index / 2)) ? side & 1 : 0]);
	if (!s->conn->shares_known)
		v->kind = VALUE_NULL;
}

/* `index` 0 is how often a timer sent a segment again, 1 the end at which the capture was taken, 2 all in words. */
void conn_spent(const struct subject *s, unsigned index, struct value *v)
{
	const unsigned client = (unsigned)s->conn->likely_client & 1;
	struct ws_text text = WS_TEXT_OVER(v->composed);
	v->kind = VALUE_NULL;
	if (!s->conn->shares_known)
		return;
	const char *vantage = ws_shares_vantage(&s->conn->shares, client);
	if (index == 0)
		set_number(v, s->conn->shares.timeouts);
	if (index == 1 && vantage)
		set_string(v, vantage);
	if (index < 2)
		return;
	ws_shares_words(&text, &s->conn->shares, client);
	set_composed(v, text.length);
}

/* ---- Of a group, with the clients as endpoint 0 */

void group_share(const struct subject *s, unsigned index, struct value *v)
{
	v->kind = VALUE_NULL;
	if (s->shares)
		set_time(v, s->shares->time[index / 2][index & 1]);
}

void group_spent(const struct subject *s, unsigned index, struct value *v)
{
	struct ws_text text = WS_TEXT_OVER(v->composed);
	v->kind = VALUE_NULL;
	if (!s->shares)
		return;
	if (index == 0) {
		set_number(v, s->shares->timeouts);
		return;
	}
	ws_shares_words(&text, s->shares, 0);
	set_composed(v, text.length);
}
