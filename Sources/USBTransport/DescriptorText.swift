// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension String {
    /// The text a device gave, fit to be shown: what would steer a terminal becomes U+FFFD.
    ///
    /// String descriptors are the device's word (USB 2.0 §9.6.7) and may hold anything, escape sequences and
    /// changes of writing direction included.
    package var fitToShow: String {
        var shown = UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                shown.append("\u{FFFD}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }
}
