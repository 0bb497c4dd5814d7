/* A tracker that is fed with hand-made frames of TCP, UDP and ARP, and a user interface, for the tests of the screens
 * beside the lifelines. */
#ifndef BESIDE_WORLD_H
#define BESIDE_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirestate/scene.h>

enum { FRAME_SIZE = 128, MAX_FRAMES = 64 };

struct world {
	struct ws_tracker *tracker;
	struct ws_model model;
	struct ws_ui *ui;
	struct ws_canvas canvas;
	uint8_t frames[MAX_FRAMES][FRAME_SIZE];
	uint32_t lengths[MAX_FRAMES];
	ws_time times[MAX_FRAMES], now;
	size_t count;
	char screen[40000];
	uint8_t saved[256];
	size_t saved_length;
	const char *key_name[WS_ACTION_COUNT];
};

static inline void describe(const struct world *world, size_t index, struct ws_frame *frame)
{
	*frame = (struct ws_frame){.time = world->times[index],
	                           .number = index + 1,
	                           .position = index,
	                           .data = world->frames[index],
	                           .captured = world->lengths[index],
	                           .length = world->lengths[index],
	                           .link = WS_LINK_ETHERNET};
}

static inline bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	const struct world *world = context;
	if (position >= world->count)
		return false;
	describe(world, position, frame);
	return true;
}

static inline int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct ws_error error;
	const struct ws_tracker_config config = {.history = true, .hash_key = {1, 2, 3}};
	assert_non_null(world);
	for (enum ws_action action = 0; action < WS_ACTION_COUNT; action++)
		world->key_name[action] = ws_action_name(action);
	const struct ws_ui_options options = {.key_name = world->key_name};
	world->tracker = ws_tracker_create(&config, &error);
	world->ui = ws_ui_create(&options, &error);
	assert_non_null(world->tracker);
	assert_non_null(world->ui);
	assert_true(ws_canvas_create(&world->canvas, 80, 24));
	world->now = 1000 * WS_SECOND;
	world->model = (struct ws_model){.tracker = world->tracker,
	                                 .generation = 1,
	                                 .source = "test",
	                                 .time_wait = 60 * WS_SECOND,
	                                 .fetch = fetch,
	                                 .fetch_context = world};
	*state = world;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *world = *state;
	ws_ui_free(world->ui);
	ws_tracker_free(world->tracker);
	ws_canvas_destroy(&world->canvas);
	free(world);
	return 0;
}

/* Hands the frame that was built last to the tracker. */
static inline void feed(struct world *world, uint32_t length, ws_time after)
{
	struct ws_frame frame;
	struct ws_packet packet;
	struct ws_track_result result;
	world->now += after;
	world->times[world->count] = world->now;
	world->lengths[world->count] = length;
	describe(world, world->count++, &frame);
	ws_decode(&frame, &packet);
	while (ws_tracker_advance(world->tracker, world->now, &result))
		;
	ws_tracker_packet(world->tracker, &packet, &result);
	world->model.now = world->now;
}

static inline void put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* An IPv4 packet's first 34 bytes; checksums stay 0: they are not looked at here. */
static inline uint8_t *begin_ip(struct world *world, uint8_t from_mac, uint8_t to_mac, uint32_t from, uint32_t to,
                                uint8_t protocol, size_t length)
{
	assert_true(world->count < MAX_FRAMES && 34 + length <= FRAME_SIZE);
	uint8_t *frame = world->frames[world->count];
	memset(frame, 0, FRAME_SIZE);
	frame[0] = frame[6] = 2;
	frame[5] = to_mac;
	frame[11] = from_mac;
	frame[12] = 8;
	frame[14] = 0x45;
	frame[17] = (uint8_t)(20 + length);
	frame[22] = 64;
	frame[23] = protocol;
	put32(frame + 26, from);
	put32(frame + 30, to);
	return frame + 34;
}

enum { CLIENT = 0x0a000001, SERVER = 0x0a000002, FAR = 0x08080808 };
enum { FIN = WS_TCP_FIN, SYN = WS_TCP_SYN, RST = WS_TCP_RST, PSH = WS_TCP_PSH, ACK = WS_TCP_ACK };

