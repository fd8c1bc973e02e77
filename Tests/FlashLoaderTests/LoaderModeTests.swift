// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashLoader

@Suite struct `When Init has to run again` {
    private let uses: [LoaderUse] = [.erasing, .programming, .reading, .mapped]

    @Test func `before anything`() {
        for use in uses { #expect(LoaderMode().needsInitialization(for: use)) }
    }

    @Test func `not for the first use after it, nor for more of the same`() {
        for use in uses {
            var mode = LoaderMode()
            mode.didInitialize()
            #expect(!mode.needsInitialization(for: use))
            mode.use(use)
            #expect(!mode.needsInitialization(for: use))
        }
    }

    @Test func `wherever the kind of use changes`() {
        for (first, second) in uses.flatMap({ first in uses.map { (first, $0) } }) where first != second {
            var mode = LoaderMode()
            mode.didInitialize()
            mode.use(first)
            #expect(mode.needsInitialization(for: second), "\(first), then \(second)")
        }
    }

    @Test func `after anything that went wrong`() {
        for use in uses {
            var mode = LoaderMode()
            mode.didInitialize()
            mode.use(use)
            mode.lose()
            #expect(mode.needsInitialization(for: use) && !mode.isKnown)
        }
    }
}
