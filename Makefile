# wirestate: `make demo` and `make test` install missing packages; other targets say which ones they need.

VERSION  := 0.2.0
PREFIX   ?= /usr/local
BUILD    ?= build
CC       ?= cc
CFLAGS   ?= -O2 -g
# Code that every packet runs through is compiled with more optimisation, and with LTO; the tests link the same objects without.
HOT      ?= -O3
ifeq ($(origin LTO),undefined)
LTO      := $(if $(shell $(CC) -flto=auto -ffat-lto-objects -Werror -x c -c -o /dev/null /dev/null 2>&1 || echo no),,-flto=auto -ffat-lto-objects)
endif
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wwrite-strings
HARDEN   := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2
ALL_CPPFLAGS := -Iinclude -Isrc -D_GNU_SOURCE -D_XOPEN_SOURCE_EXTENDED -DWS_VERSION='"$(VERSION)"' -DWS_DATADIR='"$(PREFIX)/share/wirestate"' $(CPPFLAGS)
ALL_CFLAGS   := -std=gnu11 $(WARNINGS) $(if $(CI),-Werror) $(HARDEN) $(CFLAGS)
NO_LTO       := $(if $(LTO),-fno-lto)
ALL_LDFLAGS  := -pie -Wl,-z,relro,-z,now $(LDFLAGS)
LIBS     := -lpcap -lseccomp -lcap-ng $(or $(shell pkg-config --libs ncursesw 2>/dev/null),-lncursesw -ltinfo) -lz -lzstd -lmnl -lm -pthread

