/* How the rows of field tables are written. Private to src/decode/fields*. */
#ifndef WS_DECODE_FIELD_ROWS_H
#define WS_DECODE_FIELD_ROWS_H

#include <wirestate/language.h>
#include <wirestate/packet.h>

/* name, label, first bit, bits, kind, scale, when, meaning, reference */
#define F(name, label, offset, width, kind, scale, meaning, reference)                                                 \
	{                                                                                                              \
		name, label, offset, width, WS_FIELD_##kind, scale, WS_WHEN_ALWAYS, meaning, reference                 \
	}
#define F_WHEN(when, label, offset, width, kind, meaning, reference)                                                   \
	{                                                                                                              \
		NULL, label, offset, width, WS_FIELD_##kind, 1, WS_WHEN_##when, meaning, reference                     \
	}

/* A field of a part that may be missing; WS_ALWAYS_THERE: of none, in a header that has such parts. */
#define WS_ALWAYS_THERE 15
#define F_PART(part, name, label, offset, width, kind, meaning, reference)                                             \
	{                                                                                                              \
		name, label, offset, width, WS_FIELD_##kind, 1, WS_WHEN_PART + (part), meaning, reference              \
	}

#define ETHERNET_ADDRESSES                                                                                             \
	F("destination", N_("destination"), 0, 48, MAC, 1,                                                             \
	  N_("the card this frame is for; ff:ff:ff:ff:ff:ff is every card on the link"), "IEEE 802.3 §3.2.4"),         \
	        F("source", N_("source"), 48, 48, MAC, 1, N_("the network card that sent this frame on the link"),     \
	          "IEEE 802.3 §3.2.5")

#endif
