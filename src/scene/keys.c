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

void ws_key_nothing_words(struct ws_text *text, const struct ws_key *key, const char *const *key_name)
{
	const char character[2] = {(char)key->character, '\0'};
	const char *name = key->kind == WS_KEY_ACTION ? key_name[key->action]
	                   : key->character == ' '    ? "Space"
	                                              : character;
	if (key_name[WS_ACT_HELP] && name)
		ws_text_parts(text, _("%1$s does nothing on this screen; %2$s lists its keys"), name,
		              key_name[WS_ACT_HELP]);
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
