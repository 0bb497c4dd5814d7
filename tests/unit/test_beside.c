/* The screens beside the lifelines, drawn from a tracker that was fed with hand-made frames: streams with gaps and
 * retransmissions, ARP, UDP, statistics; and any keys at any size under the sanitizers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
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

static void describe(const struct world *world, size_t index, struct ws_frame *frame)
{
	*frame = (struct ws_frame){.time = world->times[index],
	                           .number = index + 1,
	                           .position = index,
	                           .data = world->frames[index],
	                           .captured = world->lengths[index],
	                           .length = world->lengths[index],
	                           .link = WS_LINK_ETHERNET};
}

static bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	const struct world *world = context;
	if (position >= world->count)
		return false;
	describe(world, position, frame);
	return true;
}

static int set_up(void **state)
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

static int tear_down(void **state)
{
	struct world *world = *state;
	ws_ui_free(world->ui);
	ws_tracker_free(world->tracker);
	ws_canvas_destroy(&world->canvas);
	free(world);
	return 0;
}

/* Hands the frame that was built last to the tracker. */
static void feed(struct world *world, uint32_t length, ws_time after)
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

static void put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* An IPv4 packet's first 34 bytes; checksums stay 0: they are not looked at here. */
static uint8_t *begin_ip(struct world *world, uint8_t from_mac, uint8_t to_mac, uint32_t from, uint32_t to,
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

static uint32_t sum(const uint8_t *bytes, size_t length, uint32_t start)
{
	for (size_t i = 0; i < length; i++)
		start += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

static void segment(struct world *world, bool back, uint16_t flags, uint32_t seq, uint32_t ack, const char *payload,
                    ws_time after)
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

static void datagram(struct world *world, uint32_t from, uint32_t to, uint8_t to_mac, uint8_t payload)
{
	uint8_t *udp = begin_ip(world, 1, to_mac, from, to, 17, 8u + payload);
	udp[0] = from == CLIENT ? 20 : 0;
	udp[1] = from == CLIENT ? 0 : 53;
	udp[2] = from == CLIENT ? 0 : 20;
	udp[3] = from == CLIENT ? 53 : 0;
	udp[5] = (uint8_t)(8 + payload);
	feed(world, 34 + 8u + payload, WS_MILLISECOND);
}

static void arp(struct world *world, bool reply, uint8_t mac, uint32_t sender, uint32_t target)
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

static const char *draw(struct world *world)
{
	struct ws_text text = {.data = world->screen, .capacity = sizeof(world->screen)};
	ws_ui_layout(world->ui, &world->model, world->canvas.columns, world->canvas.rows);
	ws_ui_draw(world->ui, &world->model, &world->canvas);
	ws_canvas_dump(&world->canvas, &text);
	return ws_text_cstr(&text);
}

static void act(struct world *world, enum ws_action action)
{
	ws_ui_act(world->ui, &world->model, action);
}

static void says(struct world *world, const char *words)
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

static void says_not(struct world *world, const char *words)
{
	const char *screen = draw(world);
	if (strstr(screen, words))
		fail_msg("on the screen: %s\n%s", words, screen);
}

/* ---- The stream */

static void handshake(struct world *world)
{
	segment(world, false, SYN, 1000, 0, "", WS_MILLISECOND);
	segment(world, true, SYN | ACK, 5000, 1001, "", 10 * WS_MILLISECOND);
	segment(world, false, ACK, 1001, 5001, "", WS_MILLISECOND);
}

/* abc, ghi with def missing, def late, abc again; the server's answer; a FIN. */
static void disorder(struct world *world)
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

static void stream_shows_borders_and_disorder(void **state)
{
	struct world *world = *state;
	disorder(world);
	says(world, "client 9 bytes");
	says(world, "server 9 bytes");
	says(world, "frame 4  3 bytes  seq 1–3  PSH");
	says(world, "gap: 3 bytes missing, seq 4–6");
	says(world, "late: fills a gap");
	says(world, "sent again");
	says(world, "FIN: no more bytes");
	says(world, "Ja\\r\\n");
	says(world, ".]0;."); /* nothing of it reaches the terminal as it is */
	says_not(world, "\033");
	act(world, WS_ACT_HEX);
	says(world, "61 62 63");
	says(world, "4a 61 0d 0a 1b");
}

static void stream_explains_what_the_cursor_is_on(void **state)
{
	struct world *world = *state;
	static const char *const notes[] = {
	        "takes sequence number 0", "takes sequence number 0", "not one send()", "the last of them in frame 7",
	        "not one send()",          "overtaken on the way",    "reads them once"};
	disorder(world);
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		says(world, notes[i]);
		act(world, WS_ACT_NEXT_PACKET);
	}
	act(world, WS_ACT_LAST);
	says(world, "recv() returns 0");
	act(world, WS_ACT_ENTER);
	says(world, "Frame 10");
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_FIRST);
	says(world, "segment 1/");
}

