/* The lab's scenarios and their translations. */
#include "lab/scenario.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios.h"

static void a_scenario_is_read_whole(void **state)
{
	(void)state;
	struct lab_scenario *scenario =
	        parsed("# a comment\ntitle:  Two words\nabout:\tone line\norder: 7\nserver: listen 7000 backlog 2\n\n  "
	               "accept\n"
	               "  receive all\n  close listener\nclient:\n  option nodelay\n  connect 7000 from 7001\n  send "
	               "10 times 3\n"
	               "  wait 1.5s\n  abort\ndelay: 20ms\nloss: 2.5%\nlength: 3s\nwire: drop client>server FIN 1\n"
	               "  delay server>client ACK all 300ms\n  copy client>server SYN 2\r\nsystem: server "
	               "net.ipv4.tcp_syncookies 0");
	assert_string_equal(scenario->name, "name");
	assert_string_equal(scenario->title, "Two words");
	assert_string_equal(scenario->about, "one line");
	assert_int_equal(scenario->order, 7);
	assert_int_equal(scenario->step_count[LAB_SERVER], 4);
	assert_int_equal(scenario->steps[LAB_SERVER][0].second, 2);
	assert_int_equal(scenario->steps[LAB_SERVER][2].number, LAB_ALL);
	assert_true(scenario->steps[LAB_SERVER][3].listener);
	assert_int_equal(scenario->step_count[LAB_CLIENT], 5);
	assert_int_equal(scenario->steps[LAB_CLIENT][1].second, 7001);
	assert_int_equal(scenario->steps[LAB_CLIENT][2].second, 3);
	assert_int_equal(scenario->steps[LAB_CLIENT][3].number, 1500 * WS_MILLISECOND);
	assert_int_equal(scenario->steps[LAB_CLIENT][4].verb, LAB_ABORT);
	assert_int_equal(scenario->delay, 20 * WS_MILLISECOND);
	assert_int_equal(scenario->length, 3 * WS_SECOND);
	assert_true(scenario->loss > 0.0249 && scenario->loss < 0.0251);
	assert_int_equal(scenario->rule_count, 3);
	assert_int_equal(scenario->rules[1].ordinal, LAB_ALL);
	assert_int_equal(scenario->rules[1].from, LAB_SERVER);
	assert_int_equal(scenario->rules[1].time, 300 * WS_MILLISECOND);
	assert_int_equal(scenario->rules[2].line, 21);
	assert_string_equal(scenario->settings[0].name, "net.ipv4.tcp_syncookies");
	lab_scenario_free(scenario);
}

static void a_wrong_scenario_names_its_line_and_what_would_be_right(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said;
	} wrong[] = {
	        {"", "no title:"},
	        {HEAD "server: listen 7000\n", "no client:"},
	        {"  go on\n", ":1: the first line begins with a key"},
	        {HEAD "no colon here\n", ":3: a line is written KEY: VALUE"},
	        {HEAD "titel: x\n", ":3: no key is called 'titel'; there are: title, about"},
	        {HEAD "about: again\n", ":3: about is given twice"},
	        {HEAD "server: listne 7000\n", ":3: no call is named 'listne' here; there are: listen, accept"},
	        {HEAD "server: listen\n", ":3: listen is written: listen PORT [backlog N]"},
	        {HEAD "server: listen 70000\n", ":3: listen is written"},
	        {HEAD "server: accept 3\n", ":3: accept takes no value"},
	        {HEAD "server: option linger\n", "no socket option is called 'linger' here; there are: reuseaddr"},
	        {HEAD "server: option send-buffer\n", "send-buffer needs a number of bytes"},
	        {HEAD "server: wait long\n", "wait is written: wait TIME"},
	        {HEAD ENDS "wire: eat client>server FIN 1\n", ":6: the wire cannot 'eat'; it can: drop, delay"},
	        {HEAD ENDS "wire: drop client FIN 1\n", "'client' is no direction"},
	        {HEAD ENDS "wire: drop client>server FINE 1\n",
	         "no segment is called 'FINE' here; there are: any, SYN"},
	        {HEAD ENDS "wire: drop client>server FIN 0\n", "'0' is not which one"},
	        {HEAD ENDS "wire: drop client>server FIN 1 2s\n", "drop takes no more values"},
	        {HEAD ENDS "wire: delay client>server FIN 1\n", "delay needs a time"},
	        {HEAD ENDS "wire: drop client>server\n", "a rule is written"},
	        {HEAD ENDS "delay: 5\n", "delay: '5' is no time; write 20ms"},
	        {HEAD ENDS "loss: 5\n", "loss: '5' is no share; write 5%"},
	        {HEAD ENDS "loss: 500%\n", "is no share"},
	        {HEAD ENDS "system: kernel.panic 1\n", "a setting is written"},
	        {HEAD ENDS "system: server kernel.panic 1\n", "its name begins with net."},
	        {HEAD ENDS "system: server net/../kernel 1\n", "its name begins with net."},
	        {HEAD "delay: x字字字字字字字字字字字字字字字字字字字字字\n" ENDS,
	         "delay: 'x字字字字字字字字字字字字字字字字字字字' is no time"}, /* 60 bytes and whole characters */
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(wrong); i++) {
		struct ws_error error = {.status = WS_OK};
		assert_null(lab_scenario_parse(wrong[i].text, strlen(wrong[i].text), "x.lab", &error));
		if (!strstr(error.text, wrong[i].said))
			fail_msg("'%s' is said, not '%s'", error.text, wrong[i].said);
		assert_int_equal(error.status, WS_ERROR_FILE);
	}
}

