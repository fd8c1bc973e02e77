# extflash: build, test, try, install. `make help` lists the targets.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# What the package and its tests need from Debian beyond Swift itself.
BUILD_PACKAGES = pkg-config libusb-1.0-0-dev libsqlite3-dev libpq-dev zlib1g-dev
TEST_PACKAGES = libunicorn-dev
USB_PACKAGES = openocd stlink-tools usbutils udev python3-venv
CENTRAL_PACKAGES = postgresql openssl python3
DEB_PACKAGES = debhelper lintian
DEB_TEST_PACKAGES = debootstrap python3-minimal curl util-linux
PAGE_PACKAGES = chromium python3
STATION_PACKAGES = python3
VM_PACKAGES = qemu-system-x86 busybox-static cpio kmod usbip xz-utils

# What `make test-station` makes, and how often it kills the station meanwhile.
STATION_UNITS ?= 400
STATION_KILLS ?= 20

# What `make test-corpus` gives one loader.
CORPUS_SECONDS ?= 600

# Tests with a server in their process run by themselves: what computes without a pause would keep the threads that the
# server's requests wait for.
live-tests = StationServerTests|Commands for a station|Commands that extflashd|Programming one board at a station|Examples in Python

# The compilers, linkers and tools that come with Swift.
tools = $(dir $(realpath $(shell command -v $(SWIFT))))

# The program as it travels: one file that needs glibc, libgcc (which comes with glibc, whose pthread_exit loads it) and
# libusb, and says nothing of the machine it was built on. The linker takes the C++ library from a directory that holds
# its archive only.
program = .build/extflash
daemon = .build/extflashd
archives = .build/archives
manual = .build/write-manual
STATIC = --static-swift-stdlib --disable-local-rpath -Xlinker -L$(CURDIR)/$(archives) \
    -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. -Xcc -ffile-prefix-map=$(CURDIR)=.

release = PKG_CONFIG_PATH=$(CURDIR)/$(archives) $(SWIFT) build -c release

.PHONY: help build build-daemon install-files install-daemon install-daemon-files deb test-deb test-systemd deb-packages central-packages test-station test-api test-page test-central demo demo-station test golden test-corpus test-binary test-usb test-usb-bus test-usb-vm vectors check lint format bench install install-udev uninstall man man-program man-daemon clean
.PHONY: build-packages test-packages usb-packages page-packages vm-packages deb-test-packages station-packages

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

build: build-packages $(archives)/libstdc++.a $(archives)/libz.a $(archives)/libusb-1.0.pc $(archives)/sqlite3.pc ## Build the program, as one file: .build/extflash
	$(release) --product extflash $(STATIC)
	$(tools)llvm-objcopy --strip-all $$($(SWIFT) build -c release --show-bin-path)/extflash $(program)

build-daemon: build-packages $(archives)/libstdc++.a $(archives)/libz.a $(archives)/libusb-1.0.pc $(archives)/sqlite3.pc $(archives)/libpq.pc ## Build the station, as one file: .build/extflashd
	$(release) --product extflashd $(STATIC)
	$(tools)llvm-objcopy --strip-all $$($(SWIFT) build -c release --show-bin-path)/extflashd $(daemon)

$(archives)/libstdc++.a:
	@archive=$$($(tools)clang -print-file-name=libstdc++.a); \
	[ -e "$$archive" ] || { echo "there is no libstdc++.a: install libstdc++-12-dev (Debian 12)"; exit 1; }; \
	mkdir -p $(archives) && ln -sf "$$archive" $@

# A library's own words for pkg-config without the folder they all lie in: it would be searched before the archives'.
$(archives)/%.pc:
	mkdir -p $(archives)
	sed 's/-L[^ ]*//' "$$(pkg-config --variable=pcfiledir $*)/$*.pc" >$@.new && mv $@.new $@

# The HTTP client's: what a bare Debian need not have is linked in.
$(archives)/libz.a:
	@archive=$$($(tools)clang -print-file-name=libz.a); \
	[ -e "$$archive" ] || { echo "there is no libz.a: install zlib1g-dev"; exit 1; }; \
	mkdir -p $(archives) && ln -sf "$$archive" $@

demo: build ## Program, verify and read back a simulated board, with the binary a user gets
	Tests/Demo/demo.sh $(program)

demo-station: build-daemon ## Open a station with eight simulated slots at work, for the browser; Ctrl-C ends it
	Tests/Demo/station.py $(daemon)

test: build-packages test-packages ## Run every test on the simulated bench
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --parallel --skip '$(live-tests)'
	$(SWIFT) test --skip-build --parallel --filter '$(live-tests)'

test-station: build-daemon station-packages ## Run eight simulated slots with 400 units, faults and kills, and look at every record and flash
	Tests/Station/faults.py $(daemon) --units $(STATION_UNITS) --kills $(STATION_KILLS)

