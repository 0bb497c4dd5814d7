#include "app/listings.h"
#include "app/report.h"

#include <wirestate/capture.h>
#include <wirestate/language.h>

int list_interfaces(void)
{
	struct ws_error error = {0};
	size_t count = 0;
	struct ws_interface *list = ws_interfaces(&count, &error);
	if (!list && error.status != WS_OK)
		return report_error(&error);
	for (size_t i = 0; i < count; i++) {
		const struct ws_interface *one = &list[i];
		printf("%zu.", i + 1);
		print_clean(stdout, one->name);
		printf(" [%s%s%s]", one->up ? "Up" : "Down", one->running ? ", Running" : "",
		       one->loopback ? ", Loopback" : "");
		if (one->addresses[0])
			printf(" %s", one->addresses);
		if (one->description[0]) {
			fputs(" (", stdout);
			print_clean(stdout, one->description);
			fputc(')', stdout);
		}
		fputc('\n', stdout);
	}
	ws_interfaces_free(list);
	if (count == 0)
		fputs(_("wirestate: no interface can be captured from; run with sudo to see them all\n"), stderr);
	return report_output_status();
}

int list_link_types(const char *interface)
{
	struct ws_error error = {0};
	char **names = ws_link_types(interface, &error);
	if (!names)
		return report_error(&error);
	for (char **name = names; *name; name++)
		printf("%s\n", *name);
	ws_link_types_free(names);
	return report_output_status();
}
