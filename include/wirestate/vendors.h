/* Whose number a MAC address has: the first 24 bits are its vendor's, as the IEEE lists them, unless a bit says that
 * software chose the address or that it is a group's. */
#ifndef WIRESTATE_VENDORS_H
#define WIRESTATE_VENDORS_H

#include <wirestate/types.h>

#define WS_VENDOR_MOST 28 /* bytes of a name at most, without the 0 at its end */

struct ws_vendors; /* opaque, at most about 1.5 MB */

/* Reads a list in either of two forms, a line for each vendor; other lines are skipped, as are longer prefixes and what
 * is too much. Of several lines for a prefix the first counts.
 *   00-00-5E   (hex)		ICANN, IANA Department          oui.txt of the IEEE
 *   00:00:5E	ICANN	ICANN, IANA Department                manuf of Wireshark
 * Names are made safe for a terminal, and end with … where they are cut. NULL: no line is like that, or memory is
 * short. The text need not stay. */
struct ws_vendors *ws_vendors_parse(const char *text, size_t length);
/* A list that is read when a vendor is first looked for: `read` makes it, and returns NULL where there is none. Either
 * `read` or, when the list is freed before, `forget` is called, once. Not to be used by several threads at once, other
 * than a list that has been parsed. NULL: memory is short; then `forget` has been called. */
struct ws_vendors *ws_vendors_defer(struct ws_vendors *(*read)(void *context), void (*forget)(void *context),
                                    void *context);
void ws_vendors_free(struct ws_vendors *vendors);

/* The vendor of an address, borrowed. NULL: it is in no list, or the address is not a vendor's; or `vendors` is NULL.
 */
const char *ws_vendor_name(const struct ws_vendors *vendors, const uint8_t mac[6]);
/* "broadcast", "multicast" or "locally administered"; NULL: an address that a vendor gave, or all zeros. */
const char *ws_mac_kind(const uint8_t mac[6]);

#endif
