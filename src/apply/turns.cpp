// Regime: library
// See turns.hpp: rows go when nothing that they wait for is left (Kahn's algorithm); when none can,
// the way from a row to one that it waits for, and so on, leads into a circle.
#include "apply/turns.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace journal {

namespace {

/// The waits of each row, by their indexes.
class WaitsOf {
  public:
    WaitsOf(std::span<const Wait> waits, std::size_t count, int Wait::*row)
        : begin_(count + 1), waits_(waits.size())
    {
        for (const Wait& wait : waits)
            begin_[wait.*row + 1]++;
        for (std::size_t i = 0; i < count; i++)
            begin_[i + 1] += begin_[i];
        std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
        for (std::size_t i = 0; i < waits.size(); i++)
            waits_[next[waits[i].*row]++] = i;
    }

    [[nodiscard]] std::span<const std::size_t> row(int number) const
    {
        return {waits_.data() + begin_[number], begin_[number + 1] - begin_[number]};
    }

  private:
    std::vector<std::size_t> begin_;  // of each row in waits_
    std::vector<std::size_t> waits_;
};

class Turns {
  public:
    Turns(std::span<const Wait> waits, std::span<Turn> turns)
        : waits_(waits),
          turns_(turns),
          own_(waits, turns.size(), &Wait::row),
          of_others_(waits, turns.size(), &Wait::holder),
          over_(waits.size(), false),
          open_(turns.size()),
          next_(turns.size()),
          walk_(turns.size()),
          state_(turns.size(), State::kWaits)
    {
        std::fill(turns.begin(), turns.end(), Turn{0, kStays});
        for (std::size_t i = 0; i < waits.size(); i++) {
            over_[i] = waits[i].row == waits[i].holder;
            open_[waits[i].row] += over_[i] ? 0 : 1;
        }
    }

    int fill()
    {
        const int count = static_cast<int>(turns_.size());
        for (int row = 0; row < count; row++)
            if (open_[row] == 0)
                ready_.push_back(row);
        go();
        for (int row = 0; row < count; row++)
            while (state_[row] == State::kWaits) {
                open_circle(row);
                go();
            }
        return count_;
    }

  private:
    enum class State : char { kWaits, kGone, kStuck };

    void end_wait(std::size_t wait, int turn)
    {
        const int row = waits_[wait].row;
        if (over_[wait] || state_[row] != State::kWaits)
            return;
        over_[wait] = true;
        turns_[row].number = std::max(turns_[row].number, turn);
        if (--open_[row] == 0)
            ready_.push_back(row);
    }

    void go()
    {
        for (std::size_t i = 0; i < ready_.size(); i++) {
            const int row = ready_[i];
            const int next_turn = turns_[row].number + 1;
            state_[row] = State::kGone;
            count_ = std::max(count_, next_turn);
            for (const std::size_t wait : of_others_.row(row))
                end_wait(wait, next_turn);
        }
        ready_.clear();
    }

    void step_aside(int row)
    {
        turns_[row].aside = count_++;
        turns_[row].number = count_;
        for (const std::size_t wait : of_others_.row(row))
            if (waits_[wait].may_step_aside)
                end_wait(wait, count_);
    }

    /// What a row still waits for. Waits that are over are not looked at again.
    const Wait& open_wait(int row)
    {
        const std::span<const std::size_t> waits = own_.row(row);
        while (over_[waits[next_[row]]])
            next_[row]++;
        return waits_[waits[next_[row]]];
    }

    void open_circle(int first)
    {
        walks_++;
        int begin = first;
        for (; walk_[begin] != walks_; begin = open_wait(begin).holder)
            walk_[begin] = walks_;
        int row = begin;
        do {
            const Wait& wait = open_wait(row);
            row = wait.holder;
            if (wait.may_step_aside) {
                step_aside(row);
                return;
            }
        } while (row != begin);
        give_up(begin);
    }

    /// A row is stuck, and with it all that wait for it.
    void give_up(int first)
    {
        std::vector<int> stuck{first};
        state_[first] = State::kStuck;
        while (!stuck.empty()) {
            const int holder = stuck.back();
            stuck.pop_back();
            turns_[holder].number = kStuck;
            for (const std::size_t wait : of_others_.row(holder)) {
                const int row = waits_[wait].row;
                if (over_[wait] || state_[row] != State::kWaits)
                    continue;
                state_[row] = State::kStuck;
                stuck.push_back(row);
            }
        }
    }

    std::span<const Wait> waits_;
    std::span<Turn> turns_;
    WaitsOf own_;
    WaitsOf of_others_;
    std::vector<bool> over_;         // of a wait
    std::vector<int> open_;          // how many waits of a row are not over
    std::vector<std::size_t> next_;  // of a row's waits
    std::vector<int> walk_;          // the last walk that came by a row
    std::vector<State> state_;
    std::vector<int> ready_;
    int walks_ = 0;
    int count_ = 0;
};

}  // namespace

int take_turns(std::span<const Wait> waits, std::span<Turn> turns)
{
    const auto is_beyond = [&turns](int row) {
        return row < 0 || static_cast<std::size_t>(row) >= turns.size();
    };
    for (const Wait& wait : waits)
        if (is_beyond(wait.row) || is_beyond(wait.holder))
            throw std::out_of_range("a row that waits is beyond the rows");
    return Turns(waits, turns).fill();
}

}  // namespace journal
