// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser

/// Options of the commands that report without a bench.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    var console: Console { Console(isJSON: json) }
}