static void stream_shows_one_direction(void **state)
{
	struct world *world = *state;
	disorder(world);
	act(world, WS_ACT_DIRECTION);
	says(world, "abc");
	says_not(world, "Ja");
	act(world, WS_ACT_DIRECTION);
	says(world, "Ja");
	says_not(world, "abc");
	act(world, WS_ACT_DIRECTION);
	says(world, "Ja");
	says(world, "abc");
}

static void stream_shows_nagle(void **state)
{
	struct world *world = *state;
	handshake(world);
	segment(world, false, ACK | PSH, 1001, 5001, "one", WS_MILLISECOND);
	segment(world, true, ACK, 5001, 1004, "", 20 * WS_MILLISECOND);
	segment(world, false, ACK | PSH, 1004, 5001, "twothree", 30000);
	segment(world, true, ACK | PSH, 5001, 1012, "answer", 20 * WS_MILLISECOND);
	segment(world, false, ACK | PSH, 1012, 5007, "next", 30000); /* answers: not held back */
	draw(world);
	act(world, WS_ACT_STREAM);
	says(world, "frame 6  8 bytes  seq 4–11  PSH  waited for an ACK");
	assert_null(strstr(strstr(draw(world), "waited") + 1, "waited"));
	for (int i = 0; i < 3; i++)
		act(world, WS_ACT_NEXT_PACKET);
	says(world, "the moment frame 5 acknowledged");
	says(world, "Nagle's");
}

static bool take_bytes(void *context, const void *bytes, size_t length)
{
	struct world *world = context;
	if (world->saved_length + length > sizeof(world->saved))
		return false;
	memcpy(world->saved + world->saved_length, bytes, length);
	world->saved_length += length;
	return true;
}

static bool refuse_bytes(void *context, const void *bytes, size_t length)
{
	(void)context;
	(void)bytes;
	(void)length;
	return false;
}

static void type_enter(struct world *world)
{
	const struct ws_key enter = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_ACCEPT};
	assert_true(ws_ui_typing(world->ui));
	ws_ui_key(world->ui, &world->model, &enter);
}

static void stream_is_saved_in_order_and_once(void **state)
{
	struct world *world = *state;
	const struct ws_sink sink = {.write = take_bytes, .context = world}, broken = {.write = refuse_bytes};
	disorder(world);
	struct ws_file_request request;
	struct ws_stream_written written;
	assert_false(ws_ui_file_request(world->ui, &request));
	act(world, WS_ACT_DIRECTION); /* the client's alone */
	act(world, WS_ACT_SAVE);
	says(world, "save to: connection-1");
	assert_false(ws_ui_file_request(world->ui, &request));
	type_enter(world);
	assert_true(ws_ui_file_request(world->ui, &request));
	assert_int_equal(request.content, WS_FILE_STREAM);
	assert_string_equal(request.name, "connection-1-client.bin");
	assert_false(ws_ui_file_request(world->ui, &request));
	assert_true(ws_ui_write_stream(world->ui, &world->model, &sink, &written));
	assert_int_equal(world->saved_length, 9);
	assert_memory_equal(world->saved, "abcdefghi", 9);
	assert_int_equal(written.bytes, 9);
	assert_int_equal(written.missing, 0);
	assert_false(ws_ui_write_stream(world->ui, &world->model, &broken, &written));
	ws_ui_tell(world->ui, "cannot save: there is no space left for a message of more than one line", false);
	says(world, "cannot save: there is no space left for a message of more than one line");
	const struct ws_key key = {.kind = WS_KEY_ACTION, .action = WS_ACT_DOWN};
	ws_ui_key(world->ui, &world->model, &key);
	says_not(world, "cannot save");
}

