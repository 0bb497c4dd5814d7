/* The lines of a lesson's file, and of a translation's. Private to src/lesson. */
#ifndef LESSON_LINES_H
#define LESSON_LINES_H

#include <wirestate/lesson.h>

struct lesson_parser {
	struct ws_lesson *lesson;                   /* what is read; errors say its name */
	const struct ws_lesson *original;           /* a translation is read, of this lesson; or NULL */
	bool (*take)(struct lesson_parser *parser); /* takes the value of the key, which is complete */
	struct ws_error *error;
	unsigned line;     /* the line that is being read */
	int key;           /* the key whose value is being read; -1: none yet */
	unsigned key_line; /* the line of that key */
	char *value;       /* WS_LESSON_BYTES + 1 bytes */
	size_t used;       /* bytes of the value so far */
	bool gap;          /* a blank line was read, so the next line begins a paragraph */
	bool command;      /* the line before was a command */
	unsigned given;    /* keys of the head, 1u << enum ws_lesson_key */
	unsigned stop_given;
	int screen; /* this and the connection are those of stops that name none */
	uint64_t connection;
};

/* Reads all lines. `lesson`, `original`, `take` and `error` must be set. */
bool lesson_lines_read(struct lesson_parser *parser, const char *text, size_t length) WS_CHECKED;

/* The word of the key whose value is being read. */
const char *lesson_parser_word(const struct lesson_parser *parser);
/* The stop that is being read, or NULL (parse.c). */
struct ws_lesson_stop *lesson_parser_stop(const struct lesson_parser *parser);

/* Keeps the value as it is (parse.c). */
bool lesson_keep(struct lesson_parser *parser, char **field) WS_CHECKED;
/* Keep the value of a title or a subject, and of a longer text (parse.c). */
bool lesson_take_line(struct lesson_parser *parser, char **field, int columns) WS_CHECKED;
bool lesson_take_text(struct lesson_parser *parser, char **field) WS_CHECKED;
/* Reads the number of a packet, or "end", which is 0 (parse.c). */
bool lesson_take_frame(struct lesson_parser *parser, uint64_t *frame) WS_CHECKED;

#endif
