// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// GET_COM_FREQ (0xF2 0x62), V3: the SWD clocks this firmware offers.
struct GetClocks: STLinkCommand {
    static let name = "GET_COM_FREQ"
    static let feature: STLinkFeature? = .clockList
    var answerSize: Int { 52 }
    private static let capacity = 10

    struct Response: Hashable {
        var current: Hertz
        /// Fastest first, as the probe lists them.
        var offered: [Hertz]
    }

    func encode(into block: inout CommandBlock) { block.append(0xf2, 0x62, 0x00) }

    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> Response {
        _ = try answer.read(UInt32.self)
        let current = try answer.read(UInt32.self), count = try answer.read(UInt32.self)
        var offered: [Hertz] = []
        for index in 0..<Self.capacity {
            let kilohertz = try answer.read(UInt32.self)
            if index < count, kilohertz > 0 { offered.append(Hertz(saturatingKilohertz: kilohertz)) }
        }
        return Response(current: Hertz(saturatingKilohertz: current), offered: offered)
    }
}

extension Hertz {
    /// For numbers off the wire, which may be anything.
    init(saturatingKilohertz kilohertz: UInt32) {
        let (value, overflow) = kilohertz.multipliedReportingOverflow(by: 1_000)
        self.init(overflow ? .max : value)
    }
}
