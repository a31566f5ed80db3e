# make            builds build/ngx_xassist_module.so and build/xassistctl
# make test       runs every test;  make demo  runs the whole thing here
#
#   BUILD=DIR     where built things go (build)
#   TEST=1        adds the test clock (-DXASSIST_TEST)
#   SAN=1         adds AddressSanitizer and UndefinedBehaviorSanitizer
#   NGINX_SRC=DIR an nginx tree as nginx-dev has it, with conf_flags
#   V=1           prints every command

SHELL = /bin/bash
.SHELLFLAGS = -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

BUILD ?= build
Q = $(if $(V),,@)
NGINX_SRC ?= /usr/share/nginx/src
DESTDIR ?=
PREFIX ?= /usr
JOBS := $(shell nproc 2>/dev/null || echo 2)

BUILD_PACKAGES = gcc libc6-dev nginx nginx-dev liblmdb-dev libyajl-dev \
	libssl-dev
TEST_PACKAGES = libcmocka-dev libmojolicious-perl libio-socket-ssl-perl \
	openssl perl procps binutils wrk
DEMO_PACKAGES = janus libjs-janus-gateway libjs-webrtc-adapter chromium \
	chromium-driver node-qrcode-generator libbarcode-zbar-perl coturn
BENCH_PACKAGES = wrk redis-server nodejs valgrind
FUZZ_PACKAGES = clang libclang-rt-dev

CC := gcc
OPT = -O2 -g
WARN = -Wall -Wextra -Wconversion -Werror
HARDEN = -fstack-protector-strong -D_FORTIFY_SOURCE=2

ifneq ($(TEST),)
DEFINES += -DXASSIST_TEST
endif

ifneq ($(SAN),)
SANITIZE = -fsanitize=address,undefined -fno-omit-frame-pointer
HARDEN =
OPT = -O1 -g
endif

CFLAGS = -std=c11 -D_DEFAULT_SOURCE $(WARN) -fPIC -fvisibility=hidden \
	$(OPT) $(HARDEN) $(SANITIZE) $(DEFINES) -I.
LDFLAGS = $(SANITIZE) -Wl,-z,relro -Wl,-z,now -Wl,--as-needed
LIBS = -lyajl -lcrypto -llmdb -lpthread

POLICY_OBJS := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard policy/*.c)))
STORE_OBJS := $(patsubst %.c,$(BUILD)/obj/%.o,\
	$(sort $(wildcard lmdb_schema/*.c)))
CTL_OBJS := $(patsubst %.c,$(BUILD)/obj/%.o,\
	$(sort $(wildcard xassistctl/*.c)))
MODULE_FILES := $(sort $(wildcard policy/*.[ch] policy/*.def lmdb_schema/*.[ch] \
	lmdb_schema/*.def ngx_xassist_module/*.[ch] ngx_xassist_module/*.def))
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%.t,$(sort $(wildcard t/unit/*.c)))
TOOLS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard t/tool/*.c)))
BENCHES := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard t/bench/*.c)))
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard t/fuzz/*.c)))
TORTURES := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard t/torture/*.c)))

RUN = XASSIST_SUMMARY=build/summary t/run

.PHONY: all build libs units tools deps test test-unit test-http test-san demo \
	screenshots bench fuzz torture soak valgrind install clean FORCE

all:
	@$(MAKE) -j$(JOBS) build

build: libs \
	$(if $(CTL_OBJS),$(BUILD)/xassistctl) \
	$(if $(wildcard ngx_xassist_module/*.c),$(BUILD)/ngx_xassist_module.so)

libs: $(BUILD)/libpolicy.a $(BUILD)/libstore.a

# Lists of sources: a file that comes or goes changes them, and so the
# archives and the configuration of the module.

$(BUILD)/sources: LIST = $(MODULE_FILES) $(wildcard xassistctl/*.c)
$(BUILD)/flags: LIST = '$(CFLAGS)' '$(NGINX_CC_OPT)' '$(NGINX_SRC)'

$(BUILD)/sources $(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(LIST) >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "cc $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libpolicy.a: $(POLICY_OBJS) $(BUILD)/sources
	@rm -f $@
	@echo "ar $@"
	$(Q)ar rcs $@ $(POLICY_OBJS)

$(BUILD)/libstore.a: $(STORE_OBJS) $(BUILD)/sources
	@rm -f $@
	@echo "ar $@"
	$(Q)ar rcs $@ $(STORE_OBJS)

$(BUILD)/xassistctl: $(CTL_OBJS) $(BUILD)/libpolicy.a $(BUILD)/libstore.a
	@echo "ld $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# The module is compiled by nginx's build, out of nginx's tree.

NGINX_BUILD = $(abspath $(BUILD))/nginx
NGINX_CC_OPT = -fPIC $(OPT) $(HARDEN) $(SANITIZE) $(DEFINES)
NGINX_LD_OPT = -Wl,-z,relro -Wl,-z,now $(SANITIZE)

$(NGINX_BUILD)/Makefile: config $(BUILD)/flags $(BUILD)/sources \
		$(wildcard $(NGINX_SRC)/conf_flags \
			$(NGINX_SRC)/debian/libnginx-mod.abisubstvars)
	@rm -rf $(NGINX_BUILD)
	@mkdir -p $(NGINX_BUILD)
	@echo "configure $(NGINX_SRC)"
	@cd $(NGINX_SRC) && . ./conf_flags \
		&& ./configure "$${NGX_CONF_FLAGS[@]}" \
			--with-cc-opt='$(NGINX_CC_OPT)' \
			--with-ld-opt='$(NGINX_LD_OPT)' \
			--builddir=$(NGINX_BUILD) \
			--add-dynamic-module=$(CURDIR) \
			>$(NGINX_BUILD)/configure.log \
		|| { tail -n 20 $(NGINX_BUILD)/configure.log >&2; \
			rm -f $(NGINX_BUILD)/Makefile; exit 1; }

$(BUILD)/ngx_xassist_module.so: $(NGINX_BUILD)/Makefile $(MODULE_FILES)
	@echo "module $@"
	$(Q)$(MAKE) $(if $(Q),-s) -C $(NGINX_SRC) -f $(NGINX_BUILD)/Makefile modules
	@cp $(NGINX_BUILD)/ngx_xassist_module.so $@.new
	@mv $@.new $@

# Programs of the tests.

units: $(UNIT_TESTS)

tools: $(TOOLS)

$(BUILD)/t/unit/%.t: t/unit/%.c $(BUILD)/libpolicy.a $(BUILD)/libstore.a
	@mkdir -p $(@D)
	@echo "cc $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< \
		$(BUILD)/libpolicy.a $(BUILD)/libstore.a -lcmocka $(LIBS)

$(TOOLS) $(BENCHES) $(TORTURES): $(BUILD)/%: %.c $(BUILD)/libpolicy.a \
		$(BUILD)/libstore.a
	@mkdir -p $(@D)
	@echo "cc $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< \
		$(BUILD)/libpolicy.a $(BUILD)/libstore.a $(LIBS)

$(BUILD)/t/fuzz/%: t/fuzz/%.c $(wildcard policy/*.[ch] lmdb_schema/*.[ch] \
		lmdb_schema/*.def)
	@mkdir -p $(@D)
	clang -std=c11 -D_DEFAULT_SOURCE -g -O1 -I. -DXASSIST_TEST \
		-fsanitize=fuzzer,address,undefined -o $@ $< \
		$(wildcard policy/*.c lmdb_schema/*.c) $(LIBS)

-include $(POLICY_OBJS:.o=.d) $(STORE_OBJS:.o=.d) $(CTL_OBJS:.o=.d)
-include $(UNIT_TESTS:.t=.d)
-include $(TOOLS:=.d) $(BENCHES:=.d) $(TORTURES:=.d)

# Packages.

deps-%: FORCE
	@.ci/deps $($(shell echo $* | tr a-z A-Z)_PACKAGES)

deps:
	@.ci/deps $(BUILD_PACKAGES) $(TEST_PACKAGES) $(DEMO_PACKAGES)

# axe-core looks for what keeps people out of our pages.  Debian has none; it
# goes into build/ alone and is shipped with nothing.

AXE = axe-core@4.10.3

build/axe/axe.min.js: t/lib/axe.sha512
	@mkdir -p $(@D)
	@command -v npm >/dev/null || .ci/deps npm
	@echo "npm $(AXE)"
	@cd $(@D) && npm pack --silent $(AXE) >npm.log
	@cd $(@D) && sha512sum -c --quiet $(abspath $<)
	@cd $(@D) && tar -xmzf $(subst @,-,$(AXE)).tgz --strip-components=1 \
		package/axe.min.js

# An identity provider for a test; the same holds for it.

build/oidc/installed: t/e2e/provider/package-lock.json
	@mkdir -p $(@D)
	@command -v npm >/dev/null || .ci/deps npm
	@echo "npm oidc-provider"
	@cp $(<D)/package.json $(<D)/package-lock.json $(@D)
	@cd $(@D) && npm ci --silent --ignore-scripts --no-audit --no-fund \
		>npm.log 2>&1
	@touch $@

# Tests.  The release build is what the layer tests look at; the http tests
# run against the variant with the test clock.

VARIANT = build/test

test: deps
	@$(MAKE) -j$(JOBS) build units
	@$(MAKE) -j$(JOBS) BUILD=$(VARIANT) TEST=1 build tools
	@$(MAKE) build/axe/axe.min.js || echo 'no axe-core: fewer checks of pages'
	@$(MAKE) build/oidc/installed || echo 'no oidc-provider: one test less'
	@XASSIST_BUILD=$(VARIANT) $(RUN) $(BUILD)/t/unit t

test-unit: deps-build deps-test
	@$(MAKE) -j$(JOBS) units
	@$(RUN) $(BUILD)/t/unit

test-http: deps-build deps-test
	@$(MAKE) -j$(JOBS) BUILD=$(VARIANT) TEST=1 build tools
	@XASSIST_BUILD=$(VARIANT) $(RUN) t/http

test-san: deps-build deps-test
	@$(MAKE) -j$(JOBS) BUILD=build/asan SAN=1 TEST=1 build units tools
	@$(RUN) build/asan/t/unit
	@XASSIST_BUILD=build/asan $(RUN) t/http

valgrind: deps-build deps-test deps-bench
	@$(MAKE) -j$(JOBS) units
	@for test in $(UNIT_TESTS); do \
		echo "valgrind $$test"; \
		valgrind -q --leak-check=full --error-exitcode=1 $$test; \
	done

demo: deps
	@$(MAKE) -j$(JOBS) build
	@exec conf/demo/run $(if $(ONCE),once)

screenshots: deps
	@$(MAKE) -j$(JOBS) build
	@$(MAKE) build/axe/axe.min.js
	@perl -It/lib t/e2e/screenshots.pl $(PAGES)

bench: deps-build deps-test deps-bench
	@$(MAKE) -j$(JOBS) build tools $(BENCHES)
	@perl -It/lib t/bench/run.pl
	@XASSIST_BUILD=$(BUILD) perl t/bench/decide.pl
	@XASSIST_BUILD=$(BUILD) perl t/bench/store.pl
	@XASSIST_BUILD=$(BUILD) perl -It/lib t/bench/beside.pl
	@XASSIST_BUILD=$(BUILD) perl -It/lib t/bench/live.pl
	@XASSIST_BUILD=$(BUILD) perl -It/lib t/bench/live_end.pl
	@rm -rf $(BUILD)/bench.search && mkdir -p $(BUILD)/bench.search
	@$(BUILD)/t/bench/search $(BUILD)/bench.search
	@rm -rf $(BUILD)/bench.search

FUZZ_SECONDS ?= 60

fuzz: deps-build deps-fuzz
	@$(MAKE) -j$(JOBS) $(FUZZERS)
	@for fuzzer in $(FUZZERS); do \
		corpus=t/fuzz/corpus/$$(basename $$fuzzer); \
		mkdir -p $$fuzzer.found; \
		[ ! -d $$corpus ] || set -- $$corpus; \
		$$fuzzer -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
			$$fuzzer.found "$$@"; \
		set --; \
	done

torture: deps-build deps-test
	@$(MAKE) -j$(JOBS) build $(TORTURES)
	@rm -f $(BUILD)/torture.log
	@for torture in $(TORTURES); do \
		$$torture $(TORTURE_ARGS) | tee -a $(BUILD)/torture.log; \
	done
	@XASSIST_RACES=5000 t/run t/http/media_balance.t
	@$(MAKE) -j$(JOBS) BUILD=$(VARIANT) TEST=1 build tools
	@export XASSIST_BUILD=$(VARIANT); \
		perl -It/lib t/torture/refused.pl | tee -a $(BUILD)/torture.log; \
		XASSIST_KILLS=1000 prove -v t/http/store_kill.t \
			| tee -a $(BUILD)/torture.log
	@perl t/torture/figures.pl $(BUILD)/torture.log

# What make test does with few connections, with many: 100,000 opened and
# ended, a worker killed with 5,000, 5,000 decided again, 6,000 handshakes
# around 250 revocations, 1,000 random causes.  BATCHES=13 opens 20,000.

BATCHES = 63

soak: deps-build deps-test
	@$(MAKE) -j$(JOBS) BUILD=$(VARIANT) TEST=1 build tools
	@set -e; ulimit -n $$(ulimit -Hn); export XASSIST_BUILD=$(VARIANT); \
		XASSIST_SOCKETS=10000 t/run t/http/live_kill.t; \
		XASSIST_SOCKETS=2500 t/run t/http/live_slices.t; \
		XASSIST_ROUNDS=250 t/run t/http/live_race.t; \
		XASSIST_ROUNDS=1000 XASSIST_SOCKETS=400 t/run t/http/live_model.t; \
		XASSIST_ROUNDS=1600 XASSIST_BATCHES=$(BATCHES) \
			t/run t/http/live_growth.t

# Installing, cleaning.

MODULES_DIR = $(PREFIX)/lib/nginx/modules
SHARE_DIR = $(PREFIX)/share/xassist
CONF_DIR = /etc/xassist

install: build
	install -D -m 644 $(BUILD)/ngx_xassist_module.so \
		$(DESTDIR)$(MODULES_DIR)/ngx_xassist_module.so
	install -D -m 755 $(BUILD)/xassistctl $(DESTDIR)$(PREFIX)/bin/xassistctl
	install -D -m 644 conf/policy.json $(DESTDIR)$(SHARE_DIR)/policy.json
	install -d $(DESTDIR)$(SHARE_DIR)/pages
	cp -R conf/pages/. $(DESTDIR)$(SHARE_DIR)/pages/
	install -d $(DESTDIR)$(CONF_DIR)
	test -e $(DESTDIR)$(CONF_DIR)/policy.json || \
		install -m 644 conf/policy.json $(DESTDIR)$(CONF_DIR)/

clean:
	rm -rf $(BUILD)
