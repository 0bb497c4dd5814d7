/* Asks the terminal how wide it draws characters of ambiguous width.
 *
 * Some East Asian set-ups draw box and arrow characters two columns wide, which would tear every screen drawn with
 * them. So some of these characters are written at the beginning of a line, the terminal is asked where its cursor
 * is (ECMA-48, DSR 6), and the line is erased. A terminal that does not answer within a tenth of a second is
 * assumed to draw them narrow. If its answer comes later, the view drops it like any control sequence that is not
 * a key. */
#include "base/clock.h"
#include "view/view_internal.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_TIME = 100, SAMPLE_COLUMNS = 3 }; /* milliseconds */

static const char question[] = "\r─►●\033[6n\r\033[K";

/* Finds ESC [ row ; column R in the input, removes it, and returns the column; 0: it is not there yet. */
static int take_answer(char *bytes, size_t *length)
{
	for (size_t start = 0; start + 1 < *length; start++) {
		if (bytes[start] != 27 || bytes[start + 1] != '[')
			continue;
		int numbers[2] = {0, 0}, which = 0;
		size_t at = start + 2;
		for (; at < *length && ((bytes[at] >= '0' && bytes[at] <= '9') || (bytes[at] == ';' && !which)); at++) {
			if (bytes[at] == ';')
				which++;
			else if (numbers[which] < 100000)
				numbers[which] = numbers[which] * 10 + (bytes[at] - '0');
		}
		if (at == *length || bytes[at] != 'R' || !which)
			continue;
		memmove(bytes + start, bytes + at + 1, *length - at - 1);
		*length -= at + 1 - start;
		return numbers[1];
	}
	return 0;
}

bool probe_narrow(int in, int out, char *typed, size_t size, size_t *count)
{
	struct termios before, raw;
	*count = 0;
	if (tcgetattr(in, &before) != 0)
		return true;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	int column = 0;
	if (tcsetattr(in, TCSANOW, &raw) != 0)
		return true;
	if (write(out, question, sizeof(question) - 1) == (ssize_t)sizeof(question) - 1) {
		const ws_time end = monotonic() + ANSWER_TIME * WS_MILLISECOND;
		ws_time left;
		while (!column && *count < size && (left = (end - monotonic()) / WS_MILLISECOND) > 0) {
			struct pollfd descriptor = {.fd = in, .events = POLLIN};
			if (poll(&descriptor, 1, (int)left) <= 0)
				break;
			ssize_t got = read(in, typed + *count, size - *count);
			if (got <= 0)
				break;
			*count += (size_t)got;
			column = take_answer(typed, count);
		}
	}
	tcsetattr(in, TCSANOW, &before);
	return column == 0 || column == SAMPLE_COLUMNS + 1;
}
