// Regime: library
// The order in which sets of rows can be brought back: what is referenced before what refers to it.
//
// Sets and references are plain indexes, so this needs no server. References can form a cycle;
// the sets of a cycle can only be brought back together, so they share a step.
#pragma once

#include <cstddef>
#include <span>

namespace journal {

/// Set "dependent" refers to set "prerequisite"; both are indexes from 0.
struct Dependency {
    int dependent;
    int prerequisite;

    bool operator==(const Dependency&) const = default;
};

/// Fills steps with the number, from 0, of the step in which each of the sets 0 … steps.size() - 1
/// comes: a prerequisite's step is lower than its dependent's, or the same where they depend on
/// each other. Sets that are free to come do so in the order of their indexes. Returns the number
/// of steps. Throws std::out_of_range for an index beyond the sets.
int steps_in_order(std::span<const Dependency> dependencies, std::span<int> steps);

}  // namespace journal
