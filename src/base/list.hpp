// PostgreSQL's lists as typed ranges:
//
//     for (RowSet* set : items<RowSet>(application->sets))
//
// As with foreach, a list may grow while it is gone through.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The items of a list of pointers, of OIDs or of integers.
template <typename Item>
class Items {
  public:
    struct End {};
    class Iterator {
      public:
        explicit Iterator(const List* list) : list_(list) {}
        Item operator*() const
        {
            if constexpr (std::is_same_v<Item, Oid>)
                return lfirst_oid(&list_->elements[index_]);
            else if constexpr (std::is_same_v<Item, int>)
                return lfirst_int(&list_->elements[index_]);
            else
                return static_cast<Item>(lfirst(&list_->elements[index_]));
        }
        void operator++() { index_++; }
        bool operator!=(End) const { return index_ < list_length(list_); }

      private:
        const List* list_;
        int index_ = 0;
    };

    explicit Items(const List* list) : list_(list) {}
    Iterator begin() const { return Iterator(list_); }
    End end() const { return {}; }

  private:
    const List* list_;
};

template <typename T>
Items<T*> items(const List* list)
{
    return Items<T*>(list);
}

inline Items<int> integers(const List* list)
{
    return Items<int>(list);
}

/// An item by its place, from 0.
template <typename T>
T* item(const List* list, int place)
{
    return static_cast<T*>(list_nth(list, place));
}

inline Items<Oid> oids(const List* list)
{
    return Items<Oid>(list);
}

}  // namespace journal
