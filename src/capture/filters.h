/* The capture filter of a file: a BPF program for each link type whose frames it may see.
 *
 * What a program does depends on the link type alone (the snapshot length is only the number it returns for a frame
 * that it accepts), and there are few of those. All are compiled when the file is opened, because compiling may look up
 * the names of hosts and services, which the sandbox does not allow later. */
#ifndef CAPTURE_FILTERS_H
#define CAPTURE_FILTERS_H

#include <pcap/pcap.h>
#include <wirestate/capture.h>

struct ws_filters {
	struct bpf_program program[WS_LINK_OTHER];
	char *problem[WS_LINK_OTHER]; /* libpcap's words, where there is no program; NULL: it was not asked for */
	char *expression;
	bool no_optimize; /* -O */
};

/* For one link type. False, with `error` filled: it does not compile, or there is no memory. */
bool ws_filters_compile(struct ws_filters *filters, const char *expression, enum ws_link link,
                        struct ws_error *error) WS_CHECKED;
/* For all of them. False: it compiles for none of those in `links`, a bit set of 1u << enum ws_link. */
bool ws_filters_compile_all(struct ws_filters *filters, const char *expression, uint32_t links,
                            struct ws_error *error) WS_CHECKED;
/* A copy, without compiling anything. False: out of memory. */
bool ws_filters_copy(struct ws_filters *filters, const struct ws_filters *from) WS_CHECKED;
void ws_filters_free(struct ws_filters *filters); /* one of zeros is allowed */

/* Whether frames of a link type can be judged. WS_LINK_OTHER can: they are rejected. */
static inline bool ws_filters_have(const struct ws_filters *filters, unsigned link)
{
	return link >= WS_LINK_OTHER || filters->program[link].bf_insns;
}

/* Says why frames of that link type cannot be judged. It always returns false. */
bool ws_filters_fail(const struct ws_filters *filters, enum ws_link link, struct ws_error *error);

static inline bool ws_filters_match(const struct ws_filters *filters, const struct ws_frame *frame)
{
	const struct pcap_pkthdr header = {.caplen = frame->captured, .len = frame->length};
	return frame->link < WS_LINK_OTHER && pcap_offline_filter(&filters->program[frame->link], &header, frame->data);
}

#endif
