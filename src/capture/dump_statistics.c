/* What the end of a pcapng file, or of a section, says: the statistics of the interfaces, a comment, names of hosts. */
#include "base/clock.h"
#include "capture/dump_block.h"

enum { NAMES_OF_BLOCK = 512, NAME_RECORD_MOST = 4 + 16 + 256 };

/* Times have their upper half first. */
static void add_statistics_time(struct block *block, enum option_code code, ws_time time)
{
	const uint64_t ticks = time < 0 ? 0 : (uint64_t)time;
	const uint32_t halves[] = {(uint32_t)(ticks >> 32), (uint32_t)ticks};
	add_option(block, code, halves, sizeof(halves));
}

static bool write_one_statistics(struct ws_dump *dump, uint32_t number, const struct ws_dump_slot *slot,
                                 struct ws_error *error)
{
	const uint64_t time = dump->last < 0 ? 0 : (uint64_t)dump->last;
	const struct ws_interface_drops *said = &slot->said;
	struct block block;
	if (!block_begin(&block, dump, WS_NG_STATISTICS, 128, error))
		return false;
	add32(&block, number);
	add32(&block, (uint32_t)(time >> 32));
	add32(&block, (uint32_t)time);
	if (said->period) {
		add_statistics_time(&block, OPTION_STATISTICS_START, said->first);
		add_statistics_time(&block, OPTION_STATISTICS_END, said->last);
	}
	if (slot->has_received || said->period)
		add_number(&block, OPTION_STATISTICS_RECEIVED, said->received);
	add_number(&block, OPTION_STATISTICS_INTERFACE_DROPS, said->interface);
	add_number(&block, OPTION_STATISTICS_KERNEL_DROPS, said->kernel);
	add32(&block, 0);
	block_end(&block);
	return true;
}

/* What the source's own statistics say of its interfaces. When one has captured is known if it was described once. */
static void collect_drops(struct ws_dump *dump)
{
	struct ws_interface_drops drops;
	for (size_t i = 0; i < dump->slot_count; i++)
		dump->slots[i].said = (struct ws_interface_drops){.index = UINT32_MAX};
	for (size_t i = 0; ws_capture_drops(dump->capture, i, &drops); i++) {
		const size_t index = (size_t)drops.index + 1;
		if (index >= dump->slot_count)
			continue;
		struct ws_interface_drops *said = &dump->slots[index].said;
		drops.period = drops.period && said->index == UINT32_MAX;
		drops.interface += said->interface;
		drops.kernel += said->kernel;
		*said = drops;
	}
}

bool ws_dump_write_statistics(struct ws_dump *dump, struct ws_error *error)
{
	bool good = true;
	if (dump->capture->live && !dump->points) {
		struct ws_capture_stats stats;
		ws_capture_stats(dump->capture, &stats);
		const struct ws_dump_slot slot = {.has_received = true,
		                                  .said = {.interface = stats.dropped_interface,
		                                           .kernel = stats.dropped_kernel,
		                                           .period = true,
		                                           .received = stats.received,
		                                           .first = dump->begun,
		                                           .last = real_time()}};
		return write_one_statistics(dump, 0, &slot, error);
	}
	if (!dump->points) /* else ws_dump_point_end() has said */
		collect_drops(dump);
	for (size_t i = 1; i < dump->slot_count && good; i++) {
		const struct ws_dump_slot *slot = &dump->slots[i];
		if (slot->id && (slot->said.interface || slot->said.kernel || slot->said.period))
			good = write_one_statistics(dump, slot->id - 1, slot, error);
	}
	return good;
}

bool ws_dump_write_remark(struct ws_dump *dump, struct ws_error *error)
{
	struct ws_capture_stats stats;
	struct block block;
	ws_capture_stats(dump->capture, &stats);
	if (dump->remark) {
		stats.comment = dump->remark;
		stats.comment_length = dump->remark_length;
	}
	if (!stats.comment || !stats.comment_length || !dump->described || dump->without_texts)
		return true;
	if (!block_begin(&block, dump, WS_NG_STATISTICS, 64 + stats.comment_length, error))
		return false;
	add32(&block, 0);
	add32(&block, 0);
	add32(&block, 0);
	add_option(&block, (enum option_code)WS_NG_COMMENT, stats.comment, stats.comment_length);
	add32(&block, 0);
	block_end(&block);
	return true;
}

static void add_name(struct block *block, const struct ws_host_name *name)
{
	enum { RECORD_IPV4 = 1, RECORD_IPV6 = 2 };
	uint8_t bytes[16 + 256];
	const bool ipv4 = name->ip_version == 4;
	const size_t address = ipv4 ? 4 : 16, length = strlen(name->name) + 1;
	memcpy(bytes, name->address.byte + 16 - address, address);
	memcpy(bytes + address, name->name, length);
	add16(block, ipv4 ? RECORD_IPV4 : RECORD_IPV6, (unsigned)(address + length));
	add(block, bytes, address + length);
}

bool ws_dump_write_names(struct ws_dump *dump, struct ws_error *error)
{
	struct ws_host_name name;
	for (size_t i = 0; ws_capture_host_name(dump->capture, i, &name);) {
		struct block block;
		if (!block_begin(&block, dump, WS_NG_NAMES, NAMES_OF_BLOCK * NAME_RECORD_MOST + 64, error))
			return false;
		const size_t end = i + NAMES_OF_BLOCK;
		do
			add_name(&block, &name);
		while (++i < end && ws_capture_host_name(dump->capture, i, &name));
		add32(&block, 0);
		block_end(&block);
	}
	return true;
}
