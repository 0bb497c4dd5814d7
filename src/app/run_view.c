/* The view: one thread, and one poll for packets, keys and signals.
 *
 * Each round reads packets for at most SLICE, so that a key never waits longer than that, even while a large file
 * loads. It draws at most once per FRAME_TIME, and never so often that drawing takes more than half of the time, so
 * that packets do not wait for the screen. While a file loads and the user has done nothing yet, the screen only shows how
 * far that is, which need not be drawn as often. Nothing is drawn when nothing has changed. */
#include "app/past.h"
#include "app/remote.h"
#include "app/save.h"
#include "app/session.h"
#include "app/signals.h"

#include <wirestate/language.h>
#include <wirestate/view.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 256 };
#define SLICE (8 * WS_MILLISECOND)
#define FRAME_TIME (33 * WS_MILLISECOND)
#define LOADING_FRAME_TIME (100 * WS_MILLISECOND)

struct interactive {
	struct session *session;
	struct ws_view *view;
	struct ws_ui *ui;
	struct ws_canvas canvas;
	struct ws_model model;
	struct past past;
	struct ws_position position;
	size_t lines;    /* of evidence in a capture of the lab */
	bool seeking;    /* a snapshot is being made */
	bool joining;    /* several points are being joined, or put into one list */
	bool teaching;   /* the lesson has begun */
	bool begun;      /* what is to be opened, or played with --play, has been looked at */
	bool touched;    /* the user has pressed a key */
	bool opened;     /* --subscribe: the screen of a connection whose packets were asked for */
	bool leaving;    /* the user has been asked whether to leave the live capture */
	ws_time drawn;   /* of monotonic(): when the last screen was begun */
	ws_time drawing; /* how long drawing it took */
	bool changed, quit;
	pid_t parent;
};

static void view_read_packets(struct interactive *it)
{
	struct session *session = it->session;
	const ws_time end = monotonic() + SLICE;
	while (session_read(session, BATCH) && session_ready(session) && monotonic() < end)
		;
	session_idle(session);
	it->joining = session_join_slice(session);
	for (size_t i = 0; i < session->point_count; i++)
		while (point_message(&session->points[i]))
			;
	if (session->changed)
		it->changed = true;
	session->changed = false;
}

/* Works on the snapshot that the user wants to see. */
static void view_work_on_past(struct interactive *it)
{
	it->position = ws_ui_position(it->ui);
	it->seeking = past_work(&it->past, &it->position);
	if (it->past.changed)
		it->changed = true;
	it->past.changed = false;
}

static void view_handle_signals(struct interactive *it)
{
	if (signals_handle_view(it->view, &it->quit) & (SIGNAL_CONTINUE | SIGNAL_RESIZE))
		it->changed = true;
}

/* The whole session is a lesson or an exercise. */
static bool teaches(const struct options *options)
{
	return options->played || options->exercise;
}

/* Makes an exercise of the capture that is open: about the connection that is shown, or about all in the list. */
static void view_begin_exercise(struct interactive *it)
{
	struct session *session = it->session;
	struct ws_error error = {0};
	it->changed = true;
	if (it->teaching) {
		ws_ui_tell(it->ui, _("An exercise cannot be begun inside a lesson or another exercise."), false);
		return;
	}
	if (session->live || !session->ended) {
		ws_ui_tell(it->ui, _("An exercise needs a capture file that has been read to its end."), false);
		return;
	}
	const uint64_t connection = ws_ui_screen(it->ui) == WS_SCREEN_LIST ? 0 : ws_ui_connection(it->ui);
	if (!session_begin_exercise(session, connection, &error)) {
		ws_ui_tell(it->ui, _("There is nothing here that could be asked and answered with certainty."), false);
		return;
	}
	ws_ui_key_names(it->ui, session->options->keymap.name_in_lesson);
	ws_ui_lesson(it->ui, &it->model, session->lesson);
	it->teaching = true;
}

/* Esc on an exercise that was begun in the view leads back there. */
static void view_end_exercise(struct interactive *it)
{
	ws_ui_lesson_end(it->ui);
	ws_ui_key_names(it->ui, it->session->options->keymap.name);
	session_end_exercise(it->session);
	it->teaching = false;
	it->changed = true;
}

static void view_update_model(struct interactive *it);