test-api: build-daemon ## Ask a station with simulated slots what schemathesis makes of Documentation/openapi.yaml
	Tests/API/run.sh $(daemon) || [ $$? = 77 ]

test-page: build-daemon page-packages ## Use the station's page in a headless Chromium: units, failures, a killed station, roles
	Tests/Page/page.py $(daemon)

test-central: build-daemon central-packages ## Let two stations share a real PostgreSQL that is stopped, killed and cut off in mid-batch
	Tests/Central/run.py $(daemon)

test-corpus: build ## One line for each loader in DIR, its packs and zip files: read, linted, tried on a simulated board, verdict
	@[ -n "$(DIR)" ] || { echo "say where they are: make test-corpus DIR=..."; exit 2; }
	Tests/Corpus/run.py $(program) "$(DIR)" --limit $(CORPUS_SECONDS)

test-binary: build ## Run the program in a root directory that holds nothing but it, glibc and libusb
	Tests/Binary/run.sh $(program)

golden: build-packages test-packages ## Write anew what the tests expect of the program's words; read what changed
	$(SWIFT) build --build-tests
	EXTFLASH_UPDATE_GOLDEN=1 $(SWIFT) test --skip-build --filter 'CommandLineTests|InterfacePageTests'

test-usb: test-usb-bus test-usb-vm ## Let extflash, OpenOCD and others drive the virtual probes over real libusb

test-usb-bus: build usb-packages ## Only on the private bus of `extflash simulate`
	Tests/USB/run.sh $(program)

test-usb-vm: build usb-packages vm-packages ## Only on the real kernel's USB stack, in a virtual machine
	Tests/Tools/python-program.sh pyocd || true
	Tests/USB/vm/run.sh $(program) Tests/USB/run.sh $(program) || [ $$? = 77 ]

vectors: build usb-packages vm-packages ## Record anew what OpenOCD and others send to the virtual probes, for the tests
	Tests/USB/record-vectors.sh $(program)

check: test lint ## Formatting and tests

lint: ## Look whether the sources are in the house format
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

format: ## Bring the sources into the house format
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift

bench: build build-daemon ## Measure speed and memory on the simulated bench, of the program and of a station
	Tests/Benchmarks/bench.sh $(program)
	Tests/Benchmarks/speed.py $(program) --json .build/speed.json
	Tests/Benchmarks/openocd.py $(program) --json .build/openocd.json
	Tests/Benchmarks/station.py $(daemon)

man: man-program man-daemon ## Write the manual pages to .build/man

man-program: build $(manual)
	$(call write-manual,$(program))

man-daemon: build build-daemon $(manual)
	$(call write-manual,$(daemon))

