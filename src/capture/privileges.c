/* The user and the capabilities of the process.
 *
 * The program needs root to open an interface, and for nothing after that. It gives up for good: the user, all groups,
 * all capability sets, the bounding set, which limits what a program started from here could get, and the possibility
 * to gain privileges by starting a program. The order matters: changing the bounding set needs CAP_SETPCAP and changing
 * groups needs CAP_SETGID, and both are gone once the user has changed. At the end the process checks what it is, since
 * in other programs a call has silently done less than it was asked to.
 *
 * Where the program has its capability from its file (setcap), there is no user to change and the bounding set stays;
 * it means nothing once new privileges are ruled out. */
#include "base/sanitized.h"

#include <wirestate/language.h>
#include <wirestate/privileges.h>

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define DEDICATED "wirestate"
#define NOBODY "nobody"
enum { NOBODY_ID = 65534, GROUPS_MAX = 65536 };

struct identity {
	uid_t user;
	gid_t group;
	char name[sizeof(((struct ws_protections *)NULL)->user)];
};

static struct identity identity_of(const struct passwd *entry)
{
	struct identity identity = {.user = entry->pw_uid, .group = entry->pw_gid};
	snprintf(identity.name, sizeof(identity.name), "%s", entry->pw_name);
	return identity;
}

/* A decimal number that can be a user or group other than root. */
static bool parse_id(const char *text, unsigned *id)
{
	char *end;
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	*id = (unsigned)value;
	return errno == 0 && !*end && value > 0 && value < UINT32_MAX;
}

/* The user who started the program with sudo or a set-user-ID bit; the group may be root's. */
static bool find_invoker(struct identity *identity)
{
	unsigned user = getuid(), group = getgid();
	if (geteuid() != 0)
		return false;
	if (user == 0) {
		if (!parse_id(getenv("SUDO_UID"), &user))
			return false;
		if (!parse_id(getenv("SUDO_GID"), &group))
			group = 0;
	}
	const struct passwd *entry = getpwuid(user);
	*identity = (struct identity){.user = user, .group = group};
	if (entry)
		snprintf(identity->name, sizeof(identity->name), "%s", entry->pw_name);
	else
		snprintf(identity->name, sizeof(identity->name), "%u", user);
	if (!identity->group && entry)
		identity->group = entry->pw_gid;
	return true;
}

static bool find_unprivileged(const char *wanted, struct identity *identity, struct ws_error *error)
{
	static const char *const candidates[] = {DEDICATED, NOBODY};
	const struct passwd *entry;
	if (wanted) {
		entry = getpwnam(wanted);
		if (!entry)
			return ws_fail(error, WS_ERROR_OPTION, "-Z %.60s: no such user", wanted);
		if (entry->pw_uid == 0 || entry->pw_gid == 0)
			return ws_fail(error, WS_ERROR_OPTION,
			               "-Z %.60s: has root's privileges; --no-sandbox keeps them", wanted);
		*identity = identity_of(entry);
		return true;
	}
	if (find_invoker(identity) && identity->group != 0)
		return true;
	for (size_t i = 0; i < WS_ARRAY_SIZE(candidates); i++) {
		entry = getpwnam(candidates[i]);
		if (entry && entry->pw_uid != 0 && entry->pw_gid != 0) {
			*identity = identity_of(entry);
			return true;
		}
	}
	*identity = (struct identity){.user = NOBODY_ID, .group = NOBODY_ID, .name = NOBODY};
	return true;
}

/* ---- Changing the user and back */

static bool call_as(const struct identity *identity, bool (*fn)(void *context, struct ws_error *error), void *context,
                    struct ws_error *error)
{
	gid_t group = getegid(), *groups = calloc(GROUPS_MAX, sizeof(*groups));
	uid_t user = geteuid();
	int count = groups ? getgroups(GROUPS_MAX, groups) : -1;
	bool good = false;
	if (count >= 0 && initgroups(identity->name, identity->group) == 0 && setegid(identity->group) == 0 &&
	    seteuid(identity->user) == 0)
		good = fn(context, error);
	else
		ws_fail(error, WS_ERROR_SYSTEM, "cannot act as user %s: %s; --no-sandbox does not try", identity->name,
		        strerror(errno));
	bool back = seteuid(user) == 0 && setegid(group) == 0 && (count < 0 || setgroups((size_t)count, groups) == 0);
	free(groups);
	return good && (back || ws_fail(error, WS_ERROR_SYSTEM, "cannot be user %u again: %s", user, strerror(errno)));
}

bool ws_as_invoker(bool (*fn)(void *context, struct ws_error *error), void *context, struct ws_error *error)
{
	struct identity identity;
	return find_invoker(&identity) ? call_as(&identity, fn, context, error) : fn(context, error);
}

/* ---- Changing the user for good */

static void protection_lacks(struct ws_protections *protections, const char *part, const char *why)
{
	size_t length = strlen(protections->missing);
	snprintf(protections->missing + length, sizeof(protections->missing) - length, "%s%s (%s)", length ? ", " : "",
	         part, why);
}

static void protection_holds(struct ws_protections *protections, enum ws_protection protection)
{
	protections->in_force |= 1u << protection;
}

/* Returns false with errno set when the kernel refuses. */
static bool become(const struct identity *identity)
{
	return setgroups(0, NULL) == 0 && setresgid(identity->group, identity->group, identity->group) == 0 &&
	       setresuid(identity->user, identity->user, identity->user) == 0;
}

