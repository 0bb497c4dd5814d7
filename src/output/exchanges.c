/* Requests with their answers, and servers' ports with all of theirs. */
#include "output/exchanges.h"
#include "output/columns.h"

#define SERVICES_MEMORY (UINT64_C(32) << 20)

/* ---- Exchanges */

static void set_measured(struct value *v, ws_time time)
{
	set_time(v, time);
	if (time < 0)
		v->kind = VALUE_NULL;
}

static void exchange_measure(const struct subject *s, unsigned index, struct value *v)
{
	set_measured(v, ws_exchange_measure(s->exchange, (enum ws_measure)index));
}

/* `index` 0 is when the request began, 1 when the answer ended, or the request where there is none; 2 between them. */
static void exchange_time(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_exchange *exchange = s->exchange;
	const ws_time end = exchange->answered ? exchange->answer_last : exchange->request_last;
	const ws_time times[] = {exchange->request_first, end, end - exchange->request_first};
	set_time(v, times[index]);
}

static void exchange_vantage(const struct subject *s, unsigned index, struct value *v)
{
	const char *vantage = ws_exchange_vantage(s->exchange);
	(void)index;
	v->kind = VALUE_NULL;
	if (vantage)
		set_string(v, vantage);
}

/* Frames are null where there is no answer. */
static void exchange_number(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_exchange *exchange = s->exchange;
	const uint64_t numbers[] = {s->conn->number,
	                            exchange->number,
	                            exchange->request_bytes,
	                            exchange->answer_bytes,
	                            ws_exchange_again(exchange),
	                            exchange->request_frame,
	                            exchange->answer_frame,
	                            exchange->last_frame};
	enum { FIRST_FRAME = 5 };
	const uint64_t number = numbers[index];
	set_known(v, number, number || index < FIRST_FRAME);
}

static void exchange_interleaved(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	v->kind = VALUE_BOOLEAN;
	v->number = s->exchange->interleaved;
}

static const struct column exchange_column[] = {
        {NULL, "conn", exchange_number, 0},
        {NULL, "exchange", exchange_number, 1},
        {"client", "address", get_conn_address, 0},
        {"client", "port", get_conn_port, 0},
        {"server", "address", get_conn_address, 1},
        {"server", "port", get_conn_port, 1},
        {NULL, "first_time", exchange_time, 0},
        {NULL, "last_time", exchange_time, 1},
        {NULL, "duration", exchange_time, 2},
        {NULL, "ttfb", exchange_measure, WS_MEASURE_FIRST_BYTE},
        {NULL, "think_time", exchange_measure, WS_MEASURE_THINK},
        {NULL, "transfer_time", exchange_measure, WS_MEASURE_TRANSFER},
        {NULL, "request_bytes", exchange_number, 2},
        {NULL, "answer_bytes", exchange_number, 3},
        {NULL, "retransmissions", exchange_number, 4},
        {NULL, "request_frame", exchange_number, 5},
        {NULL, "answer_frame", exchange_number, 6},
        {NULL, "last_frame", exchange_number, 7},
        {NULL, "interleaved", exchange_interleaved, 0},
        {NULL, "point", get_point, 0}, /* with several points, as the next ones */
        {NULL, "vantage", exchange_vantage, 0},
        {NULL, "point_conn", get_number_at_point, 0},
};
const struct columns output_exchange_columns = {exchange_column, WS_ARRAY_SIZE(exchange_column) - 3,
                                                WS_ARRAY_SIZE(exchange_column)};

static void write_bytes(struct ws_text *text, uint64_t count)
{
	ws_text_printf(text, count == 1 ? "%ju byte" : "%ju bytes", (uintmax_t)count);
}

/* Writes "exchange #3.2  10.0.0.1:4000 → 10.0.0.2:80  71 bytes, answer 197 bytes  ttfb 0.010 think 0.001 transfer 0 s".
 */
void text_exchange(struct ws_text *text, const struct subject *subject)
{
	const struct ws_exchange *exchange = subject->exchange;
	ws_text_printf(text, "exchange #%ju.%ju  ", (uintmax_t)subject->conn->number, (uintmax_t)exchange->number);
	ws_text_time(text, exchange->request_first - subject->conn->first_time, 6);
	ws_text_puts(text, "  ");
	ws_text_endpoint(text, &conn_side(subject, 0)->address, subject->conn->ip_version, conn_side(subject, 0)->port);
	ws_text_puts(text, " \xe2\x86\x92 ");
	ws_text_endpoint(text, &conn_side(subject, 1)->address, subject->conn->ip_version, conn_side(subject, 1)->port);
	if (exchange->request_frame)
		ws_text_printf(text, "  packet %ju, ", (uintmax_t)exchange->request_frame);
	else /* only another point has it */
		ws_text_puts(text, "  ");
	write_bytes(text, exchange->request_bytes);
	if (!exchange->answered) {
		ws_text_puts(text, "  no answer");
		return;
	}
	if (exchange->answer_frame)
		ws_text_printf(text, "  answer %ju, ", (uintmax_t)exchange->answer_frame);
	else
		ws_text_puts(text, "  answer ");
	write_bytes(text, exchange->answer_bytes);
	for (enum ws_measure measure = 0; measure < WS_MEASURE_COUNT; measure++) {
		ws_text_printf(text, "  %s ", ws_measure_words(measure));
		ws_text_time(text, ws_exchange_measure(exchange, measure), 6);
		ws_text_puts(text, " s");
	}
	if (ws_exchange_again(exchange))
		ws_text_printf(text, "  retransmissions %u", ws_exchange_again(exchange));
	if (exchange->interleaved)
		ws_text_puts(text, "  interleaved");
}

