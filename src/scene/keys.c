/* See wirestate/keys.h. */
#include <wirestate/keys.h>

const char *ws_action_name(enum ws_action action)
{
	static const char *const names[] = {
#define X(name, word, keys, meaning) [name] = (word),
	        WS_ACTIONS(X)
#undef X
	};
	return action < WS_ACTION_COUNT ? names[action] : "none";
}

const char *ws_action_keys(enum ws_action action)
{
	static const char *const keys_of[] = {
#define X(name, word, keys, meaning) [name] = (keys),
	        WS_ACTIONS(X)
#undef X
	};
	return action < WS_ACTION_COUNT ? keys_of[action] : "";
}

const char *ws_action_meaning(enum ws_action action)
{
	static const char *const meanings[] = {
#define X(name, word, keys, meaning) [name] = (meaning),
	        WS_ACTIONS(X)
#undef X
	};
	return action < WS_ACTION_COUNT ? meanings[action] : "";
}

const char *ws_edit_keys(enum ws_edit edit)
{
	static const char *const keys_of[] = {
#define X(name, keys, meaning) [name] = (keys),
	        WS_EDITS(X)
#undef X
	};
	return edit < WS_EDIT_COUNT ? keys_of[edit] : "";
}
