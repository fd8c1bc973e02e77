// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension EmulatedCore {
    func executeCoprocessor(_ a: UInt32, _ b: UInt32) { raiseUndefined() }
}