static void stream_with_a_hole_says_what_is_missing(void **state)
{
	struct world *world = *state;
	const struct ws_sink sink = {.write = take_bytes, .context = world};
	handshake(world);
	segment(world, false, ACK, 1001, 5001, "abc", WS_MILLISECOND);
	segment(world, false, ACK, 1007, 5001, "ghi", WS_MILLISECOND);
	segment(world, true, ACK, 5001, 1010, "", WS_MILLISECOND); /* it had arrived */
	draw(world);
	act(world, WS_ACT_STREAM);
	for (int i = 0; i < 3; i++) {
		draw(world);
		act(world, WS_ACT_NEXT_PACKET);
	}
	says(world, "only the capture missed");
	struct ws_stream_written written;
	assert_true(ws_ui_write_stream(world->ui, &world->model, &sink, &written));
	assert_memory_equal(world->saved, "abcghi", 6);
	assert_int_equal(written.missing, 3);
}

/* ---- ARP, UDP, statistics */

static void arp_tells_neighbours_from_far_hosts(void **state)
{
	struct world *world = *state;
	world->model.net = (struct ws_net){.ip_version = 4, .prefix = 24};
	memcpy(world->model.net.address.byte + 10, (uint8_t[]){0xff, 0xff, 10, 0, 0, 0}, 6);
	arp(world, false, 1, CLIENT, 0x0a0000fe);
	arp(world, true, 0xfe, 0x0a0000fe, CLIENT);
	arp(world, false, 1, CLIENT, SERVER);
	arp(world, true, 2, SERVER, CLIENT);
	arp(world, false, 1, CLIENT, 0x0a000009);
	datagram(world, CLIENT, FAR, 0xfe, 10);
	datagram(world, CLIENT, SERVER, 2, 10);
	act(world, WS_ACT_ARP);
	says(world, "[Questions 3]");
	says(world, "subnet 10.0.0.0/24");
	says(world, "after 1 ms");
	says(world, "no answer");
	says(world, "everybody on this");
	says(world, "who has 10.0.0.254?");
	says(world, "──► ff:ff:ff:ff:ff:ff");
	says(world, "10.0.0.254 is at 02:00:00:00:00:fe");
	says(world, "◄──");
	act(world, WS_ACT_LAST);
	says(world, "Nobody answered");
	says(world, "who has 10.0.0.9?");
	assert_null(strstr(draw(world), "◄──"));
	act(world, WS_ACT_NEXT_PANE);
	says(world, "[Bindings 3]");
	says(world, "02:00:00:00:00:fe");
	act(world, WS_ACT_NEXT_PANE);
	says(world, "[Next hops 3]");
	says(world, "the MAC of 10.0.0.254");
	says(world, "its own MAC");
	says(world, "is in the same subnet, 10.0.0.0/24");
	says(world, "NEIGHBOUR");
	says(world, "──► 02:00:00:00:00:01");
	act(world, WS_ACT_DOWN);
	says(world, "8.8.8.8 is outside 10.0.0.0/24");
	says(world, "HOST                      GATEWAY                      FAR HOST");
	says(world, "10.0.0.1                  10.0.0.254                   8.8.8.8");
	says(world, "──► 02:00:00:00:00:fe ──");
	says(world, "gateway's MAC (10.0.0.254)");
	act(world, WS_ACT_DOWN);
	says(world, "NEIGHBOUR");
	says(world, "──► 02:00:00:00:00:02");
	act(world, WS_ACT_UP);
	act(world, WS_ACT_ENTER);
	says(world, "Frame 6");
	act(world, WS_ACT_NEXT_PACKET);
	says(world, "Frame 7");
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_ARP);
}