/* Several points: the lists show what all of them have captured, or one after the other. */
static void view_next_point(struct interactive *it)
{
	struct session *session = it->session;
	if (session->point_count < 2 || it->teaching)
		return;
	ws_ui_act(it->ui, &it->model, WS_ACT_NEWEST); /* each point has times of its own clock */
	past_close(&it->past);
	if (session->together)
		session_show_point(session, 0);
	else if (session->shown + 1 < session->point_count)
		session_show_point(session, session->shown + 1);
	else
		session_show_together(session);
	it->past.point = session_shown(session);
	view_update_model(it);
	it->changed = true;
}

/* Handles Esc on the first screen. A live capture cannot be opened again, so the user has to press Esc twice. */
static void view_leave(struct interactive *it, bool asked)
{
	struct session *session = it->session;
	const bool back = session->options->from_start;
	if (it->teaching && !teaches(session->options)) {
		view_end_exercise(it);
		return;
	}
	if (back && session->live && session->packets && !asked) {
		char question[160];
		snprintf(question, sizeof(question),
		         _("Leave this live capture? Its packets (%" PRIu64
		           " so far) are not kept. Esc again leaves, any other "
		           "key stays."),
		         session->packets);
		ws_ui_tell(it->ui, question, false);
		it->leaving = it->changed = true;
		return;
	}
	session->went_back = back;
	if (back || it->teaching)
		it->quit = true;
}

/* Hands on what the user asks of the lab's wire. A lab that has ended takes no more. */
static void view_command_lab(struct interactive *it)
{
	char command[64];
	if (ws_ui_lab_wants_again(it->ui))
		it->quit = it->session->wants_again = true;
	if (ws_ui_lab_command(it->ui, command, sizeof(command)))
		(void)!write(it->session->options->lab_commands, command, strlen(command));
}

/* What the process that waits for this one is to know of the lesson. */
static void view_tell_lesson(struct interactive *it, struct lesson_shared *shared)
{
	if (it->session->options->lesson_attempt) {
		shared->came = ws_ui_attempt_came(it->ui);
		if (ws_ui_attempt_wants_back(it->ui))
			it->quit = it->session->went_back = true;
		return;
	}
	if (ws_ui_lesson_done(it->ui))
		shared->done = true;
	if (!ws_ui_lesson_wants_attempt(it->ui))
		return;
	const struct ws_lesson_state state = ws_ui_lesson_state(it->ui);
	shared->stop = state.stop;
	shared->right = state.right;
	it->quit = it->session->wants_try = true;
}

/* Esc in the lab of a lesson's stop leads back to the lesson, from the screen that it began with. */
static bool view_leaves_attempt(const struct interactive *it)
{
	const enum ws_screen screen = ws_ui_screen(it->ui);
	return it->session->options->lesson_attempt &&
	       (screen == WS_SCREEN_LIFELINES || screen == WS_SCREEN_UDP || screen == WS_SCREEN_LIST);
}

/* Asks the sensors that saw a connection for its packets. False: `error` says why there are none. */
static bool view_ask_sensors(struct interactive *it, const struct ws_tracker *tracker, ws_conn_id conn,
                             struct ws_error *error)
{
	struct ws_witness witness[REMOTE_SENSORS_MOST];
	struct remote_conn conns[REMOTE_SENSORS_MOST];
	size_t count = 0;
	const size_t found = ws_tracker_witnesses(tracker, conn, witness, WS_ARRAY_SIZE(witness));
	for (size_t i = 0; i < found && i < WS_ARRAY_SIZE(witness); i++)
		if (witness[i].sensor && witness[i].sensor[0] && witness[i].boot && witness[i].boot[0])
			conns[count++] = (struct remote_conn){witness[i].sensor, witness[i].boot, witness[i].conn};
	if (!count)
		return ws_fail(error, WS_ERROR_FILE, "its record does not say which sensor it is of");
	ws_view_suspend(it->view);
	const bool shown = remote_show(it->session->options->remote_socket, conns, count, error);
	signals_take();
	ws_view_resume(it->view);
	ws_view_resized(it->view);
	return shown;
}

