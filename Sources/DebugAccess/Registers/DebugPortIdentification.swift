// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// DPIDR, debug port identification (ADIv5.2 §B2.2.5).
package enum DebugPortIdentification: Register {
    package static let name = "DPIDR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let revision = Field<UInt8, ReadOnly>(28...31)
        package let partNumber = Field<UInt8, ReadOnly>(20...27)
        /// No transaction counter, pushed verify or pushed find.
        package let isMinimal = Field<Bool, ReadOnly>(16)
        /// 1 for DPv1, 2 for DPv2.
        package let version = Field<UInt8, ReadOnly>(12...15)
        /// JEP106 continuation and identity: 0x23B is Arm.
        package let designer = Field<UInt16, ReadOnly>(1...11)
        /// Always 1, so that a line stuck low is told from a DP.
        package let isPresent = Field<Bool, ReadOnly>(0)
    }
}