/* A translation has the texts of a scenario and nothing else, and what is wrong with it leaves the scenario alone. */
static void a_scenario_is_translated(void **state)
{
	static const struct {
		const char *text, *said;
	} wrong[] = {
	        {"title: t\n", "x.zh_CN.lab:1: the translation has no about:"},
	        {"about: a\n", "the translation has no title:"},
	        {HEAD "server: accept\n",
	         "x.zh_CN.lab:3: a translation has title: and about: only; server: stays in the scenario"},
	        {HEAD "titel: x\n", ":3: no key is called 'titel'"},
	        {"title:\nabout: a\n", "title: and about: need a text"},
	};
	static const char right[] = "title: 三次握手\nabout: SYN、SYN-ACK、ACK\n";
	(void)state;
	struct lab_scenario *scenario = parsed(HEAD ENDS);
	for (size_t i = 0; i < WS_ARRAY_SIZE(wrong); i++) {
		struct ws_error error = {.status = WS_OK};
		assert_false(
		        lab_scenario_translate(scenario, wrong[i].text, strlen(wrong[i].text), "x.zh_CN.lab", &error));
		if (!strstr(error.text, wrong[i].said))
			fail_msg("'%s' is said, not '%s'", error.text, wrong[i].said);
		assert_string_equal(scenario->title, "t");
		assert_string_equal(scenario->about, "a");
	}
	struct ws_error error = {.status = WS_OK};
	assert_true(lab_scenario_translate(scenario, right, sizeof(right) - 1, "x.zh_CN.lab", &error));
	assert_string_equal(scenario->title, "三次握手");
	assert_string_equal(scenario->about, "SYN、SYN-ACK、ACK");
	assert_int_equal(scenario->step_count[LAB_SERVER], 2);
	lab_scenario_free(scenario);
}

/* The text of a file; to be freed. */
static char *whole_file(const char *path, size_t *length)
{
	char *text = calloc(1, LAB_SCENARIO_BYTES);
	FILE *file = fopen(path, "r");
	if (!file)
		fail_msg("%s is missing", path);
	*length = fread(text, 1, LAB_SCENARIO_BYTES - 1, file);
	fclose(file);
	return text;
}

/* Each scenario that comes with wirestate has its translation, and that belongs to a scenario. */
static void the_bundled_scenarios_are_translated(void **state)
{
	glob_t found;
	size_t scenarios = 0, translations = 0, length;
	(void)state;
	assert_int_equal(glob("captures/lab/*.lab", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct ws_error error = {.status = WS_OK};
		char path[300];
		if (strstr(found.gl_pathv[i], ".zh_CN.lab")) {
			translations++;
			continue;
		}
		char *text = whole_file(found.gl_pathv[i], &length);
		struct lab_scenario *scenario = lab_scenario_parse(text, length, found.gl_pathv[i], &error);
		free(text);
		assert_non_null(scenario);
		snprintf(path, sizeof(path), "%.*s.zh_CN.lab", (int)strcspn(found.gl_pathv[i], "."), found.gl_pathv[i]);
		text = whole_file(path, &length);
		if (!lab_scenario_translate(scenario, text, length, path, &error))
			fail_msg("%s", error.text);
		free(text);
		lab_scenario_free(scenario);
		scenarios++;
	}
	assert_true(scenarios > 20);
	assert_int_equal(translations, scenarios);
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_scenario_is_read_whole),
	        cmocka_unit_test(a_wrong_scenario_names_its_line_and_what_would_be_right),
	        cmocka_unit_test(a_scenario_is_translated),
	        cmocka_unit_test(the_bundled_scenarios_are_translated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
