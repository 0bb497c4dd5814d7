/* Files that are captures of another format, packed in another way than can be read here, or no captures but files of
 * another option: their names, and the command that converts or opens them. */
#ifndef CAPTURE_FOREIGN_H
#define CAPTURE_FOREIGN_H

#include <wirestate/text.h>

/* Appends what a file with this beginning is, and how to convert it: "packed with xz; read it with: xz -dc x.xz |
 * wirestate -r -". `name` is the file's name, "-" for standard input. False: nothing is known about it. */
bool ws_foreign_words(const uint8_t *head, size_t length, const char *name, struct ws_text *text) WS_CHECKED;

#endif