static inline uint32_t sum(const uint8_t *bytes, size_t length, uint32_t start)
{
	for (size_t i = 0; i < length; i++)
		start += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

static inline void segment(struct world *world, bool back, uint16_t flags, uint32_t seq, uint32_t ack,
                           const char *payload, ws_time after)
{
	size_t length = strlen(payload);
	uint8_t *tcp = begin_ip(world, back ? 2 : 1, back ? 1 : 2, back ? SERVER : CLIENT, back ? CLIENT : SERVER, 6,
	                        20 + length);
	tcp[back ? 2 : 0] = 4000 >> 8;
	tcp[back ? 3 : 1] = 4000 & 0xff;
	tcp[back ? 1 : 3] = 80;
	put32(tcp + 4, seq);
	put32(tcp + 8, ack);
	tcp[12] = 5 << 4;
	tcp[13] = (uint8_t)flags;
	tcp[14] = 64;
	memcpy(tcp + 20, payload, length);
	uint32_t check = ~sum(tcp, 20 + length, sum(tcp - 8, 8, 6 + 20 + (uint32_t)length));
	tcp[16] = (uint8_t)(check >> 8);
	tcp[17] = (uint8_t)check;
	feed(world, 34 + 20 + (uint32_t)length, after);
}

static inline void datagram(struct world *world, uint32_t from, uint32_t to, uint8_t to_mac, uint8_t payload)
{
	uint8_t *udp = begin_ip(world, 1, to_mac, from, to, 17, 8u + payload);
	udp[0] = from == CLIENT ? 20 : 0;
	udp[1] = from == CLIENT ? 0 : 53;
	udp[2] = from == CLIENT ? 0 : 20;
	udp[3] = from == CLIENT ? 53 : 0;
	udp[5] = (uint8_t)(8 + payload);
	feed(world, 34 + 8u + payload, WS_MILLISECOND);
}

static inline void arp(struct world *world, bool reply, uint8_t mac, uint32_t sender, uint32_t target)
{
	static const uint8_t form[8] = {0, 1, 8, 0, 6, 4, 0, 1};
	uint8_t *frame = world->frames[world->count];
	memset(frame, 0, FRAME_SIZE);
	memset(frame, reply ? 2 : 0xff, 6);
	frame[6] = frame[22] = 2;
	frame[11] = frame[27] = mac;
	frame[12] = 8;
	frame[13] = 6;
	memcpy(frame + 14, form, sizeof(form));
	frame[21] = reply ? 2 : 1;
	put32(frame + 28, sender);
	put32(frame + 38, target);
	feed(world, 42, WS_MILLISECOND);
}

static inline const char *draw(struct world *world)
{
	struct ws_text text = {.data = world->screen, .capacity = sizeof(world->screen)};
	ws_ui_layout(world->ui, &world->model, world->canvas.columns, world->canvas.rows);
	ws_ui_draw(world->ui, &world->model, &world->canvas);
	ws_canvas_dump(&world->canvas, &text);
	return ws_text_cstr(&text);
}

static inline void act(struct world *world, enum ws_action action)
{
	ws_ui_act(world->ui, &world->model, action);
}

static inline void says(struct world *world, const char *words)
{
	const char *screen = draw(world);
	char joined[sizeof(world->screen)];
	size_t length = 0;
	for (const char *at = screen; *at; at++) /* every line begins with a space: a sentence goes on */
		if (*at != '\n')
			joined[length++] = *at;
	joined[length] = '\0';
	if (strstr(joined, words))
		return;
	puts(screen);
	fail_msg("not on the screen: %s", words);
}

static inline void says_not(struct world *world, const char *words)
{
	const char *screen = draw(world);
	if (strstr(screen, words))
		fail_msg("on the screen: %s\n%s", words, screen);
}

static inline void handshake(struct world *world)
{
	segment(world, false, SYN, 1000, 0, "", WS_MILLISECOND);
	segment(world, true, SYN | ACK, 5000, 1001, "", 10 * WS_MILLISECOND);
	segment(world, false, ACK, 1001, 5001, "", WS_MILLISECOND);
}

/* abc, ghi with def missing, def late, abc again; the server's answer; a FIN. */
static inline void disorder(struct world *world)
{
	handshake(world);
	segment(world, false, ACK | PSH, 1001, 5001, "abc", WS_MILLISECOND);
	segment(world, false, ACK, 1007, 5001, "ghi", WS_MILLISECOND);
	segment(world, true, ACK, 5001, 1004, "", WS_MILLISECOND);
	segment(world, false, ACK, 1004, 5001, "def", 300 * WS_MILLISECOND);
	segment(world, false, ACK, 1001, 5001, "abc", 300 * WS_MILLISECOND);
	segment(world, true, ACK | PSH, 5001, 1010, "Ja\r\n\033]0;\001", WS_MILLISECOND);
	segment(world, false, ACK | FIN, 1010, 5010, "", WS_MILLISECOND);
	draw(world);
	act(world, WS_ACT_STREAM);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_STREAM);
}

static inline void type_enter(struct world *world)
{
	const struct ws_key enter = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_ACCEPT};
	assert_true(ws_ui_typing(world->ui));
	ws_ui_key(world->ui, &world->model, &enter);
}

#endif
