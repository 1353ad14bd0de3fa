# make run    installs what is missing, builds, and brings the fleet up on this machine
# make test   installs what the tests need, builds, and runs all of them
# make build  leaves release builds in bin/
# make examples  builds and runs the example packages
# make fuzz   attacks the segment's reader for FUZZ_SECONDS (20)
# make check  formatting, and that generated files are current

# One configuration for everything, so that nothing is compiled twice.
SWIFT_BUILD := swift build -c release
DATA ?= ./data
FUZZ_SECONDS ?= 20
FORMATTED := Package.swift Sources Tests Fuzz Examples/Shop/Package.swift Examples/Shop/Sources Benchmarks/Package.swift Benchmarks/Benchmarks Benchmarks/Dashboards Benchmarks/Fleet Benchmarks/Ratios \
    Benchmarks/Registry

# Debian packages by name: to build, and to test.
BUILD_PACKAGES := binutils libpcre2-dev libsqlite3-dev libsystemd-dev libzstd-dev zlib1g-dev
TEST_PACKAGES := amqp-tools curl dbus docker-compose nginx openssl pgbouncer postgresql prometheus prometheus-alertmanager \
    prometheus-blackbox-exporter prometheus-nginx-exporter prometheus-node-exporter prometheus-postgres-exporter \
    prometheus-process-exporter prometheus-redis-exporter protobuf-compiler python3-jsonschema python3-pip \
    python3-prometheus-client python3-protobuf python3-yaml rabbitmq-server redis-server sqlite3 systemd systemd-container \
    systemd-journal-remote systemd-sysv yamllint zstd

.PHONY: all build run test examples fuzz generate format check clean build-packages test-packages

all: build

build: build-packages
	$(SWIFT_BUILD) --product apus
	$(SWIFT_BUILD) --product apus-agent
	@mkdir -p bin
	@# Made whole beside the old file and renamed: a running fleet keeps its own.
	@for name in apus apus-agent; do strip -o bin/.$$name.new .build/release/$$name && mv bin/.$$name.new bin/$$name; done
	@echo "built bin/apus and bin/apus-agent"

run: build
	bin/apus up --data $(DATA)

test: test-packages
	$(SWIFT_BUILD) --build-tests
	Tests/run

examples: test-packages
	Examples/run

fuzz:
	swift package resolve
	Fuzz/run $(FUZZ_SECONDS)

generate: build
	bin/apus generate

format:
	swift format format --in-place --parallel --recursive $(FORMATTED)

check: build
	swift format lint --strict --parallel --recursive $(FORMATTED)
	bin/apus generate --check

clean:
	rm -rf .build bin

build-packages:
	@Tests/packages $(BUILD_PACKAGES)

test-packages: build-packages
	@Tests/packages $(TEST_PACKAGES)
	@Tests/python-packages
