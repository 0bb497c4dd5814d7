/* The verdict on a connection, see verdict.c: what its three files share. */
#ifndef WS_TRACK_VERDICT_H
#define WS_TRACK_VERDICT_H

#include <wirestate/language.h>
#include <wirestate/track.h>

struct verdict {
	const struct ws_conn_info *info;
	struct ws_text *text; /* NULL: only the judgement is wanted */
	struct ws_judgement judgement;
	bool says_direction, says_syn_acks, says_storm;
};

/* Parts of a message that have to be composed first. */
struct verdict_number {
	char text[32];
};
struct verdict_part {
	char text[512];
};

/* Appends a message with parts, if the caller wants the text. */
#define SAY(v, ...)                                                                                                    \
	do {                                                                                                           \
		if ((v)->text)                                                                                         \
			ws_text_printf((v)->text, __VA_ARGS__);                                                        \
	} while (0)
/* The same where all parts are texts, which costs less. */
#define SAY_TEXTS(v, ...)                                                                                              \
	do {                                                                                                           \
		if ((v)->text)                                                                                         \
			ws_text_parts((v)->text, __VA_ARGS__);                                                         \
	} while (0)
/* What follows is another clause, after a semicolon or a comma. */
#define NEXT(v) verdict_append(v, _("; "))
#define COMMA(v) verdict_append(v, _(", "))

static inline void verdict_append(const struct verdict *v, const char *text)
{
	if (v->text)
		ws_text_puts(v->text, text);
}

static inline void verdict_set(struct verdict *v, enum ws_verdict verdict, int severity)
{
	v->judgement = (struct ws_judgement){.verdict = (uint8_t)verdict, .severity = (uint8_t)severity};
}

static inline bool in_state(const struct ws_conn_info *info, unsigned endpoint, enum ws_state state)
{
	return info->endpoint[endpoint].state == state;
}

const char *verdict_side(const struct ws_conn_info *info, unsigned endpoint); /* "client", "server" */
struct verdict_number verdict_duration(ws_time duration);
struct verdict_number verdict_count(uint64_t value);
void verdict_traffic(struct verdict *v);
struct verdict_part verdict_icmp(const struct ws_conn_info *info);
struct verdict_part verdict_direction(struct verdict *v);
struct verdict_part verdict_application(const struct ws_conn_info *info, unsigned endpoint, const char *unknown);
/* How many SYNs it took. `open`: other words follow. */
void verdict_syns(struct verdict *v, bool open);
void verdict_not_accepted(struct verdict *v);
void verdict_answer_unheard(struct verdict *v);
void verdict_storm(struct verdict *v); /* where it is not said yet */
/* Whether the connection before it had its addresses and ports so shortly before that the server, or a device on the way,
 * may still have that one. */
bool verdict_reuses(const struct ws_conn_info *info);

/* Rules: true when the verdict is found. */
bool verdict_failed_to_open(struct verdict *v);
bool verdict_was_reset(struct verdict *v);
bool verdict_is_stuck(struct verdict *v);
void verdict_open(struct verdict *v); /* what no other rule has found */
void verdict_reset_look(struct verdict *v);

#endif