/* ---- Services */

static bool have_services(struct ws_output *output, const struct ws_tracker *tracker)
{
	if (!output->services)
		output->services = ws_services_create(tracker, SERVICES_MEMORY);
	return output->services;
}

void output_service_exchange(struct ws_output *output, const struct ws_tracker *tracker, ws_conn_id id,
                             const struct ws_exchange *exchange)
{
	if (have_services(output, tracker))
		ws_services_exchange(output->services, tracker, id, exchange);
}

void output_service_connection(struct ws_output *output, const struct ws_tracker *tracker, ws_conn_id id)
{
	if (have_services(output, tracker))
		ws_services_connection(output->services, tracker, id);
}

void output_services(struct ws_output *output, void (*write)(struct ws_output *output, const struct subject *subject))
{
	for (size_t i = 0; output->services && i < ws_services_count(output->services); i++) {
		const struct ws_service *service = ws_services_at(output->services, i);
		write(output, &(struct subject){.kind = WS_RECORD_SERVICE,
		                                .service = service,
		                                .shares = service->shares_known ? &service->shares : NULL});
	}
	ws_services_free(output->services);
	output->services = NULL;
}

static void service_address(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_address(v, &s->service->address, s->service->ip_version);
	if (s->service->rest)
		v->kind = VALUE_NULL;
}

static void service_port(const struct subject *s, unsigned index, struct value *v)
{
	(void)index;
	set_known(v, s->service->port, !s->service->rest);
}

static void service_number(const struct subject *s, unsigned index, struct value *v)
{
	const uint64_t numbers[] = {s->service->connections, s->service->exchanges, s->service->unanswered,
	                            s->service->interleaved};
	set_number(v, numbers[index]);
}

enum { LEAST, MEDIAN, P95, MOST, OF_EACH };

/* `index` is OF_EACH times the measure, plus one of these. */
static void service_measure(const struct subject *s, unsigned index, struct value *v)
{
	const struct ws_quantile *quantile = &s->service->measure[index / OF_EACH];
	const unsigned what = index % OF_EACH;
	if (what == LEAST || what == MOST)
		set_measured(v, !quantile->count ? -1 : what == LEAST ? quantile->least : quantile->most);
	else
		set_measured(v, ws_quantile_value(quantile, what == MEDIAN ? 50 : 95));
}

/* clang-format off */
#define MEASURE_COLUMNS(name, word, words)                                                                             \
	{word, "min", service_measure, OF_EACH * (name) + LEAST},                                                      \
	{word, "median", service_measure, OF_EACH * (name) + MEDIAN},                                                  \
	{word, "p95", service_measure, OF_EACH * (name) + P95},                                                        \
	{word, "max", service_measure, OF_EACH * (name) + MOST},
/* clang-format on */

static const struct column service_column[] = {{"server", "address", service_address, 0},
                                               {"server", "port", service_port, 0},
                                               {NULL, "connections", service_number, 0},
                                               {NULL, "exchanges", service_number, 1},
                                               {NULL, "unanswered", service_number, 2},
                                               {NULL, "interleaved", service_number, 3},
                                               WS_MEASURES(MEASURE_COLUMNS) SHARE_COLUMNS(group_share, group_spent)};
const struct columns output_service_columns = {service_column, WS_ARRAY_SIZE(service_column),
                                               WS_ARRAY_SIZE(service_column)};

/* Writes "service 10.0.0.2:80  connections 3  exchanges 12  time to first byte median 0.010 s p95 0.120 s max 0.2 s;
 * …". */
void text_service(struct ws_text *text, const struct subject *subject)
{
	const struct ws_service *service = subject->service;
	ws_text_puts(text, "service ");
	ws_service_words(text, service);
	ws_text_printf(text, "  connections %ju  exchanges %ju", (uintmax_t)service->connections,
	               (uintmax_t)service->exchanges);
	if (service->unanswered)
		ws_text_printf(text, "  unanswered %ju", (uintmax_t)service->unanswered);
	if (service->interleaved)
		ws_text_printf(text, "  interleaved %ju", (uintmax_t)service->interleaved);
	for (enum ws_measure measure = 0; measure < WS_MEASURE_COUNT; measure++) {
		const struct ws_quantile *quantile = &service->measure[measure];
		if (!quantile->count)
			continue;
		ws_text_printf(text, "  %s min ", ws_measure_words(measure));
		ws_text_time(text, quantile->least, 6);
		ws_text_puts(text, " median ");
		ws_text_time(text, ws_quantile_value(quantile, 50), 6);
		ws_text_puts(text, " p95 ");
		ws_text_time(text, ws_quantile_value(quantile, 95), 6);
		ws_text_puts(text, " max ");
		ws_text_time(text, quantile->most, 6);
		ws_text_puts(text, " s");
	}
	char words[512];
	struct ws_text spent = WS_TEXT_OVER(words);
	if (subject->shares)
		ws_shares_words(&spent, subject->shares, 0);
	if (!spent.length)
		return;
	ws_text_puts(text, "; their time: ");
	ws_text_append(text, words, spent.length);
}