/* --subscribe: the packets of a connection are shown by another process when its lifelines are opened. */
static void view_open_remote(struct interactive *it)
{
	static const struct ws_key back = {.kind = WS_KEY_ACTION, .action = WS_ACT_BACK};
	const bool opened = it->session->options->subscribe && ws_ui_screen(it->ui) == WS_SCREEN_LIFELINES;
	struct ws_error error;
	char text[600];
	if (opened && !it->opened) {
		const struct ws_tracker *tracker = it->model.tracker;
		const ws_conn_id conn = ws_ui_selected(it->ui, &it->model);
		if (view_ask_sensors(it, tracker, conn, &error)) {
			ws_ui_key(it->ui, &it->model, &back);
		} else {
			snprintf(text, sizeof(text), _("No packets: %s."), error.text);
			ws_ui_tell(it->ui, text, false);
		}
		it->changed = true;
	}
	it->opened = opened && ws_ui_screen(it->ui) == WS_SCREEN_LIFELINES;
}

/* Screens that show what the points have captured, and not one connection. */
static bool shows_points(enum ws_screen screen)
{
	return screen == WS_SCREEN_LIST || screen == WS_SCREEN_UDP || screen == WS_SCREEN_OVERVIEW ||
	       screen == WS_SCREEN_HOSTS || screen == WS_SCREEN_EXCHANGES || screen == WS_SCREEN_ARP ||
	       screen == WS_SCREEN_STATISTICS;
}

static void view_point(struct interactive *it, const struct ws_key *key)
{
	if (ws_ui_key(it->ui, &it->model, key))
		it->changed = true;
	else if (it->session->point_count < 2)
		ws_ui_tell(it->ui, _("There is only one capture point."), false);
	else if (shows_points(ws_ui_screen(it->ui)))
		view_next_point(it);
}

static void view_turn_mouse(struct interactive *it)
{
	const bool used = !ws_view_has_mouse(it->view);
	ws_view_mouse(it->view, used);
	ws_ui_tell(it->ui,
	           used ? _("The mouse selects and scrolls here.")
	                : _("The mouse is left to the terminal, to copy text."),
	           true);
}

/* These keys are handled here and not by the screen. */
static bool is_of_view(const struct ws_key *key)
{
	return key->kind == WS_KEY_ACTION &&
	       (key->action == WS_ACT_EXERCISE || key->action == WS_ACT_POINT || key->action == WS_ACT_MOUSE);
}

static void view_handle_keys(struct interactive *it)
{
	struct ws_key key;
	for (;;) {
		const struct ws_key_context position = {.screen = ws_ui_screen(it->ui),
		                                        .lesson = it->teaching,
		                                        .lab = it->session->options->lab_view,
		                                        .typing = ws_ui_typing(it->ui)};
		if (it->quit || !ws_view_key(it->view, &position, &key))
			break;
		const bool leaving = it->leaving;
		it->touched = true;
		it->leaving = false;
		key.time = monotonic();
		if (is_of_view(&key)) {
			ws_ui_clear_message(it->ui);
			it->changed = true;
		}
		if (leaving && key.kind == WS_KEY_ACTION && key.action == WS_ACT_BACK)
			view_leave(it, true);
		else if (key.kind == WS_KEY_ACTION && key.action == WS_ACT_QUIT)
			it->quit = true;
		else if (key.kind == WS_KEY_ACTION && key.action == WS_ACT_BACK && view_leaves_attempt(it))
			it->quit = it->session->went_back = true;
		else if (key.kind == WS_KEY_ACTION && key.action == WS_ACT_EXERCISE)
			view_begin_exercise(it);
		else if (key.kind == WS_KEY_ACTION && key.action == WS_ACT_POINT)
			view_point(it, &key);
		else if (key.kind == WS_KEY_ACTION && key.action == WS_ACT_MOUSE)
			view_turn_mouse(it);
		else if (ws_ui_key(it->ui, &it->model, &key))
			it->changed = true;
		else if (key.kind == WS_KEY_ACTION && key.action == WS_ACT_BACK)
			view_leave(it, false);
		view_open_remote(it);
		if (it->session->options->lab_view)
			view_command_lab(it);
		if (ws_ui_lesson_wants_next(it->ui))
			it->quit = it->session->wants_next = true;
		if (ws_ui_lesson_wants_live(it->ui))
			it->quit = it->session->wants_live = true;
	}
	struct lesson_shared *shared = it->session->options->lesson_shared;
	if (shared)
		view_tell_lesson(it, shared);
	if (handle_save_request(it->session, it->ui, &it->model))
		it->changed = true;
}

