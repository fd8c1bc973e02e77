// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ProductionJobs

extension CentralError {
    package var summary: String {
        switch self {
        case .unreachable(let database, let detail): "no connection to \(database): \(detail)"
        case .timedOut(let database, let step, let limit):
            "\(database) did not answer within \(Format.time(limit)) (\(step))"
        case .lost(let database, let detail): "the connection to \(database) broke: \(detail)"
        case .server(let state, let detail): "the central database refuses it: \(detail) (SQLSTATE \(state))"
        case .stopped: "the exchange with the central database was stopped"
        case .notEncrypted(let database): "the connection to \(database) is not encrypted"
        case .passwordUnusable(let path, let detail): "\(path): \(detail)"
        case .notInitialized(let database):
            "\(database) has no tables of extflash, or this user may not use them"
        case .olderSchema(let found, let needed):
            "the central database has schema version \(found), this program needs \(needed)"
        case .newerSchema(let found, let known):
            "the central database has schema version \(found), this program knows \(known)"
        case .wrongEncoding(let name): "the central database is encoded in \(name), not in UTF8"
        case .badAnswer(let detail): "the central database answered something else than was asked: \(detail)"
        case .otherKey(let station):
            "the central database knows another station under the name `\(station)`: its key is another"
        case .recordsDiffer(let station, let sequence):
            "record \(sequence) of `\(station)` is another in the central database"
        case .stationBehind(let station, let central, let own):
            "the central database has records of `\(station)` up to \(central), the station itself has them up to \(own)"
        case .chainBroken(let station, let sequence):
            "record \(sequence) of `\(station)` is not what its hash says, or does not follow the one before"
        case .gap(let station, let sequence):
            "the central database has not all records of `\(station)` before \(sequence)"
        case .otherCentral(let database):
            "\(database) is another central database than the one this station has worked with"
        case .unknownPool(let name): "the central database has no pool of serial numbers called `\(name)`"
        case .poolExhausted(let name): "every value of the central pool `\(name)` is leased"
        case .poolDiffers(let name): "the pool `\(name)` exists with other values"
        case .leaseOverlaps(let pool, let detail):
            "values of `\(pool)` that this station holds are leased to another one: \(detail)"
        case .unknownRecipe(let hash): "the central database has no recipe \(hash.short)"
        case .unknownImage(let hash): "the central database has no image \(hash.short)"
        case .incompleteImage(let hash): "not all of the image \(hash.short) has come to the central database"
        case .damaged(let hash): "what the central database has as \(hash.short) has another hash"
        }
    }

    package var remedies: [String] {
        switch self {
        case .unreachable, .timedOut, .lost:
            [
                "the station goes on without it and sends everything later; look at network, server and `central` in the"
                    + " station file (`extflash central check`)"
            ]
        case .notEncrypted: ["say `sslmode=verify-full` in `database`, or in the service's section"]
        case .passwordUnusable: ["give the password a file of its own that only the station's user can read"]
        case .notInitialized:
            ["as the database's owner: `extflash central init --grant ROLE`, with the role of the stations"]
        case .olderSchema: ["as the database's owner: `extflash central init`"]
        case .newerSchema: ["run that version of the station, or a later one; records wait until then"]
        case .wrongEncoding: ["create it with `createdb --encoding UTF8 --template template0`"]
        case .otherKey: ["give every station a name of its own"]
        case .recordsDiffer, .stationBehind:
            [
                "the station's memory was put back from an older copy, or another one works under its name: put the newest"
                    + " copy back, or begin with an empty state folder and another name"
            ]
        case .chainBroken: ["`extflash records verify` tells what happened to the station's records"]
        case .otherCentral:
            ["name the former database again, or begin with an empty state folder and another name"]
        case .unknownPool: ["create it: `extflash central pool NAME --first N --last N`"]
        case .poolExhausted:
            ["create a further pool for the recipe, or have idle stations return their leases"]
        case .leaseOverlaps:
            [
                "the central database was put back from an older copy: `extflash central check` shows what overlaps"
            ]
        case .unknownRecipe: ["push it from a station that has it: `extflash recipe push HASH`"]
        case .unknownImage, .incompleteImage:
            ["push it from a station that has it: `extflash image push HASH`"]
        case .damaged: ["push it again, and have the server's disk looked at"]
        default: []
        }
    }
}
