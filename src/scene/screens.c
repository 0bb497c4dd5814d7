/* The table of screens. A new screen has a folder of its own, a row here, and its word in wirestate/screens.h. */
#include "scene/screens.h"
#include "scene/start.h"

/* X(screen, what describes it) */
#define SCREEN_TABLE(X)                                                                                                \
	X(WS_SCREEN_LIST, list_screen)                                                                                 \
	X(WS_SCREEN_OVERVIEW, overview_screen)                                                                         \
	X(WS_SCREEN_LIFELINES, lifelines_screen)                                                                       \
	X(WS_SCREEN_DIAGRAM, diagram_screen)                                                                           \
	X(WS_SCREEN_TIME, time_screen)                                                                                 \
	X(WS_SCREEN_GRAPH, graph_screen)                                                                               \
	X(WS_SCREEN_PACKET, packet_screen)                                                                             \
	X(WS_SCREEN_EXCHANGES, exchanges_screen)                                                                       \
	X(WS_SCREEN_HOSTS, hosts_screen)                                                                               \
	X(WS_SCREEN_STREAM, stream_screen)                                                                             \
	X(WS_SCREEN_UDP, udp_screen)                                                                                   \
	X(WS_SCREEN_DATAGRAMS, datagrams_screen)                                                                       \
	X(WS_SCREEN_ARP, arp_screen)                                                                                   \
	X(WS_SCREEN_STATISTICS, statistics_screen)                                                                     \
	X(WS_SCREEN_HELP, help_screen)

#define X(screen, ops) extern const struct screen_ops ops;
SCREEN_TABLE(X)
#undef X

/* What every screen understands. */
static const struct screen_key common_keys[] = {
        {WS_ACT_QUIT, WS_ACT_MOUSE, NULL},
        {WS_ACT_BACK, WS_ACT_HELP, NULL},
        {WS_ACT_LESSON_NEXT, WS_ACT_LESSON_BACK, NULL},
        {WS_ACT_LESSON_LIVE, WS_ACT_NONE, NULL},
        {WS_ACT_LAB_DELIVER, WS_ACT_LAB_DROP, NULL},
        {WS_ACT_LAB_COPY, WS_ACT_LAB_DELAY, NULL},
        {WS_ACT_LAB_PASS, WS_ACT_LAB_CHOOSE, NULL},
        {WS_ACT_LAB_ALL, WS_ACT_LAB_AUTO, NULL},
        {WS_ACT_LAB_AGAIN, WS_ACT_NONE, NULL},
};

const struct screen_ops *screen_ops(enum ws_screen screen)
{
	static const struct screen_ops *const table[WS_SCREEN_COUNT] = {
#define X(screen, ops) [screen] = &(ops),
	        SCREEN_TABLE(X)
#undef X
	};
	return table[screen];
}

static bool keys_contain(const struct screen_key *keys, size_t count, enum ws_action action)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i].action == action || keys[i].second == action)
			return true;
	return false;
}

bool screen_understands(enum ws_screen screen, enum ws_action action)
{
	const struct screen_ops *ops = screen_ops(screen);
	return action != WS_ACT_NONE && (keys_contain(common_keys, WS_ARRAY_SIZE(common_keys), action) ||
	                                 keys_contain(ops->keys, ops->key_count, action));
}

bool ws_action_is_of(enum ws_action action, unsigned screen)
{
	if (action == WS_ACT_LESSON_NEXT || action == WS_ACT_LESSON_BACK || action == WS_ACT_LESSON_LIVE)
		return screen == WS_KEYS_OF_LESSON;
	if (ws_action_of_lab(action))
		return screen == WS_KEYS_OF_LAB;
	if (screen == WS_KEYS_OF_START)
		return start_understands(action);
	return screen < WS_SCREEN_COUNT && screen_understands((enum ws_screen)screen, action);
}

unsigned ws_action_screens(enum ws_action action)
{
	unsigned screens = 0;
	for (unsigned screen = 0; screen <= WS_KEYS_OF_LAB; screen++)
		screens |= (unsigned)ws_action_is_of(action, screen) << screen;
	return screens;
}