/* Of monotonic(): nothing is drawn before it. */
static ws_time view_next_draw(const struct interactive *it)
{
	const bool loads =
	        it->model.loading && !it->touched && session_ready(it->session) && !ws_ui_position(it->ui).playing;
	const ws_time least = loads ? LOADING_FRAME_TIME : FRAME_TIME, pause = 2 * it->drawing;
	return it->drawn ? it->drawn + (pause > least ? pause : least) : 0;
}

static void view_draw(struct interactive *it)
{
	const ws_time start = monotonic();
	if (!it->changed || start < view_next_draw(it))
		return;
	int columns, rows;
	ws_view_size(it->view, &columns, &rows);
	if (!ws_canvas_resize(&it->canvas, columns, rows)) {
		ws_fail(&it->session->error, WS_ERROR_SYSTEM, "out of memory");
		it->quit = true;
		return;
	}
	ws_view_prepare(it->view, &it->canvas);
	ws_canvas_clear(&it->canvas);
	ws_ui_layout(it->ui, &it->model, columns, rows);
	ws_ui_draw(it->ui, &it->model, &it->canvas);
	ws_view_show(it->view, &it->canvas);
	it->changed = false;
	it->drawn = start;
	it->drawing = monotonic() - start;
}

/* Nanoseconds until there is work that no descriptor announces. */
static ws_time view_time_to_wait(const struct interactive *it)
{
	const struct session *session = it->session;
	if (it->seeking || it->joining || ws_ui_busy(it->ui) || session_ready(session))
		return 0;
	const ws_time now = monotonic(), next = view_next_draw(it);
	const ws_time to_draw = next > now ? next - now : 0;
	if (it->changed)
		return to_draw;
	ws_time wait = ws_ui_next_change(it->ui, &it->model);
	if (!session->ended && wait > session_tick(session))
		wait = session_tick(session);
	return wait < to_draw ? to_draw : wait;
}

static void view_wait(struct interactive *it)
{
	const ws_time timeout = view_time_to_wait(it);
	const size_t points = it->session->point_count;
	struct pollfd *descriptors = session_descriptors(it->session), *keyboard = &descriptors[points];
	*keyboard = (struct pollfd){.fd = ws_view_fd(it->view), .events = POLLIN};
	const bool animated = ws_ui_next_change(it->ui, &it->model) <= timeout;
	signals_poll(descriptors, points + 1, timeout);
	if (animated)
		it->changed = true;
	if (keyboard->revents & (POLLHUP | POLLERR | POLLNVAL))
		it->quit = true;
}

/* The kernel is asked for what is on the screen. */
static void view_ask_kernel(struct interactive *it)
{
	enum { MOST = 256 };
	ws_conn_id ids[MOST];
	if (it->session->host.kernel && !it->model.past)
		host_show(&it->session->host, it->model.tracker, ids,
		          ws_ui_connections_shown(it->ui, &it->model, ids, MOST));
	it->changed = it->changed || it->session->host.changed;
	it->session->host.changed = false;
}

static void view_update_model(struct interactive *it)
{
	view_work_on_past(it);
	it->joining = session_merge(it->session, false) || it->joining;
	session_model(it->session, &it->model);
	/* The lab's programs may do something without a packet. */
	const size_t lines = ws_flights_lines(it->model.flights);
	it->changed = it->changed || lines != it->lines;
	it->lines = lines;
	past_model(&it->past, &it->position, &it->model);
}

/* A lesson begins when its whole capture has been read, because its texts may refer to any of the packets. */
static void view_begin_lesson(struct interactive *it)
{
	struct session *session = it->session;
	if (!teaches(session->options) || it->teaching || !session->ended)
		return;
	if (!session_begin_lesson(session)) {
		it->quit = true;
		return;
	}
	ws_ui_lesson(it->ui, &it->model, session->lesson);
	const struct lesson_shared *shared = session->options->lesson_shared;
	if (shared && shared->resumes) {
		const struct ws_lesson_state state = {.stop = shared->stop,
		                                      .right = shared->right,
		                                      .came = shared->came,
		                                      .left_out = shared->left_out[0] ? shared->left_out : NULL};
		ws_ui_lesson_resume(it->ui, &it->model, &state);
	}
	if (session->options->lesson_at_end)
		ws_ui_lesson_stand(it->ui, &it->model, session->lesson->stop_count, false);
	it->teaching = it->changed = true;
}