static void arp_marks_what_smells(void **state)
{
	struct world *world = *state;
	arp(world, false, 1, CLIENT, SERVER);
	arp(world, true, 2, SERVER, CLIENT);
	arp(world, true, 0x66, SERVER, CLIENT);
	act(world, WS_ACT_ARP);
	says(world, "TWO ANSWERS");
	says(world, "ARP spoofing");
	says(world, "02:00:00:00:00:66");
	says(world, "subnet (a guess) 10.0.0.0/24");
	act(world, WS_ACT_NEXT_PANE);
	act(world, WS_ACT_LAST);
	says(world, "MOVED 1× from 02:00:00:00:00:02");
}

static void udp_leads_to_datagrams_and_packets(void **state)
{
	struct world *world = *state;
	datagram(world, CLIENT, SERVER, 2, 10);
	datagram(world, CLIENT, SERVER, 2, 30);
	datagram(world, SERVER, CLIENT, 1, 20);
	act(world, WS_ACT_UDP);
	says(world, "1 conversation, 3 packets");
	says(world, "10/20/30");
	says(world, "There is no stream");
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_DATAGRAMS);
	says(world, "One recv() returns its 10 bytes");
	act(world, WS_ACT_LAST);
	says(world, "One recv() returns its 20 bytes");
	act(world, WS_ACT_ENTER);
	says(world, "Frame 3");
	act(world, WS_ACT_PREVIOUS_PACKET);
	says(world, "Frame 2");
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_ARP);
	act(world, WS_ACT_UDP); /* back to the one that is open already */
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
}

/* The server says that what frame `number` has for it is unreachable. */
static void unreachable(struct world *world, size_t number, uint8_t code)
{
	enum { QUOTED = 28 };
	uint8_t *icmp = begin_ip(world, 2, 1, SERVER, CLIENT, 1, 8 + QUOTED);
	icmp[0] = 3;
	icmp[1] = code;
	memcpy(icmp + 8, world->frames[number - 1] + 14, QUOTED);
	feed(world, 34 + 8 + QUOTED, WS_MILLISECOND);
}

static void a_datagram_without_a_socket_is_not_received(void **state)
{
	struct world *world = *state;
	datagram(world, CLIENT, SERVER, 2, 30);
	datagram(world, CLIENT, SERVER, 2, 10);
	datagram(world, CLIENT, SERVER, 2, 20);
	unreachable(world, 2, 3);
	unreachable(world, 3, 1);
	act(world, WS_ACT_UDP);
	act(world, WS_ACT_ENTER);
	says(world, "Frame 1: one datagram. One recv() returns its 30 bytes");
	act(world, WS_ACT_DOWN);
	says(world, "Frame 2: one datagram of 10 bytes, and no recv() returns it. Frame 4 says");
	says(world, "\"port unreachable\": the host has it, but no socket is bound to that port.");
	act(world, WS_ACT_DOWN);
	says(world, "Frame 3: one datagram of 20 bytes, and no recv() returns it. Frame 5 says");
	says(world, "\"host unreachable\": it did not come to the host.");
}

static void a_click_selects_and_opens(void **state)
{
	struct world *world = *state;
	struct ws_key click = {.kind = WS_KEY_CLICK, .row = 3, .column = 5};
	datagram(world, CLIENT, SERVER, 2, 10);
	datagram(world, FAR, SERVER, 2, 30);
	act(world, WS_ACT_UDP);
	says(world, " 1/2 ");
	assert_true(ws_ui_key(world->ui, &world->model, &click));
	says(world, " 2/2 ");
	assert_true(ws_ui_key(world->ui, &world->model, &click));
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_DATAGRAMS);
	draw(world);
	click.row = 10;
	assert_false(ws_ui_key(world->ui, &world->model, &click));
}

