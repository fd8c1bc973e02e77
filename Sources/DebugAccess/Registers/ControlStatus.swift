// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// CTRL/STAT, debug port control and status (ADIv5.2 §B2.2.2).
package enum ControlStatus: Register {
    package static let name = "CTRL/STAT"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let systemPowerUpAcknowledge = Field<Bool, ReadOnly>(31)
        package let systemPowerUpRequest = Field<Bool, ReadWrite>(30)
        package let debugPowerUpAcknowledge = Field<Bool, ReadOnly>(29)
        package let debugPowerUpRequest = Field<Bool, ReadWrite>(28)
        /// The last write was rejected for a parity or framing error.
        package let writeDataError = Field<Bool, ReadOnly>(7)
        package let stickyError = Field<Bool, ReadOnly>(5)
        package let stickyCompare = Field<Bool, ReadOnly>(4)
        package let stickyOverrun = Field<Bool, ReadOnly>(1)
        package let overrunDetect = Field<Bool, ReadWrite>(0)
    }
}

extension RegisterValue<ControlStatus> {
    package var isPoweredUp: Bool { self.systemPowerUpAcknowledge && self.debugPowerUpAcknowledge }
    package var hasStickyFlag: Bool {
        self.stickyError || self.stickyCompare || self.stickyOverrun || self.writeDataError
    }
}

/// ABORT, write-only: gives up an access and clears the sticky flags of CTRL/STAT (ADIv5.2 §B2.2.1).
package enum Abort: Register {
    package static let name = "ABORT"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let clearStickyOverrun = Field<Bool, ReadWrite>(4)
        package let clearWriteDataError = Field<Bool, ReadWrite>(3)
        package let clearStickyError = Field<Bool, ReadWrite>(2)
        package let clearStickyCompare = Field<Bool, ReadWrite>(1)
        /// Gives up the AP access that answers WAIT; the AP may be unusable afterwards.
        package let abortAccess = Field<Bool, ReadWrite>(0)
    }
}

extension RegisterValue<Abort> {
    /// Clears exactly the flags that are set.
    init(clearing status: RegisterValue<ControlStatus>) {
        self.init()
        self.clearStickyOverrun = status.stickyOverrun
        self.clearWriteDataError = status.writeDataError
        self.clearStickyError = status.stickyError
        self.clearStickyCompare = status.stickyCompare
    }

    static var clearingEverything: RegisterValue<Abort> {
        var value = RegisterValue<Abort>()
        (value.clearStickyOverrun, value.clearWriteDataError) = (true, true)
        (value.clearStickyError, value.clearStickyCompare) = (true, true)
        return value
    }
}
