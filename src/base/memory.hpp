// Containers whose memory belongs to a MemoryContext.
//
// Server code may be left at any call by ereport's longjmp, which runs no destructor. A container
// on its stack is safe all the same if every byte that it owns is the context's: the context is
// reset or deleted and nothing leaks.
#pragma once

#include "base/pg.hpp"

#include <boost/container/vector.hpp>

namespace journal {

/// Allocates from one MemoryContext, and raises PostgreSQL's out-of-memory error. There is no
/// default: whoever makes a container says whose its memory is.
template <typename T>
class ContextAllocator {
  public:
    using value_type = T;

    ContextAllocator(MemoryContext context) : context_(context) {}
    template <typename U>
    ContextAllocator(const ContextAllocator<U>& other) : context_(other.context())
    {
    }

    T* allocate(std::size_t count)
    {
        return static_cast<T*>(MemoryContextAllocHuge(context_, count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t) { pfree(memory); }

    [[nodiscard]] MemoryContext context() const { return context_; }

    friend bool operator==(const ContextAllocator& a, const ContextAllocator& b)
    {
        return a.context_ == b.context_;
    }

  private:
    MemoryContext context_;
};

/// A vector of plain elements in a MemoryContext: Vector<int> v(context).
template <typename T>
using Vector = boost::container::vector<T, ContextAllocator<T>>;

/// Allocates a zeroed T in context; it is freed with the context. T has to be trivially
/// destructible.
template <typename T>
T* make_in(MemoryContext context)
{
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(MemoryContextAllocZero(context, sizeof(T)));
}

/// Allocates a zeroed array of count T in context; it is freed with the context.
template <typename T>
T* make_array_in(MemoryContext context, std::size_t count)
{
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(MemoryContextAllocZero(context, sizeof(T) * (count == 0 ? 1 : count)));
}

/// Calls step in another memory context, and returns what it returns. An error leaves the context
/// as it is: whoever catches it sets his own.
template <typename Step>
auto in_context(MemoryContext context, const Step& step)
{
    MemoryContext caller = MemoryContextSwitchTo(context);
    if constexpr (std::is_void_v<decltype(step())>) {
        step();
        MemoryContextSwitchTo(caller);
    } else {
        auto result = step();
        MemoryContextSwitchTo(caller);
        return result;
    }
}

/// Calls step in a memory context that is gone afterwards.
template <typename Step>
void in_work_memory(const Step& step)
{
    MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal work", ALLOCSET_DEFAULT_SIZES);
    in_context(work, step);
    MemoryContextDelete(work);
}

}  // namespace journal
