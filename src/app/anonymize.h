/* --anonymize: frames in which every address is another one. */
#ifndef WIRESTATE_SRC_ANONYMIZE_H
#define WIRESTATE_SRC_ANONYMIZE_H

#include <wirestate/capture.h>
#include <wirestate/error.h>

struct anonymizer; /* opaque: which address has become which */

/* `memory`: bytes that the addresses may take. */
struct anonymizer *anonymizer_create(uint64_t memory, struct ws_error *error) WS_CHECKED;
void anonymizer_free(struct anonymizer *anonymizer); /* NULL allowed */

/* The frame with its addresses replaced, the same one always by the same, and two by the same only when there are more
 * than find a place in memory. Its bytes are the anonymizer's until the next call. False when memory is short: then it
 * must not be shown. */
bool anonymize(struct anonymizer *anonymizer, const struct ws_frame *frame, struct ws_frame *result) WS_CHECKED;

#endif
