/* What the fields of records mean. */
#ifndef WS_OUTPUT_MEANINGS_H
#define WS_OUTPUT_MEANINGS_H

#include "output/internal.h"

/* Of a column with this group, or NULL, and name. */
bool field_has_meaning(const char *group, const char *name);

#endif
