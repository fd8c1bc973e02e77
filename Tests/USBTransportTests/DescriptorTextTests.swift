// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing
import USBTransport

@Suite struct `Text from a descriptor` {
    @Test func `ordinary text stays as it is`() {
        #expect("STM32 STLink, Größe 中".fitToShow == "STM32 STLink, Größe 中")
    }

    @Test(arguments: [
        ("\u{1B}[2J", "\u{FFFD}[2J"), ("a\nb", "a\u{FFFD}b"), ("\u{202E}txt", "\u{FFFD}txt"),
        ("\u{0}", "\u{FFFD}"), ("\u{9B}31m", "\u{FFFD}31m"), ("\u{2028}", "\u{FFFD}"),
    ])
    func `what would steer a terminal is replaced`(given: String, shown: String) {
        #expect(given.fitToShow == shown)
    }
}

@Suite struct `A USB error for the person at the bench` {
    @Test func `refused access names the rules and the command that installs them`() {
        let error = USBError.accessDenied(device: "/dev/bus/usb/003/007")
        #expect(error.summary.contains("/dev/bus/usb/003/007"))
        #expect(
            error.remedies.contains { $0.contains("60-extflash.rules") && $0.contains("make install-udev") })
    }

    @Test func `a busy probe names its holder when it is known`() {
        #expect(USBError.busy(device: "x", holder: "openocd (pid 7)").summary.contains("openocd (pid 7)"))
        #expect(USBError.busy(device: "x", holder: nil).summary.contains("another program"))
    }
}
