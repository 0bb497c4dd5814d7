/* --anonymize: frames in which every address is another one. */
#ifndef APP_ANONYMIZE_H
#define APP_ANONYMIZE_H

#include <wirestate/capture.h>
#include <wirestate/error.h>

struct anonymizer; /* opaque: which address has become which */

/* `memory` is how many bytes the addresses may take. */
struct anonymizer *anonymizer_create(uint64_t memory, struct ws_error *error) WS_CHECKED;
void anonymizer_free(struct anonymizer *anonymizer); /* NULL is allowed */

/* Makes `result` the frame with its addresses replaced, the same one always by the same. Two become one only when there
 * are more than fit into `memory`. The bytes of `result` belong to the anonymizer and are valid until the next call.
 * False: memory is short, and the frame must not be shown. */
bool anonymize(struct anonymizer *anonymizer, const struct ws_frame *frame, struct ws_frame *result) WS_CHECKED;

#endif
