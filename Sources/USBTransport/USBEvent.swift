// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What happened on a bus while somebody watched it.
package enum USBEvent: Hashable, Sendable {
    case arrived(USBDeviceDescription)
    case left(USBLocation)
}