/* Where there is no connection, the list names the screens that have what there is. */
static void an_empty_list_names_other_screens(void **state)
{
	struct world *world = *state;
	datagram(world, CLIENT, SERVER, 2, 10);
	says(world, "1 packet so far: 0 TCP, 1 UDP, 0 ICMP, 0 ARP, 0 other");
	says(world, "udp the UDP conversations, and their datagrams");
	says(world, "statistics the protocols");
	says_not(world, "by ARP");
	arp(world, false, 1, CLIENT, SERVER);
	says(world, "arp who asked by ARP for which MAC address");
}

/* Two packets within a millisecond are no rate. */
static void statistics_of_a_moment_are_no_rate(void **state)
{
	struct world *world = *state;
	datagram(world, CLIENT, SERVER, 2, 10);
	datagram(world, CLIENT, SERVER, 2, 10);
	act(world, WS_ACT_STATISTICS);
	says(world, "2 packets, 104 bytes in 1 ms");
	says_not(world, "packets/s");
	world->now += 2 * WS_SECOND;
	datagram(world, CLIENT, SERVER, 2, 10);
	says(world, "packets/s");
	says_not(world, " in 2");
}

static void statistics_count(void **state)
{
	struct world *world = *state;
	handshake(world);
	datagram(world, CLIENT, SERVER, 2, 10);
	arp(world, false, 1, CLIENT, SERVER);
	world->model.capture = (struct ws_capture_stats){.received = 5, .dropped_kernel = 7};
	act(world, WS_ACT_STATISTICS);
	says(world, "5 packets, 256 bytes");
	says(world, "TCP                 3");
	says(world, "UDP                 1");
	says(world, "dropped by the kernel 7");
	says(world, "ESTABLISHED        2");
	says_not(world, "TIME_WAIT");
}

/* Any keys at any size: nothing is drawn outside (the sanitizers would tell), and nothing unsafe gets onto the canvas.
 */
static void any_keys_at_any_size(void **state)
{
	struct world *world = *state;
	uint32_t random = 12345;
	disorder(world);
	arp(world, false, 1, CLIENT, SERVER);
	arp(world, true, 2, SERVER, CLIENT);
	datagram(world, CLIENT, SERVER, 2, 10);
	for (int i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		enum ws_action action = (enum ws_action)(random >> 16) % WS_ACTION_COUNT;
		if (i % 50 == 0)
			assert_true(ws_canvas_resize(&world->canvas, 40 + (int)(random >> 8) % 100,
			                             10 + (int)(random >> 12) % 40));
		world->canvas.ascii = i / 1000 % 2;
		if (ws_ui_typing(world->ui))
			type_enter(world);
		act(world, action);
		if (i % 300 == 0)
			act(world, WS_ACT_STREAM + (int)(random >> 20) % 4);
		ws_ui_tick(world->ui, &world->model, i * WS_MILLISECOND);
		for (const char *at = draw(world); *at; at++)
			assert_true((unsigned char)*at >= ' ' || *at == '\n');
	}
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(stream_shows_borders_and_disorder, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_explains_what_the_cursor_is_on, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_shows_one_direction, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_shows_nagle, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_is_saved_in_order_and_once, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_with_a_hole_says_what_is_missing, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(arp_tells_neighbours_from_far_hosts, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(arp_marks_what_smells, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(udp_leads_to_datagrams_and_packets, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_datagram_without_a_socket_is_not_received, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_click_selects_and_opens, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(an_empty_list_names_other_screens, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(statistics_of_a_moment_are_no_rate, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(statistics_count, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(any_keys_at_any_size, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