/* With --play, a capture with one connection plays its lifelines. */
static void view_begin_play(struct interactive *it)
{
	const struct ws_tracker *tracker = session_tracker(it->session);
	if (ws_tracker_conn_count(tracker) != 1 || ws_ui_screen(it->ui) != WS_SCREEN_LIST ||
	    !ws_ui_position(it->ui).playing)
		return;
	ws_ui_act(it->ui, &it->model, WS_ACT_NEWEST);
	view_update_model(it);
	ws_ui_tick(it->ui, &it->model, monotonic());
	ws_ui_play(it->ui, &it->model, ws_tracker_conn_at(tracker, 0));
	it->changed = true;
}

/* A lab: watches its first connection, or its datagrams, as soon as there are any. */
static void view_watch_lab(struct interactive *it)
{
	struct session *session = it->session;
	/* Whoever keeps the lab alive is gone: there is nobody left who waits for this process. */
	if (session->ended && getppid() != it->parent)
		it->quit = true;
	if (it->begun || !session->packets || ws_ui_screen(it->ui) != WS_SCREEN_LIST)
		return;
	it->begun = ws_ui_watch(it->ui, &it->model);
	it->changed = it->changed || it->begun;
}

/* Once the whole capture has been read: opens what the user wants to see, who has not gone anywhere yet. */
static void view_begin(struct interactive *it)
{
	const struct session *session = it->session;
	if (session->options->lab_view) {
		view_watch_lab(it);
		return;
	}
	if (teaches(session->options) || session->live || it->begun || !session->ended || it->joining)
		return;
	it->begun = true;
	if (session->options->play) {
		view_begin_play(it);
	} else if (!it->touched && !session->options->display_filter) {
		ws_ui_open_only(it->ui, &it->model);
		it->changed = true;
	}
}

static void view_loop(struct interactive *it)
{
	view_update_model(it);
	while (!it->quit) {
		view_read_packets(it);
		view_handle_signals(it);
		view_handle_keys(it);
		view_update_model(it);
		view_begin_lesson(it);
		view_begin(it);
		ws_ui_tick(
		        it->ui, &it->model,
		        monotonic()); /* after view_update_model(), since the tracker of the model may have changed */
		const struct ws_position position = ws_ui_position(it->ui);
		if (position.past != it->position.past || position.frame != it->position.frame ||
		    position.time != it->position.time)
			it->seeking = true;
		view_ask_kernel(it);
		view_draw(it);
		if (!it->quit)
			view_wait(it);
	}
}

void run_view(struct session *session)
{
	const struct options *options = session->options;
	const struct ws_view_options view_options = {.keymap = &options->keymap,
	                                             .ascii = options->ascii,
	                                             .colours = options_colours(options),
	                                             .theme = (enum ws_theme)options->theme,
	                                             .mouse = !options->no_mouse};
	const struct ws_ui_options ui_options = {
	        .speed = options->speed,
	        .idle = options->idle,
	        .screen = teaches(session->options) ? WS_SCREEN_LIFELINES : WS_SCREEN_LIST,
	        .graph = (enum ws_plot_kind)options->graph,
	        .filter = options->display_filter,
	        .play = options->play,
	        .lab = options->lab_view,
	        .lab_auto = options->lab_auto,
	        .lab_title = options->lab_view ? options->source : NULL,
	        .lab_about = options->lab_view ? options->lab_about : NULL,
	        .numbers = options->numeric,
	        .times = options->times + 1,
	        .key_name = teaches(session->options) ? options->keymap.name_in_lesson : options->keymap.name,
	};
	session->joins.sliced = true;
	struct interactive it = {.session = session, .past.point = session_shown(session), .changed = true};
	it.parent = getppid();
	it.ui = ws_ui_create(&ui_options, &session->error);
	if (it.ui && !ws_canvas_create(&it.canvas, 1, 1))
		ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	if (session->error.status == WS_OK)
		it.view = ws_view_open(&view_options, &session->error);
	if (it.ui && options->language_note[0])
		ws_ui_tell(it.ui, options->language_note, false);
	if (it.ui && options->lesson_attempt)
		ws_ui_attempt(it.ui, options->tried, options->lesson_shared->stop);
	if (it.view && session_confine(session))
		view_loop(&it);
	session_drain(session);
	ws_view_close(it.view);
	ws_canvas_destroy(&it.canvas);
	ws_ui_free(it.ui);
	past_close(&it.past);
}
