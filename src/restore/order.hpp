// Regime: library
// The order in which rows can be brought back: what is referenced before what refers to it.
//
// Rows and references are plain indexes, so this needs no server. References can form a cycle
// (deferrable keys, or a NULL that was filled in later); then one reference of the cycle is broken,
// and the caller is told which, since only it knows how to satisfy that one later.
#pragma once

#include <cstddef>
#include <span>

namespace journal {

/// Row "dependent" refers to row "prerequisite"; both are indexes from 0.
struct Dependency {
    int dependent;
    int prerequisite;

    bool operator==(const Dependency&) const = default;
};

/// Fills order with the indexes 0 … order.size() - 1 so that every prerequisite comes before its
/// dependents; among rows that are free to come, the lower index comes first. A row that refers to
/// itself does not wait for itself. References that had to be broken for the others to hold are
/// written to broken, which has to be as large as dependencies; returns how many they are. Throws
/// std::out_of_range for an index beyond the rows.
std::size_t dependency_order(std::span<const Dependency> dependencies, std::span<int> order,
                             std::span<Dependency> broken);

}  // namespace journal