$(manual): $(wildcard Plugins/WriteManual/*.swift)
	mkdir -p $(@D)
	$(tools)swiftc -swift-version 6 -warnings-as-errors -parse-as-library $^ -o $@

install: build man-program install-files ## Install to $(DESTDIR)$(PREFIX)
	$(tell-udev)

install-files:
	install -D -m 755 $(program) $(DESTDIR)$(PREFIX)/bin/extflash
	$(install-licences)
	$(remove-shipped)
	install -d $(DESTDIR)$(PREFIX)/share/extflash/schemas
	for name in $$($(program) schema list); do \
	    $(program) schema $$name >$(DESTDIR)$(PREFIX)/share/extflash/schemas/$$name.json || exit 1; \
	done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	$(program) --generate-completion-script bash | sed '1{/^#!/d}' >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/extflash
	$(program) --generate-completion-script zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_extflash
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 .build/man/extflash.1 .build/man/extflash-*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -D -m 644 udev/60-extflash.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-extflash.rules

install-daemon: build-daemon man-daemon install-daemon-files ## Install the station, its service and its user (then: systemctl enable --now extflashd)
	@[ -n "$(DESTDIR)" ] || { systemd-sysusers && systemctl daemon-reload; }

# A station file that is there already is the user's.
install-daemon-files:
	install -D -m 755 $(daemon) $(DESTDIR)$(PREFIX)/bin/extflashd
	install -d $(DESTDIR)/etc/extflash
	[ -e $(DESTDIR)/etc/extflash/station.yaml ] || \
	    sed 's|^  # socket:|  socket:|' Config/station.yaml >$(DESTDIR)/etc/extflash/station.yaml
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d
	sed 's|/usr/bin/|$(PREFIX)/bin/|' debian/extflashd.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/extflashd.service
	install -m 644 debian/extflashd.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/extflashd.conf
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	$(daemon) --generate-completion-script bash | sed '1{/^#!/d}' >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/extflashd
	$(daemon) --generate-completion-script zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_extflashd
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 .build/man/extflashd.1 $(DESTDIR)$(PREFIX)/share/man/man1/

deb: deb-packages ## Build the Debian packages of program and station, to .build/deb
	rm -rf .build/deb
	DEB_RULES_REQUIRES_ROOT=no debian/rules clean binary
	lintian --fail-on error --profile debian --tag-display-limit 0 .build/deb/*.deb

test-deb: deb deb-test-packages ## Install the packages in a bare Debian 12 root, use and remove them
	Tests/Packages/run.sh .build/deb

test-systemd: build deb deb-test-packages vm-packages ## Boot a Debian 12 with the packages in a virtual machine and try the service there
	Tests/Packages/systemd.sh $(program) .build/deb || [ $$? = 77 ]

install-udev: ## Install the udev rules alone, to /etc: seat and group plugdev may open the probes (as root)
	install -D -m 644 udev/60-extflash.rules $(DESTDIR)/etc/udev/rules.d/60-extflash.rules
	$(tell-udev)

# The pages say the same as the program's help, of which they are made; their date is that of the sources.
define write-manual
	mkdir -p .build/man && rm -f .build/man/$(notdir $(1)).1 .build/man/$(notdir $(1))[-.]*.1
	$(1) --experimental-dump-help >.build/man/$(notdir $(1)).json
	seconds=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || date +%s)}; \
	$(manual) "$$(LC_ALL=C date -u -d "@$$seconds" '+%B %-d, %Y')" "extflash $$($(program) --version)" \
	    Documentation/manual .build/man <.build/man/$(notdir $(1)).json
endef

# What is linked into the program is passed on with it.
define install-licences
	install -d $(DESTDIR)$(PREFIX)/share/doc/extflash
	install -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/extflash/LICENSE
	install -m 644 $(tools)../share/swift/LICENSE.txt $(DESTDIR)$(PREFIX)/share/doc/extflash/LICENSE.swift
	for package in swift-argument-parser Yams; do \
	    install -m 644 .build/checkouts/$$package/LICENSE* $(DESTDIR)$(PREFIX)/share/doc/extflash/LICENSE.$$package || exit 1; \
	done
endef

# Configuration and loaders are built in. Files that an earlier version installed would win over them.
define remove-shipped
	rm -f $(patsubst Config/%,$(DESTDIR)$(PREFIX)/share/extflash/%,$(wildcard Config/*/*.yaml))
	rm -f $(DESTDIR)$(PREFIX)/share/extflash/loaders/w25q128-stm32h745xi-bk2.stldr
endef

# Files for a package are no news for this machine's udev; nor are rules where no udev runs, as in containers.
define tell-udev
	@[ -n "$(DESTDIR)" ] || \
	    { udevadm control --reload && udevadm trigger --subsystem-match=usb --subsystem-match=hidraw; } 2>/dev/null || \
	    echo "udev was not told of its new rules: replug the probes, or restart this machine."
endef

uninstall: ## Remove what install and install-daemon put there, but for /etc/extflash and /var/lib/extflash
	rm -f $(DESTDIR)$(PREFIX)/bin/extflash $(DESTDIR)$(PREFIX)/bin/extflashd
	rm -f $(DESTDIR)$(PREFIX)/lib/systemd/system/extflashd.service $(DESTDIR)$(PREFIX)/lib/sysusers.d/extflashd.conf
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/extflashd
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_extflashd $(DESTDIR)$(PREFIX)/share/man/man1/extflashd*.1
	rm -rf $(DESTDIR)$(PREFIX)/share/extflash $(DESTDIR)$(PREFIX)/share/doc/extflash
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/extflash
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_extflash
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/extflash.1 $(DESTDIR)$(PREFIX)/share/man/man1/extflash-*.1
	rm -f $(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-extflash.rules

clean: ## Remove what was built
	rm -rf .build

# Installs only what is missing; as an ordinary user through sudo.
define apt-install
	@missing=$$(for p in $(1); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	    run=; [ "$$(id -u)" = 0 ] || run=sudo; \
	    $$run apt-get update -qq && $$run apt-get install -y -qq --no-install-recommends $$missing; \
	fi
endef

build-packages:
	$(call apt-install,$(BUILD_PACKAGES))
test-packages:
	$(call apt-install,$(TEST_PACKAGES))
usb-packages:
	$(call apt-install,$(USB_PACKAGES))
central-packages:
	$(call apt-install,$(CENTRAL_PACKAGES))
deb-packages: build-packages
	$(call apt-install,$(DEB_PACKAGES))
deb-test-packages:
	$(call apt-install,$(DEB_TEST_PACKAGES))
station-packages:
	$(call apt-install,$(STATION_PACKAGES))
page-packages:
	$(call apt-install,$(PAGE_PACKAGES))
vm-packages:
	$(call apt-install,$(VM_PACKAGES))