static bool leave_root(const char *wanted, struct ws_protections *protections, struct ws_error *error)
{
	struct identity identity;
	if (!find_unprivileged(wanted, &identity, error))
		return false;
	if (!become(&identity)) {
		/* Root of a container may not be allowed to, or there is no other user. With -Z, that is an error. */
		if (wanted || (errno != EPERM && errno != EINVAL))
			return ws_fail(error, WS_ERROR_SYSTEM, "cannot become user %.40s: %s", identity.name,
			               strerror(errno));
		protection_lacks(protections, E_("an unprivileged user"), strerror(errno));
		return true;
	}
	if (setresuid((uid_t)-1, 0, (uid_t)-1) == 0 || getuid() != identity.user || geteuid() != identity.user ||
	    getgid() != identity.group || getegid() != identity.group || getgroups(0, NULL) != 0)
		return ws_fail(error, WS_ERROR_SYSTEM, "could be root again after becoming user %s", identity.name);
	snprintf(protections->user, sizeof(protections->user), "%s", identity.name);
	protection_holds(protections, WS_PROTECTION_USER);
	return true;
}

static void clear_bounding(struct ws_protections *protections)
{
	capng_get_caps_process();
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
		capng_clear(CAPNG_SELECT_BOUNDS);
		capng_apply(CAPNG_SELECT_BOUNDS);
		capng_get_caps_process();
	}
	if (capng_have_capabilities(CAPNG_SELECT_BOUNDS) == CAPNG_NONE)
		protection_holds(protections, WS_PROTECTION_BOUNDING);
}

static bool clear_capabilities(struct ws_protections *protections, struct ws_error *error)
{
	capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	capng_get_caps_process();
	if (capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE ||
	    capng_have_capabilities(CAPNG_SELECT_AMBIENT) == CAPNG_PARTIAL)
		return ws_fail(error, WS_ERROR_SYSTEM, "cannot give up capabilities; --no-sandbox keeps them");
	protection_holds(protections, WS_PROTECTION_CAPABILITIES);
	return true;
}

bool ws_privileges_drop(const char *user, struct ws_protections *protections, struct ws_error *error)
{
	*protections = (struct ws_protections){0};
	if (geteuid() != 0 && user)
		return ws_fail(error, WS_ERROR_OPTION, "-Z %.60s: only root can become another user", user);
	clear_bounding(protections);
	if (geteuid() == 0 && !leave_root(user, protections, error))
		return false;
	if (!clear_capabilities(protections, error))
		return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		protection_holds(protections, WS_PROTECTION_NO_NEW_PRIVILEGES);
	else
		protection_lacks(protections, E_("no new privileges"), strerror(errno));
	if (SANITIZED) /* the sanitizer's tracer may trace only a process that can be dumped */
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return true;
}

bool ws_privileges_keep(int capability, struct ws_error *error)
{
	struct ws_protections protections = {0};
	const bool root = geteuid() == 0;
	/* For the user who called sudo, the changed user IDs become those of the process for good. */
	if (setresgid(getegid(), getegid(), getegid()) != 0 || setresuid(geteuid(), geteuid(), geteuid()) != 0)
		return ws_fail(error, WS_ERROR_SYSTEM, "cannot give up privileges: %s", strerror(errno));
	clear_bounding(&protections);
	const bool has = root && capng_have_capability(CAPNG_PERMITTED, (unsigned)capability);
	capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	if (has)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, (unsigned)capability);
	if (capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) != 0)
		return ws_fail(error, WS_ERROR_SYSTEM, "cannot give up capabilities; --no-sandbox keeps them");
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ||
	       ws_fail(error, WS_ERROR_SYSTEM, "cannot rule out new privileges: %s", strerror(errno));
}

static bool has_capability(unsigned capability)
{
	return capng_have_capability(CAPNG_PERMITTED, capability);
}

bool ws_privileges_look(const char *user, struct ws_error *error)
{
	static const unsigned wanted[] = {CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH};
	struct ws_protections protections = {0};
	bool has[WS_ARRAY_SIZE(wanted)];
	clear_bounding(&protections);
	capng_get_caps_process();
	for (size_t i = 0; i < WS_ARRAY_SIZE(wanted); i++)
		has[i] = has_capability(wanted[i]);
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0); /* or they would go with root */
	if (geteuid() == 0 && !leave_root(user, &protections, error))
		return false;
	capng_get_caps_process();
	capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	for (size_t i = 0; i < WS_ARRAY_SIZE(wanted); i++)
		if (has[i])
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, wanted[i]);
	if (capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) != 0)
		return ws_fail(error, WS_ERROR_SYSTEM, "cannot give up capabilities; --no-sandbox keeps them");
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ||
	       ws_fail(error, WS_ERROR_SYSTEM, "cannot rule out new privileges: %s", strerror(errno));
}

void ws_protections_text(const struct ws_protections *protections, struct ws_text *text)
{
	static const char *const names[] = {
#define X(name, words) [name] = words,
	        WS_PROTECTIONS(X)
#undef X
	};
	const char *separator = "";
	for (unsigned i = 0; i < WS_PROTECTION_COUNT; i++) {
		if (!(protections->in_force & 1u << i))
			continue;
		ws_text_puts(text, separator);
		ws_text_puts(text, names[i]);
		if (i == WS_PROTECTION_USER) {
			ws_text_putc(text, ' ');
			ws_text_puts(text, protections->user);
		}
		separator = ", ";
	}
	if (!protections->in_force)
		ws_text_puts(text, "nothing");
	if (protections->missing[0]) {
		ws_text_puts(text, "; without ");
		ws_text_puts(text, protections->missing);
	}
}