# Everything but main.c is in the library, so that the unit tests and the fuzzing targets can link it. src/nats is a program of its own.
SOURCES  := $(sort $(filter-out src/nats/%,$(wildcard src/*/*.c src/*/*/*.c)))
OBJECTS  := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
MAIN_OBJ := $(BUILD)/obj/main.o
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZ     := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

# wirestate-nats is built where libnats is; wirestate does not need it.
NATS_LIBS   := $(shell pkg-config --libs libnats 2>/dev/null || { $(CC) -E -include nats/nats.h -x c -o /dev/null /dev/null 2>/dev/null && echo -lnats; })
NATS_OBJECTS := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(sort $(wildcard src/nats/*.c)))
PROGRAMS    := $(BUILD)/wirestate $(if $(NATS_LIBS),$(BUILD)/wirestate-nats)

ASAN_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined

# make V=1 shows the complete commands.
Q   := $(if $(V),,@)
say  = @$(if $(V),:,printf '  %-4s %s\n' '$(strip $(1))' '$@';:)

# For targets that build on their own: as many jobs as there are processors, unless make was called with -j.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

.DEFAULT_GOAL := all
.PHONY: all demo test check unit modules bench lab corpus asan tsan fuzz lint deb install uninstall clean help

# A folder of src/language for each language, with .po files by area; without msgfmt the program speaks English only.
LANGUAGES    := $(notdir $(patsubst %/,%,$(wildcard src/language/*/)))
# The manual pages that a language has: src/language/zh_CN/wirestate.1.in becomes build/man/zh_CN/man1/wirestate.1.
TRANSLATED_PAGES := $(if $(shell command -v msgfmt),$(foreach page,$(wildcard $(PROGRAMS:$(BUILD)/%=src/language/*/%.1.in)),$(BUILD)/man/$(patsubst src/language/%/,%,$(dir $(page)))/man1/$(basename $(notdir $(page)))))
TRANSLATIONS := $(if $(shell command -v msgfmt),$(LANGUAGES:%=$(BUILD)/locale/%/LC_MESSAGES/wirestate.mo))

COMPLETIONS := $(addprefix $(BUILD)/wirestate.,bash zsh fish)

all: $(PROGRAMS) $(PROGRAMS:%=%.1) $(COMPLETIONS) $(TRANSLATIONS) $(TRANSLATED_PAGES) ## build build/wirestate and its manual page, and wirestate-nats where libnats is

$(BUILD)/wirestate: $(MAIN_OBJ) $(BUILD)/libwirestate.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) $(LTO) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/wirestate-nats: $(NATS_OBJECTS) $(BUILD)/libwirestate.a
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) $(LTO) $(ALL_LDFLAGS) -o $@ $^ $(NATS_LIBS) -lseccomp -lcap-ng -pthread

$(BUILD)/libwirestate.a: $(OBJECTS)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Before anything is compiled: a missing header is named with the package that has it, in one line.
# header Debian's package Fedora's Alpine's Arch's
HEADERS := \
	pcap/pcap.h     libpcap-dev    libpcap-devel    libpcap-dev    libpcap \
	seccomp.h       libseccomp-dev libseccomp-devel libseccomp-dev libseccomp \
	cap-ng.h        libcap-ng-dev  libcap-ng-devel  libcap-ng-dev  libcap-ng \
	curses.h        libncurses-dev ncurses-devel    ncurses-dev    ncurses \
	zlib.h          zlib1g-dev     zlib-devel       zlib-dev       zlib \
	zstd.h          libzstd-dev    libzstd-devel    zstd-dev       zstd \
	libmnl/libmnl.h libmnl-dev     libmnl-devel     libmnl-dev     libmnl \
	linux/veth.h    linux-libc-dev kernel-headers   linux-headers  linux-api-headers

$(BUILD)/headers: Makefile
	@mkdir -p $(@D)
	@missing=; set -- $(HEADERS); while [ $$# -gt 0 ]; do \
		printf '#include <sys/types.h>\n#include <sys/socket.h>\n#include <%s>\n' "$$1" | \
			$(CC) $(ALL_CPPFLAGS) -E -x c -o /dev/null - 2>/dev/null || { missing=yes; \
			echo "make: $$1 is missing: it is in $$2 (Debian), $$3 (Fedora), $$4 (Alpine), $$5 (Arch)" >&2; }; \
		shift 5; done; [ -z "$$missing" ] && touch $@

$(BUILD)/obj/%.o: src/%.c Makefile | $(BUILD)/headers
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LTO) -MMD -MP -c -o $@ $<

# The page that --export NAME.html writes: its script, style sheet and body as C strings.
PAGE := $(addprefix src/export/page/,embed replay.js replay.css body.html)
$(BUILD)/gen/page.h: $(PAGE)
	$(call say,GEN)
	@mkdir -p $(@D)
	$(Q)src/export/page/embed src/export/page > $@.tmp && mv $@.tmp $@
$(BUILD)/obj/export/html.o: $(BUILD)/gen/page.h
$(BUILD)/obj/export/html.o: ALL_CPPFLAGS += -I$(BUILD)/gen

HOT_OBJECTS := $(filter $(foreach folder,base capture decode track output,$(BUILD)/obj/$(folder)/%.o),$(OBJECTS)) $(patsubst %,$(BUILD)/obj/app/%.o,session point lookahead decoder threads workers sheets)
$(HOT_OBJECTS): private ALL_CFLAGS += $(HOT)

# PROFILE=yes compiles that code twice: GCC learns from a program that counts how often each branch is taken, while it reads the
# bundled captures and a mix of connections. Whatever is changed is counted again, so that no file loses its counts unseen. GCC then
# takes variables for uninitialised that are not.
ifneq ($(PROFILE),)
COUNTING := $(HOT_OBJECTS:$(BUILD)/obj/%=$(BUILD)/profile/%)
$(BUILD)/wirestate: private ALL_CFLAGS += -Wno-maybe-uninitialized

$(COUNTING): $(BUILD)/profile/%.o: src/%.c Makefile | $(BUILD)/headers
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(HOT) -fprofile-generate -MMD -MP -c -o $@ $<

$(BUILD)/profile/counted: $(COUNTING) $(filter-out $(HOT_OBJECTS),$(OBJECTS)) $(MAIN_OBJ) tests/bench/mix.c
	$(call say,RUN)
	$(Q)$(CC) $(ALL_CFLAGS) $(NO_LTO) -fprofile-generate $(ALL_LDFLAGS) -o $(@D)/wirestate $(filter %.o,$^) $(LIBS)
	$(Q)$(CC) -O -o $(@D)/mix tests/bench/mix.c && $(@D)/mix 50000 2>/dev/null >$(@D)/mix.pcap && find $(@D) -name '*.gcda' -delete
	$(Q)for capture in captures/*.pcap $(@D)/mix.pcap; do for format in text json "json --only connection"; do \
		$(@D)/wirestate --no-sandbox -n --threads 1 -T $$format -r $$capture >/dev/null 2>&1 || exit; done; done; touch $@

$(HOT_OBJECTS): $(BUILD)/profile/counted
$(HOT_OBJECTS): private ALL_CFLAGS += -fprofile-use -dumpdir $(dir $(@:$(BUILD)/obj/%=$(BUILD)/profile/%)) \
	-fprofile-partial-training -Werror=missing-profile -Wno-maybe-uninitialized
endif

# The state machine with its invariants checked after each step, and the shares of ordinary segments, for what is linked to test them.
CHECKED := $(BUILD)/checked/machine.o $(BUILD)/checked/ordinary.o $(BUILD)/checked/shares_ordinary.o

$(CHECKED): $(BUILD)/checked/%.o: src/track/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) -DWS_CHECKS $(ALL_CFLAGS) $(NO_LTO) -MMD -MP -c -o $@ $<

# What a unit test tests is optimised; the test itself would take longer to optimise than to run.
UNIT_CFLAGS = $(filter-out -Werror -O% -D_FORTIFY_SOURCE=%,$(ALL_CFLAGS)) -O0

$(BUILD)/unit/%: tests/unit/%.c $(CHECKED) $(BUILD)/libwirestate.a Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(UNIT_CFLAGS) $(NO_LTO) -Itests/unit -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(CHECKED) $(BUILD)/libwirestate.a $(LIBS) -lcmocka

FUZZ_LINK = $(ALL_CPPFLAGS) $(filter-out -Werror,$(ALL_CFLAGS)) $(NO_LTO) $(ALL_LDFLAGS) -o $@ $(filter-out Makefile %.h,$^) $(LIBS)

$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(CHECKED) $(BUILD)/libwirestate.a $(wildcard tests/fuzz/*.h) Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(FUZZ_LINK)

$(BUILD)/libfuzzer/%: tests/fuzz/fuzz_%.c $(CHECKED) $(BUILD)/libwirestate.a tests/fuzz/frames.h Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -fsanitize=fuzzer $(FUZZ_LINK)

# The program is loaded once and run many times, so its main gets another name.
$(BUILD)/corpus/server: tests/corpus/server.c $(MAIN_OBJ) $(CHECKED) $(BUILD)/libwirestate.a Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -w -Dmain=wirestate_main -c -o $(BUILD)/corpus/main.o src/main.c
	$(Q)$(CC) $(ALL_CPPFLAGS) $(filter-out -Werror,$(ALL_CFLAGS)) $(NO_LTO) $(ALL_LDFLAGS) -o $@ $< $(BUILD)/corpus/main.o $(CHECKED) $(BUILD)/libwirestate.a $(LIBS)

-include $(OBJECTS:.o=.d) $(COUNTING:.o=.d) $(NATS_OBJECTS:.o=.d) $(CHECKED:.o=.d) $(MAIN_OBJ:.o=.d) $(UNIT:=.d)

$(BUILD)/wirestate-nats.1: src/nats/wirestate-nats.1.in Makefile
	$(call say,MAN)
	$(Q)sed 's/@VERSION@/$(VERSION)/' $< > $@.tmp && mv $@.tmp $@

$(BUILD)/wirestate.1: $(BUILD)/wirestate src/cli/wirestate.1.in
	$(call say,MAN)
	$(Q)$(BUILD)/wirestate --generate man src/cli/wirestate.1.in > $@.tmp && mv $@.tmp $@

$(COMPLETIONS): $(BUILD)/wirestate.%: $(BUILD)/wirestate
	$(call say,GEN)
	$(Q)$(BUILD)/wirestate --generate $* > $@.tmp && mv $@.tmp $@

.SECONDEXPANSION:
# % is zh_CN/man1/wirestate.
$(TRANSLATED_PAGES): $(BUILD)/man/%.1: src/language/$$(subst /man1/,/,$$*).1.in $(BUILD)/wirestate $(BUILD)/locale/$$(*D:/man1=)/LC_MESSAGES/wirestate.mo
	$(call say,MAN)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/wirestate --language $(*D:/man1=) --generate man $< | sed 's/@VERSION@/$(VERSION)/' > $@.tmp && mv $@.tmp $@

$(TRANSLATIONS): $(BUILD)/locale/%/LC_MESSAGES/wirestate.mo: $$(wildcard src/language/$$*/*.po) Makefile
	$(call say,MO)
	@mkdir -p $(@D)
	$(Q)msgcat --use-first $(filter %.po,$^) | msgfmt --check-format -o $@.tmp - && mv $@.tmp $@

demo: ## install what is missing, build, and replay a bundled capture in the view
	@tests/need build
	@$(MAKE) --no-print-directory -s $(PARALLEL) all
	@$(BUILD)/wirestate -r captures/close-four-client.pcap

test: ## install what the tests need, build, and run them all
	@tests/need test
	@$(MAKE) --no-print-directory $(PARALLEL) all unit
	@tests/run

unit: modules $(FUZZ:%=$(BUILD)/fuzz/%) ## build the unit tests

# The unit tests without the fuzzing targets.
modules: $(UNIT) $(BUILD)/corpus/server

bench: ## measure speed, and compare with libpcap's read loop and other programs
	@tests/need bench
	@$(MAKE) --no-print-directory all
	@tests/bench/run

lab: ## compare a long run of random connections, and many of the lab's scenarios, with the kernel's states (root)
	@tests/need test
	@$(MAKE) --no-print-directory all $(BUILD)/unit/test_join_random $(BUILD)/unit/test_join_three
	@tests/lab/long
	@tests/lab/causes --long
	@tests/twohosts/run --times 100
	@tests/graphs/run --all

corpus: ## run all captures and mutations of them in every format and on every screen, under the sanitizers
	@tests/need test
	@$(MAKE) --no-print-directory asan
	@BUILD=build/asan tests/corpus/run --all $(if $(SEED),--seed $(SEED))
	@BUILD=build/asan tests/properties/run --all
	@BUILD=build/asan tests/overview/run --all

asan: ## build build/asan/wirestate and its unit tests with AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=build/asan LTO= HOT= CPPFLAGS=-DWS_CHECKS CFLAGS='$(ASAN_FLAGS)' HARDEN=-fPIE $(or $(WITH),all unit)

tsan: ## build build/tsan/wirestate with ThreadSanitizer, and compare numbers of threads with it
	@$(MAKE) --no-print-directory $(PARALLEL) BUILD=build/tsan LTO= HOT= CFLAGS='-O1 -g -fsanitize=thread' HARDEN=-fPIE build/tsan/wirestate
	@BUILD=build/tsan tests/threads/run

fuzz: ## let libFuzzer look for inputs that break the program: SECONDS=60 for each TARGET
	@tests/need fuzz
	@$(MAKE) --no-print-directory BUILD=build/libfuzzer LTO= HOT= CC=clang WARNINGS= HARDEN=-fPIE CFLAGS='$(ASAN_FLAGS) -fsanitize=fuzzer-no-link' \
		$(FUZZ:%=build/libfuzzer/libfuzzer/%)
	@tests/fuzz/search $(or $(SECONDS),60) $(TARGET)

lint: ## check formatting, static analysis, and the directions of dependency
	@tests/lint

install: all ## install below PREFIX (/usr/local), honouring DESTDIR
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(PROGRAMS:%=%.1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -D -m 644 $(BUILD)/wirestate.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/wirestate
	install -D -m 644 $(BUILD)/wirestate.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_wirestate
	install -D -m 644 $(BUILD)/wirestate.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/wirestate.fish
	for page in $(TRANSLATED_PAGES:$(BUILD)/%=%); do install -D -m 644 $(BUILD)/$$page $(DESTDIR)$(PREFIX)/share/$$page; done
	for mo in $(TRANSLATIONS:$(BUILD)/%=%); do install -D -m 644 $(BUILD)/$$mo $(DESTDIR)$(PREFIX)/share/$$mo; done
	install -d $(DESTDIR)$(PREFIX)/share/wirestate/captures/lab
	install -m 644 $(wildcard captures/*.*) $(DESTDIR)$(PREFIX)/share/wirestate/captures
	install -m 644 captures/lab/* $(DESTDIR)$(PREFIX)/share/wirestate/captures/lab

deb: ## build a Debian package, build/deb/wirestate_VERSION_ARCHITECTURE.deb
	@tests/need deb
	@.debian/build $(VERSION) $(CURDIR)/build/deb

uninstall: ## remove the installed files
	rm -f $(foreach program,wirestate wirestate-nats,$(DESTDIR)$(PREFIX)/bin/$(program) $(DESTDIR)$(PREFIX)/share/man/man1/$(program).1)
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/wirestate
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_wirestate
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/wirestate.fish
	rm -f $(foreach file,$(TRANSLATIONS) $(TRANSLATED_PAGES),$(DESTDIR)$(PREFIX)/share/$(file:$(BUILD)/%=%))
	rm -rf $(DESTDIR)$(PREFIX)/share/wirestate

clean: ## remove build/
	rm -rf build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile
