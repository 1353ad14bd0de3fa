# make run       installs what is missing, builds, and brings the fleet up on this machine
# make test      installs what the tests need, builds, and runs all of them
# make build     leaves release builds in bin/
# make deb       leaves the agent's Debian package in bin/
# make examples  builds and runs the example packages
# make fuzz      attacks what reads the bytes of strangers, FUZZ_SECONDS (10) for each target
# make attack    attacks agent, API and workers under their units, ATTACK_SECONDS (120) each, with an honest client each second; `make test` has a short form
# make check     formatting, declared imports, and that generated files are current
# .ci/run        all of these, each thing compiled once

# One configuration for everything, so that nothing is compiled twice. Without debug information, which strip would take away again.
# Executables look for no libraries in their own folder, where somebody could plant one.
# Each function has a section, so that the linker can put them in an order (Sources/Agent/function-order.txt).
SWIFT_BUILD := swift build -c release -debug-info-format none --disable-local-rpath \
    -Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections
DATA ?= ./data
FUZZ_SECONDS ?= 10
ATTACK_SECONDS ?= 120
ATTACK_MILLISECONDS ?= 200
FORMATTED := Package.swift Sources Tests Fuzz Examples/*/Package.swift Examples/*/Sources Benchmarks

# Debian packages by name: to build, to package, and to test.
BUILD_PACKAGES := binutils libcrypt-dev libpcre2-dev libpq-dev libsqlite3-dev libsystemd-dev libyaml-dev libzstd-dev zlib1g-dev
DEB_PACKAGES := debhelper dpkg-dev git python3
TEST_PACKAGES := amqp-tools bash-completion chromium curl dbus default-jdk-headless docker-compose iproute2 lintian man-db nginx nodejs openssl pgbouncer postgresql prometheus prometheus-alertmanager \
    prometheus-blackbox-exporter prometheus-nginx-exporter prometheus-node-exporter prometheus-postgres-exporter \
    prometheus-process-exporter prometheus-redis-exporter protobuf-compiler python3-jsonschema python3-pip \
    python3-prometheus-client python3-protobuf python3-requests python3-yaml rabbitmq-server redis-server sqlite3 systemd systemd-container \
    systemd-journal-remote systemd-sysv yamllint zsh zstd

.PHONY: all attack build build-tests deb product run test test-beside examples fuzz generate format lint check clean binaries build-packages test-packages

all: build

build: build-packages
	$(SWIFT_BUILD) --product apus
	$(SWIFT_BUILD) --product apus-agent
	@$(MAKE) --no-print-directory binaries

# Made whole beside the old file and renamed: a running fleet keeps its own.
binaries:
	@mkdir -p bin
	@for name in apus apus-agent; do strip -o bin/.$$name.new .build/release/$$name && mv bin/.$$name.new bin/$$name; done
	@echo "built bin/apus and bin/apus-agent"

deb: build
	@Tests/packages $(DEB_PACKAGES)
	@Packaging/build-deb bin/apus-agent

build-tests: build-packages
	$(SWIFT_BUILD) --build-tests
	@$(MAKE) --no-print-directory binaries

run: build
	bin/apus up --data $(DATA)

test: test-packages build-tests
	Tests/run

# The tests, and beside them what else a change must pass; all is built.
test-beside:
	Tests/run --beside 'Fuzz/run $(FUZZ_SECONDS)' --beside Examples/run --beside .ci/imports \
	    --beside 'make --no-print-directory lint' --beside 'bin/apus generate --check'

attack: test-packages build-tests
	APUS_ATTACK_SECONDS=$(ATTACK_SECONDS) APUS_ATTACK_MILLISECONDS=$(ATTACK_MILLISECONDS) Tests/run --filter 'Under attack'

# One product, such as a benchmark: APUS_BENCHMARKS=1 make product NAME=Ratios
product: build-packages
	$(SWIFT_BUILD) --product $(NAME)

examples: test-packages
	$(SWIFT_BUILD) --product ShopExample
	$(SWIFT_BUILD) --product PolyglotExample
	$(SWIFT_BUILD) --product apus-agent
	Examples/run

fuzz:
	swift package resolve
	Fuzz/run $(FUZZ_SECONDS)

generate: build
	bin/apus generate

format:
	swift format format --in-place --parallel --recursive $(FORMATTED)

lint:
	swift format lint --strict --parallel --recursive $(FORMATTED)

check: build lint
	.ci/imports
	bin/apus generate --check

clean:
	rm -rf .build bin

build-packages:
	@Tests/packages $(BUILD_PACKAGES)

test-packages: build-packages
	@Tests/packages $(DEB_PACKAGES) $(TEST_PACKAGES)
	@Tests/python-packages
