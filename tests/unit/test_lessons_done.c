/* Which lessons are done is kept in a file, which is made when the first one is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/lessons_done.h"

static bool has(const char *name)
{
	struct lessons_done done;
	lessons_done_read(&done);
	return lessons_done_has(&done, name);
}

static void test_kept_once_each(void **state)
{
	char folder[] = "/tmp/wirestate-done-XXXXXX", path[128], text[256] = "";
	struct ws_error error;
	struct stat status;
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/deep/er", folder);
	setenv("XDG_STATE_HOME", path, 1);
	assert_false(has("close"));
	assert_int_not_equal(stat(path, &status), 0); /* reading makes nothing */
	assert_true(lesson_done("close", &error));
	assert_true(lesson_done("handshake", &error));
	assert_true(lesson_done("close", &error));
	assert_true(has("close") && has("handshake"));
	assert_false(has("clos") || has("closed-window") || has("") || has("shake"));
	snprintf(path, sizeof(path), "%s/deep/er/wirestate/lessons", folder);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_string_equal(text, "close\nhandshake\n");
	for (char *slash; strlen(path) >= strlen(folder); *slash = '\0') {
		assert_int_equal(remove(path), 0);
		slash = strrchr(path, '/');
	}
}

static void test_not_kept(void **state)
{
	struct ws_error error;
	(void)state;
	setenv("XDG_STATE_HOME", "/dev/null", 1);
	assert_false(lesson_done("close", &error));
	assert_string_equal(error.text, "cannot keep that lesson close is done: Not a directory");
	assert_false(has("close"));
	setenv("XDG_STATE_HOME", "not/absolute", 1);
	setenv("HOME", "/dev/null", 1);
	assert_false(lesson_done("close", &error));
	unsetenv("HOME");
	assert_false(lesson_done("close", &error));
	assert_false(has("close"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_kept_once_each), cmocka_unit_test(test_not_kept)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
