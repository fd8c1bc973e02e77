// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A station of a line: what `station.yaml` says.
package struct StationDefinition: Hashable, Sendable {
    /// In records and metrics: `line-3`.
    package var name: String
    package var title: String
    /// In the order of the fixture.
    package var slots: [Slot]
    package var http = HTTP()
    /// Nil: off.
    package var gang: Gang?
    /// Scanners, keyboards and foot switches that the station reads itself.
    package var inputs: [InputDefinition] = []
    /// Nil: the station works alone.
    package var central: CentralDefinition?
    /// How long running units may take to finish when the station is asked to stop.
    package var parkTime = Duration.seconds(30)
    package var limits = Limits()

    /// One socket of the fixture.
    package struct Slot: Hashable, Sendable {
        /// What the operator knows it by: `A1`.
        package var name: String
        package var probe: Probe
        /// A file of `Config/boards`; nil where every recipe names its own.
        package var board: String?
        /// Nil: units begin when somebody asks for them.
        package var arrival: Arrival?
    }

    /// A unit begins by itself when a board comes into the slot.
    package struct Arrival: Hashable, Sendable {
        /// What is programmed then, by name.
        package var recipe: String
        package var sign = BoardSign.voltage
        /// How long a board must be there, or be gone, before it is taken for true.
        package var debounce = Duration.milliseconds(500)

        package init(recipe: String) { self.recipe = recipe }
    }

    /// What shows that a board is there.
    package enum BoardSign: String, CaseIterable, Hashable, Sendable {
        /// Its supply at the probe; the debug port where the probe measures none.
        case voltage
        /// It answers on SWD: for fixtures that supply an empty socket too.
        case debugPort = "debug-port"
    }

    package enum Probe: Hashable, Sendable, CustomStringConvertible {
        /// Where the probe is plugged in, `3-1.4.2`, and the serial it must have.
        case usb(path: String, serial: String?)
        /// What follows `sim:`.
        case simulated(String)

        /// As a person writes it: `3-1.4.2`, or `sim:stlink-v3`.
        package var description: String {
            switch self {
            case .usb(let path, _): path
            case .simulated(let text): "sim:\(text)"
            }
        }
    }

    package struct HTTP: Hashable, Sendable {
        /// Its permissions are the access control; nil: none.
        package var socket: String?
        package var listen: Listen?
        /// On `listen`; nil on loopback only.
        package var tls: TLS?
    }

    /// Files of PEM: the station's certificate with those up to its authority's, and its key.
    package struct TLS: Hashable, Sendable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) { (self.certificate, self.key) = (certificate, key) }
    }

    package struct Listen: Hashable, Sendable {
        package var address: String
        package var port: UInt16
    }

    /// The port that speaks the line protocol of gang programmers; whoever reaches it may start units.
    package struct Gang: Hashable, Sendable {
        package var listen: Listen?
        package var socket: String?
        /// What is programmed before a tester has selected something.
        package var recipe: String?
    }

    package struct Limits: Hashable, Sendable {
        /// Of one image, bytes.
        package var imageSize: UInt64 = 256 << 20
        /// Of all images, bytes.
        package var imageStore: UInt64 = 8 << 30
        package var queuedJobs = 10_000
        /// An upload to which nothing was added for so long is deleted.
        package var uploadAge = Duration.seconds(7 * 24 * 3600)

        package init() {}
    }
}
