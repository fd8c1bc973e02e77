// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FailureClass {
    /// Every error code that names a class of its own; codes that only pass on what happened below are not here.
    static let byCode: [String: FailureClass] = [:]
}
