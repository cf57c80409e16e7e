// Regime: library
// See order.hpp: Tarjan's algorithm finds the sets that depend on each other, prerequisites first.
#include "apply/order.hpp"

#include <algorithm>
#include <vector>

namespace journal {

namespace {

constexpr int kNotSeen = -1;

class Steps {
  public:
    Steps(std::span<const Dependency> dependencies, std::span<int> steps)
        : prerequisites_(steps.size()),
          number_(steps.size(), kNotSeen),
          lowest_(steps.size()),
          waiting_(steps.size(), false),
          steps_(steps)
    {
        for (const Dependency& dependency : dependencies) {
            static_cast<void>(prerequisites_.at(dependency.prerequisite));
            prerequisites_.at(dependency.dependent).push_back(dependency.prerequisite);
        }
        for (std::vector<int>& list : prerequisites_)
            std::sort(list.begin(), list.end());
    }

    int fill()
    {
        for (std::size_t set = 0; set < number_.size(); set++)
            if (number_[set] == kNotSeen)
                visit(static_cast<int>(set));
        return step_count_;
    }

  private:
    // A set on the way to be placed, and the next of its prerequisites to look at.
    struct Visit {
        int set;
        std::size_t next;
    };

    void open(int set)
    {
        number_[set] = lowest_[set] = seen_++;
        waiting_[set] = true;
        open_.push_back(set);
        path_.push_back({set, 0});
    }

    // Not recursive: a chain of references may be as long as there are sets.
    void visit(int first)
    {
        open(first);
        while (!path_.empty()) {
            Visit& current = path_.back();
            const int set = current.set;
            if (current.next < prerequisites_[set].size()) {
                const int prerequisite = prerequisites_[set][current.next++];
                if (number_[prerequisite] == kNotSeen)
                    open(prerequisite);
                else if (waiting_[prerequisite])
                    lowest_[set] = std::min(lowest_[set], number_[prerequisite]);
                continue;
            }
            path_.pop_back();
            if (!path_.empty())
                lowest_[path_.back().set] = std::min(lowest_[path_.back().set], lowest_[set]);
            if (lowest_[set] == number_[set])
                place(set);
        }
    }

    // Everything opened since the set depends on it and it on them.
    void place(int set)
    {
        int member = kNotSeen;
        do {
            member = open_.back();
            open_.pop_back();
            waiting_[member] = false;
            steps_[member] = step_count_;
        } while (member != set);
        step_count_++;
    }

    std::vector<std::vector<int>> prerequisites_;
    std::vector<int> number_;
    std::vector<int> lowest_;
    std::vector<bool> waiting_;
    std::vector<int> open_;
    std::vector<Visit> path_;
    std::span<int> steps_;
    int seen_ = 0;
    int step_count_ = 0;
};

}  // namespace

int steps_in_order(std::span<const Dependency> dependencies, std::span<int> steps)
{
    return Steps(dependencies, steps).fill();
}

}  // namespace journal
