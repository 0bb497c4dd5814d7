/* Several files as one capture: what capture.c does for it. */
#ifndef CAPTURE_MERGE_H
#define CAPTURE_MERGE_H

#include "capture/internal.h"

void ws_merge_free(struct ws_merge *merge); /* closes the parts; NULL is allowed */
struct ws_capture *ws_merge_reopen(const struct ws_merge *from, const struct ws_capture_options *options,
                                   struct ws_error *error) WS_CHECKED;
enum ws_read ws_merge_read(struct ws_capture *capture, int max, struct ws_error *error) WS_CHECKED;
bool ws_merge_fetch(const struct ws_merge *merge, uint64_t position, struct ws_frame *frame) WS_CHECKED;
bool ws_merge_may_read_ahead(const struct ws_merge *merge, bool fetches);
const struct ws_frame_interface *ws_merge_interface(struct ws_merge *merge, uint32_t index);
bool ws_merge_drops(struct ws_merge *merge, size_t ordinal, struct ws_interface_drops *drops) WS_CHECKED;
bool ws_merge_host_name(struct ws_merge *merge, size_t index, struct ws_host_name *name) WS_CHECKED;
void ws_merge_news(const struct ws_merge *merge, struct ws_capture_news *news);
void ws_merge_hold(struct ws_merge *merge);
void ws_merge_show(struct ws_merge *merge, const struct ws_capture_news *news);
void ws_merge_progress(const struct ws_merge *merge, uint64_t *done, uint64_t *total);
void ws_merge_stats(const struct ws_capture *capture, struct ws_capture_stats *stats);

#endif
