// Regime: library
// See order.hpp: Kahn's algorithm, which takes a cycle apart where it gets stuck.
#include "restore/order.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <stdexcept>
#include <vector>

namespace journal {

namespace {

struct Row {
    std::vector<int> dependents;
    std::vector<int> prerequisites;  // not yet placed; repeated as often as they are referred to
    bool placed = false;
};

using Ready = std::priority_queue<int, std::vector<int>, std::greater<>>;

std::vector<Row> build_rows(std::span<const Dependency> dependencies, int count)
{
    std::vector<Row> rows(count);
    for (const Dependency& dependency : dependencies) {
        if (dependency.dependent == dependency.prerequisite)
            continue;
        rows.at(dependency.dependent).prerequisites.push_back(dependency.prerequisite);
        rows.at(dependency.prerequisite).dependents.push_back(dependency.dependent);
    }
    return rows;
}

void place(std::vector<Row>& rows, int index, Ready& ready)
{
    rows[index].placed = true;
    for (int dependent : rows[index].dependents) {
        Row& row = rows[dependent];
        if (row.placed || std::erase(row.prerequisites, index) == 0)
            continue;
        if (row.prerequisites.empty())
            ready.push(dependent);
    }
}

/// A reference within a cycle, found by following references from a row that waits until one row
/// comes again. The cycle's lowest row is the one that gives way.
Dependency find_cycle(const std::vector<Row>& rows, int start)
{
    std::vector<int> path;
    std::vector<bool> seen(rows.size());
    int current = start;
    while (!seen[current]) {
        seen[current] = true;
        path.push_back(current);
        current = rows[current].prerequisites.front();
    }
    const auto cycle = std::find(path.begin(), path.end(), current);
    const int lowest = *std::min_element(cycle, path.end());
    return {lowest, rows[lowest].prerequisites.front()};
}

}  // namespace

std::size_t dependency_order(std::span<const Dependency> dependencies, std::span<int> order,
                             std::span<Dependency> broken)
{
    const int count = static_cast<int>(order.size());
    std::vector<Row> rows = build_rows(dependencies, count);
    Ready ready;
    for (int i = 0; i < count; i++)
        if (rows[i].prerequisites.empty())
            ready.push(i);

    std::size_t broken_count = 0;
    std::size_t placed = 0;
    int first_waiting = 0;
    while (placed < order.size()) {
        if (!ready.empty()) {
            order[placed++] = ready.top();
            ready.pop();
            place(rows, order[placed - 1], ready);
            continue;
        }
        while (rows[first_waiting].placed)
            first_waiting++;
        const Dependency weakest = find_cycle(rows, first_waiting);
        broken[broken_count++] = weakest;
        Row& row = rows[weakest.dependent];
        std::erase(row.prerequisites, weakest.prerequisite);
        if (row.prerequisites.empty())
            ready.push(weakest.dependent);
    }
    return broken_count;
}

}  // namespace journal
